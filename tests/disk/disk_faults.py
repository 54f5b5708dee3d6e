"""A stand-in for `os` in the modules that write: it counts what changes the disk, and fails or dies at one of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

CHANGING = frozenset({"mkdir", "rmdir", "unlink", "link", "replace", "write", "fsync", "fchmod", "fchown", "open"})
MODULES = ("cicdpack.disk.folder", "cicdpack.disk.commit")


def identity(path: Path) -> tuple[int, int, int, int, int]:
    """What changes when a file is written, replaced or made anew; that it was read shows in `st_atime` alone."""
    status = path.stat()
    return status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns


class Killed(BaseException):
    """The process is dead: nothing that it tries afterwards happens any more."""


class FaultyOs:
    """Like `os`, but for step number `at` (from 0) of those that change the disk.

    With `error` that step alone raises it, and is otherwise skipped. Without, the process dies there: `die` is called,
    or `Killed` is raised by this step and by each that follows. A write that is cut off has written half.
    """

    def __init__(self, at: int, *, error: OSError | None = None, die: Callable[[], None] | None = None) -> None:
        self.at = at
        self.error = error
        self.die = die
        self.calls: list[str] = []

    @property
    def steps(self) -> int:
        """How many steps were tried."""
        return len(self.calls)

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._wrapped(name, real) if name in CHANGING else real

    def _wrapped(self, name: str, real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return real(*arguments, **options)
            step = self.steps
            self.calls.append(name)
            if step == self.at or (self.error is None and step > self.at):
                if name == "write" and step == self.at:
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                if self.error is not None:
                    raise self.error
                if self.die is not None:
                    self.die()
                raise Killed
            if name == "fsync":  # It counts, but only a power cut could tell whether it happened.
                return None
            return real(*arguments, **options)

        return call

    def install(self, monkeypatch: pytest.MonkeyPatch) -> FaultyOs:
        for module in MODULES:
            monkeypatch.setattr(f"{module}.os", self)
        return self
