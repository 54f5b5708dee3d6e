"""The virtual environment with the tools that cicdpack is held against: made once, from hashes, apart from ours."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.measure import CannotRunError
from benchmarks.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOCK = ROOT / "benchmarks" / "peers.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """An environment that holds every peer; `problem` says why not, where it does not."""

    folder: Path
    problem: str | None = None

    @property
    def python(self) -> Path:
        """The interpreter; raises `CannotRunError` where the peers are not installed."""
        return self.tool("python")

    def tool(self, name: str) -> Path:
        """A command of a peer; raises `CannotRunError` where it is not installed."""
        path = self.folder / "bin" / name
        if self.problem or not path.exists():
            raise CannotRunError(self.problem or f"`{name}` is not in {self.folder}")
        return path


def install(folder: Path) -> Peers:
    """Make the environment, or take the one that was made from the same lock with the same Python."""
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    marker = folder / "made-from.sha256"
    if marker.is_file() and marker.read_text(encoding="ascii") == wanted:
        return Peers(folder=folder)
    shutil.rmtree(folder, ignore_errors=True)
    for command in _commands(folder):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no output"]
            return Peers(folder=folder, problem=f"peers cannot be installed: {lines[-1]}")
    marker.write_text(wanted, encoding="ascii")
    return Peers(folder=folder)


def without() -> Peers:
    """No peers, as asked for."""
    return Peers(folder=ROOT, problem="left out with --no-peers")


def _commands(folder: Path) -> tuple[list[str], ...]:
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv")
    if uv:
        install_all = [uv, "pip", "install", "-q", "--python", python, "--require-hashes", "-r", str(LOCK)]
        return [uv, "venv", "-q", "--python", sys.executable, str(folder)], install_all
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCK)]
    return [sys.executable, "-m", "venv", str(folder)], pip
