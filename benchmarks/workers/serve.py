"""The protocol between the harness and a worker: a line comes in, the work is done once, its seconds go out.

The seconds are the processor's, not the wall clock's. This work never waits for anything, so on an idle machine they
are the same; on a busy one the wall clock would punish whoever works longer than one slice of the scheduler.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def nothing() -> None:
    """Do nothing."""


def serve(work: Callable[[], object], prepare: Callable[[], object] = nothing) -> None:
    """Answer each line of standard input with the processor seconds that `work` took, after `prepare`."""
    for _ in sys.stdin:
        prepare()
        start = time.process_time()
        work()
        seconds = time.process_time() - start
        sys.stdout.write(f"{seconds!r}\n")
        sys.stdout.flush()
