"""The one decision for each path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cicdpack.planning.bases import Rules, ValuesBase
from cicdpack.planning.changes import (
    Absent,
    Blocked,
    Conflict,
    Create,
    Keep,
    Merge,
    Plan,
    Present,
    Update,
    effect_of,
)
from cicdpack.planning.ownership import insertions
from cicdpack.planning.plan import WantedFile, WantedValues, make_plan
from cicdpack.planning.schemas import lists_of
from cicdpack.planning.values import decide_values
from cicdpack.yamledit.removing import remove

if TYPE_CHECKING:
    from cicdpack.planning.changes import State

OLD, NEW, EDITED = Present(data=b"old\n"), Present(data=b"new\n"), Present(data=b"edited\n")
FOLDER = Blocked(what="a folder", where="f")
TARGETS = {"targets": {"staging": {"workspace": {"host": "https://s"}}, "prod": {"workspace": {"host": "https://p"}}}}


def effects(plan: Plan) -> dict[str, str]:
    return {change.path: effect_of(change) for change in plan.changes}


@pytest.mark.parametrize(
    ("current", "base", "effect"),
    [
        (Absent(), None, "create"),
        (NEW, None, "keep"),
        (EDITED, None, "conflict"),
        (FOLDER, None, "conflict"),
        (Absent(), OLD, "keep"),
        (OLD, OLD, "update"),
        (NEW, OLD, "keep"),
        (EDITED, OLD, "conflict"),
        (EDITED, NEW, "keep"),
        (FOLDER, OLD, "conflict"),
        (Present(data=b"new\n", executable=True), None, "update"),
    ],
    ids=[
        "not there",
        "as wanted",
        "differs, origin unknown",
        "a folder in the way",
        "deleted by the user",
        "untouched, bundle moved on",
        "already as wanted",
        "both changed",
        "edited, bundle unchanged",
        "replaced by a folder",
        "only the executable bit differs",
    ],
)
def test_what_happens_to_a_wanted_file(current: State, base: Present | None, effect: str) -> None:
    """Each combination of current and base has one answer."""
    plan = make_plan([WantedFile(path="f", after=NEW)], {"f": current}, {"f": base} if base else {})

    assert effects(plan) == {"f": effect}


@pytest.mark.parametrize(
    ("current", "effect"), [(OLD, "delete"), (EDITED, "keep"), (Absent(), "keep"), (FOLDER, "keep")]
)
def test_what_happens_to_a_file_that_is_wanted_no_more(current: State, effect: str) -> None:
    """What we wrote and nobody touched goes; what somebody touched stays."""
    plan = make_plan([], {"f": current}, {"f": OLD})

    assert effects(plan) == {"f": effect}


def test_a_conflict_carries_all_sides() -> None:
    """Base, theirs and current are there for whoever shows the conflict."""
    (conflict,) = make_plan([WantedFile(path="f", after=NEW)], {"f": EDITED}, {"f": OLD}).changes

    assert isinstance(conflict, Conflict)
    assert (conflict.base, conflict.theirs, conflict.current) == (OLD, NEW, EDITED)


def test_changes_are_in_path_order() -> None:
    """The order of a plan depends on the paths alone."""
    wanted = [WantedFile(path=path, after=NEW) for path in ("b", "a", "c")]

    plan = make_plan(wanted, dict.fromkeys("abc", Absent()))

    assert [change.path for change in plan.changes] == ["a", "b", "c"]


def test_values_are_merged_and_summarised() -> None:
    """Missing values are added to a file; the summary groups them by where they stand."""
    current = Present(data=b"bundle:\n  name: x\ntargets:\n  dev:\n    default: true\n", executable=True)

    (change,) = make_plan([WantedValues(path="f", values=TARGETS)], {"f": current}).changes

    assert isinstance(change, Merge)
    assert change.summary == "targets staging, prod"
    assert change.after.data.startswith(current.data)
    assert change.after.executable


def test_values_that_are_there_change_nothing() -> None:
    """A file that holds everything that is wanted is kept."""
    current = Present(
        data=b"targets: {staging: {workspace: {host: 'https://s'}}, prod: {workspace: {host: https://p}}}\n"
    )

    (change,) = make_plan([WantedValues(path="f", values=TARGETS)], {"f": current}).changes

    assert isinstance(change, Keep)


def test_other_values_are_a_conflict_with_their_place() -> None:
    """A value that is there and differs is named with its path, both values and its line."""
    current = Present(data=b"targets:\n  prod:\n    workspace:\n      host: https://other\n")

    (change,) = make_plan([WantedValues(path="f", values=TARGETS)], {"f": current}).changes

    assert isinstance(change, Conflict)
    assert change.reason == "`targets.prod.workspace.host` is `https://other` (line 4), the bundle wants `https://p`"


@pytest.mark.parametrize(("creates", "effect"), [(True, "create"), (False, "conflict")])
def test_a_missing_file_is_created_only_where_the_overlay_says_so(creates: bool, effect: str) -> None:
    """A project without its `databricks.yml` is a mistake; a repository without `.gitlab-ci.yml` is not."""
    plan = make_plan([WantedValues(path="f", values=TARGETS, creates=creates)], {"f": Absent()})

    assert effects(plan) == {"f": effect}


def test_values_for_one_file_from_two_projects_add_up() -> None:
    """The second overlay is merged into what the first one makes of the file."""
    wanted = [
        WantedValues(path="ci.yml", values={"include": [{"local": name}]}, creates=True)
        for name in ("/a.yml", "/b.yml")
    ]

    (change,) = make_plan(wanted, {"ci.yml": Absent()}).changes

    assert isinstance(change, Create)
    assert change.after.data == b"include:\n  - local: /a.yml\n  - local: /b.yml\n"


def test_a_conflict_in_one_overlay_stays_one() -> None:
    """A later overlay for the same file does not hide an earlier conflict."""
    current = Present(data=b"a: 1\n")
    wanted = [WantedValues(path="f", values={"a": 2}), WantedValues(path="f", values={"b": 3})]

    (change,) = make_plan(wanted, {"f": current}).changes

    assert isinstance(change, Conflict)


def test_writes_are_what_touches_the_disk() -> None:
    """Kept files and conflicts are no writes."""
    wanted = [WantedFile(path=path, after=NEW) for path in ("create", "keep", "conflict")]
    current: dict[str, State] = {"create": Absent(), "keep": NEW, "conflict": EDITED, "delete": OLD}

    plan = make_plan(wanted, current, {"delete": OLD})

    assert [(change.path, effect_of(change)) for change in plan.writes] == [("create", "create"), ("delete", "delete")]
    assert [change.path for change in plan.conflicts] == ["conflict"]


def test_an_update_keeps_what_it_replaces() -> None:
    """The state before stands in the change, so that whoever commits it can compare."""
    (change,) = make_plan([WantedFile(path="f", after=NEW)], {"f": OLD}, {"f": OLD}).changes

    assert isinstance(change, Update)
    assert change.before == OLD


@pytest.mark.parametrize("is_next", [False, True], ids=["moved once", "moved twice"])
def test_an_item_that_moves_takes_over_what_its_list_was_made_of(is_next: bool) -> None:
    """A list that was made of one value is that value again in the end, however often the item moved since."""
    path, text = ".gitlab-ci.yml", b"include: a.yml\n"
    base = None
    data = text
    for name in ("one.yml", "two.yml", "three.yml")[: 2 + is_next]:
        want = WantedValues(path=path, values={"include": [{"local": name}]}, base=base)
        outcome = decide_values(want, Present(data=data), None, Rules())
        assert isinstance(outcome.change, Merge)
        data = outcome.change.after.data
        assert data.decode() == f"include:\n  - a.yml\n  - local: {name}\n"
        base = ValuesBase(values=want.values, sets=outcome.sets)

    assert base is not None
    back = remove(data, insertions(base.sets, base.values), source=path, lists=lists_of(path))
    assert back.text == text
