"""`params explain` reports -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.show.problems import problem_json, problem_lines
from cicdpack.cli.show.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.explain import ExplainedParameter, Explanation, Origin
    from cicdpack.problems import Location

_WORDS: dict[Origin, str] = {
    "default": "the default",
    "deploy workflow": "the workspace that the deploy workflow names",
    "repository file": "the repository",
    "project file": "the project",
    "project": "a fact of the project",
    "raised": "cicdpack, because the version asked for cannot deploy",
    "receipt": "`--set` of an earlier run",
    "--set": "`--set`",
}


def explain_text(report: Explanation) -> Iterator[Line]:
    """Show each parameter with its origin and its uses, then what nobody uses or knows."""
    yield ((report.project, "bold"), f" · {report.bundle} {report.version}")
    for parameter in report.parameters:
        yield ""
        yield ((parameter.name, "bold"), f" = {_value(parameter)}")
        where = f": {_place(parameter.location)}" if parameter.location is not None else ""
        yield f"  from  {_WORDS[parameter.origin]}{where}"
        yield from _uses(parameter)
    yield ""
    yield from problem_lines(report.problems)
    unused = report.unused
    tail = f", {len(unused)} of them unused: {', '.join(f'`{name}`' for name in unused)}" if unused else ""
    yield f"{count(len(report.parameters), 'parameter')}{tail}"


def _value(parameter: ExplainedParameter) -> str:
    value = parameter.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value != "" else '""'


def _uses(parameter: ExplainedParameter) -> Iterator[Line]:
    """One line for each file, with the lines in it; a use in the file's own name goes without a number."""
    if not parameter.uses:
        yield ("  used  ", ("nowhere", "yellow"))
        return
    lines: dict[str, list[str]] = {}
    for use in parameter.uses:
        lines.setdefault(use.path, []).extend([str(use.line)] if use.line is not None else [])
    for index, (path, numbers) in enumerate(lines.items()):
        yield ("        " if index else "  used  ") + path + (f":{','.join(numbers)}" if numbers else "")


def _place(location: Location) -> str:
    return location.path if location.line is None else f"{location.path}:{location.line}"


def explain_json(report: Explanation) -> dict[str, object]:
    """Return the report as a JSON value."""
    return {
        "project": report.project,
        "folder": report.folder,
        "bundle": report.bundle,
        "version": report.version,
        "parameters": [
            {
                "name": parameter.name,
                "value": parameter.value,
                "origin": parameter.origin,
                "location": None if parameter.location is None else _location_json(parameter.location),
                "uses": [_location_json(use) for use in parameter.uses],
            }
            for parameter in report.parameters
        ],
        "unused": list(report.unused),
        "problems": [problem_json(problem) for problem in report.problems],
    }


def _location_json(location: Location) -> dict[str, object]:
    return {"path": location.path, "line": location.line}
