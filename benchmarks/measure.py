"""Runs that cost time and memory -> series of costs, taken in turn so that a busy moment hits everyone alike."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class CannotRunError(Exception):
    """A subject cannot be run, or its run failed; the text says why in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run cost.

    `seconds` are wall-clock seconds of a process, processor seconds of a worker (see `workers.serve`). A process also
    has its peak of resident memory in bytes and its processor seconds, user's and system's together.
    """

    seconds: float
    peak: int | None = None
    processor: float | None = None


def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something to measure. `prepare` comes before each run and is not measured; `run` measures itself.

    `check` comes once, after the first run, and says whether that did the work at all. `close` frees what the subject
    holds (a worker process, say). The first three may raise `CannotRunError`.
    """

    name: str
    run: Callable[[], Cost]
    prepare: Callable[[], None] = nothing
    check: Callable[[], None] = nothing
    close: Callable[[], None] = nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The costs of one subject's runs, in the order of the runs. Never empty."""

    name: str
    costs: tuple[Cost, ...]

    @property
    def median(self) -> float:
        """Seconds of the median run."""
        return statistics.median(cost.seconds for cost in self.costs)

    @property
    def minimum(self) -> float:
        """Seconds of the fastest run."""
        return min(cost.seconds for cost in self.costs)

    @property
    def peak(self) -> int | None:
        """Bytes of the median peak; None where memory was not measured."""
        peaks = [cost.peak for cost in self.costs if cost.peak is not None]
        return int(statistics.median(peaks)) if peaks else None


def interleave(subjects: Sequence[Subject], *, runs: int) -> tuple[Series | CannotRunError, ...]:
    """Run the subjects in turn, A B A B, `runs` times each after one run each that does not count.

    A subject that fails is left out from then on, and its error stands in for its series.
    """
    if runs < 1:
        raise ValueError(f"at least one run is needed, not {runs}")
    costs: dict[int, list[Cost]] = {index: [] for index in range(len(subjects))}
    failures: dict[int, CannotRunError] = {}
    for round_number in range(runs + 1):
        for index, subject in enumerate(subjects):
            if index in failures:
                continue
            try:
                subject.prepare()
                cost = subject.run()
                if not round_number:
                    subject.check()
            except CannotRunError as error:
                failures[index] = error
                continue
            if round_number:
                costs[index].append(cost)
    return tuple(
        failures[index] if index in failures else Series(name=subject.name, costs=tuple(costs[index]))
        for index, subject in enumerate(subjects)
    )


def times_faster(ours: Series, theirs: Series) -> float:
    """How many times as long the other takes: the median of the ratios, run by run in the order they were taken."""
    return statistics.median(b.seconds / a.seconds for a, b in _pairs(ours, theirs))


def seconds_more(ours: Series, theirs: Series) -> float:
    """How many seconds more ours takes: the median of the differences, run by run."""
    return statistics.median(a.seconds - b.seconds for a, b in _pairs(ours, theirs))


def _pairs(ours: Series, theirs: Series) -> list[tuple[Cost, Cost]]:
    if len(ours.costs) != len(theirs.costs):
        raise ValueError(f"{len(ours.costs)} runs of {ours.name}, but {len(theirs.costs)} of {theirs.name}")
    return list(zip(ours.costs, theirs.costs, strict=True))
