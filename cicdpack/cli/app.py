"""The command line: which verbs there are, and how a run of one ends.

A verb's module is imported when the verb is called, and only that verb's parameters are worked out: start-up is a
feature. Help, and a slip in the verb's name, need them all.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from cicdpack.cli.console import UnwritableOutput, drop_output, stderr, stdout, writing
from cicdpack.cli.printing import EXIT_BROKEN_PIPE, EXIT_INTERRUPTED, EXIT_OK, print_bug, print_error
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = {
    "build": "archives",
    "verify": "archives",
    "inspect": "archives",
    "diff": "archives",
    "render": "render",
    "apply": "apply",
    "plan": "apply",
    "status": "projects",
    "accept": "projects",
    "remove": "projects",
    "adopt": "projects",
    "params": "projects",
    "deploy": "deploy",
}
"""Verb -> module of `cicdpack.cli.verbs` that has the function, or group of verbs, of the same name; as in the help."""

_CLICK_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
"""`ClickException`: newer versions of Typer bring their own copy of Click, older ones import it."""


def program(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line with the one verb that is called, else with all of them."""
    app = typer.Typer(
        name="cicdpack",
        help="Build, verify and apply the CI/CD bundle of Databricks MLOps Stacks repositories,"
        " reproducibly and offline.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    called = arguments[0] if arguments and arguments[0] in VERBS else None
    for verb, module in VERBS.items():
        if called in (None, verb):
            member = getattr(import_module(f"cicdpack.cli.verbs.{module}"), verb)
            if isinstance(member, typer.Typer):
                app.add_typer(member, name=verb)
            else:
                app.command(verb)(member)
    return app


def _options(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        from cicdpack import __version__

        stdout().print([f"cicdpack {__version__}"])
        raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code; every error that a user can act on is printed on stderr."""
    try:
        code = program(arguments)(args=list(arguments) or ["--help"], prog_name="cicdpack", standalone_mode=False)
        with writing():
            sys.stdout.flush()
    except UnwritableOutput as error:
        drop_output()
        return print_error(error)
    except CicdpackError as error:
        return print_error(error)
    except (KeyboardInterrupt, typer.Abort):
        stderr().print(["interrupted"])
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        drop_output()
        return EXIT_BROKEN_PIPE
    except typer.Exit as stop:
        return stop.exit_code
    except _CLICK_ERROR as error:
        return print_error(_usage_error(error))
    except Exception:  # noqa: BLE001 - whatever else comes up here is a bug, and bugs have an exit code of their own
        return print_bug()
    return code if isinstance(code, int) else EXIT_OK


def _usage_error(error: Exception) -> CicdpackError:
    """Put an error of the argument parser into our form."""
    message = str(error.format_message() if hasattr(error, "format_message") else error).rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "cicdpack"
    return CicdpackError(message[:1].lower() + message[1:], hint=f"`{path} --help` shows what there is")
