"""Parameters of a project: layers over defaults, origins, legacy names, faults with their files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cicdpack.archive.entries import Entry
from cicdpack.bundle.binding import InvalidParameters, Layer, bind, read_settings
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.cli_text import RenderError
from cicdpack.bundle.parameters import ParameterError


def bundle_of(**properties: dict[str, Any]) -> Bundle:
    """Return a bundle whose schema has the properties, each a string unless it says otherwise."""
    full = {name: {"type": "string", "description": "d", **prop} for name, prop in properties.items()}
    schema = json.dumps({"properties": full}).encode()
    return Bundle.from_entries([Entry(path="databricks_template_schema.json", data=schema)])


def in_file(**values: object) -> Layer:
    """Return a layer read from `cicd_params.json`, one line for each value."""
    data = json.dumps(values, indent=2).encode()
    return Layer.from_json(data, origin="cicd_params.json", source="repo/cicd_params.json")


def on_command_line(**values: str) -> Layer:
    return Layer(origin="--set", values=values, strict=True)


def test_later_layers_win_over_earlier_ones_and_defaults() -> None:
    """Each value comes from the last layer that has it, and says so."""
    bundle = bundle_of(a={"default": "1"}, b={"default": "1"}, c={"default": "1"})

    bound = bind(bundle, [in_file(b="2", c="2"), on_command_line(c="3")])

    assert bound.values == {"a": "1", "b": "2", "c": "3"}
    assert bound.origins == {"a": "default", "b": "cicd_params.json", "c": "--set"}
    assert bound.problems == ()


def test_defaults_are_templates_over_everything_given() -> None:
    """A default sees all given values and the defaults before it."""
    bundle = bundle_of(a={"default": "{{.b}}-{{.c}}", "order": 2}, b={"default": "B", "order": 1}, c={})

    assert bind(bundle, [in_file(c="C")]).values["a"] == "B-C"


def test_default_that_sees_too_much_is_refused() -> None:
    """A default that refers to a later one is an error with the CLI's text."""
    bundle = bundle_of(a={"default": "{{.b}}", "order": 1}, b={"default": "B", "order": 2})

    with pytest.raises(RenderError) as caught:
        bind(bundle, [])

    assert caught.value.cli_text == 'variable "b" not defined'


@pytest.mark.parametrize(
    ("type_name", "text", "expected"),
    [
        ("boolean", "true", True),
        ("boolean", "F", False),
        ("boolean", "0", False),
        ("integer", "-3", -3),
        ("integer", "+3", 3),
        ("number", "3", 3.0),
        ("number", "1e3", 1000.0),
        ("string", "3", "3"),
        ("string", "", ""),
    ],
)
def test_texts_of_the_command_line_are_converted(type_name: str, text: str, expected: object) -> None:
    """A text from `--set` becomes a value of the parameter's type."""
    bound = bind(bundle_of(p={"type": type_name}), [on_command_line(p=text)])

    assert (bound.values["p"], type(bound.values["p"])) == (expected, type(expected))


@pytest.mark.parametrize(
    ("type_name", "text", "expected"),
    [
        ("boolean", "yes", "`true` or `false`"),
        ("integer", "3.0", "a whole number"),
        ("integer", "9223372036854775808", "a whole number"),
        ("integer", "١", "a whole number"),
        ("number", "nan", "a number"),
        ("number", "1_0", "a number"),
        ("number", "", "a number"),
    ],
)
def test_text_that_does_not_fit_is_refused(type_name: str, text: str, expected: str) -> None:
    """A text that is no value of the type is an error that names the option."""
    found = f"`{text}`" if text else "empty"

    with pytest.raises(InvalidParameters) as caught:
        bind(bundle_of(p={"type": type_name}), [on_command_line(p=text)])

    assert str(caught.value) == f"--set: `p` is {found}, expected {expected}"


@pytest.mark.parametrize(
    ("type_name", "value", "message"),
    [
        ("string", 3, '`p` is `3`, expected a string: `"3"`'),
        ("string", None, "`p` is `<nil>`, expected a string"),
        ("integer", "3", "`p` is `3`, expected a whole number"),
        ("integer", 3.5, "`p` is `3.5`, expected a whole number"),
        ("boolean", "true", "`p` is `true`, expected `true` or `false`"),
        ("number", True, "`p` is `true`, expected a number"),
        ("string", {"a": 1}, '`p` is `map[string]interface {}{"a":1}`, expected a string'),
    ],
)
def test_value_of_another_type_in_a_file_is_refused(type_name: str, value: object, message: str) -> None:
    """A file has types of its own: nothing is converted, and the error points to the line."""
    with pytest.raises(InvalidParameters) as caught:
        bind(bundle_of(a={"default": ""}, p={"type": type_name}), [in_file(a="x", p=value)])

    assert str(caught.value) == f"repo/cicd_params.json:3:3: {message}"


