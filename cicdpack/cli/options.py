"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Sequence

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]

Settings: TypeAlias = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; may be given several times.")
]

Repo: TypeAlias = Annotated[
    Path | None,
    typer.Option("--repo", metavar="DIR", help="The repository; default: the parent with cicd_params.json."),
]

Archive: TypeAlias = Annotated[
    Path | None,
    typer.Option("--bundle", metavar="FILE", help="The archive; default: cicd.tar.gz in the repository."),
]

Selected: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PROJECT...]", help="Names (bundle.name), folders, or patterns such as 'ml/*'."),
]

Everything: TypeAlias = Annotated[bool, typer.Option("--all", help="All projects of the repository.")]


def read_settings(given: Sequence[str] | None) -> dict[str, str]:
    """Split `NAME=VALUE`s; the last one of a name wins."""
    settings: dict[str, str] = {}
    for item in given or ():
        name, separator, value = item.partition("=")
        if not (name and separator):
            raise CicdpackError(f"`--set {item}` is no NAME=VALUE", hint="as in `--set input_cloud=aws`")
        settings[name] = value
    return settings
