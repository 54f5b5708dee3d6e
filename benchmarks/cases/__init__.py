"""The cases, in groups. A group is a function that writes what it needs and yields cases, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cases import applying, fleets, packing, rendering, starting, updating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.bench import Bench
    from benchmarks.case import Case

GROUPS: Mapping[str, Callable[[Bench], Iterator[Case]]] = {
    "start": starting.cases,
    "render": rendering.cases,
    "apply": applying.cases,
    "fleet": fleets.cases,
    "update": updating.cases,
    "pack": packing.cases,
}
