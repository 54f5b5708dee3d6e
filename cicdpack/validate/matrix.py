"""A bundle -> problems: every choice that its schema offers is rendered, in memory, before anything is packed. Pure.

The grid is platform x cloud x feature store; every other parameter with choices is varied one at a time for each
platform. A template that calls `fail` refuses a combination on purpose: that is an answer, but not for the defaults.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from cicdpack._values import replace
from cicdpack.bundle.binding import Layer, bind
from cicdpack.bundle.cli_text import RenderError
from cicdpack.bundle.functions import Fail
from cicdpack.bundle.render import render
from cicdpack.bundle.schema import SCHEMA_NAME
from cicdpack.errors import CicdpackError
from cicdpack.problems import Location, Problem
from cicdpack.validate.rendering import check_pipeline, is_pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cicdpack.bundle.bundle import Bundle
    from cicdpack.bundle.parameters import Value
    from cicdpack.bundle.rendering import Rendering
    from cicdpack.bundle.schema import Schema

GRID = ("input_cicd_platform", "input_cloud", "input_include_feature_store")

MAX_COMBINATIONS = 512
"""Renderings of one check: a schema with more choices than that is checked on the first ones, and says so."""

SAMPLES = {
    "input_project_name": "sample-project",
    "input_root_dir": "sample-repo",
    "input_databricks_staging_workspace_host": "https://adb-1111111111111111.1.azuredatabricks.net",
    "input_databricks_prod_workspace_host": "https://adb-2222222222222222.2.azuredatabricks.net",
    "input_run_as_staging": "00000000-0000-4000-8000-000000000001",
    "input_run_as_prod": "00000000-0000-4000-8000-000000000002",
}
"""What to render with where only a person can know the value."""

_SEED = b"matrix"


def check_bundle(bundle: Bundle) -> tuple[Problem, ...]:
    """Render the matrix and check what comes out; what several combinations have in common is said once."""
    found: dict[Problem, list[dict[str, str]]] = {}
    seen = _Seen()
    choices = list(_combinations(bundle.parameters))
    for choice in choices[:MAX_COMBINATIONS]:
        for problem in _check(bundle, choice, seen):
            found.setdefault(problem, []).append(choice)
    problems = tuple(replace(problem, message=_with_choices(problem, where)) for problem, where in found.items())
    if len(choices) <= MAX_COMBINATIONS:
        return problems
    message = f"the schema offers {len(choices)} combinations; the first {MAX_COMBINATIONS} were checked"
    return (*problems, Problem(rule="matrix-cut", severity="note", message=message))


def _with_choices(problem: Problem, choices: Sequence[Mapping[str, str]]) -> str:
    """Add which combinations a finding is about: the first, and how many more."""
    first = ", ".join(f"`{name}={value}`" for name, value in choices[0].items()) or "the defaults"
    more = f" and {len(choices) - 1} more combinations" if len(choices) > 1 else ""
    return f"{problem.message}, with {first}{more}"


def _combinations(schema: Schema) -> Iterator[dict[str, str]]:
    """Yield the defaults, the grid, then every other choice by itself, all without repetition."""
    offered = {name: _choices(prop) for name, prop in schema.properties.items() if _choices(prop)}
    grid = [name for name in GRID if name in offered]
    combinations: dict[tuple[tuple[str, str], ...], None] = {(): None}
    for values in product(*(offered[name] for name in grid)):
        combinations[tuple(zip(grid, values, strict=True))] = None
    platforms: Iterable[str | None] = offered.get(GRID[0], (None,))
    for platform, (name, values) in product(platforms, offered.items()):
        if name not in grid:
            first = ((GRID[0], platform),) if platform is not None else ()
            combinations.update({(*first, (name, value)): None for value in values})
    return (dict(combination) for combination in combinations)


def _choices(prop: Schema) -> tuple[str, ...]:
    return tuple(value for value in prop.enum or () if isinstance(value, str))


class _Seen:
    """What was looked at already: parameters (a choice may be a default) and the contents of pipelines."""

    __slots__ = ("contents", "values")

    def __init__(self) -> None:
        self.values: set[tuple[tuple[str, object], ...]] = set()
        self.contents: set[bytes] = set()


def _check(bundle: Bundle, choice: Mapping[str, str], seen: _Seen) -> Iterator[Problem]:
    try:
        values = _bind(bundle, choice)
        key = tuple(values.items())
        if key in seen.values:
            return
        seen.values.add(key)
        rendering = _render(bundle, values)
    except CicdpackError as error:
        on_purpose = isinstance(error, RenderError) and isinstance(error.cause, Fail)
        if not (choice and on_purpose):
            yield _failed(error)
        return
    if not rendering.files:
        hint = "offer only what `template/` has files for, or check what `skip` leaves out"
        place = Location(path=SCHEMA_NAME)
        yield Problem(rule="nothing-rendered", message="no file is rendered", location=place, hint=hint)
    for file in rendering.files:
        if is_pipeline(file.path) and file.data not in seen.contents:
            seen.contents.add(file.data)
            yield from check_pipeline(file)


def _bind(bundle: Bundle, choice: Mapping[str, str]) -> Mapping[str, Value]:
    samples = {name: value for name, value in SAMPLES.items() if name in bundle.parameters.properties}
    return bind(bundle, [Layer(origin="the matrix", values={**samples, **choice})], seed=_SEED).values


def _render(bundle: Bundle, values: Mapping[str, Value]) -> Rendering:
    rendering = render(bundle, values, seed=_SEED)
    for overlay in rendering.overlays:
        overlay.value()
    return rendering


def _failed(error: CicdpackError) -> Problem:
    return Problem(rule="cannot-render", message=error.message, location=error.location, hint=error.hint)
