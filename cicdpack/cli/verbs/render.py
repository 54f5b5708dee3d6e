"""The verb for any Databricks bundle template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cicdpack.cli.console import stderr
from cicdpack.cli.options import Json, Settings, read_settings
from cicdpack.cli.printing import EXIT_OK, print_report


def render(
    template: Annotated[
        Path,
        typer.Argument(
            metavar="TEMPLATE",
            help="A template folder, an archive of one, or `repo`: the shipped workflow that sets up projects.",
        ),
    ],
    output_dir: Annotated[Path, typer.Option("--output-dir", metavar="DIR", help="Where to write.")] = Path(),
    config_file: Annotated[
        Path | None, typer.Option("--config-file", metavar="FILE", help="Parameters, as a JSON object.")
    ] = None,
    settings: Settings = None,
    json: Json = False,
) -> int:
    """Render a bundle template as `databricks bundle init` does: offline, and wholly or not at all."""
    from cicdpack.cli.show import render as show
    from cicdpack.commands.render import RenderRequest
    from cicdpack.commands.render import render as command

    report = command(
        RenderRequest(
            template=template, config_file=config_file, settings=read_settings(settings), output_dir=output_dir
        )
    )
    print_report(show.render_json(report) if json else show.render_text(report))
    stderr().print(show.message_lines(report))
    return EXIT_OK
