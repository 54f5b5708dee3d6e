"""The protocol between the harness and a worker: a line comes in, the work is done once, its seconds go out."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def serve(work: Callable[[], object]) -> None:
    """Answer each line of standard input with the wall-clock seconds that `work` took."""
    for _ in sys.stdin:
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        sys.stdout.write(f"{seconds!r}\n")
        sys.stdout.flush()
