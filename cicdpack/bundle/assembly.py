"""Entries of a source folder -> entries of a bundle: chosen, moved, made executable by rule, and checked.

Nothing here depends on the machine: permission bits of the disk are not asked, junk and CRLF are errors rather than
differences between two builds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack._values import dataclass, replace
from cicdpack.archive.entries import Entry, sort_entries
from cicdpack.archive.limits import LONG_PATH_BYTES
from cicdpack.archive.names import UnsafePath, find_collisions, find_fault
from cicdpack.bundle.manifest import MANIFEST_NAME
from cicdpack.bundle.source import IGNORE_NAME, SOURCE_CONFIG_NAME, SourceConfig, below
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """What is packed, sorted, without a manifest, and what is no error but worth a second look."""

    entries: tuple[Entry, ...]
    warnings: tuple[Problem, ...]


def assemble(entries: Iterable[Entry], config: SourceConfig | None = None) -> tuple[Entry, ...]:
    """Return what is packed, sorted, without a manifest. Raises as `assemble_source`."""
    return assemble_source(entries, config).entries


def assemble_source(
    entries: Iterable[Entry], config: SourceConfig | None = None, *, modes_count: bool = False
) -> Assembled:
    """Choose, move and check the files of a source. Raises `SourceProblems` with everything that is wrong.

    `config` is read from the entries where it is not given. git's own folder, the ignore file and an older manifest
    are left out. The `executable` rules alone decide what is executable; `modes_count` says that the bits of the
    entries mean something too (a commit's do, a disk's need not), so that one which no rule names is worth a warning.
    """
    given = tuple(entries)
    rules = _Rules.of(given, config)
    problems: list[Problem] = []
    chosen = tuple(entry for entry in _moved(given, rules.config, problems) if not rules.drops(entry.path))
    is_executable = _matcher(rules.config.executable)
    packed = sort_entries(replace(entry, executable=is_executable(entry.path)) for entry in chosen)
    problems += _find_problems(packed, _matcher(rules.config.allow_crlf))
    if problems:
        raise SourceProblems(problems)
    warnings = [_long_path(entry) for entry in packed if len(entry.path.encode()) >= LONG_PATH_BYTES]
    if modes_count:
        warnings += [_lost_bit(entry) for entry in chosen if entry.executable and not is_executable(entry.path)]
    return Assembled(entries=packed, warnings=tuple(warnings))


def unneeded(rules: Iterable[Entry], *, mapped: bool = True) -> Callable[[str, bool], bool]:
    """Return what tells, of a path in the source and whether it is a folder, that nobody need read it.

    `rules` are the source's `cicdpack.toml` and `.cicdpackignore`, those that there are. What the predicate says yes
    to may be a link, a device or huge: `assemble` would leave it out. `mapped` False disregards `[map]`.
    """
    known = _Rules.of(tuple(rules), None)
    if not mapped:
        known = replace(known, config=replace(known.config, mapped=()))

    def is_unneeded(path: str, is_folder: bool) -> bool:  # noqa: FBT001 - the shape that `disk.read_tree` asks for
        if path in (SOURCE_CONFIG_NAME, IGNORE_NAME):
            return False
        if known.config.is_ignored(path, is_folder):
            return True
        destinations = known.config.destinations(path)
        if is_folder:
            return bool(destinations) and all(known.drops_folder(destination) for destination in destinations)
        return all(known.drops(destination) for destination in destinations)

    return is_unneeded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What stays out of an archive, by path in the archive."""

    config: SourceConfig
    is_included: Callable[[str], bool]
    is_excluded: Callable[[str], bool]
    can_prune: bool

    @classmethod
    def of(cls, entries: Sequence[Entry], config: SourceConfig | None) -> _Rules:
        by_path = {entry.path: entry for entry in entries if entry.path in (SOURCE_CONFIG_NAME, IGNORE_NAME)}
        if config is None:
            written = by_path.get(SOURCE_CONFIG_NAME)
            config = SourceConfig.parse(written.data) if written else SourceConfig()
        ignore = by_path.get(IGNORE_NAME)
        ignored = ignore.data.decode("utf-8", "replace").splitlines() if ignore else []
        excluded, left_out = _matcher(config.exclude), _matcher(ignored)
        return cls(
            config=config,
            is_included=_matcher(config.include) if config.include else lambda _path: True,
            is_excluded=lambda path: excluded(path) or left_out(path),
            can_prune=not any(line.startswith("!") for line in (*config.exclude, *ignored)),
        )

    def drops(self, path: str) -> bool:
        """Tell whether a file stays out."""
        if path in (SOURCE_CONFIG_NAME, IGNORE_NAME, MANIFEST_NAME):
            return path != SOURCE_CONFIG_NAME
        return self.is_excluded(path) or not self.is_included(path)

    def drops_folder(self, path: str) -> bool:
        """Tell whether nothing below a folder can be packed, as far as that is clear from the folder alone."""
        return bool(path) and self.can_prune and self.is_excluded(path + "/")


def _matcher(lines: Iterable[str]) -> Callable[[str], bool]:
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
            rest = below(entry.path, rule.source)
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


def _long_path(entry: Entry) -> Problem:
    return Problem(
        rule="long-path",
        severity="warning",
        message=f"a path of {len(entry.path.encode())} bytes may not fit below a checkout on Windows",
        location=Location(path=entry.path),
        hint=f"keep paths under {LONG_PATH_BYTES} bytes: Windows allows 260 characters, the checkout's folder included",
    )


def _lost_bit(entry: Entry) -> Problem:
    return Problem(
        rule="executable-bit",
        severity="warning",
        message="executable in git, but packed as a plain file: no `executable` rule names it",
        location=Location(path=entry.path),
        hint=f"list it under `executable` in {SOURCE_CONFIG_NAME}, or run `git update-index --chmod=-x` on it",
    )
