"""A bundle source (a folder with `cicdpack.toml`) -> the entries of its archive, checked and with their manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cicdpack._values import dataclass, replace
from cicdpack.bundle.assembly import Assembled, SourceProblems, assemble_source, unneeded
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.manifest import Manifest, put_manifest
from cicdpack.bundle.packing import make_manifest
from cicdpack.bundle.source import IGNORE_NAME, SOURCE_CONFIG_NAME, SourceConfig
from cicdpack.commands.places import Committed, Place, committed, locate
from cicdpack.disk.tree import UnusableTreeError, read_tree
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cicdpack.archive.entries import Entry
    from cicdpack.problems import Problem

    Read: TypeAlias = Callable[[Callable[[str, bool], bool]], tuple[Entry, ...]]

DEFAULT_SOURCE = Path("bundle_src/cicd")


class NoSource(CicdpackError):
    """What was named as a bundle source is not one."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"`{label}` is no bundle source: no `{SOURCE_CONFIG_NAME}` in it",
            hint=f"a bundle source is a folder with `{SOURCE_CONFIG_NAME}`, a schema, `library/` and `template/`",
        )
        self.label = label


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A bundle source that was read.

    `label` is its name as the user may type it, `place` where it was read, `entries` are those of its archive, with
    the manifest, `warnings` what is odd about its files but no error.
    """

    label: str
    place: Place
    entries: tuple[Entry, ...]
    bundle: Bundle
    manifest: Manifest
    warnings: tuple[Problem, ...]

    @property
    def config(self) -> SourceConfig:
        """The source's `cicdpack.toml`."""
        return self.bundle.source_config or SourceConfig()


SHIPPED = ("cicd", "repo")
"""The bundle sources that come with cicdpack: a project's pipelines, and the workflow that sets up projects."""


def shipped_source(name: str = "cicd") -> Path:
    """Return one of the sources in `SHIPPED`: in the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    packed = package / "_data" / "bundle_src" / name
    return packed if packed.is_dir() else package.parent / "bundle_src" / name


def find_source(given: Path | None) -> tuple[Path, str]:
    """Return the folder and how to call it: what was given, `bundle_src/cicd`, the working folder, the shipped one."""
    if given is not None:
        return given, str(given)
    for folder in (DEFAULT_SOURCE, Path()):
        if (folder / SOURCE_CONFIG_NAME).is_file():
            return folder, folder.as_posix()
    return shipped_source(), "the bundle shipped with cicdpack"


def source_at(given: Path | None, revision: str) -> Committed:
    """Return the same place in a commit, whether or not it is still on the disk. The shipped source is in none."""
    if given is not None:
        return committed(given, revision)
    candidates = [committed(folder, revision) for folder in (DEFAULT_SOURCE, Path())]
    return next(filter(is_source, candidates), candidates[0])


def is_source(place: Place) -> bool:
    """Tell whether a folder has what makes it a bundle source."""
    if isinstance(place, Path):
        return (place / SOURCE_CONFIG_NAME).is_file()
    from cicdpack.disk.git_trees import kind_at

    return kind_at(place.repo, place.revision, place.below(SOURCE_CONFIG_NAME)) == "file"


def load_source(given: Path | str | Committed | None) -> Source:
    """Read, select and check a bundle source: a folder, or `REV:folder`, of which nothing but the commit is read."""
    place, label = _find(given)
    if not is_source(place):
        raise NoSource(label)
    assembled = read_source(place)
    bundle = Bundle.from_entries(assembled.entries)
    manifest = make_manifest(bundle)
    return Source(
        label=label,
        place=place,
        entries=put_manifest(assembled.entries, manifest),
        bundle=bundle,
        manifest=manifest,
        warnings=assembled.warnings,
    )


def read_source(place: Place) -> Assembled:
    """Return the files of a source that its archive has, in no need of being a bundle. Raises `SourceProblems`."""
    try:
        entries = read_needed(reader(place))
    except UnusableTreeError as error:
        raise SourceProblems([replace(problem, hint=_EXCLUDE) for problem in error.problems]) from None
    return assemble_source(entries, modes_count=isinstance(place, Committed))


_EXCLUDE = f"pack a plain file instead, or list it under `exclude` in {SOURCE_CONFIG_NAME} or in `{IGNORE_NAME}`"


def _find(given: Path | str | Committed | None) -> tuple[Place, str]:
    place = locate(given) if isinstance(given, str) else given
    return (place, str(place)) if isinstance(place, Committed) else find_source(place)


def reader(place: Place) -> Read:
    """Return what reads a folder's files, but for those that its argument says nobody needs."""
    if isinstance(place, Path):
        return lambda is_ignored: read_tree(place, is_ignored=is_ignored)
    from cicdpack.disk.git_trees import read_revision

    return lambda is_ignored: read_revision(place.repo, place.revision, place.path, is_ignored=is_ignored)


def read_needed(read: Read) -> tuple[Entry, ...]:
    """Read a source by its own rules. Where `[map]` finds nothing, as in an unpacked archive, everything counts."""
    rules = read(_is_no_rule)
    entries = read(unneeded(rules))
    if _lacks_mapped(entries):
        return read(unneeded(rules, mapped=False))
    return entries


def _is_no_rule(path: str, is_folder: bool) -> bool:  # noqa: ARG001, FBT001 - the shape that `read_tree` asks for
    return path not in (SOURCE_CONFIG_NAME, IGNORE_NAME)


def _lacks_mapped(entries: Sequence[Entry]) -> bool:
    """Tell whether there are `[map]` rules, and no file that one of them names."""
    written = next((entry.data for entry in entries if entry.path == SOURCE_CONFIG_NAME), None)
    config = SourceConfig.parse(written) if written is not None else SourceConfig()
    return bool(config.mapped) and not any(
        config.destinations(entry.path) for entry in entries if entry.path not in (SOURCE_CONFIG_NAME, IGNORE_NAME)
    )
