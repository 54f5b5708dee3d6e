"""The arithmetic of the benchmarks, on costs that are made up: no test here looks at a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.case import Case, Missing, Peer, measure
from benchmarks.goals import MIB, AtMostMore, Faster, MaxPeak, MaxSeconds, Within, judge_against, judge_alone
from benchmarks.measure import CannotRunError, Cost, Series, Subject, interleave, seconds_more, times_faster

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.goals import OwnGoal, PeerGoal


def series(name: str, *seconds: float, peak: int | None = None) -> Series:
    return Series(name=name, costs=tuple(Cost(seconds=value, peak=peak) for value in seconds))


def scripted(name: str, seconds: Iterable[float], log: list[str] | None = None) -> Subject:
    """A subject whose runs take what the script says; it writes down what is asked of it."""
    script = iter(seconds)
    calls: list[str] = [] if log is None else log

    def run() -> Cost:
        calls.append(f"run {name}")
        value = next(script, None)
        if value is None:
            raise CannotRunError(f"{name} broke")
        return Cost(seconds=value)

    return Subject(
        name=name,
        run=run,
        prepare=lambda: calls.append(f"prepare {name}"),
        check=lambda: calls.append(f"check {name}"),
        close=lambda: calls.append(f"close {name}"),
    )


def test_subjects_take_turns() -> None:
    """A B A B: each run is prepared, the first of each is checked, and nobody runs twice in a row."""
    calls: list[str] = []

    interleave([scripted("A", [1, 1], calls), scripted("B", [1, 1], calls)], runs=1)

    assert calls == [
        *("prepare A", "run A", "check A", "prepare B", "run B", "check B"),
        *("prepare A", "run A", "prepare B", "run B"),
    ]


def test_first_run_does_not_count() -> None:
    """What the first run has to load is not part of the figures."""
    (measured,) = interleave([scripted("A", [100, 1, 2, 3])], runs=3)

    assert measured == series("A", 1, 2, 3)


def test_subject_that_fails_is_left_out() -> None:
    """One that breaks gives its error and does not stop the others."""
    broken, fine = interleave([scripted("A", [1, 1]), scripted("B", [1, 1, 1, 1])], runs=3)

    assert isinstance(broken, CannotRunError)
    assert str(broken) == "A broke"
    assert fine == series("B", 1, 1, 1)


def test_no_runs_are_refused() -> None:
    """A series is never empty."""
    with pytest.raises(ValueError, match="at least one run is needed, not 0"):
        interleave([scripted("A", [1])], runs=0)


def test_figures_of_a_series() -> None:
    """Median, minimum and the median peak."""
    measured = series("A", 3, 1, 2, peak=7)

    assert (measured.median, measured.minimum, measured.peak) == (2, 1, 7)
    assert series("A", 1).peak is None


def test_ratio_is_taken_run_by_run() -> None:
    """A busy moment that hits a pair does not move the ratio: it is no ratio of medians."""
    ours, theirs = series("A", 1, 10, 2), series("B", 4, 40, 8)

    assert times_faster(ours, theirs) == 4
    assert times_faster(series("A", 1, 1, 4), series("B", 2, 3, 4)) == 2
    assert seconds_more(theirs, ours) == 6


def test_series_of_different_lengths_are_refused() -> None:
    """Pairs need partners."""
    with pytest.raises(ValueError, match="2 runs of A, but 1 of B"):
        times_faster(series("A", 1, 1), series("B", 1))


@pytest.mark.parametrize(
    ("goal", "theirs", "met", "words"),
    [
        (Faster(times=6), 6.0, True, (">= 6x faster", "6.0x faster")),
        (Faster(times=6), 5.9, False, (">= 6x faster", "5.9x faster")),
        (Within(times=2.5), 0.4, True, ("<= 2.5x the time", "2.50x the time")),
        (Within(times=2.5), 0.25, False, ("<= 2.5x the time", "4.00x the time")),
        (AtMostMore(seconds=0.025), 0.98, True, ("<= 25 ms more", "20.0 ms more")),
        (AtMostMore(seconds=0.025), 0.95, False, ("<= 25 ms more", "50.0 ms more")),
    ],
)
def test_goal_against_a_peer(goal: PeerGoal, theirs: float, met: bool, words: tuple[str, str]) -> None:
    """Ours takes one second; the verdict follows from the peer's."""
    verdict = judge_against(goal, series("A", 1.0), series("B", theirs))

    assert (verdict.goal, verdict.measured) == words
    assert verdict.met is met


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (MaxSeconds(seconds=0.003), True),
        (MaxSeconds(seconds=0.001), False),
        (MaxPeak(size=50 * MIB), True),
        (MaxPeak(size=49 * MIB), False),
    ],
)
def test_goal_of_our_own(goal: OwnGoal, met: bool) -> None:
    """Ours takes two milliseconds and 50 MiB."""
    assert judge_alone(goal, series("A", 0.002, peak=50 * MIB)).met is met


def test_peak_that_was_not_measured_meets_no_goal() -> None:
    """No figure, no success."""
    verdict = judge_alone(MaxPeak(size=MIB), series("A", 1))

    assert (verdict.measured, verdict.met) == ("not measured", False)


def test_case_gives_a_row_for_each_goal_and_peer() -> None:
    """Own goals first, then peers, then those that are not here; everything is closed at the end."""
    calls: list[str] = []
    case = Case(
        name="work",
        ours=scripted("ours", [1, 1], calls),
        peers=(
            Peer(subject=scripted("slow", [1, 8], calls), goal=Faster(times=4)),
            Peer(subject=scripted("broken", [], calls)),
            Missing(name="absent", reason="not installed"),
        ),
        goals=(MaxSeconds(seconds=2),),
        runs=1,
    )

    alone, slow, broken, absent = measure(case)

    assert alone.verdict
    assert alone.peer is None
    assert slow.verdict
    assert (slow.peer, slow.ratio, slow.verdict.met) == ("slow", 8, True)
    assert (broken.peer, broken.skipped, broken.ratio) == ("broken", "broken broke", None)
    assert (absent.peer, absent.skipped) == ("absent", "not installed")
    assert calls[-3:] == ["close ours", "close slow", "close broken"]


def test_case_of_ours_that_fails_is_one_row() -> None:
    """Without a run of ours there is nothing to compare."""
    rows = measure(Case(name="work", ours=scripted("ours", []), peers=(Peer(subject=scripted("B", [1, 1])),), runs=1))

    assert [(row.case, row.failed) for row in rows] == [("work", "ours broke")]


def test_case_without_goal_and_peer_is_one_row() -> None:
    """A figure alone is a row too."""
    (row,) = measure(Case(name="work", ours=scripted("ours", [1, 2]), runs=1))

    assert row.ours == series("ours", 2)
    assert row.verdict is None
