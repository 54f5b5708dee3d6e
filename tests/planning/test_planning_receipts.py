"""Receipts and their names, line ends, and whose values are whose."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cicdpack.planning.bases import Accepted, ValuesBase
from cicdpack.planning.jsonvalues import packed, unpacked
from cicdpack.planning.lineends import content_hash, with_ends_of
from cicdpack.planning.ownership import Set, after_run, removable
from cicdpack.planning.receipt_reading import decode
from cicdpack.planning.receipts import (
    BundleRecord,
    FileRecord,
    OverlayRecord,
    Parameter,
    Receipt,
    ReceiptError,
    folder_of,
    receipt_name,
)
from cicdpack.yamledit import Inserted

FOLDERS = st.text(alphabet="ab./%é2E-", min_size=1, max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=4)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(0, 3), inner, max_size=3)
    ),
    max_leaves=8,
)
DIGEST = "ab" * 32
RECEIPT = Receipt(
    tool="0.1.0",
    project="x",
    folder="ml/x",
    bundle=BundleRecord(name="b", version="1.0.0", digest=DIGEST),
    overlays_from=DIGEST,
    parameters={"n": Parameter(value=1.5, origin="--set"), "é": Parameter(value="é", origin="default")},
    files={"f": FileRecord(rendered=DIGEST, result=None, executable=True, accepted=Accepted(sha256=None, reason="r"))},
    overlays={
        "d": OverlayRecord(
            base=ValuesBase(
                values={"a": {"b": [1, float("inf")]}, "!x": {1: 2}},
                sets=(
                    Set(path=("a", "b", 0), kind="appended", value=1),
                    Set(path=("c",), kind="filled", replaced="~"),
                ),
                created=True,
            ),
            result=DIGEST,
        )
    },
    left_over={"g": DIGEST},
)


@given(one=FOLDERS, other=FOLDERS)
def test_no_two_folders_share_a_receipt(one: str, other: str) -> None:
    """Names are for one folder each, up to the form that Unicode is written in."""
    if receipt_name(one) == receipt_name(other):
        assert unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert folder_of(receipt_name(one)) == unicodedata.normalize("NFC", one)
    assert "/" not in receipt_name(one)


@pytest.mark.parametrize(
    ("folder", "name"),
    [("ml/fraud", "ml.fraud.json"), ("ml.fraud", "ml%2Efraud.json"), (".", "%2E.json"), ("a%2Eb", "a%252Eb.json")],
)
def test_names_read_like_the_folder(folder: str, name: str) -> None:
    """Slashes become dots; what would be mistaken for them is escaped."""
    assert receipt_name(folder) == name


def test_a_receipt_is_read_as_it_was_written() -> None:
    """Every kind of record survives, byte for byte when written again."""
    data = RECEIPT.encode()

    assert decode(data, path="r") == RECEIPT
    assert decode(data, path="r").encode() == data


@given(position=st.integers(0, len(RECEIPT.encode()) - 2), byte=st.integers(32, 126))
def test_no_edit_goes_unseen(position: int, byte: int) -> None:
    """Whatever character is changed: the receipt is refused, or says the same."""
    data = bytearray(RECEIPT.encode())
    data[position] = byte

    try:
        read = decode(bytes(data), path="r")
    except ReceiptError:
        return
    assert read == RECEIPT


@given(value=VALUES)
def test_values_survive(value: object) -> None:
    """YAML values that JSON does not have are wrapped and unwrapped."""
    assert unpacked(packed(value)) == value


@pytest.mark.parametrize(
    ("data", "model", "result"),
    [
        (b"a\nb\n", b"x\r\n", b"a\r\nb\r\n"),
        (b"a\r\nb\r\n", b"x\n", b"a\nb\n"),
        (b"a\r\nb\n", b"x\r\n", b"a\r\nb\n"),
        (b"a\nb\n", b"x\r\ny\n", b"a\nb\n"),
        (b"a\n\0", b"x\r\n", b"a\n\0"),
        (b"a\r\n", b"x", b"a\r\n"),
    ],
)
def test_line_ends_follow_where_both_texts_have_one_kind(data: bytes, model: bytes, result: bytes) -> None:
    """Mixed ends and binary content are never touched."""
    assert with_ends_of(data, model) == result


def test_digests_do_not_see_line_ends() -> None:
    """The same on every checkout, unless ends are mixed or the content is binary."""
    assert content_hash(b"a\r\nb\r\n") == content_hash(b"a\nb\n")
    assert content_hash(b"a\r\nb\n") != content_hash(b"a\nb\n")
    assert content_hash(b"a\0\r\n") != content_hash(b"a\0\n")


def test_only_what_we_set_is_removable() -> None:
    """Dropped values that were there before stay: they are left out of the base of an update."""
    base = {"t": {"p": {"h": 1}, "s": {"h": 2}}, "list": [1, 2], "own": 3}
    sets = (Set(path=("t", "p"), kind="added"), Set(path=("list", 5), kind="appended", value=2))

    assert removable(base, {}, sets) == {"t": {"p": {"h": 1}}, "list": [2]}
    assert removable(base, {"list": [1], "own": 4}, sets) == {"t": {"p": {"h": 1}}, "list": [1, 2], "own": 3}


def test_what_is_ours_follows_the_runs() -> None:
    """New insertions join, those inside of what is ours already are not listed, dropped ones leave."""
    sets = (Set(path=("a",), kind="added"), Set(path=("gone",), kind="added"))
    changes = (
        Inserted(path=("a", "x"), value=1, kind="added"),
        Inserted(path=("b",), value=2, kind="filled", replaced="~"),
        Inserted(path=("c",), value=3, kind="replaced"),
    )

    assert after_run(sets, {"a": {"x": 1}, "b": 2, "c": 3}, changes, ()) == (
        Set(path=("a",), kind="added"),
        Set(path=("b",), kind="filled", replaced="~"),
    )
