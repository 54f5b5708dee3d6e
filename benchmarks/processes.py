"""Command lines and worker processes -> subjects that can be measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import CannotRunError, Cost, Subject, nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
LAUNCHER = ROOT / "benchmarks" / "launcher.py"


def environment(home: Path) -> dict[str, str]:
    """The environment of everything that is measured: the caller's PATH, a home of its own, nothing else."""
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.environ.get("PATH", os.defpath),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def run_once(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], log: Path) -> Cost:
    """Run a command through the launcher. Raises `CannotRunError` when it exits with anything but 0."""
    launched = subprocess.run(
        [sys.executable, "-I", "-S", LAUNCHER, log, *command], cwd=cwd, env=dict(env), capture_output=True, text=True
    )
    if launched.returncode:
        raise CannotRunError(_last_line(launched.stderr) or "the launcher failed")
    result = json.loads(launched.stdout)
    if result["status"]:
        said = _last_line(log.read_text(encoding="utf-8", errors="replace"))
        raise CannotRunError(f"`{Path(command[0]).name}` exited with {result['status']}: {said}")
    return Cost(seconds=result["seconds"], peak=result["peak"], processor=result["processor"])


def process(
    name: str,
    command: Sequence[str | Path],
    *,
    home: Path,
    cwd: Path | None = None,
    prepare: Callable[[], None] = nothing,
    check: Callable[[], None] = nothing,
) -> Subject:
    """A subject that starts a process for each run, in `cwd` (default: `home`, an empty folder of the harness)."""

    def run() -> Cost:
        return run_once(command, cwd=cwd or home, env=environment(home), log=home / "last-run.log")

    return Subject(name=name, run=run, prepare=prepare, check=check)


class Worker:
    """A process that lives as long as its case and runs one piece of work each time it is asked.

    It measures itself, in its own interpreter: so what needs another virtual environment can be measured in process.
    """

    def __init__(self, python: Path, module: str, arguments: Sequence[str | Path], *, home: Path) -> None:
        self._command = [str(python), "-m", module, *map(str, arguments)]
        self._home = home
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> Cost:
        """Ask for one run; the first call starts the process."""
        worker = self._process = self._process or self._start()
        assert worker.stdin
        assert worker.stdout
        with suppress(BrokenPipeError):
            worker.stdin.write("\n")
            worker.stdin.flush()
        line = worker.stdout.readline()
        if not line:
            worker.wait()
            raise CannotRunError(_last_line((self._home / "worker.log").read_text(errors="replace")) or "worker ended")
        return Cost(seconds=float(line))

    def close(self) -> None:
        """End the process, if there is one: it stops at the end of its input."""
        if self._process:
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        with (self._home / "worker.log").open("w") as log:
            return subprocess.Popen(
                self._command,
                cwd=ROOT,
                env={**environment(self._home), "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )


def in_process(
    name: str,
    python: Path,
    module: str,
    *arguments: str | Path,
    home: Path,
    check: Callable[[], None] = nothing,
) -> Subject:
    """A subject whose runs happen inside one worker process: `python -m MODULE ARGUMENT...`."""
    worker = Worker(python, module, arguments, home=home)
    return Subject(name=name, run=worker.run, check=check, close=worker.close)


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
