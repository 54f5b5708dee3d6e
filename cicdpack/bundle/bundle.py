"""`Bundle`: the parts of a template, from a folder's tree or an archive's entries. Nothing is rendered here."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from cicdpack._values import dataclass, replace
from cicdpack.archive.entries import Entry, Tree, TreeFile, sort_entries
from cicdpack.bundle.manifest import MANIFEST_NAME, Manifest, read_manifest
from cicdpack.bundle.paths import clean, join
from cicdpack.bundle.schema import SCHEMA_NAME, Schema, SchemaError
from cicdpack.bundle.schema_checks import EMULATED_CLI_VERSION, load_schema
from cicdpack.bundle.source import SOURCE_CONFIG_NAME, SourceConfig
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

LIBRARY = "library"
TEMPLATE = "template"
OVERLAYS = "merge"

_PLATFORMS = {".azure": "azure_devops", ".github": "github_actions", ".gitlab": "gitlab", ".gitlab-ci.yml": "gitlab"}
"""First component below `template/` -> the value of `input_cicd_platform` that renders it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A template that can be rendered.

    `library` are the direct members of the library folder, in name order, with their whole paths. `template` and
    `overlays` are trees whose paths are relative to their folder; None where the folder is missing. `schema` is the
    template's own, `overlay_schema` the one beside the overlays, `overlay_library` what the overlays use in place of
    `library`, where they come from another bundle. `content` is everything, as entries.
    """

    schema: Schema
    library: tuple[TreeFile, ...] = ()
    template: Tree | None = None
    overlays: Tree | None = None
    overlay_schema: Schema | None = None
    manifest: Manifest | None = None
    content: tuple[Entry, ...] = ()
    library_folders: tuple[str, ...] = ()
    overlay_library: tuple[TreeFile, ...] | None = None
    template_root: str = TEMPLATE

    @classmethod
    def from_tree(
        cls, tree: Tree, *, root: str = "", cli_version: str = EMULATED_CLI_VERSION, template: Tree | None = None
    ) -> Bundle:
        """Read a template folder, with the permission bits of its files.

        `root` is the folder's path, for messages. `template` is the tree that `template_dir` leads to, where that
        lies outside of the folder. Raises `SchemaError`, `ManifestError`.
        """
        files = {file.path: file for file in tree.files}
        schema = _load(files, SCHEMA_NAME, tree, cli_version=cli_version)
        base = "" if template is not None else _template_dir(schema, tree, root)
        parts = tree if template is None else template
        overlay_schema_path = f"{OVERLAYS}/{SCHEMA_NAME}"
        overlay_schema = None
        if overlay_schema_path in files:
            overlay_schema = load_schema(
                files[overlay_schema_path].data, source=overlay_schema_path, cli_version=cli_version
            )
            _check_shared_parameters(schema, overlay_schema, overlay_schema_path)
        content = sort_entries(
            Entry(path=file.path, data=file.data, executable=bool(file.mode & 0o100)) for file in tree.files
        )
        return cls(
            schema=schema,
            library=_library(parts, join(base, LIBRARY)),
            library_folders=_direct_folders(parts, join(base, LIBRARY)),
            template=_subtree(parts, join(base, TEMPLATE)),
            template_root=join(base, TEMPLATE),
            overlays=_without_schema(_subtree(tree, OVERLAYS)),
            overlay_schema=overlay_schema,
            manifest=read_manifest(content) if MANIFEST_NAME in files else None,
            content=content,
        )

    @classmethod
    def from_entries(cls, entries: Iterable[Entry], *, cli_version: str = EMULATED_CLI_VERSION) -> Bundle:
        """Read a bundle from an archive's entries; files get the modes 0644 and 0755. Raises as `from_tree`."""
        files = tuple(
            TreeFile(path=entry.path, data=entry.data, mode=0o755 if entry.executable else 0o644) for entry in entries
        )
        return cls.from_tree(Tree(files=files, folders=_folders_of(files)), cli_version=cli_version)

    @property
    def source_config(self) -> SourceConfig | None:
        """What `cicdpack.toml` says, read when asked for: a manifest says the same. Raises `SourceConfigError`."""
        return next((_read_config(entry.data) for entry in self.content if entry.path == SOURCE_CONFIG_NAME), None)

    @property
    def name(self) -> str:
        """What the bundle calls itself."""
        return self.manifest.name if self.manifest else (self.source_config or SourceConfig()).name

    @property
    def version(self) -> str:
        """The bundle's version."""
        return self.manifest.version if self.manifest else (self.source_config or SourceConfig()).version

    @property
    def platforms(self) -> tuple[str, ...]:
        """The values of `input_cicd_platform` that the bundle has pipelines for, sorted."""
        prefix = f"{self.template_root}/"
        below = (entry.path[len(prefix) :] for entry in self.content if entry.path.startswith(prefix))
        return tuple(
            sorted({_PLATFORMS[top] for top in (path.partition("/")[0] for path in below) if top in _PLATFORMS})
        )

    def with_overlays_of(self, other: Bundle) -> Bundle:
        """Return this bundle with another one's overlays, for bundles that have none.

        The overlays keep their own library and bring the parameters along that this bundle does not know; where both
        know one, this bundle's definition counts.
        """
        added = {n: prop for n, prop in other.parameters.properties.items() if n not in self.schema.properties}
        return replace(
            self,
            overlays=other.overlays,
            overlay_schema=Schema(properties=MappingProxyType(added)),
            overlay_library=other.library,
        )

    @property
    def parameters(self) -> Schema:
        """The template's schema with the parameters of the overlays added."""
        if self.overlay_schema is None:
            return self.schema
        properties = {**self.schema.properties, **self.overlay_schema.properties}
        return replace(self.schema, properties=MappingProxyType(properties))


