"""`inspect` reports -> text, JSON, and the stable dump that `git diff` compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.cli.show.problems import problem_json, problem_lines
from cicdpack.cli.show.units import count, size
from cicdpack.commands.diffs import NO_NEWLINE, is_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cicdpack.cli.console import Line
    from cicdpack.commands.inspect import InspectReport, Member


def inspect_text(report: InspectReport) -> Iterator[Line]:
    """Say what the archive is, what the bundle offers, and list its members as a tree."""
    about = report.about
    name = f"{about.name} {about.version}" if about else "no bundle"
    kind = "canonical" if report.canonical else "not canonical"
    yield ((report.archive, "bold"), f" · {name} · {kind} · {count(len(report.members), 'member')}")
    yield f"content     sha256:{report.content_digest}"
    yield f"file        sha256:{report.file_digest}  ({size(report.size)})"
    if about:
        yield f"manifest    {'fits the files' if about.has_manifest else 'none: what follows is what the files tell'}"
        yield f"platforms   {', '.join(about.platforms) or 'none'}"
        yield from _wrapped("parameters  ", about.parameters)
        for number, (pin, version) in enumerate(about.pins.items()):
            yield f"{'' if number else 'pins':<12}{pin}  {version}"
    yield ""
    yield from _tree(report.members)
    if report.problems:
        yield ""
        yield from problem_lines(report.problems)


_WIDTH = 100
"""Columns of a list that is broken into lines."""


def _wrapped(label: str, words: Iterable[str]) -> Iterator[Line]:
    """Yield words after a label, with commas, in lines that fit."""
    line, indent = label, " " * len(label)
    for word in words:
        if line.strip() and line not in (label, indent):
            if len(line) + len(word) + 2 > _WIDTH:
                yield line + ","
                line = indent
            else:
                line += ", "
        line += word
    yield line if line != label else f"{label}none"


def _tree(members: Iterable[Member]) -> Iterator[Line]:
    """Yield each folder once, each file below its folder with mode, size and the first digits of its SHA-256."""
    yield (("mode  bytes     sha256        name", "dim"),)
    above: list[str] = []
    for member in members:
        *folders, name = member.path.split("/")
        shared = 0
        while shared < min(len(above), len(folders)) and above[shared] == folders[shared]:
            shared += 1
        for depth in range(shared, len(folders)):
            yield (" " * 30 + "  " * depth, (folders[depth] + "/", "bold"))
        above = folders
        facts = f"{member.mode}  {len(member.data):<8}  {member.sha256[:12]}  "
        yield facts + "  " * len(folders) + name


def textconv_lines(report: InspectReport) -> Iterator[Line]:
    """Write the archive out as text: nothing in it depends on where the file is or how it was packed.

    Contents are indented, so that no content can pass for the line that names a member. The manifest is left out: it
    only repeats what the files say.
    """
    yield "canonical" if report.canonical else "not canonical: " + ", ".join(one.rule for one in report.problems)
    for member in report.members:
        if member.path == "cicdpack.json":
            continue
        yield (("=== ", "dim"), f"{member.mode} ", (member.path, "bold"))
        yield from _content(member)


def _content(member: Member) -> Iterator[Line]:
    if not is_text(member.data):
        yield f"    ({count(len(member.data), 'byte')}, sha256:{member.sha256})"
        return
    lines = member.data.decode("utf-8").split("\n")
    last = lines.pop()
    yield from (f"    {line}" for line in lines)
    if last:
        yield f"    {last}"
        yield f"    {NO_NEWLINE}"


def inspect_json(report: InspectReport) -> dict[str, object]:
    """Return all facts as a JSON value; contents are left out."""
    about = report.about
    return {
        "archive": report.archive,
        "canonical": report.canonical,
        "size": report.size,
        "content_digest": f"sha256:{report.content_digest}",
        "file_digest": f"sha256:{report.file_digest}",
        "name": about.name if about else None,
        "version": about.version if about else None,
        "has_manifest": about.has_manifest if about else False,
        "platforms": list(about.platforms) if about else [],
        "parameters": list(about.parameters) if about else [],
        "pins": dict(about.pins) if about else {},
        "members": [
            {"path": member.path, "size": len(member.data), "mode": member.mode, "sha256": member.sha256}
            for member in report.members
        ],
        "problems": [problem_json(problem) for problem in report.problems],
    }
