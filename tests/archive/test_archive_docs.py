"""`docs/archive.md` says what the code does: every kind of refusal, every note, the limits, and the check by hand."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cicdpack.archive import limits
from cicdpack.archive.canonical import content_digest, encode, encode_tar
from cicdpack.archive.notes import _RULES
from cicdpack.archive.refusals import KINDS
from tests.archive.test_archive_interop import gnu_version, samples, without_devices

PAGE = Path(__file__).parents[2] / "docs" / "archive.md"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def blocks() -> list[str]:
    """Return the shell blocks of the page."""
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_every_refusal_is_listed() -> None:
    """The table of refusals is that of the code, in its order and words."""
    expected = [f"| `{kind}` | {cell(words.predicate)} | {cell(words.hint)} |" for kind, words in KINDS.items()]

    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]

    assert [row for row in rows if row.split("`")[1] in KINDS] == expected


def test_every_note_is_listed() -> None:
    """So is the table of what another tool's archive is excused."""
    expected = [f"| `{rule}` | {severity} | {cell(text)} |" for rule, (severity, text) in _RULES.items()]

    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `foreign-")]

    assert rows == expected


@pytest.mark.parametrize(
    "text",
    [
        f"{limits.MAX_TAR_BYTES // 2**20} MiB of tar",
        f"{limits.MAX_ENTRIES:,} members",
        f"{limits.MAX_PATH_BYTES:,} bytes a path",
        f"{limits.MAX_NAME_BYTES} bytes a component",
        f"{limits.MAX_DEPTH} levels",
        f"{limits.MAX_INFLATED_FREELY // 2**20} MiB",
        f"{limits.MAX_RATIO} times",
        f"{limits.LONG_PATH_BYTES} bytes",
    ],
)
def test_limits_are_those_of_the_code(text: str) -> None:
    """Numbers on the page are constants of the code."""
    assert text in " ".join(PAGE.read_text(encoding="utf-8").split())


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_the_digest_by_hand(tmp_path: Path) -> None:
    """The first block prints the two digests."""
    data = encode(samples())
    (tmp_path / "cicd.tar.gz").write_bytes(data)

    out = subprocess.run(["sh", "-ec", blocks()[0]], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert out.split()[::2] == [content_digest(samples()), hashlib.sha256(data).hexdigest()]


@pytest.mark.skipif(gnu_version() == () or shutil.which("tar") is None, reason="GNU tar is not installed")
def test_the_archive_by_hand(tmp_path: Path) -> None:
    """The second block makes the tar anew with GNU tar; older ones than 1.35 fill in the device numbers."""
    (tmp_path / "cicd.tar.gz").write_bytes(encode(samples()))

    subprocess.run(["sh", "-ec", blocks()[1]], cwd=tmp_path, capture_output=True, check=True)

    made = (tmp_path / "check.tar").read_bytes()
    assert without_devices(made) == encode_tar(samples())
    assert made == encode_tar(samples()) or gnu_version() < (1, 35)