@lru_cache(maxsize=1)
def _read_config(data: bytes) -> SourceConfig:
    return SourceConfig.parse(data, source=SOURCE_CONFIG_NAME)


def _load(files: dict[str, TreeFile], name: str, tree: Tree, *, cli_version: str) -> Schema:
    if name in files:
        return load_schema(files[name].data, source=name, cli_version=cli_version)
    if name in tree.folders:
        text = f"failed to load schema: read {name}: is a directory"
        raise SchemaError(f"`{name}` is a folder, expected a file", cli_text=text, location=Location(path=name))
    raise SchemaError(
        f"not a bundle template: there is no `{name}`",
        cli_text=f"not a bundle template: expected to find a template schema file at {name}",
        hint="give the folder that holds the schema, beside `template/`",
    )


def _template_dir(schema: Schema, tree: Tree, root: str) -> str:
    """Return the folder that holds `library/` and `template/`, relative to the root; empty for the root itself."""
    if not schema.template_dir:
        return ""
    base = clean("/" + schema.template_dir).lstrip("/") if schema.template_dir[0] == "/" else clean(schema.template_dir)
    if base in (".", ""):
        return ""
    if base not in tree.folders:
        raise SchemaError(
            f"there is no folder `{schema.template_dir}`, which `template_dir` names",
            cli_text=f"template directory {join(root, base)} not found",
            location=Location(path=SCHEMA_NAME),
        )
    return base


def _check_shared_parameters(schema: Schema, overlay_schema: Schema, source: str) -> None:
    for name, prop in overlay_schema.properties.items():
        if name in schema.properties and schema.properties[name] != prop:
            raise SchemaError(
                f"parameter `{name}` differs from the one in `{SCHEMA_NAME}`",
                location=Location(path=source),
                hint="leave it out here: the overlays see all parameters of the template",
            )


def _folders_of(files: Iterable[TreeFile]) -> tuple[str, ...]:
    folders = {
        "/".join(parts[:end]) for file in files for parts in (file.path.split("/"),) for end in range(1, len(parts))
    }
    return tuple(sorted(folders, key=_bytes))


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _library(tree: Tree, folder: str) -> tuple[TreeFile, ...]:
    prefix = folder + "/"
    direct = (file for file in tree.files if file.path.startswith(prefix) and "/" not in file.path[len(prefix) :])
    return tuple(sorted(direct, key=lambda file: _bytes(file.path)))


def _direct_folders(tree: Tree, folder: str) -> tuple[str, ...]:
    prefix = folder + "/"
    return tuple(path for path in tree.folders if path.startswith(prefix) and "/" not in path[len(prefix) :])


def _subtree(tree: Tree, folder: str) -> Tree | None:
    if folder not in tree.folders:
        return None
    prefix = folder + "/"
    files = tuple(replace(file, path=file.path[len(prefix) :]) for file in tree.files if file.path.startswith(prefix))
    return Tree(files=files, folders=tuple(path[len(prefix) :] for path in tree.folders if path.startswith(prefix)))


def _without_schema(tree: Tree | None) -> Tree | None:
    if tree is None:
        return None
    return replace(tree, files=tuple(file for file in tree.files if file.path != SCHEMA_NAME))
