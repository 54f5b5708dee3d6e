"""What a request says: a title and a body in Markdown that names the bundle, every file, and what to look at.

The same plan gives the same text, so that a request is changed only when there is something new. Names come from files
of the repository: they are shown as code, so that they cannot become markup, links or mentions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.forge.values import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_TITLE = 200
"""Characters: GitLab takes 255, GitHub 256, Azure DevOps 400."""


MOST_WARNINGS = 10
"""Warnings in a body: Azure DevOps takes 4,000 characters of everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file of the request: its path, one word for what happens to it, lines added and removed, a remark."""

    path: str
    effect: str
    added: int
    removed: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a request is about: projects, the bundle with its version and content digest (hex), the files, warnings."""

    projects: tuple[str, ...]
    bundle: str
    version: str
    digest: str
    platform: str
    files: tuple[FileLine, ...]
    warnings: tuple[str, ...] = ()


def title_of(contents: Contents) -> str:
    """Return one line: `CI/CD for fraud-detector: mlops-cicd 1.4.0`."""
    names = [plain(name) for name in contents.projects]
    tail = f": {plain(contents.bundle)} {plain(contents.version)}"
    title = "CI/CD for " + ", ".join(names) + tail
    if len(title) > LONGEST_TITLE and len(names) > 1:
        title = f"CI/CD for {len(names)} projects{tail}"
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def word(contents: Contents, *, longest: int) -> Wording:
    """Return title and body; rows of the table are left out, and counted, until the body has `longest` characters."""
    files = contents.files
    body = _body(contents, files)
    while len(body) > longest and files:
        files = files[:-1]
        body = _body(contents, files)
    return Wording(title=title_of(contents), body=body[:longest])


def _body(contents: Contents, files: Sequence[FileLine]) -> str:
    names = ", ".join(code(name) for name in contents.projects)
    parts = [
        f"CI/CD for {names}, from the bundle {code(contents.bundle)} {code(contents.version)}.",
        f"Content digest: `sha256:{contents.digest}`",
        "\n".join(_table(files, len(contents.files) - len(files))),
        *_warnings(contents.warnings),
        "### What to review",
        "\n".join(f"- {line}" for line in _review(contents)),
        "Running `cicdpack deploy` again refreshes this request, unless somebody else has committed to the branch.",
    ]
    return "\n\n".join(parts) + "\n"


def _warnings(warnings: Sequence[str]) -> list[str]:
    if not warnings:
        return []
    lines = [f"- {code(text)}" for text in warnings[:MOST_WARNINGS]]
    if len(warnings) > MOST_WARNINGS:
        lines.append(f"- … {len(warnings) - MOST_WARNINGS} more: `cicdpack apply --dry-run` shows all")
    return ["### Warnings", "\n".join(lines)]


def _table(files: Sequence[FileLine], left_out: int) -> list[str]:
    lines = ["| | file | lines | |", "|---|---|---|---|"]
    for file in files:
        counts = " ".join(part for part in (_signed("+", file.added), _signed("-", file.removed)) if part)
        note = code(file.note) if file.note else ""
        lines.append(f"| {file.effect} | {code(file.path)} | {counts} | {note} |")
    if left_out:
        lines.append(f"| … | {left_out} more | | |")
    return lines


def _signed(sign: str, number: int) -> str:
    return f"{sign}{number}" if number else ""


def _review(contents: Contents) -> list[str]:
    verify = f"`cicdpack verify cicd.tar.gz --sha256 {contents.digest}`"
    lines = [
        f"The digest is that of the bundle you trust: {verify}. The bundle is the one of the base branch.",
        "The pipelines: which events run them, which identity and which environment each job uses.",
        "`databricks.yml`: workspace hosts and catalogs of the targets; nothing else in it changes.",
    ]
    if contents.platform == "azure_devops":
        lines.append(
            "After the merge a new file runs nothing yet: create its pipeline (`az pipelines create`) and its policy."
        )
    elif contents.platform == "gitlab":
        lines.append("After the merge: protected environments and their variables, for a project that is new.")
    else:
        lines.append("After the merge: environments with reviewers and their secrets, for a project that is new.")
    return lines


def plain(text: str) -> str:
    """Return text on one line, with everything escaped that cannot be printed."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def code(text: str) -> str:
    """Return text as a Markdown code span that holds in a table, too (CommonMark 6.1; GFM tables)."""
    shown = plain(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
