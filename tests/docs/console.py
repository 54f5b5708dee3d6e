"""Console blocks of a page: the commands in them, and whether what is printed is what the page shows."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARIES = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}…|index [0-9a-f]{7}\.\.[0-9a-f]{7}|commit [0-9a-f]{7}|· [0-9]+ kB|· [0-9]+ members"
)
"""Digests and sizes change with every edit of the bundle, so only their form is compared."""


def steps(text: str) -> list[tuple[str, list[str]]]:
    """Return each command with the output that stands below it; `…` alone stands for lines that are left out."""
    found: list[tuple[str, list[str]]] = []
    for block in CONSOLE.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line, []))
            else:
                found[-1][1].append(line)
    return found


def check_steps(typed: list[tuple[str, list[str]]], root: Path, environment: dict[str, str]) -> None:
    """Type commands one after another in a folder; each succeeds, and prints what the page shows."""
    assert typed
    for command, lines in typed:
        done = subprocess.run(
            ["bash", "-c", command.removeprefix("$ ")],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

        assert done.returncode == 0, f"{command}: {done.stderr}"
        expect(done.stdout + done.stderr, lines)


def expect(output: str, lines: list[str]) -> None:
    """Assert that the lines stand in the output, in order and next to each other but where `…` stands."""
    printed = [VARIES.sub("#", line) for line in output.splitlines()]
    at, may_skip = 0, True
    for line in (VARIES.sub("#", line) for line in lines):
        if line.strip() == "…":
            may_skip = True
            continue
        assert line in printed[at:] if may_skip else printed[at : at + 1] == [line], (
            f"{line!r} is not printed:\n{output}"
        )
        at = printed.index(line, at) + 1
        may_skip = False