@pytest.mark.parametrize(
    ("prop", "message"),
    [
        ({"enum": ["azure", "aws"]}, "`p` is `x`, expected one of `azure`, `aws`"),
        ({"const": "y"}, "`p` is `x`, expected `y`"),
        ({"pattern": "^a+$"}, "`p` is `x`: it has to match `^a+$`"),
        ({"pattern": "^a+$", "pattern_match_failure_message": "Only a's."}, "`p` is `x`: Only a's."),
    ],
)
def test_value_that_breaks_a_rule_is_refused_with_its_file(prop: dict[str, Any], message: str) -> None:
    """A rule of the schema that a value breaks is told with the value's file and line."""
    with pytest.raises(InvalidParameters) as caught:
        bind(bundle_of(p=prop), [in_file(p="x")])

    assert str(caught.value) == f"repo/cicd_params.json:2:3: {message}"


def test_all_faults_are_told_at_once() -> None:
    """The error holds every fault; its message the first."""
    bundle = bundle_of(a={}, b={"enum": ["x"]}, c={"default": "1", "pattern": "2"})

    with pytest.raises(InvalidParameters) as caught:
        bind(bundle, [on_command_line(b="y")])

    assert [problem.message for problem in caught.value.problems] == [
        "--set: `b` is `y`, expected one of `x`",
        "parameter `a` has no value",
        "`c` is `1`: it has to match `2`",
    ]
    assert str(caught.value) == "--set: `b` is `y`, expected one of `x` (and 2 more)"


def test_missing_value_names_the_option() -> None:
    """A parameter without a value and without a default says how to give it one."""
    with pytest.raises(InvalidParameters) as caught:
        bind(bundle_of(input_cloud={"description": "The cloud."}), [])

    assert caught.value.hint == "pass `--set input_cloud=VALUE`: The cloud."


def test_unknown_name_in_a_file_is_a_warning() -> None:
    """A file may hold other names, as real ones do; a name that is close gets a suggestion."""
    bundle = bundle_of(input_cloud={"default": "azure"})

    problems = bind(bundle, [in_file(input_cluod="aws", input_docker_image="i")]).problems

    assert [(problem.severity, str(problem), problem.hint) for problem in problems] == [
        (
            "warning",
            "repo/cicd_params.json:2:3: the bundle has no parameter `input_cluod`; its value is not used",
            "did you mean `input_cloud`?",
        ),
        (
            "warning",
            "repo/cicd_params.json:3:3: the bundle has no parameter `input_docker_image`; its value is not used",
            None,
        ),
    ]


def test_unknown_name_on_the_command_line_is_an_error() -> None:
    """`--set` may name parameters only."""
    with pytest.raises(InvalidParameters) as caught:
        bind(bundle_of(input_cloud={"default": "azure"}), [on_command_line(input_cluod="aws")])

    assert str(caught.value) == "--set: there is no parameter `input_cluod`"
    assert caught.value.hint == "did you mean `input_cloud`?"


def test_legacy_name_is_understood() -> None:
    """MLOps Stacks wrote the catalogs without their prefix; a note says what to rename."""
    bundle = bundle_of(input_test_catalog_name={"default": "test"})

    bound = bind(bundle, [in_file(test_catalog_name="t")])

    assert bound.values["input_test_catalog_name"] == "t"
    assert [(problem.severity, problem.message) for problem in bound.problems] == [
        ("note", "`test_catalog_name` is read as `input_test_catalog_name`")
    ]


def test_retired_name_is_told_with_its_successor() -> None:
    """MLOps Stacks wrote an image that its archive never knew; no other name is guessed at."""
    bundle = bundle_of(input_gitlab_image={"default": ""}, input_docker_images={"default": ""})

    (problem,) = bind(bundle, [in_file(input_docker_image="i")]).problems

    assert (problem.severity, problem.rule, problem.message) == (
        "note",
        "legacy-parameter",
        "`input_docker_image` is not used",
    )
    assert problem.hint == "remove it; where the default does not do, set `input_gitlab_image`"


def test_legacy_name_loses_against_the_right_one_in_its_file() -> None:
    """Beside the right name the legacy one is ignored, whatever their order; in a later file it counts."""
    bundle = bundle_of(input_test_catalog_name={"default": "test"})

    beside = bind(bundle, [in_file(input_test_catalog_name="new", test_catalog_name="old")])
    later = bind(bundle, [in_file(input_test_catalog_name="new"), in_file(test_catalog_name="old")])

    assert beside.values["input_test_catalog_name"] == "new"
    assert [problem.rule for problem in beside.problems] == ["legacy-parameter"]
    assert later.values["input_test_catalog_name"] == "old"


def test_file_that_is_no_json_is_refused() -> None:
    """A broken file is an error with its place."""
    with pytest.raises(ParameterError, match=r"^repo/p.json:1:2: not JSON: unexpected end of JSON input$"):
        Layer.from_json(b"{", origin="p.json", source="repo/p.json")


def test_settings_for_render_are_converted_and_checked() -> None:
    """Texts of `--set` become values; unknown names are errors."""
    schema = bundle_of(n={"type": "integer"}).schema

    assert read_settings({"n": "3"}, schema) == {"n": 3}
    with pytest.raises(InvalidParameters, match="there is no parameter `m`"):
        read_settings({"m": "3"}, schema)
