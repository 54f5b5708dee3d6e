"""Parameters as `databricks bundle init` fills them, with the CLI's texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cicdpack.archive.entries import Entry
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.host import Host
from cicdpack.bundle.parameters import ParameterError
from cicdpack.bundle.render import initialise

DUMP = "{{range $k, $v := .}}{{$k}}={{$v}}:{{printf `%T` $v}};{{end}}"


def bundle_of(schema: dict[str, Any], **properties: dict[str, Any]) -> Bundle:
    full = {name: {"type": "string", "description": name, **prop} for name, prop in properties.items()}
    document = {"properties": full, **schema}
    return Bundle.from_entries(
        [
            Entry(path="databricks_template_schema.json", data=json.dumps(document).encode()),
            Entry(path="template/dump.tmpl", data=DUMP.encode()),
        ]
    )


def dump(bundle: Bundle, config: bytes | None = None, **options: Any) -> str:
    """Return all parameters as a template sees them."""
    (file,) = initialise(bundle, config, config_source="c.json", **options).files
    return file.data.decode()


@pytest.mark.parametrize(
    ("prop", "value", "expected"),
    [
        ({}, b'"a"', "p=a:string;"),
        ({"type": "integer"}, b"3e2", "p=300:int64;"),
        ({"type": "integer"}, b"-0", "p=0:int64;"),
        ({"type": "integer"}, b"9007199254740993", "p=9007199254740992:int64;"),
        ({"type": "number"}, b"1000000", "p=1e+06:float64;"),
        ({"type": "boolean"}, b"false", "p=false:bool;"),
        ({"type": "integer", "enum": [1, 2]}, b"2", "p=2:int64;"),
        ({"pattern": "a"}, b'"xax"', "p=xax:string;"),
    ],
)
def test_value_of_a_config_file(prop: dict[str, Any], value: bytes, expected: str) -> None:
    """Values keep the types of JSON; whole numbers become int64 where the schema says so."""
    assert dump(bundle_of({}, p=prop), b'{"p": ' + value + b', "unknown": 1}') == expected


@pytest.mark.parametrize(
    ("prop", "value", "text"),
    [
        ({}, b"3", "incorrect type for property p: expected type string, but value is 3"),
        ({}, b"null", "incorrect type for property p: expected type string, but value is <nil>"),
        ({}, b"1e21", "incorrect type for property p: expected type string, but value is 1e+21"),
        ({"type": "number"}, b'"3"', 'incorrect type for property p: expected type float, but value is "3"'),
        ({"type": "integer"}, b'"3"', 'failed to parse property p: cannot convert "3" to an integer'),
        ({"type": "integer"}, b"3.5", "failed to parse property p: expected integer value, got: 3.5"),
        ({"type": "integer"}, b"1e300", "failed to parse property p: expected integer value, got: 1e+300"),
        (
            {"type": "integer"},
            b"9223372036854775808",
            "failed to parse property p: expected integer value, got: 9.223372036854776e+18",
        ),
        ({"enum": ["a", "b"]}, b"3", "expected value of property p to be one of [a b]. Found: 3"),
        ({"enum": []}, b'"a"', "expected value of property p to be one of []. Found: a"),
        ({"pattern": "^a$"}, b'"b\\n"', 'invalid value for p: "b\\n". Expected to match regex pattern: ^a$'),
        ({"const": "x"}, b'"y"', "expected value of property p to be x. Found: y"),
    ],
)
def test_value_that_the_file_may_not_have(prop: dict[str, Any], value: bytes, text: str) -> None:
    """A wrong value is refused with the CLI's text, and its place in ours."""
    with pytest.raises(ParameterError) as caught:
        dump(bundle_of({}, p=prop), b'{\n "p": ' + value + b"}")

    assert caught.value.cli_text == f"failed to load config from file c.json: {text}"
    assert str(caught.value).startswith("c.json:2:2: `p` is ")


@pytest.mark.parametrize(
    ("schema", "config", "text"),
    [
        ({"required": ["p"]}, b"{}", "no value provided for required property p"),
        ({"anyOf": []}, b"{}", "anyOf must contain at least one schema"),
        ({"anyOf": [{"required": ["p"]}]}, b"{}", "instance does not match any of the schemas in anyOf"),
        (
            {"anyOf": [{"properties": {"p": {"const": "y"}}}]},
            b'{"p": "x"}',
            "instance does not match any of the schemas in anyOf",
        ),
    ],
)
def test_rule_of_the_whole_file(schema: dict[str, Any], config: bytes, text: str) -> None:
    """`required` and `anyOf` at the top concern the file alone: without one they mean nothing."""
    bundle = bundle_of(schema, p={"default": "d"})

    with pytest.raises(ParameterError) as caught:
        dump(bundle, config)

    assert caught.value.cli_text == f"failed to load config from file c.json: {text}"
    assert dump(bundle) == "p=d:string;"


