"""Entries of a source folder -> entries of a bundle: chosen, moved, made executable by rule, and checked.

Nothing here depends on the machine: permission bits of the disk are not asked, junk and CRLF are errors rather than
differences between two builds.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.archive.names import UnsafePath, find_collisions, find_fault
from cicdpack.bundle.manifest import MANIFEST_NAME
from cicdpack.bundle.source import IGNORE_NAME, SOURCE_CONFIG_NAME, SourceConfig
from cicdpack.errors import CicdpackError
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_JUNK = re.compile(r"\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|.*~|\..*\.sw[a-p]|#.*#|.*\.orig|.*\.rej", re.IGNORECASE)
"""What file managers, editors and patch tools leave behind."""

_TEXT_SAMPLE_BYTES = 8000
"""Bytes searched for a NUL, which makes a file binary: git's rule and number."""


class SourceProblems(CicdpackError):
    """A bundle source that cannot be packed; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first, *others = problems
        super().__init__(
            first.message + (f" (and {len(others)} more)" if others else ""),
            location=first.location,
            excerpt="\n".join(str(problem) for problem in others) or None,
            hint=first.hint,
        )
        self.problems = tuple(problems)


def assemble(entries: Iterable[Entry], config: SourceConfig | None = None) -> tuple[Entry, ...]:
    """Return what is packed, sorted, without a manifest. Raises `SourceProblems` with everything that is wrong.

    `config` is read from the entries where it is not given. git's own folder, the ignore file and an older manifest
    are left out.
    """
    given = tuple(entries)
    by_path = {entry.path: entry for entry in given}
    if config is None:
        written = by_path.get(SOURCE_CONFIG_NAME)
        config = SourceConfig.parse(written.data) if written else SourceConfig()
    ignore = by_path.get(IGNORE_NAME)
    ignored = _rules(ignore.data.decode("utf-8", "replace").splitlines() if ignore else ())
    problems: list[Problem] = []
    chosen = _choose(_moved(given, config, problems), config, ignored)
    is_executable = _rules(config.executable)
    packed = sort_entries(replace(entry, executable=is_executable(entry.path)) for entry in chosen)
    problems += _find_problems(packed, _rules(config.allow_crlf))
    if problems:
        raise SourceProblems(problems)
    return packed


def _rules(lines: Iterable[str]) -> Callable[[str], bool]:
    """Compile rules in the syntax of `.gitignore` to a predicate on paths."""
    kept = tuple(lines)
    if not kept:
        return lambda _path: False
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(kept).match_file


def _moved(entries: Iterable[Entry], config: SourceConfig, problems: list[Problem]) -> list[Entry]:
    """Put files where `[map]` wants them; without such rules, or where none applies, everything stays.

    No rule applies in an unpacked archive: its files are where they belong.
    """
    own = [entry for entry in entries if entry.path.partition("/")[0] != ".git"]
    moved: list[Entry] = []
    for rule in config.mapped:
        for entry in own:
            rest = _below(entry.path, rule.source)
            if rest is not None:
                moved.append(replace(entry, path=f"{rule.destination}/{rest}" if rule.destination else rest))
    if not moved:
        return own
    moved += [entry for entry in own if entry.path == SOURCE_CONFIG_NAME]
    seen: dict[str, Entry] = {}
    for entry in moved:
        first = seen.setdefault(entry.path, entry)
        if first is not entry and (first.data != entry.data or entry.path != SOURCE_CONFIG_NAME):
            message = f"two files of the source are mapped to `{entry.path}`"
            where = Location(path=SOURCE_CONFIG_NAME)
            problems.append(Problem(rule="map-collision", message=message, location=where, hint="narrow `[map]`"))
    return list(seen.values())


def _below(path: str, folder: str) -> str | None:
    """Return the rest of a path below a folder, or None when it is somewhere else."""
    if not folder:
        return path
    return path[len(folder) + 1 :] if path.startswith(folder + "/") else None


def _choose(entries: Iterable[Entry], config: SourceConfig, ignored: Callable[[str], bool]) -> Iterable[Entry]:
    is_included = _rules(config.include) if config.include else lambda _path: True
    is_excluded = _rules(config.exclude)
    for entry in entries:
        path = entry.path
        if path == SOURCE_CONFIG_NAME:
            yield entry
        elif path in (IGNORE_NAME, MANIFEST_NAME) or is_excluded(path) or ignored(path):
            continue
        elif is_included(path):
            yield entry


def _find_problems(entries: Sequence[Entry], may_have_crlf: Callable[[str], bool]) -> list[Problem]:
    problems: list[Problem] = []
    for entry in entries:
        where = Location(path=entry.path)
        fault = find_fault(entry.path)
        if fault is not None:
            error = UnsafePath(fault, entry.path)
            problems.append(Problem(rule=fault, message=error.message, location=where, hint=error.hint))
        if _JUNK.fullmatch(entry.path.rpartition("/")[2]):
            message = "left behind by an editor or a file manager"
            hint = f"delete it, or list it in `{IGNORE_NAME}`"
            problems.append(Problem(rule="junk-file", message=message, location=where, hint=hint))
        if _has_crlf(entry.data) and not may_have_crlf(entry.path):
            problems.append(_crlf(entry))
    for collision in find_collisions([entry.path for entry in entries]):
        error = UnsafePath(collision.kind, collision.path, other=collision.other)
        where = Location(path=collision.path)
        problems.append(Problem(rule=collision.kind, message=error.message, location=where, hint=error.hint))
    return problems


def _has_crlf(data: bytes) -> bool:
    return b"\r\n" in data and b"\0" not in data[:_TEXT_SAMPLE_BYTES]


def _crlf(entry: Entry) -> Problem:
    line = entry.data[: entry.data.index(b"\r\n")].count(b"\n") + 1
    return Problem(
        rule="crlf",
        message="a text file with CRLF line ends: a checkout elsewhere would pack other bytes",
        location=Location(path=entry.path, line=line),
        hint="add `* text=auto eol=lf` to .gitattributes and run `git add --renormalize .`, "
        "or list the file under `allow_crlf` in cicdpack.toml",
    )
