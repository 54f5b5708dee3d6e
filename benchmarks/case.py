"""A case: one piece of work, ours and theirs, with goals -> rows of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.goals import judge_against, judge_alone
from benchmarks.measure import CannotRunError, Series, interleave, times_faster

if TYPE_CHECKING:
    from benchmarks.goals import OwnGoal, PeerGoal, Verdict
    from benchmarks.measure import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Somebody else who does the same work, and what we want to reach against them, if anything."""

    subject: Subject
    goal: PeerGoal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A peer that cannot be run here, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One piece of work. `runs` counts the measured runs of each subject."""

    name: str
    ours: Subject
    peers: tuple[Peer | Missing, ...] = ()
    goals: tuple[OwnGoal, ...] = ()
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: a case beside one peer, or alone.

    `ratio` says how many times as long the peer takes, run by run. `failed` says why our own run failed, `skipped` why
    there is no peer; both None: everything was measured.
    """

    case: str
    ours: Series | None = None
    peer: str | None = None
    theirs: Series | None = None
    ratio: float | None = None
    verdict: Verdict | None = None
    failed: str | None = None
    skipped: str | None = None


def measure(case: Case) -> tuple[Row, ...]:
    """Measure a case: a row for each peer, and one for each goal that stands for itself (at least one row)."""
    peers = [peer for peer in case.peers if isinstance(peer, Peer)]
    subjects = [case.ours, *(peer.subject for peer in peers)]
    try:
        ours, *others = interleave(subjects, runs=case.runs)
    finally:
        for subject in subjects:
            subject.close()
    if isinstance(ours, CannotRunError):
        return (Row(case=case.name, failed=str(ours)),)
    rows = [Row(case=case.name, ours=ours, verdict=judge_alone(goal, ours)) for goal in case.goals]
    rows += [_beside(case.name, ours, peer, theirs) for peer, theirs in zip(peers, others, strict=True)]
    rows += [
        Row(case=case.name, ours=ours, peer=peer.name, skipped=peer.reason)
        for peer in case.peers
        if isinstance(peer, Missing)
    ]
    return tuple(rows) or (Row(case=case.name, ours=ours),)


def _beside(case: str, ours: Series, peer: Peer, theirs: Series | CannotRunError) -> Row:
    if isinstance(theirs, CannotRunError):
        return Row(case=case, ours=ours, peer=peer.subject.name, skipped=str(theirs))
    return Row(
        case=case,
        ours=ours,
        peer=theirs.name,
        theirs=theirs,
        ratio=times_faster(ours, theirs),
        verdict=judge_against(peer.goal, ours, theirs) if peer.goal else None,
    )
