"""`render`: template + parameters -> files in a folder: `databricks bundle init`, but offline and all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.archive.entries import Tree, TreeFile
from cicdpack.bundle.binding import read_settings
from cicdpack.bundle.bundle import LIBRARY, TEMPLATE, Bundle
from cicdpack.bundle.host import Host
from cicdpack.bundle.render import initialise
from cicdpack.bundle.rendering import Occupation, check_output
from cicdpack.bundle.schema import SCHEMA_NAME, read_schema
from cicdpack.commands.archives import open_any
from cicdpack.commands.sources import SHIPPED, shipped_source
from cicdpack.disk.files import read_file
from cicdpack.disk.new_tree import write_new_tree
from cicdpack.disk.tree import read_template_tree
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cicdpack.bundle.parameters import Value
    from cicdpack.problems import Problem

MAX_CONFIG_BYTES = 16 << 20
"""16 MiB: the largest config file that is read; real ones have under 1 kB."""


class NoTemplate(CicdpackError):
    """What was named as a template is not there."""

    def __init__(self, path: Path) -> None:
        named = ", ".join(f"`{name}`" for name in SHIPPED)
        super().__init__(f"no `{path}`", hint=f"name a template folder, an archive of one, or what is shipped: {named}")
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
    """`template` is a folder, an archive, or the name of a shipped source where neither is called so.

    `settings` win over the config file, and may name facts of a workspace.
    """

    template: Path
    output_dir: Path
    config_file: Path | None = None
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderReport:
    """What was written: paths in byte order as the CLI lists them, and the messages of the template."""

    output_dir: str
    outputs: tuple[str, ...]
    messages: tuple[str, ...]
    problems: tuple[Problem, ...]


def render(request: RenderRequest) -> RenderReport:
    """Render everything in memory, refuse what is in the way, then write."""
    bundle, problems = _read_bundle(request.template)
    settings, host = _split(request.settings, bundle)
    config = read_file(request.config_file, limit=MAX_CONFIG_BYTES) if request.config_file is not None else None
    said: list[str] = []
    rendering = initialise(
        bundle,
        config,
        config_source=str(request.config_file or ""),
        settings=settings,
        host=host,
        say=said.append,
    )
    check_output(rendering, lambda path: _occupation(request.output_dir, path), root=str(request.output_dir))
    write_new_tree(
        request.output_dir,
        Tree(
            files=tuple(TreeFile(path=file.path, data=file.data, mode=file.mode) for file in rendering.files),
            folders=rendering.folders,
        ),
    )
    return RenderReport(
        output_dir=str(request.output_dir),
        outputs=rendering.outputs,
        messages=(*said, *rendering.messages),
        problems=problems,
    )


def _read_bundle(template: Path) -> tuple[Bundle, tuple[Problem, ...]]:
    if template.is_dir():
        return _read_folder(template), ()
    if not template.exists():
        if str(template) not in SHIPPED:
            raise NoTemplate(template)
        return _read_folder(shipped_source(str(template))), ()
    opened = open_any(template)
    return Bundle.from_entries(opened.entries), opened.findings


def _read_folder(root: Path) -> Bundle:
    """Read the parts of a template folder that matter; `template_dir` may put them elsewhere, outside of it too."""
    schema_tree = read_template_tree(root, within=(SCHEMA_NAME,))
    template_dir = _template_dir(schema_tree)
    if not template_dir or not (root / template_dir).is_dir():
        tree = read_template_tree(root, within=(SCHEMA_NAME, LIBRARY, TEMPLATE))
        return Bundle.from_tree(tree, root=str(root))
    parts = read_template_tree(root / template_dir, within=(LIBRARY, TEMPLATE))
    return Bundle.from_tree(schema_tree, root=str(root), template=parts)


def _template_dir(tree: Tree) -> str:
    """Return what the schema says; a schema that cannot be read is the bundle's to complain of."""
    for file in tree.files:
        try:
            return read_schema(file.data, source=file.path).template_dir
        except CicdpackError:
            return ""
    return ""


def _split(settings: Mapping[str, str], bundle: Bundle) -> tuple[dict[str, Value], Host]:
    """Tell parameters from facts of a workspace; a parameter of the same name wins."""
    facts = {name: text for name, text in settings.items() if name in Host.names() - bundle.schema.properties.keys()}
    parameters = {name: text for name, text in settings.items() if name not in facts}
    try:
        host = Host.from_settings(facts)
    except ValueError as error:
        raise CicdpackError(f"--set: {error}") from None
    return read_settings(parameters, bundle.schema), host


def _occupation(root: Path, path: str) -> Occupation:
    """Tell what stands where a file is to be written, without following a link at the place itself."""
    place = root / path
    try:
        place.lstat()
    except FileNotFoundError:
        return "free"
    except NotADirectoryError:
        return "below a file"
    return "taken"