def test_defaults_follow_the_schemas_order() -> None:
    """Defaults are rendered in order and see what is there by then, of any type."""
    bundle = bundle_of(
        {},
        b={"default": "{{.a}}-{{printf `%T` .n}}", "order": 2},
        a={"default": "A", "order": 1},
        n={"type": "integer", "default": 3, "order": 1},
        t={"type": "boolean", "default": False},
    )

    assert dump(bundle) == "a=A:string;b=A-int64:string;n=3:int64;t=false:bool;"


def test_settings_win_over_the_file_and_reach_defaults() -> None:
    """What is set on the command line replaces the file's value before defaults are rendered."""
    bundle = bundle_of({}, a={}, b={"default": "{{.a}}"})

    assert dump(bundle, b'{"a": "file"}', settings={"a": "set"}) == "a=set:string;b=set:string;"


@pytest.mark.parametrize(
    ("prop", "text"),
    [
        ({}, "no value provided for required property p"),
        ({"default": "b", "pattern": "^a$"}, 'invalid value for p: "b". Expected to match regex pattern: ^a$'),
        ({"default": "b", "const": "c"}, "expected value of property p to be c. Found: b"),
    ],
)
def test_last_check(prop: dict[str, Any], text: str) -> None:
    """In the end every parameter needs a value that fits, defaults included."""
    with pytest.raises(ParameterError) as caught:
        dump(bundle_of({}, p=prop), b"{}")

    assert caught.value.cli_text == f"validation for template input parameters failed. {text}"


def test_warehouse_is_a_fact() -> None:
    """The path of a warehouse comes from the caller; another format means an empty text, whatever the default."""
    bundle = bundle_of({}, w={"format": "warehouse_path"})

    assert dump(bundle, host=Host(warehouse_id="wh123")) == "w=/sql/1.0/warehouses/wh123:string;"
    assert dump(bundle_of({}, s={"format": "foo", "default": "D"})) == "s=:string;"
    with pytest.raises(ParameterError) as caught:
        dump(bundle)
    assert caught.value.hint is not None
    assert "--set warehouse_id=" in caught.value.hint


@pytest.mark.parametrize(
    ("properties", "config", "asked", "expected"),
    [
        (
            {
                "m": {},
                "s": {"default": "D{{.m}}", "order": 1, "skip_prompt_if": {"properties": {"m": {"const": "yes"}}}},
            },
            b'{"m": "yes"}',
            [],
            "m=yes:string;s=Dyes:string;",
        ),
        (
            {"m": {}, "s": {"default": "D", "skip_prompt_if": {"properties": {"m": {"const": "no"}}}}},
            b'{"m": "yes"}',
            ["ASK s [D]"],
            "m=yes:string;s=D:string;",
        ),
        (
            {"i": {"type": "integer"}, "s": {"default": "D", "skip_prompt_if": {"properties": {"i": {"const": 3}}}}},
            b'{"i": 3}',
            ["ASK s [D]"],
            "i=3:int64;s=D:string;",
        ),
        ({"s": {"default": "D", "skip_prompt_if": {}}}, b"{}", [], "s=D:string;"),
        (
            {"m": {}, "s": {"default": "D", "skip_prompt_if": {"properties": {"m": {"pattern": "("}}}}},
            b'{"m": "("}',
            ["ASK s [D]"],
            "m=(:string;s=D:string;",
        ),
        (
            {"s": {"description": "for {{.m}}", "default": "D"}, "m": {}},
            b'{"m": "M"}',
            ["ASK for M [D]"],
            "m=M:string;s=D:string;",
        ),
    ],
)
def test_terminal_with_defaults_as_answers(
    properties: dict[str, Any], config: bytes, asked: list[str], expected: str
) -> None:
    """At a terminal a prompt is skipped for a value that is there and where `skip_prompt_if` fits the values so far."""
    said: list[str] = []

    result = dump(bundle_of({}, **properties), config, at_terminal=True, say=said.append)

    assert (said, result) == (asked, expected)
