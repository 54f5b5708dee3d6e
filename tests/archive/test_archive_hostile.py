"""Everything hostile is refused, by name, by whichever reader meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cicdpack.archive.canonical import decode, encode, encode_tar, read
from cicdpack.archive.entries import Entry
from cicdpack.archive.foreign import decode_foreign, read_archive
from cicdpack.archive.refusals import KINDS, ArchiveError
from tests.archive.hostile import (
    DEFLATED,
    FILE_CASES,
    GOOD,
    HOSTILE,
    TAR_CASES,
    deflated_gzip,
    stored_gzip,
    tar_with,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BOMBS = {"entries-bomb", "size-bomb", "pax-300000-records", "pax-3-million-digits", "long-name-chain"}
"""Too large to be built for every test: these have their own, with limits."""


def refusal(data: bytes, reader: Callable[[bytes], object] = read_archive) -> ArchiveError:
    """Return what a reader refuses the archive with."""
    with pytest.raises(ArchiveError) as caught:
        reader(data)
    return caught.value


def test_good_bundle_is_good() -> None:
    """The catalogue's own writer makes what the package encodes, so a case differs from it in one thing only."""
    entries = [Entry(path=path, data=data) for path, data in GOOD.items()]

    tar = tar_with(GOOD)

    assert tar == encode_tar(entries)
    assert stored_gzip(tar) == encode(entries)
    assert decode_foreign(deflated_gzip(tar)).entries == decode(stored_gzip(tar))


def test_catalogue_is_whole() -> None:
    """The catalogue has a case for most kinds, and no kind that the package does not know."""
    tars, files = TAR_CASES.values(), FILE_CASES.values()

    met = {case.kind for case in tars} | {case.foreign_kind for case in tars if case.foreign_kind}
    met |= {case.kind for case in files} | {case.opened_kind for case in files if case.opened_kind}

    assert len(HOSTILE) == len(TAR_CASES) + len(FILE_CASES) > 100
    assert met <= set(KINDS)


@pytest.mark.parametrize("name", sorted(set(TAR_CASES) - BOMBS))
def test_hostile_tar_in_our_frame(name: str) -> None:
    """A hostile tar in the canonical frame is refused by name, and no second reading is tried."""
    data = HOSTILE[name]()

    strict, streamed, opened = refusal(data, decode), refusal(data, lambda raw: read([raw])), refusal(data)

    assert {strict.kind, streamed.kind, opened.kind} == {TAR_CASES[name].kind}
    assert strict.message == streamed.message == opened.message


@pytest.mark.parametrize("name", sorted(set(TAR_CASES) - BOMBS))
def test_hostile_tar_in_another_frame(name: str) -> None:
    """The same tar deflated is no canonical archive, and is refused by name when it is read as another tool's."""
    case = TAR_CASES[name]
    data = DEFLATED[name]()

    strict, opened = refusal(data, decode), refusal(data)

    assert strict.kind == "not-stored"
    assert opened.kind == (case.foreign_kind or case.kind)


@pytest.mark.parametrize("name", sorted(set(FILE_CASES) - BOMBS))
def test_hostile_file(name: str) -> None:
    """A hostile gzip frame, or what is none, is refused by name."""
    case = FILE_CASES[name]
    data = HOSTILE[name]()

    strict, opened = refusal(data, decode), refusal(data)

    assert strict.kind == case.kind
    assert opened.kind == (case.opened_kind or case.kind)


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - BOMBS))
def test_refusal_is_fit_to_print(name: str) -> None:
    """A refusal is one line of printable text with a hint, whatever the archive says."""
    fault = refusal(HOSTILE[name]())

    assert fault.message.isprintable()
    assert len(fault.message) < 600
    assert not fault.message.endswith(".")
    assert fault.hint
    assert fault.exit_code == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("symbolic-link-relative", "`cicd/evil` is a symbolic link (at byte 2048)"),
        ("bidi", "`\\u202etxt.exe` holds a character that turns the direction of text"),
        ("control", "`\\x1b[2Jevil` holds a control character"),
        ("eszett", "`straße` is the same name as `strasse` on some file systems"),
        ("pax-path-override", "`cicd/evil` is given another path by a pax record: `cicd/other` (at byte 2048)"),
        ("trailing-garbage", "the archive has other data behind the gzip stream (at byte 10263)"),
        ("zip", "the archive is a zip archive, not a gzip-compressed tar"),
        ("plain-tar", "the archive is not gzip: a tar that is not compressed (at byte 0)"),
    ],
)
def test_message(name: str, message: str) -> None:
    """A refusal says which member, what and where, with everything escaped that could reach a terminal."""
    assert str(refusal(HOSTILE[name]())) == message


def test_member_with_a_bundle_of_ones_own() -> None:
    """The catalogue builds its cases into any bundle."""
    files = {"a": b"1", "z": b"2"}

    fault = refusal(HOSTILE["fifo"](files))

    assert (fault.kind, fault.member, fault.offset) == ("fifo", "cicd/evil", 1024)
