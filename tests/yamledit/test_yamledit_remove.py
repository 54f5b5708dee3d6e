"""Taking back and updating: values still untouched follow, edited ones stay and are reported."""

from __future__ import annotations

from typing import Any

import pytest

from cicdpack.yamledit import YamlEditError, merge, remove, update

pytestmark = pytest.mark.usefixtures("parser")

BEFORE = b"# mine\ntargets:\n  dev:\n    host: D\n"
WANTED = {"targets": {"test": {"host": "T"}, "prod": {"host": "P", "mode": "production"}}}

EDITS: dict[str, tuple[tuple[str, str], str, list[tuple[object, ...]]]] = {
    "one value edited": (
        ("host: P", "host: Q"),
        "# mine\ntargets:\n  dev:\n    host: D\n  prod:\n    host: Q\n",
        [("targets", "prod", "host")],
    ),
    "a key added": (
        ("host: P", "host: P\n    own: 1"),
        "# mine\ntargets:\n  dev:\n    host: D\n  prod:\n    own: 1\n",
        [],
    ),
    "a part taken out": (("    host: P\n", ""), BEFORE.decode(), []),
    "a mapping taken out": (("  test:\n    host: T\n", ""), BEFORE.decode(), []),
    "written otherwise": (
        ("    host: P\n    mode: production\n", "    {mode: 'production',\n     host: P}\n"),
        BEFORE.decode(),
        [],
    ),
    "a comment written": (
        ("host: T", "host: T  # why"),
        "# mine\ntargets:\n  dev:\n    host: D\n  test:\n    host: T  # why\n",
        [("targets", "test")],
    ),
    "a comment before": (
        ("  prod:", "  # mine too\n  prod:"),
        "# mine\ntargets:\n  dev:\n    host: D\n  # mine too\n",
        [],
    ),
    "replaced by a list": (
        ("prod:\n    host: P\n    mode: production", "prod: [x]"),
        "# mine\ntargets:\n  dev:\n    host: D\n  prod: [x]\n",
        [("targets", "prod")],
    ),
    "shared by an anchor": (
        ("test:\n", "test: &t\n"),
        "# mine\ntargets:\n  dev:\n    host: D\n",
        [],
    ),
    "the user's own target gone": (("  dev:\n    host: D\n", ""), "# mine\ntargets:\n", []),
}


@pytest.mark.parametrize("case", EDITS)
def test_remove_after_an_edit(case: str) -> None:
    """What is still what was inserted goes, everything else stays and is named."""
    (old, new), expected, kept = EDITS[case]
    merged = merge(BEFORE, WANTED, source="x")
    edited = merged.text.decode().replace(old, new, 1)
    assert edited != merged.text.decode()

    result = remove(edited.encode(), merged.changes, source="x")

    assert result.text.decode() == expected
    assert [item.path for item in result.kept] == kept


def test_kept_value_says_why_and_where() -> None:
    """A value that stays is reported with its value, a reason and its place."""
    merged = merge(b"", {"a": {"b": 1}, "c": [1, 2]}, source="x")

    result = remove(merged.text.replace(b"b: 1", b"b: 7"), merged.changes, source="databricks.yml")

    (kept,) = result.kept
    assert (kept.path, kept.current, kept.reason, str(kept.location)) == (
        ("a", "b"),
        7,
        "it was edited",
        "databricks.yml:2:6",
    )
    assert result.text == b"a:\n  b: 7\n"


@pytest.mark.parametrize(
    "edited",
    [
        b"a:\n  - 0\n  - x\n  - y\n",
        b"a:\n  - y\n  - x\n  - 0\n",
        b"a: [y, 0, x]\n",
        b"a: [\n  y,\n  x,\n  0,\n]\n",
        b"a: [0, y, x, ]\n",
    ],
)
def test_items_that_moved_are_found_by_value(edited: bytes) -> None:
    """A list item is taken out where it stands now, in either style."""
    merged = merge(b"a:\n  - 0\n", {"a": ["x", "y"]}, source="x")

    result = remove(edited, merged.changes, source="x")

    assert not result.kept
    assert b"0" in result.text
    assert b"x" not in result.text
    assert b"y" not in result.text


def test_anchor_used_elsewhere_keeps_its_value() -> None:
    """Nothing is taken out that another place refers to."""
    merged = merge(b"z: 1\n", {"a": {"b": 1}}, source="x")
    edited = merged.text.replace(b"a:\n", b"a: &a\n") + b"c: *a\n"

    result = remove(edited, merged.changes, source="x")

    assert result.text == edited
    assert [item.reason for item in result.kept] == ["other places share it through an anchor"]


