"""Reads vector files, runs their cases and counts what came out as recorded."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from cicdpack.bundle.cli_text import content_error, text_error
from cicdpack.gotemplate.errors import TemplateError
from cicdpack.gotemplate.template import MissingKey, TemplateSet
from cicdpack.gotemplate.values import INVALID
from tests.conformance.functions import Skips, snippet_functions, template_functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

KNOWN_FILES = ("gotemplate.jsonl", "snippets.json", "trees.json")

TEXT_THRESHOLD = 0.97
"""Least share of error texts that are exact. Outputs, and that an error is raised at all, allow no miss."""

_PREFIX = "failed to compute file content for . "


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An output, or the texts of an error; `None` where the vectors do not say."""

    output: str | None = None
    go_text: str | None = None
    cli_text: str | None = None
    skips: tuple[str, ...] | None = None

    @property
    def is_error(self) -> bool:
        return self.output is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: what to render and what was recorded."""

    id: str
    category: str
    template: str
    data: Any
    wanted: Answer
    run: Callable[[Case], Answer]
    root: str = ""
    missing_key: MissingKey = "error"
    templates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A case and what came out."""

    case: Case
    got: Answer

    @property
    def output_is_exact(self) -> bool:
        wanted = self.case.wanted
        return self.got.output == wanted.output and (wanted.skips is None or self.got.skips == wanted.skips)

    def describe(self) -> str:
        return f"{self.case.id}: {self.case.template!r}\n  expected {self.case.wanted}\n  got      {self.got}"


@dataclass(kw_only=True)
class Results:
    """All results of one file."""

    file: str
    results: list[Result] = field(default_factory=list)
    skipped: int = 0

    def of(self, category: str) -> list[Result]:
        return [result for result in self.results if result.case.category == category]

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return for each kind of answer how many came out right, of how many."""
        total: Counter[str] = Counter()
        right: Counter[str] = Counter()
        for result in self.results:
            wanted, got = result.case.wanted, result.got
            checks = (
                {"Go texts": (wanted.go_text, got.go_text), "CLI texts": (wanted.cli_text, got.cli_text)}
                if wanted.is_error
                else {}
            )
            kind = "errors raised" if wanted.is_error else "outputs"
            total[kind] += 1
            right[kind] += got.is_error if wanted.is_error else result.output_is_exact
            for name, (expected, found) in checks.items():
                if expected is not None:
                    total[name] += 1
                    right[name] += expected == found
        return {name: (right[name], total[name]) for name in total}

    def summary(self) -> str:
        parts = [f"{name} {right}/{total}" for name, (right, total) in self.counts().items()]
        return f"{self.file}: {len(self.results)} cases, {', '.join(parts)}, skipped {self.skipped}"


def check_folder(folder: Path) -> list[str]:
    """Return the known files in a folder; fail if there are none, or others, or empty ones."""
    if not folder.is_dir():
        raise pytest.UsageError(f"no folder of vectors: {folder}")
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    for name in names:
        if name not in KNOWN_FILES:
            raise pytest.UsageError(f"unknown file of vectors: {folder / name}")
        if not (folder / name).read_bytes().strip():
            raise pytest.UsageError(f"empty file of vectors: {folder / name}")
    if not names:
        raise pytest.UsageError(f"no vectors in {folder}")
    return names


def load(folder: Path, name: str) -> list[Case]:
    """Return the cases of a file, none if it is not there; fail if it cannot be read."""
    if name not in check_folder(folder):
        return []
    reader = {"gotemplate.jsonl": _load_templates, "snippets.json": _load_snippets}[name]
    try:
        cases = list(reader((folder / name).read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise pytest.UsageError(f"cannot read vectors {folder / name}: {error!r}") from error
    if not cases:
        raise pytest.UsageError(f"no cases in {folder / name}")
    return cases


def run(file: str, cases: Iterable[Case]) -> Results:
    """Run all cases of a file."""
    return Results(file=file, results=[Result(case=case, got=case.run(case)) for case in cases])


# gotemplate.jsonl: Go's texts, a library, all options.


def _load_templates(text: str) -> Iterable[Case]:
    for line in text.splitlines():
        if line.strip():
            yield _template_case(json.loads(line))


def _template_case(raw: dict[str, Any]) -> Case:
    if "error" in raw:
        wanted = Answer(go_text=raw["error"], cli_text=raw.get("cli_error", raw["error"]))
    else:
        output = raw["output"] if "output" in raw else _from_base64(raw["output_b64"])
        wanted = Answer(output=output, skips=tuple(raw.get("skips", ())))
    missing_key = raw.get("missingkey", "error")
    return Case(
        id=raw["id"],
        category=raw["category"],
        template=raw["template"],
        templates=tuple(sorted(raw.get("templates", {}).items())),
        root=raw.get("root", ""),
        # Go calls its default by two names.
        missing_key="default" if missing_key == "invalid" else missing_key,
        data=raw["data"],
        wanted=wanted,
        run=_run_template,
    )


def _from_base64(text: str) -> str:
    return base64.b64decode(text).decode("utf-8", "surrogateescape")


def _run_template(case: Case) -> Answer:
    try:
        templates = TemplateSet.new(template_functions(), missing_key=case.missing_key)
        for name, text in case.templates:
            templates = templates.parse(name, text)
        skips = Skips(templates, case.data)
        output = skips.templates.parse(case.root, case.template).execute(case.root, case.data)
    except TemplateError as error:
        cli_text = content_error(error, case.template, "").cli_text or ""
        cli_text = cli_text.removeprefix(_PREFIX).removeprefix(f"error in {case.template}: ")
        return Answer(go_text=error.go_text, cli_text=cli_text)
    return Answer(output=output.text, skips=tuple(skips.patterns))


# snippets.json: the CLI's texts, no library.


def _load_snippets(text: str) -> Iterable[Case]:
    for number, raw in enumerate(json.loads(text)):
        wanted = Answer(cli_text=raw["error"]) if "error" in raw else Answer(output=raw["output"])
        yield Case(
            id=f"snippet-{number:03}",
            category="error" if wanted.is_error else "output",
            template=raw["template"],
            data=_typed(raw["data"]),
            wanted=wanted,
            run=_run_snippet,
        )


def _typed(value: Any) -> Any:
    """Read `{"$int": n}` as an integer, any other number as a float."""
    if isinstance(value, dict):
        return int(value["$int"]) if set(value) == {"$int"} else {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _run_snippet(case: Case) -> Answer:
    try:
        templates = TemplateSet.new(snippet_functions(), missing_key="error").parse("", case.template)
        output = templates.execute("", INVALID if case.data is None else case.data).text
    except TemplateError as error:
        return Answer(cli_text=text_error(error, case.template).cli_text)
    # The recorded outputs show U+FFFD for each byte that is not UTF-8.
    return Answer(output="".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in output))
