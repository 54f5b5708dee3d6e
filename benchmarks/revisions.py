"""Git, for what is measured to work on: nothing in here is measured itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.measure import CannotRunError
from benchmarks.processes import environment

IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")


def tool(name: str) -> Path:
    """A command of the system; raises `CannotRunError` where it is not installed."""
    found = shutil.which(name)
    if not found:
        raise CannotRunError(f"`{name}` is not installed")
    return Path(found)


def git(*arguments: str | Path, home: Path, cwd: Path | None = None) -> None:
    """Run git. Raises `CannotRunError` when it is absent or exits with anything but 0."""
    command = [tool("git"), *IDENTITY, *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment(home))
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise CannotRunError(f"`git` exited with {done.returncode}: {said}")


def commit(folder: Path, *, home: Path, tag: str) -> None:
    """Commit everything in a folder, as the next commit of the repository that is there or is made, and tag it."""
    if not (folder / ".git").exists():
        git("init", "-q", "-b", "main", home=home, cwd=folder)
    git("add", "-A", home=home, cwd=folder)
    git("commit", "-q", "-m", tag, home=home, cwd=folder)
    git("tag", tag, home=home, cwd=folder)