def test_remove_refuses_what_it_cannot_read() -> None:
    """A broken file is an error, not a guess."""
    with pytest.raises(YamlEditError, match="not valid YAML"):
        remove(b"a: [", (), source="x")


UPDATES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "a value moved": ("a: {h: 1} # c\n", {"a": {"h": 1}}, {"a": {"h": 2}}, "a: {h: 2} # c\n"),
    "a value moved, quoted": ("h: 'x'  # c\n", {"h": "x"}, {"h": "on"}, 'h: "on"  # c\n'),
    "a block of text moved": ("h: |\n  x\nz: 1\n", {"h": "x\n"}, {"h": "new"}, "h: new\nz: 1\n"),
    "a key not wanted any more": ("a:\n  h: 1\n  i: 2\n", {"a": {"h": 1, "i": 2}}, {"a": {"i": 2}}, "a:\n  i: 2\n"),
    "a mapping not wanted any more": ("z: 1\na:\n  h: 1\n", {"a": {"h": 1}}, {}, "z: 1\n"),
    "a new key": ("a:\n  h: 1\n", {"a": {"h": 1}}, {"a": {"h": 1, "i": 2}}, "a:\n  h: 1\n  i: 2\n"),
    "items come and go": ("a:\n- x\n- mine\n- y\n", {"a": ["x", "y"]}, {"a": ["y", "z"]}, "a:\n- mine\n- y\n- z\n"),
    "a mapping becomes a scalar": ("a:\n  h: 1\nz: 1\n", {"a": {"h": 1}}, {"a": 5}, "a: 5\nz: 1\n"),
    "a scalar becomes a mapping": ("a: 5\nz: 1\n", {"a": 5}, {"a": {"h": 1}}, "a: {h: 1}\nz: 1\n"),
    "both sides made the same change": ("a: 2\n", {"a": 1}, {"a": 2}, "a: 2\n"),
    "a null filled": ("a:\n", {"a": None}, {"a": 2}, "a: 2\n"),
}


@pytest.mark.parametrize("case", UPDATES)
def test_update(case: str) -> None:
    """Values that nobody edited follow the wanted ones in place; all else keeps its bytes."""
    text, base, wanted, expected = UPDATES[case]

    result = update(text.encode(), base, wanted, source="x")

    assert result.text.decode() == expected
    assert not result.conflicts
    assert not result.kept


KEPT: dict[str, tuple[str, dict[str, Any], str]] = {
    "edited": ("a:\n  h: 9\n", {"a": {"h": 1}}, "it was edited"),
    "taken out": ("a:\n  i: 9\n", {"a": {"h": 1}}, "it was taken out"),
    "a whole mapping taken out": ("z: 1\n", {"a": {"h": 1}}, "it was taken out"),
    "an item taken out": ("a: [x]\n", {"a": ["x", "y"]}, "it was taken out"),
}


@pytest.mark.parametrize("case", KEPT)
def test_update_keeps_an_edit_where_the_template_stands_still(case: str) -> None:
    """What the user changed stays, and is reported, while the wanted value is the base's."""
    text, base, reason = KEPT[case]

    result = update(text.encode(), base, base, source="x")

    assert result.text.decode() == text
    assert [item.reason for item in result.kept] == [reason]


CONFLICTS: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "both changed": ("a:\n  h: 9\n", {"a": {"h": 1}}, {"a": {"h": 2}}, "x:2:6"),
    "edited, and not wanted any more": ("a:\n  h: 9\n", {"a": {"h": 1}}, {}, "x:2:6"),
    "taken out, and wanted otherwise": ("a:\n  i: 9\n", {"a": {"h": 1}}, {"a": {"h": 2}}, "x:2:3"),
    "a new key in the way": ("a: {h: 9}\n", {}, {"a": {"h": 2}}, "x:1:8"),
}


@pytest.mark.parametrize("case", CONFLICTS)
def test_update_conflict(case: str) -> None:
    """Where both sides moved the text comes back as it was, with the place of the conflict."""
    text, base, wanted, location = CONFLICTS[case]

    result = update(text.encode(), base, wanted, source="x")

    assert result.text.decode() == text
    assert [str(conflict.location) for conflict in result.conflicts] == [location]
