"""Wanted x base x current -> `Plan`: one decision for each path, made here and in `files` and `values`, nowhere else.

Pure: the caller brings the wanted files and values, what is on the disk now and, where a former run is known, what
it wrote (`base`). Without a base a file that differs is a conflict: it may be somebody's work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cicdpack._typing import assert_never
from cicdpack._values import dataclass
from cicdpack.planning.bases import Base, Rules
from cicdpack.planning.changes import Change, Plan, Present, State
from cicdpack.planning.files import decide_file, decide_unwanted
from cicdpack.planning.values import Outcome, WantedValues, decide_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Decided", "Wanted", "WantedFile", "WantedValues", "decide", "make_plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file that is to have exactly this content."""

    path: str
    after: Present


Wanted: TypeAlias = WantedFile | WantedValues


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A plan and, for each `WantedValues` in the order given, what it does to its file."""

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()


def make_plan(
    wanted: Iterable[Wanted],
    current: Mapping[str, State],
    base: Mapping[str, Present] | None = None,
    rules: Rules | None = None,
) -> Plan:
    """Decide as `decide` does, for bases whose content is at hand."""
    bases = {path: Base.of(state) for path, state in (base or {}).items()}
    return decide(wanted, current, bases, rules=rules or Rules()).plan


def decide(
    wanted: Iterable[Wanted],
    current: Mapping[str, State],
    bases: Mapping[str, Base],
    *,
    left_over: Mapping[str, str] | None = None,
    rules: Rules,
) -> Decided:
    """Decide for every path that is wanted, and for every path of `bases` and `left_over` that is wanted no more.

    `current` has a state for each of these paths (KeyError otherwise: a bug of the caller). `left_over` has the content
    hashes of files that earlier runs rendered, later ones did not, and that were edited. Several `WantedValues` for one
    path are merged one after another; a path wanted as a file is wanted once.
    """
    changes: dict[str, Change] = {}
    outcomes: list[Outcome] = []
    for want in wanted:
        state = current[want.path]
        match want:
            case WantedFile():
                changes[want.path] = decide_file(want.path, want.after, state, bases.get(want.path), rules)
            case WantedValues():
                outcome = decide_values(want, state, changes.get(want.path), rules)
                changes[want.path] = outcome.change
                outcomes.append(outcome)
            case _:
                assert_never(want)
    gone = dict(left_over or {}) | {path: base.rendered for path, base in bases.items()}
    for path, rendered in gone.items():
        if path not in changes:
            changes[path] = decide_unwanted(path, current[path], rendered)
    return Decided(plan=Plan(changes=tuple(changes[path] for path in sorted(changes))), outcomes=tuple(outcomes))
