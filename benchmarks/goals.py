"""What a case has to reach, as values: against a peer or absolutely. Judging them is arithmetic, not opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from benchmarks.measure import Series, seconds_more, times_faster
from cicdpack._typing import assert_never

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Faster:
    """At least `times` as fast as the peer."""

    times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """At most `times` as long as the peer."""

    times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMostMore:
    """At most `seconds` longer than the peer."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxSeconds:
    """At most `seconds`, whoever else there is."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPeak:
    """At most `size` bytes of resident memory."""

    size: int


PeerGoal: TypeAlias = "Faster | Within | AtMostMore"
OwnGoal: TypeAlias = "MaxSeconds | MaxPeak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A goal in words, what was measured in the same unit, and whether that is enough."""

    goal: str
    measured: str
    met: bool


def judge_against(goal: PeerGoal, ours: Series, theirs: Series) -> Verdict:
    """Judge a goal that names a peer."""
    times = times_faster(ours, theirs)
    match goal:
        case Faster():
            return Verdict(goal=f">= {goal.times:g}x faster", measured=f"{times:.1f}x faster", met=times >= goal.times)
        case Within():
            taken = 1 / times
            return Verdict(
                goal=f"<= {goal.times:g}x the time", measured=f"{taken:.2f}x the time", met=taken <= goal.times
            )
        case AtMostMore():
            more = seconds_more(ours, theirs)
            return Verdict(
                goal=f"<= {goal.seconds * 1e3:g} ms more",
                measured=f"{more * 1e3:.1f} ms more",
                met=more <= goal.seconds,
            )
        case _:
            assert_never(goal)


def judge_alone(goal: OwnGoal, ours: Series) -> Verdict:
    """Judge a goal that stands for itself. A peak that was not measured does not meet any."""
    match goal:
        case MaxSeconds():
            return Verdict(
                goal=f"<= {goal.seconds * 1e3:g} ms",
                measured=f"{ours.median * 1e3:.2f} ms",
                met=ours.median <= goal.seconds,
            )
        case MaxPeak():
            peak = ours.peak
            return Verdict(
                goal=f"<= {goal.size / MIB:.0f} MiB",
                measured="not measured" if peak is None else f"{peak / MIB:.0f} MiB",
                met=peak is not None and peak <= goal.size,
            )
        case _:
            assert_never(goal)
