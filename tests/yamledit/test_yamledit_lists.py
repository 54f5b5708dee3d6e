"""A list that may be one value: made a list when an item is wanted, the value again when the item is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cicdpack.yamledit import Inserted, load, merge, remove, update
from cicdpack.yamledit.values import same

if TYPE_CHECKING:
    from cicdpack.yamledit.lists import Lists

pytestmark = pytest.mark.usefixtures("parser")

OURS = {"local": "ours.yml"}
WANTED = {"include": [OURS]}


def is_ours(item: object, wanted: object) -> bool:
    return same(item, wanted) or (isinstance(item, str) and {"local": item} == wanted)


LISTS: Lists = {("include",): is_ours}

REWRITES = {
    "a scalar": ("include: a.yml\n", "include:\n  - a.yml\n  - local: ours.yml\n"),
    "no line break at the end": ("include: a.yml", "include:\n  - a.yml\n  - local: ours.yml"),
    "comments around a scalar": (
        "# top\ninclude:   'a.yml'  # why\n# next\nx: 1\n",
        "# top\ninclude:\n  - 'a.yml'  # why\n  - local: ours.yml\n# next\nx: 1\n",
    ),
    "a scalar below its key": (
        "include:  # these\n    a.yml\nx: 1\n",
        "include:  # these\n    - a.yml\n    - local: ours.yml\nx: 1\n",
    ),
    "a scalar on several lines": (
        'include: "a\n  b"\nx: 1\n',
        'include:\n  - "a\n      b"\n  - local: ours.yml\nx: 1\n',
    ),
    "a block of text": (
        "include: |-\n  a.yml\nx: 1\n",
        "include:\n  - |-\n      a.yml\n  - local: ours.yml\nx: 1\n",
    ),
    "a mapping": (
        "include:\n  project: g/p\n\n  # which\n  file:\n    - /x.yml\n\nx:\n  y: 1\n",
        "include:\n  - project: g/p\n\n    # which\n    file:\n      - /x.yml\n  - local: ours.yml\n\nx:\n  y: 1\n",
    ),
    "a mapping in braces": (
        "include: {project: g/p, file: /x.yml}\n",
        "include:\n  - {project: g/p, file: /x.yml}\n  - local: ours.yml\n",
    ),
    "braces on several lines": (
        "include: {\n  project: g/p\n}\nx: 1\n",
        "include:\n  - {\n      project: g/p\n    }\n  - local: ours.yml\nx: 1\n",
    ),
    "a mapping behind an anchor": (
        "include: &a\n  project: g/p\nx: 1\n",
        "include:\n  - &a\n      project: g/p\n  - local: ours.yml\nx: 1\n",
    ),
    "the file's own indentation": (
        "include: a.yml\nx:\n- 1\n",
        "include:\n- a.yml\n- local: ours.yml\nx:\n- 1\n",
    ),
    "a file in braces": (
        "{include: a.yml, x: 1}\n",
        "{include: [a.yml, {local: ours.yml}], x: 1}\n",
    ),
    "carriage returns": ("include: a.yml\r\nx: 1\r\n", "include:\r\n  - a.yml\r\n  - local: ours.yml\r\nx: 1\r\n"),
}

NO_OPS = {
    "the item itself": "include:\n  local: ours.yml\n",
    "the item in another spelling": "include: ours.yml\n",
    "in a list": "include:\n  - a.yml\n  - ours.yml\n",
}


@pytest.mark.parametrize(("text", "expected"), REWRITES.values(), ids=REWRITES)
def test_a_single_value_becomes_the_first_item(text: str, expected: str) -> None:
    """Ours goes behind it, a second merge changes nothing, and taking ours out gives the very bytes back."""
    merged = merge(text.encode(), WANTED, source="f", lists=LISTS)

    assert merged.text.decode() == expected
    assert merge(merged.text, WANTED, source="f", lists=LISTS).text == merged.text
    assert remove(merged.text, merged.changes, source="f", lists=LISTS).text == text.encode()


@pytest.mark.parametrize("text", NO_OPS.values(), ids=NO_OPS)
def test_what_is_covered_is_not_added(text: str) -> None:
    """An item that is there in some spelling is not added, and is no edit."""
    assert merge(text.encode(), WANTED, source="f", lists=LISTS).text == text.encode()
    again = update(text.encode(), WANTED, WANTED, source="f", lists=LISTS)
    assert (again.text, again.kept, again.conflicts) == (text.encode(), (), ())


def test_only_where_the_schema_says_so() -> None:
    """Elsewhere a value where a list is wanted is a conflict."""
    assert merge(b"include: a.yml\n", WANTED, source="f").conflicts
    assert merge(b"x: {include: a.yml}\n", {"x": WANTED}, source="f", lists=LISTS).conflicts


@pytest.mark.parametrize("wanted", [{"include": [{"local": "new.yml"}]}, {}], ids=["moves", "goes"])
def test_a_value_that_somebody_put_in_place_of_the_list_is_no_conflict(wanted: dict[str, object]) -> None:
    """Whatever becomes of ours, a single value that took the list's place is kept."""
    moved = update(b"include: a.yml\n", WANTED, wanted, source="f", lists=LISTS)

    assert not moved.conflicts
    value = load(moved.text, source="f").value
    assert value == ({"include": ["a.yml", {"local": "new.yml"}]} if wanted else {"include": "a.yml"})


def test_ours_alone_in_place_of_the_list_goes() -> None:
    """Where somebody left nothing but our item, without its dash, it is taken back all the same."""
    inserted = Inserted(path=("include", 1), value=OURS, kind="appended", replaced=" ")

    assert remove(b"include:\n  local: ours.yml\nx: 1\n", [inserted], source="f", lists=LISTS).text == b"x: 1\n"


def test_an_edited_item_is_kept_whole() -> None:
    """An item is never cut to pieces: what would be left of it means nothing."""
    inserted = Inserted(path=("include", 1), value=OURS, kind="appended")
    text = b"include:\n  - a.yml\n  - ours.yml\n"

    removed = remove(text, [inserted], source="f", lists=LISTS)

    assert removed.text == text
    assert [item.path for item in removed.kept] == [("include", 1)]


KEPT_AS_LISTS = {
    "another item": "include:\n  - a.yml\n  - local: ours.yml\n  - b.yml\n",
    "a comment": "include:\n  # mine\n  - a.yml\n  - local: ours.yml\n",
}


@pytest.mark.parametrize("text", KEPT_AS_LISTS.values(), ids=KEPT_AS_LISTS)
def test_a_list_that_somebody_went_on_with_stays_a_list(text: str) -> None:
    """Only our line goes."""
    inserted = Inserted(path=("include", 1), value=OURS, kind="appended", replaced=" ")

    removed = remove(text.encode(), [inserted], source="f", lists=LISTS)

    assert removed.text.decode() == text.replace("  - local: ours.yml\n", "")


def test_an_alias_is_left_alone() -> None:
    """A value that other places share is not edited."""
    with pytest.raises(Exception, match="alias"):
        merge(b"x: &x a.yml\ninclude: *x\n", WANTED, source="f", lists=LISTS)
