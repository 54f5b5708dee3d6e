"""`adopt` reports -> text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._shell import command
from cicdpack.cli.show.members import styled_diff_line
from cicdpack.cli.show.problems import hint_line, no_archive_line
from cicdpack.cli.show.units import count, short_digest
from cicdpack.commands.adopt import NothingToAdopt
from cicdpack.commands.diffs import unified
from cicdpack.commands.plans import Present

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.adopt import Adoption, JudgedFile, Likeness

_WORDS: dict[Likeness, tuple[str, str]] = {
    "equal": ("adopt", "green"),
    "edited": ("adopt", "yellow"),
    "unlike": ("leave", "bold red"),
    "missing": ("missing", "dim"),
}


def is_left(outcome: Adoption | NothingToAdopt) -> bool:
    """Tell whether files are there of which nothing could be recorded."""
    return not isinstance(outcome, NothingToAdopt) and bool(outcome.left)


def adopt_text(outcome: Adoption | NothingToAdopt, *, done: bool) -> Iterator[Line]:
    """Show the strays with their contents first, then each file, then what came of it and what to do next."""
    if isinstance(outcome, NothingToAdopt):
        yield str(outcome)
        if outcome.hint:
            yield hint_line(outcome.hint)
    else:
        yield from _adoption_text(outcome, done=done)


def _adoption_text(adoption: Adoption, *, done: bool) -> Iterator[Line]:
    for stray in adoption.strays:
        yield ("  ", ("delete   ", "red"), f"{stray.change.path}   {stray.reason}")
        yield from map(styled_diff_line, unified(stray.change.before.data, None, path=stray.change.path))
        yield ""
    if adoption.source is None:
        yield f"{adoption.project} has a receipt already (bundle {adoption.version}); `cicdpack apply` updates it"
    else:
        yield (
            (adoption.project, "bold"),
            f" · {_origin(adoption)} {adoption.source}: bundle {adoption.version} ({short_digest(adoption.digest)})",
        )
        for file in adoption.files:
            word, style = _WORDS[file.likeness]
            yield ("  ", (f"{word:<9}", style), f"{file.path}   {_note(file)}")
            if file.likeness == "edited" and isinstance(file.current, Present):
                yield from map(styled_diff_line, unified(file.rendered, file.current.data, path=file.path))
        for values in adoption.values:
            edited = f", {values.edited} of them edited here" if values.edited else ""
            yield ("  ", ("adopt    ", "green"), f"{values.path}   {count(values.taken, 'value')} there{edited}")
    yield from _outcome(adoption, done=done)


def _origin(adoption: Adoption) -> str:
    return "made by" if _taken(adoption) else "like nothing that is rendered; compared with"


def _taken(adoption: Adoption) -> int:
    return sum(file.likeness in ("equal", "edited") for file in adoption.files)


def _note(file: JudgedFile) -> str:
    if file.likeness == "equal":
        return "as rendered"
    if file.likeness == "missing":
        return "not there: `cicdpack apply` makes it"
    if not isinstance(file.current, Present):
        return "something that is no file is there"
    share = f"{file.similarity:.0%} of the lines"
    return f"edited here: {share} as rendered" if file.likeness == "edited" else f"unlike what is rendered: {share}"


def _outcome(adoption: Adoption, *, done: bool) -> Iterator[Line]:
    if not done:
        yield f"{count(len(adoption.plan.writes), 'change')} to make; nothing was written"
        return
    taken = _taken(adoption)
    if taken:
        yield f"adopted {count(taken, 'file')}. next: `{command('cicdpack apply', adoption.project)}`"
    if adoption.left:
        yield (("left alone:", "bold red"), f" {count(len(adoption.left), 'file')} like nothing that is rendered")
        if all(file.path.startswith(".gitlab/") for file in adoption.left):
            yield no_archive_line(adoption.project)
            return
        settling = command("cicdpack apply", adoption.project, options="--on-conflict markers")
        yield hint_line(
            f"`--bundle FILE` names the archive that made them; or settle them with `{settling}`, `ours` or `theirs`"
        )


def adopt_json(outcomes: Iterable[Adoption | NothingToAdopt], *, done: bool) -> dict[str, object]:
    """Return the report as a JSON value: one item a project, those with nothing to adopt left out.

    `source` is null for a project that has its receipt already.
    """
    adoptions = (outcome for outcome in outcomes if not isinstance(outcome, NothingToAdopt))
    return {"done": done, "projects": [_adoption_json(adoption) for adoption in adoptions]}


def _adoption_json(adoption: Adoption) -> dict[str, object]:
    return {
        "project": adoption.project,
        "source": adoption.source,
        "version": adoption.version,
        "content_digest": f"sha256:{adoption.digest}",
        "left": len(adoption.left),
        "removed": [stray.change.path for stray in adoption.strays],
        "files": [
            {"path": file.path, "likeness": file.likeness, "similarity": round(file.similarity, 3)}
            for file in adoption.files
        ],
        "values": [{"path": values.path, "there": values.taken, "edited": values.edited} for values in adoption.values],
    }
