"""A header of GitLab's: `spec` alone in a document before the one that is read and edited."""

from __future__ import annotations

import pytest

from cicdpack.yamledit import YamlEditError, load, merge, merge3, remove

pytestmark = pytest.mark.usefixtures("parser")

HEADER = "# inputs\nspec:\n  inputs:\n    env: {default: &x dev}  # which\n"

TEXTS = {
    "a mapping": ("---\nold: 1\n", "---\nold: 1\nnew:\n  - 2\n"),
    "with marks at both ends": ("--- # here\nold: 1\n...\n", "--- # here\nold: 1\nnew:\n  - 2\n...\n"),
    "no line break at the end": ("---\nold: 1", "---\nold: 1\nnew:\n  - 2"),
    "an anchor of the same name": ("---\nold: &x 1\nc: *x\n", "---\nold: &x 1\nc: *x\nnew:\n  - 2\n"),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("start", ["", "---\n"])
def test_the_document_below_a_header_is_edited(start: str, text: str, expected: str) -> None:
    """The header is kept to the byte; what was merged is taken back to the byte."""
    before = (start + HEADER + text).encode()

    merged = merge(before, {"new": [2]}, source="f")

    assert merged.text.decode() == start + HEADER + expected
    assert merge(merged.text, {"new": [2]}, source="f").text == merged.text
    assert remove(merged.text, merged.changes, source="f").text == before


def test_what_is_read_is_below_the_header() -> None:
    """Value and places are those of the document, places in lines of the whole file."""
    loaded = load((HEADER + "---\nold: 1\n").encode(), source="f")

    assert loaded.value == {"old": 1}
    assert loaded.location(("old",)).line == 6


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n---\nb: 2\n",
        "spec: 1\na: 1\n---\nb: 2\n",
        "[spec]\n---\nb: 2\n",
        "spec: 1\n---\na: 1\n---\nb: 2\n",
        "spec: 1\n---\nspec: 1\n---\nb: 2\n",
    ],
)
def test_other_documents_are_refused(text: str) -> None:
    """One header, one document; the hint does not break what is a header."""
    with pytest.raises(YamlEditError, match="a second document begins") as caught:
        load(text.encode(), source="f")

    assert caught.value.hint == "keep one document in the file"


def test_an_alias_does_not_reach_into_the_header() -> None:
    """Anchors end with their document."""
    with pytest.raises(YamlEditError, match="has no anchor"):
        merge((HEADER + "---\nold: *x\n").encode(), {"new": 1}, source="f")


def test_headers_are_not_merged_by_structure() -> None:
    """A change of a header would be lost, so its text is merged by lines."""
    text = (HEADER + "---\nold: 1\n").encode()

    assert merge3(text, text, text.replace(b"dev", b"prod"), source="f").text is None
