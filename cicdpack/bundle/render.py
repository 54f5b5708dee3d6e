"""Bundle + parameters -> `Rendering`, all in memory: the walk over `template/` and, for `apply`, over `merge/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.bundle.bundle import OVERLAYS
from cicdpack.bundle.destinations import Destination, Strictness, check_together, place_file, place_folder
from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.overlay import Overlay, make_overlay
from cicdpack.bundle.parameters import (
    Value,
    answer_prompts,
    assign_defaults,
    check_complete,
    read_config,
)
from cicdpack.bundle.rendering import RenderedFile, Rendering
from cicdpack.bundle.schema import SCHEMA_NAME
from cicdpack.bundle.skips import Skips
from cicdpack.bundle.templates import Templates
from cicdpack.bundle.walk import Walked, walk
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cicdpack.bundle.bundle import Bundle
    from cicdpack.bundle.host import Host
    from cicdpack.gotemplate.limits import Limits

SUCCESS = "✨ Successfully initialized template"
"""What the CLI prints for a template that has no `success_message` of its own."""


class TemplateFolderError(BundleError):
    """A bundle without a `template/` folder."""


def render(
    bundle: Bundle,
    values: Mapping[str, Value],
    *,
    host: Host | None = None,
    seed: bytes = b"",
    limits: Limits | None = None,
) -> Rendering:
    """Render templates and overlays for a project, names by the strict rules.

    The seed (content digest and project) fixes what `uuid` and its like give: the same inputs render the same bytes.
    Raises `RenderError`, `SkipError`, `DestinationError`, `OverlayError`, `LibraryError`, `TemplateFolderError`.
    """
    templates = Templates.of(bundle, host=host, seed=seed, limits=limits)
    return _render(bundle, values, templates, strictness="strict", with_overlays=True)


def initialise(
    bundle: Bundle,
    config: bytes | None = None,
    *,
    config_source: str = "",
    settings: Mapping[str, Value] | None = None,
    host: Host | None = None,
    seed: bytes = b"",
    limits: Limits | None = None,
    say: Callable[[str], None] = lambda _: None,
    at_terminal: bool = False,
) -> Rendering:
    """Do what `databricks bundle init` does up to, without, the writing; overlays are none of its business.

    `config` is the content of `--config-file`; `settings` win over it. `say` gets the lines that the CLI prints on its
    way. With `at_terminal` every prompt is answered with its default. Raises as `render`, and `ParameterError`.
    """
    given: dict[str, Value] = {}
    if config is not None:
        given = read_config(config, bundle.schema, source=config_source)
    given.update(settings or {})
    templates = Templates.of(bundle, host=host, seed=seed, limits=limits)
    if bundle.schema.welcome_message:
        say(templates.render_text(bundle.schema.welcome_message, given, source=f"{SCHEMA_NAME} (welcome_message)"))
    if at_terminal:
        values = answer_prompts(bundle.schema, given, templates, say=say)
    else:
        values = assign_defaults(bundle.schema, given, templates)
    check_complete(bundle.schema, values)
    return _render(bundle, values, templates, strictness="cli", with_overlays=False)


def _render(
    bundle: Bundle, values: Mapping[str, Value], templates: Templates, *, strictness: Strictness, with_overlays: bool
) -> Rendering:
    if bundle.template is None:
        raise _no_template_folder(bundle)
    skips = Skips(values)
    templates = skips.bind(templates)
    walked = walk(bundle.template, bundle.template_root, templates, values, skips)
    overlays: tuple[Overlay, ...] = ()
    if with_overlays and bundle.overlays is not None:
        of_overlays = templates
        if bundle.overlay_library is not None:
            of_overlays = skips.bind(templates.with_library(bundle.overlay_library))
        overlays = _overlays(walk(bundle.overlays, OVERLAYS, of_overlays, values, skips), skips)
    files, folders = _placed(walked, skips, strictness)
    skips.enter("", SCHEMA_NAME)
    message = templates.render_text(bundle.schema.success_message, values, source=f"{SCHEMA_NAME} (success_message)")
    return Rendering(
        files=files,
        folders=folders,
        overlays=overlays,
        messages=(message if bundle.schema.success_message else SUCCESS,),
    )


def _placed(walked: Walked, skips: Skips, strictness: Strictness) -> tuple[tuple[RenderedFile, ...], tuple[str, ...]]:
    """Find the place of everything and refuse what cannot be written. A later walk may have skipped more."""
    files: list[RenderedFile] = []
    places: list[Destination] = []
    for file in walked.files:
        if skips.match(file.path):
            continue
        place = place_file(file.path, file.source, strictness)
        places.append(place)
        files.append(
            RenderedFile(
                path=place.path, data=file.data, mode=file.mode, source=file.source, shown=file.path, output=file.output
            )
        )
    folders = [place_folder(path, source, strictness) for path, source in walked.folders]
    check_together(places, folders, strictness)
    return tuple(files), tuple(dict.fromkeys(folder.path for folder in folders if folder.path != "."))


def _overlays(walked: Walked, skips: Skips) -> tuple[Overlay, ...]:
    files = [file for file in walked.files if not skips.match(file.path)]
    places = [place_file(file.path, file.source, "strict") for file in files]
    check_together(places, (), "strict")
    made = (make_overlay(file, place.path) for file, place in zip(files, places, strict=True))
    return tuple(sorted((overlay for overlay in made if overlay is not None), key=lambda overlay: overlay.path))


def _no_template_folder(bundle: Bundle) -> TemplateFolderError:
    root = bundle.template_root
    is_file = any(entry.path == root for entry in bundle.content)
    return TemplateFolderError(
        f"`{root}` is a file, expected a folder" if is_file else f"there is no `{root}` folder beside the schema",
        cli_text=f"open .: {'not a directory' if is_file else 'no such file or directory'}",
        location=Location(path=root) if is_file else None,
        hint="the files to render stand in it",
    )
