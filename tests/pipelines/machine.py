"""A machine that runs jobs as the platforms' agents do: real bash, a clean environment, each step in its folder.

`curl` delivers an archive with a stand-in for the Databricks CLI, `python -m pip` notes what it is asked for, and
`python -m venv` makes a folder with the cicdpack under test; everything else is real.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.pipelines.model import Job, Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STAND_IN = Path(__file__).with_name("stand_in.py")
CLI_VERSION = "v9.8.7"
CURL = """#!/bin/sh
# Delivers the archive of the CLI to the file after -o; the address comes last.
for last; do :; done
echo "$last" >> "$DOWNLOADS"
while [ $# -gt 1 ]; do
  [ "$1" = -o ] && cp "$ARCHIVE" "$2"
  shift
done
"""
PYTHON = """#!/bin/sh
case "$1 $2" in
  "-m pip") echo "$*" >> "$INSTALLED" ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$CICDPACK" "$3/bin/cicdpack" ;;
  *) exec {python} "$@" ;;
esac
"""


@cache
def cli_archive() -> bytes:
    """The archive that a release of the CLI has, with the stand-in in it."""
    import io

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        text = f"#!{sys.executable}\n{STAND_IN.read_text(encoding='utf-8')}"
        archive.writestr(zipfile.ZipInfo("databricks"), text)
    return data.getvalue()


def cli_sha256() -> str:
    """SHA-256 of the archive that `curl` delivers."""
    return sha256(cli_archive()).hexdigest()


@dataclass(frozen=True)
class Ran:
    """How a job ended: the exit code of its first step that failed, or None if it was skipped; and its calls."""

    job: Job
    code: int | None
    calls: tuple[dict[str, Any], ...]

    @property
    def state(self) -> str:
        """`succeeded`, `failed` or `skipped`."""
        return "skipped" if self.code is None else "failed" if self.code else "succeeded"

    def __str__(self) -> str:
        """Return who did what to which target, as in `tests-ci/integration_test as staging on test: deploy`."""
        said = self.job.name if self.state == "succeeded" else f"{self.job.name} {self.state}"
        if not self.calls:
            return said
        verbs = " ".join(" ".join(filter(None, (call["verb"], call["job"]))) for call in self.calls)
        (who,) = {(call["side"], call["target"]) for call in self.calls}
        return f"{said} as {who[0]} on {who[1]}: {verbs}"


@dataclass
class Machine:
    """`base` holds everything of it but the checkout; `workspaces`: side -> address; `env`: more for every step."""

    base: Path
    checkout: Path
    workspaces: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = ""
    log: str = ""

    def __post_init__(self) -> None:
        for folder in (self.places.temp, self.tools, self.base / "deployed"):
            folder.mkdir(parents=True)
        (self.base / "cli.zip").write_bytes(cli_archive())
        self.tool("curl", CURL)
        self.tool("uname", "#!/bin/sh\necho x86_64\n")
        for name in ("python", "python3"):
            self.tool(name, PYTHON.format(python=sys.executable))

    @property
    def places(self) -> Places:
        return Places(checkout=self.checkout, temp=self.base / "temp")

    @property
    def tools(self) -> Path:
        return self.base / "tools"

    @property
    def deployed(self) -> list[str]:
        """What was deployed and not destroyed."""
        return sorted(path.name.replace("%", "/") for path in (self.base / "deployed").iterdir())

    def lines(self, name: str) -> list[str]:
        """What was written down: `downloads`, `installed` or `calls`."""
        path = self.base / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def tool(self, name: str, text: str) -> Path:
        """Put a program on the PATH."""
        path = self.tools / name
        path.write_text(text, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def run(self, jobs: Iterable[Job]) -> list[Ran]:
        """Run jobs in order; one that needs another that did not succeed is skipped, unless it always runs."""
        done: dict[str, Ran] = {}
        for job in jobs:
            waits = [done[name] for name in job.needs]
            is_due = job.is_always or all(each.state == "succeeded" for each in waits)
            seen = len(self.lines("calls"))
            code = self._run_steps(job) if is_due else None
            calls = tuple(json.loads(line) for line in self.lines("calls")[seen:])
            done[job.name] = Ran(job, code, calls)
        return list(done.values())

    def _run_steps(self, job: Job) -> int:
        path, code = [str(self.tools), os.environ["PATH"]], 0
        for step in job.steps:
            if code and not step.is_always:
                continue
            added = self.base / "github_path"
            added.write_text("", encoding="utf-8")
            ours = {"GITHUB_PATH": str(added), "PATH": os.pathsep.join(path), **self.environment}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", *job.options, "-c", step.script],
                cwd=step.folder,
                env={**ours, **self.env, **job.env, **step.env},
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            self.log += done.stdout + done.stderr
            code = code or done.returncode
            prepended = re.findall(r"^##vso\[task\.prependpath\](.*)$", done.stdout, re.MULTILINE)
            path[:0] = [*prepended, *added.read_text(encoding="utf-8").splitlines()]
        return code

    @property
    def environment(self) -> dict[str, str]:
        """What the tools read, and nothing of the machine that runs the tests but the PATH that comes beside it."""
        return {
            "HOME": str(self.base),
            "TMPDIR": str(self.places.temp),
            "ARCHIVE": str(self.base / "cli.zip"),
            "WORKSPACES": json.dumps(dict(self.workspaces)),
            "FAIL_ON": self.fail_on,
            "DEPLOYED": str(self.base / "deployed"),
            **{name.upper(): str(self.base / name) for name in ("calls", "downloads", "installed")},
        }
