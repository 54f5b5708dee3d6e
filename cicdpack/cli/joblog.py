"""Who reads the log of a job, and what in it they would take for a command that we did not give.

GitHub's runner obeys `::name ...::` at the start of a line, after white space too, and `##[name]` anywhere in it.
Azure's agent obeys `##vso[...]` anywhere and shows lines with `##[...]` in other ways. GitLab's runner looks for escape
sequences, and these never get as far. Sources: `ActionCommand.cs` of actions/runner, `Command.cs` of
microsoft/azure-pipelines-agent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Platform: TypeAlias = Literal["github", "azure"]

_COMMAND = re.compile(r"##(?=\[|vso\[)|^\s*:(?=:)", re.IGNORECASE)
"""What a command begins with, up to where a space in it makes it text."""


def platform_of(environment: Mapping[str, str]) -> Platform | None:
    """Return the platform that runs us and obeys commands in the log, if any.

    GITHUB_ACTIONS and TF_BUILD are the variables by which the platforms say that they do.
    """
    if environment.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "azure" if environment.get("TF_BUILD", "").lower() == "true" else None


def gaps(line: str) -> list[int]:
    """Return where a space has to go into a line so that no platform finds a command in it: `## vso[`, `: :error::`."""
    return [match.end() for match in _COMMAND.finditer(line)]


def without_commands(line: str) -> str:
    """Return a line with these spaces in it; most lines need none."""
    return _COMMAND.sub(r"\g<0> ", line)


def json_without_commands(document: str) -> str:
    """Return JSON text of the same value in which no two `#` stand together; outside of strings there are none."""
    return document.replace("##", r"#\u0023")
