"""Every choice of a schema, rendered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cicdpack.archive.entries import Entry
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.render import render
from cicdpack.problems import Location
from cicdpack.validate import matrix
from cicdpack.validate.matrix import check_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from cicdpack.bundle.rendering import Rendering

PLATFORM = {"type": "string", "description": "d", "default": "azure_devops", "enum": ["azure_devops", "gitlab"]}
COLOUR = {"type": "string", "description": "d", "default": "red", "enum": ["red", "green"]}


def bundle(template: str, name: str = ".azure/p.yml.tmpl", **properties: object) -> Bundle:
    schema = {"properties": {"input_cicd_platform": PLATFORM, **properties}}
    return Bundle.from_entries(
        [
            Entry(path="databricks_template_schema.json", data=json.dumps(schema).encode()),
            Entry(path=f"template/{name}", data=template.encode()),
        ]
    )


def test_a_good_bundle_has_no_problems() -> None:
    """Every choice renders to something that can be read."""
    assert check_bundle(bundle("a: {{ .input_cicd_platform }}\n")) == ()


def test_a_fault_in_one_choice_is_found_and_named() -> None:
    """A branch that nobody renders by default is rendered here."""
    (problem,) = check_bundle(bundle('{{ if eq .input_cicd_platform "gitlab" }}a: [{{ else }}a: 1{{ end }}\n'))

    assert problem.rule == "yaml"
    assert problem.message.endswith("with `input_cicd_platform=gitlab`")
    assert problem.location == Location(path="template/.azure/p.yml.tmpl", line=1)


def test_other_choices_are_varied_too() -> None:
    """A parameter outside of the grid is tried with each of its values."""
    (problem,) = check_bundle(bundle('a: {{ if eq .colour "green" }}{{ .missing }}{{ end }}\n', colour=COLOUR))

    assert problem.rule == "cannot-render"
    assert "`colour=green`" in problem.message


def test_one_fault_in_many_choices_is_said_once() -> None:
    """What all combinations have in common is one finding with their number."""
    (problem,) = check_bundle(bundle("a: {{ .missing }}\n", colour=COLOUR))

    assert problem.rule == "cannot-render"
    assert "with the defaults and" in problem.message


def test_a_choice_that_renders_nothing_is_an_error() -> None:
    """Offering a platform without files for it is a promise that is not kept."""
    (problem,) = check_bundle(bundle('{{ if eq .input_cicd_platform "gitlab" }}{{ skip "*" }}{{ end }}a: 1\n'))

    assert problem.rule == "nothing-rendered"
    assert "gitlab" in problem.message


def test_a_refusal_on_purpose_is_no_error() -> None:
    """`fail` for a combination that cannot be is an answer; for the defaults it is an error."""
    on_purpose = '{{ if eq .colour "green" }}{{ fail "no green" }}{{ end }}a: 1\n'

    assert check_bundle(bundle(on_purpose, colour=COLOUR)) == ()
    assert [problem.rule for problem in check_bundle(bundle('{{ fail "never" }}'))] == ["cannot-render"]


def test_choices_that_come_to_the_same_values_are_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A choice may be the default: two platforms and two colours are four renderings, however they are asked for."""
    rendered: list[tuple[object, object]] = []

    def count(bundle: Bundle, values: Mapping[str, object], *, seed: bytes) -> Rendering:
        rendered.append((values["input_cicd_platform"], values["colour"]))
        return render(bundle, values, seed=seed)  # type: ignore[arg-type]

    monkeypatch.setattr(matrix, "render", count)

    assert check_bundle(bundle("a: 1\n", colour=COLOUR)) == ()
    assert sorted(rendered) == [(one, two) for one in ("azure_devops", "gitlab") for two in ("green", "red")]
