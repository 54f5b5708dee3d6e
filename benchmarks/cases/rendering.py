"""The engine alone, in process: templates that are parsed and executed, nothing read or written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.case import Case, Peer
from benchmarks.goals import Faster, MaxSeconds, Within
from benchmarks.processes import in_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.measure import Subject

ENGINE = "benchmarks.workers.engine"
JINJA = "benchmarks.workers.jinja"


def cases(bench: Bench) -> Iterator[Case]:
    """12 files beside Jinja2, many files beside Jinja2 and beside a tenth of them."""

    def engine(count: int) -> Subject:
        return in_process(f"{count} files", bench.python, ENGINE, str(count), home=bench.home)

    def jinja(count: int) -> Subject:
        return in_process("Jinja2", bench.peers.python, JINJA, str(count), home=bench.home)

    yield Case(
        name="parse and render 12 files, in process",
        ours=engine(12),
        peers=(bench.peer("Jinja2", lambda: jinja(12), Faster(times=5)),),
        goals=(MaxSeconds(seconds=0.003),),
        runs=bench.runs(101),
    )
    # A quarter more than ten times as long is what caches and the collector of garbage may cost; more is not linear.
    yield Case(
        name=f"parse and render {bench.large:,} files, in process",
        ours=engine(bench.large),
        peers=(
            bench.peer("Jinja2", lambda: jinja(bench.large), Faster(times=5)),
            Peer(subject=engine(bench.large // 10), goal=Within(times=12.5)),
        ),
        runs=bench.runs(5),
    )
