"""`render` reports -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.show.problems import problem_json, problem_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.render import RenderReport


def render_text(report: RenderReport) -> Iterator[Line]:
    """List what was written, one path a line."""
    yield from problem_lines(report.problems)
    yield from report.outputs


def message_lines(report: RenderReport) -> Iterator[Line]:
    """Return the template's own messages, line by line, for stderr, where the Databricks CLI prints them too."""
    for message in report.messages:
        yield from message.removesuffix("\n").split("\n")


def render_json(report: RenderReport) -> dict[str, object]:
    """Return what was written as a JSON value; `outputs` as the Databricks CLI has it."""
    return {
        "output_dir": report.output_dir,
        "outputs": list(report.outputs),
        "messages": list(report.messages),
        "problems": [problem_json(problem) for problem in report.problems],
    }
