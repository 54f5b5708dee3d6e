"""The race that a check before the use loses: a folder is exchanged for a link while files are written below it."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from cicdpack.disk.anchor import Anchor
from cicdpack.disk.folder import write_all
from cicdpack.disk.paths import BlockedPathError
from cicdpack.planning.changes import Blocked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# About 5 seconds of two processors; fewer tries prove less, more of them can be asked for.
TRIES = int(os.environ.get("CICDPACK_RACE_TRIES", "50000"))
RENAME_EXCHANGE = 2  # <linux/fs.h>
AT_FDCWD = -100  # <fcntl.h>


def exchanger() -> Callable[[bytes, bytes], None]:
    """Return renameat2(2) with `RENAME_EXCHANGE`: two names change places in one instant."""
    if sys.platform != "linux":
        pytest.skip("renameat2 is Linux's own")
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        pytest.skip("this C library has no renameat2")

    def exchange(first: bytes, second: bytes) -> None:
        if function(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    return exchange


def write_below(anchor: Anchor) -> bool:
    """Walk the way anew and write one file, as a commit does; False if the way was blocked."""
    anchor.forget("folder/inner")
    anchor.forget("folder")
    try:
        folder, name = anchor.parent("folder/inner/file")
    except BlockedPathError:
        return False
    if folder is None:
        return False
    fd = folder.create("file.new", 0o644)
    write_all(fd, b"x")
    os.close(fd)
    folder.replace("file.new", name)
    return True


def test_an_exchanged_folder_leads_nowhere(tmp_path: Path) -> None:
    """However often a folder on the way and a link to the outside change places, no file appears outside."""
    exchange = exchanger()
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "folder/inner").mkdir(parents=True)
    (outside / "inner").mkdir(parents=True)
    (root / "link").symlink_to(outside)
    stop = threading.Event()
    exchanges = 0

    def attack() -> None:
        nonlocal exchanges
        first, second = os.fsencode(root / "folder"), os.fsencode(root / "link")
        while not stop.is_set():
            exchange(first, second)
            exchanges += 1

    attacker = threading.Thread(target=attack, daemon=True)
    attacker.start()
    try:
        with Anchor(root) as anchor:
            written = sum(write_below(anchor) for _ in range(TRIES))
    finally:
        stop.set()
        attacker.join()

    assert os.listdir(outside / "inner") == []
    assert os.listdir(outside) == ["inner"]
    assert 0 < written < TRIES
    assert exchanges > TRIES / 100


def test_the_same_attack_beats_a_check_before_the_use(tmp_path: Path) -> None:
    """The control: the folder and the link exchanged between a look and an open by path do lead outside."""
    exchange = exchanger()
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "folder").mkdir(parents=True)
    outside.mkdir()
    (root / "link").symlink_to(outside)

    looked = (root / "folder").is_symlink()
    exchange(os.fsencode(root / "folder"), os.fsencode(root / "link"))
    (root / "folder/file").write_bytes(b"x")

    assert not looked
    assert os.listdir(outside) == ["file"]


@pytest.mark.usefixtures("both_ways")
def test_an_exchange_before_the_walk_is_seen(tmp_path: Path) -> None:
    """A link that stands there when the way is walked blocks it, wherever on the way it is."""
    (tmp_path / "root").mkdir()
    (tmp_path / "outside/inner").mkdir(parents=True)
    (tmp_path / "root/folder").symlink_to(tmp_path / "outside")

    with Anchor(tmp_path / "root") as anchor:
        state = anchor.state("folder/inner/file")
        with pytest.raises(BlockedPathError, match="`folder` is a symbolic link, not a folder"):
            anchor.parent("folder/inner/file")

    assert state == Blocked(what="a symbolic link", where="folder")


def test_the_fallback_looks_again_before_each_operation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without descriptors, a folder that became a link after the walk is found at the next operation."""
    monkeypatch.setattr("cicdpack.disk.folder.HAS_DIR_FD", False)
    (tmp_path / "root/folder").mkdir(parents=True)
    (tmp_path / "outside").mkdir()

    with Anchor(tmp_path / "root") as anchor:
        folder, _ = anchor.parent("folder/file")
        (tmp_path / "root/folder").rename(tmp_path / "root/moved")
        (tmp_path / "root/folder").symlink_to(tmp_path / "outside")
        assert folder is not None
        with pytest.raises(BlockedPathError, match="`folder` is a symbolic link"):
            folder.create("file", 0o644)

    assert os.listdir(tmp_path / "outside") == []
