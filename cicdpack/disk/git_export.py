"""A commit's files -> a folder of their own, byte for byte: what a commit says, whatever the working tree looks like.

No line ends are converted, no filters run, nothing is fetched for large files. Links are made last, so that no file is
ever written through one.
"""

from __future__ import annotations

import os
import tempfile
from typing import IO, TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.disk.folder import LARGEST_FILE
from cicdpack.disk.git_call import GitFailedError, environment
from cicdpack.disk.paths import split_path
from cicdpack.disk.tree import TreeTooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cicdpack.disk.git_call import Git

MOST_EXPORTED = 500_000
"""Files of one commit: writing as many takes a minute."""

LINK = "120000"
SUBMODULE = "160000"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLine:
    """One line of `git ls-tree -l`: mode (octal), object name, size in bytes (None for submodules), path."""

    mode: str
    name: str
    size: int | None
    path: str


def export(git: Git, commit: str, folder: Path) -> None:
    """Write every file of a commit below an empty folder.

    A file above `LARGEST_FILE` becomes a hole of that size, which no reader takes for its content; a submodule becomes
    an empty folder. Raises `UnsafePathError` for names that lead elsewhere, `GitFailedError`, `TreeTooLargeError`.
    """
    lines = list_tree(git, commit)
    if len(lines) > MOST_EXPORTED:
        raise TreeTooLargeError(str(git.top), f"{MOST_EXPORTED:,} files")
    for line in lines:
        split_path(line.path)
        (folder / line.path).parent.mkdir(parents=True, exist_ok=True)
    small = [line for line in lines if line.size is not None and line.size <= LARGEST_FILE]
    contents = _contents(git, small)
    for line, data in contents:
        if line.mode != LINK:
            _write(folder / line.path, data, executable=line.mode == "100755")
    for line in lines:
        if line.mode == SUBMODULE:
            (folder / line.path).mkdir()
        elif line.mode == LINK or line.size is None or line.size > LARGEST_FILE:
            _write_other(git, folder / line.path, line)


def list_tree(git: Git, commit: str) -> list[TreeLine]:
    """Return every file of a commit, in git's order."""
    done = git.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
    if done.code != 0:
        raise GitFailedError(f"read the commit `{commit[:12]}`", done.reason)
    lines = []
    for record in done.out.split(b"\0")[:-1]:
        head, _, raw = record.partition(b"\t")
        mode, _, name, size = head.decode("ascii").split()
        path = os.fsdecode(raw)
        lines.append(TreeLine(mode=mode, name=name, size=int(size) if size != "-" else None, path=path))
    return lines


def _contents(git: Git, lines: Iterable[TreeLine]) -> Iterable[tuple[TreeLine, bytes]]:
    """Yield each file with its content, one after another, from one `cat-file --batch`."""
    import subprocess

    wanted = tuple(lines)
    with tempfile.TemporaryFile() as questions:
        questions.write("".join(f"{line.name}\n" for line in wanted).encode("ascii"))
        questions.seek(0)
        process = subprocess.Popen(
            ("git", "--no-replace-objects", "cat-file", "--batch"),
            cwd=git.top,
            env=environment(os.environ, git.authorization),
            stdin=questions,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            answers = process.stdout
            if answers is not None:
                for line in wanted:
                    yield line, _blob(answers, line)
        finally:
            process.kill()
            process.communicate()


def _blob(answers: IO[bytes], line: TreeLine) -> bytes:
    words = answers.readline().split()
    if len(words) != 3 or words[1] != b"blob":
        hint = "this clone was made without all objects: `git fetch --refetch --no-filter` brings them"
        raise GitFailedError(f"read `{line.path}`", "its content is missing", hint=hint)
    size = int(words[2])
    data = answers.read(size + 1)[:-1]
    if len(data) != size:
        raise GitFailedError(f"read `{line.path}`", "its content ends early", hint="`git fsck` tells more")
    return data


def _write(path: Path, data: bytes, *, executable: bool) -> None:
    fd = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o755 if executable else 0o644
    )
    with os.fdopen(fd, "wb") as file:
        file.write(data)


def _write_other(git: Git, path: Path, line: TreeLine) -> None:
    if line.mode == LINK and line.size is not None and line.size < 4_096:  # PATH_MAX of Linux
        path.symlink_to(os.fsdecode(git.run("cat-file", "blob", line.name).out))
        return
    with path.open("xb") as file:
        file.truncate(line.size or 0)
