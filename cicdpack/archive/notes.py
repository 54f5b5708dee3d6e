"""`Notes`: what a reader of another tool's archive normalised, counted, and told once per rule as a `Problem`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cicdpack.archive.refusals import shown_bytes
from cicdpack.problems import Problem

if TYPE_CHECKING:
    from cicdpack.problems import Severity

Rule = Literal[
    "foreign-frame",
    "foreign-gzip-name",
    "foreign-gzip-time",
    "foreign-format",
    "foreign-long-names",
    "foreign-folders",
    "foreign-owner",
    "foreign-times",
    "foreign-precise-times",
    "foreign-modes",
    "foreign-order",
    "foreign-attributes",
    "foreign-dot-prefix",
    "foreign-top-folder",
    "foreign-no-top-folder",
    "foreign-junk",
    "foreign-padding",
]

_RULES: dict[Rule, tuple[Severity, str]] = {
    "foreign-frame": ("note", "the tar is in a gzip frame of another tool"),
    "foreign-gzip-name": ("note", "the gzip header carries the file name {example}"),
    "foreign-gzip-time": ("note", "the gzip header carries a time"),
    "foreign-format": ("note", "{count} headers are not of the pax format"),
    "foreign-long-names": ("note", "{count} names are written in another way, {example} the first"),
    "foreign-folders": ("note", "{count} folders are listed, {example} the first"),
    "foreign-owner": ("note", "{count} members name an owner, {example} the first"),
    "foreign-times": ("note", "{count} members carry a time of their own, {example} the first"),
    "foreign-precise-times": ("note", "{count} extended headers carry times, that of {example} the first"),
    "foreign-modes": ("note", "{count} files have modes other than 644 and 755, {example} the first"),
    "foreign-order": ("note", "{count} members are out of order, {example} the first"),
    "foreign-attributes": ("warning", "extended attributes of {count} members are left out, {example} the first"),
    "foreign-dot-prefix": ("note", "{count} names begin with `./`"),
    "foreign-top-folder": ("warning", "the top folder is {example}, not `cicd`"),
    "foreign-no-top-folder": ("warning", "there is no top folder `cicd`"),
    "foreign-junk": ("warning", "{count} files that a system left behind are dropped, {example} the first"),
    "foreign-padding": ("note", "the end is not padded to a multiple of 10240 bytes"),
}
"""Every harmless difference, in the order in which they are told; `{example}` is put in backquotes."""


class Notes:
    """Counts harmless differences by rule and keeps one example of each, so that 100,000 cost no more than one."""

    __slots__ = ("_counts", "_examples")

    def __init__(self) -> None:
        self._counts: dict[Rule, int] = {}
        self._examples: dict[Rule, bytes] = {}

    def add(self, rule: Rule, example: bytes = b"") -> None:
        """Count one more case; `example` is a raw name, which is escaped if it is told."""
        self._counts[rule] = self._counts.get(rule, 0) + 1
        self._examples.setdefault(rule, example)

    def problems(self) -> tuple[Problem, ...]:
        """Return one problem per rule that was met, in the order of the table."""
        return tuple(
            Problem(rule=rule, severity=severity, message=_worded(text, self._counts[rule], self._examples[rule]))
            for rule, (severity, text) in _RULES.items()
            if rule in self._counts
        )


def _worded(text: str, count: int, example: bytes) -> str:
    return text.replace("{count}", str(count)).replace("{example}", f"`{shown_bytes(example)}`")
