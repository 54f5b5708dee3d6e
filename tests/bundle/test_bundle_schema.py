"""Schemas: decoding as Go's, checks in the CLI's order with the CLI's texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cicdpack.bundle import gotext
from cicdpack.bundle.schema import SchemaError, read_schema
from cicdpack.bundle.schema_checks import load_schema


def one(**keywords: Any) -> bytes:
    """Return a schema with the one property `p`."""
    return json.dumps({"properties": {"p": {"type": "string", "description": "d", **keywords}}}).encode()


def test_properties_keep_the_order_of_the_file() -> None:
    """A schema's properties come in the order in which they are written, also where one is written twice."""
    schema = read_schema(b'{"properties": {"b": {}, "a": {}, "b": {"title": "x"}}}', source="s.json")

    assert list(schema.properties) == ["b", "a"]


def test_keys_are_matched_without_regard_to_case() -> None:
    """Go's decoder takes `Type` for `type`, and a long s or a Kelvin sign for the letter."""
    schema = read_schema('{"PROPERTIES": {"p": {"Type": "x", "\u017fkip_prompt_if": {}}}}'.encode(), source="s.json")

    assert schema.properties["p"].type == "x"
    assert schema.properties["p"].skip_prompt_if is not None


def test_last_of_equal_properties_wins_as_a_whole() -> None:
    """A property that is repeated starts afresh, while a repeated map of properties is merged."""
    data = b'{"properties": {"a": {"default": "1"}, "a": {"type": "string"}}, "properties": {"b": {}}}'

    schema = read_schema(data, source="s.json")

    assert list(schema.properties) == ["a", "b"]
    assert schema.properties["a"].default is None
    assert schema.properties["a"].type == "string"


def test_null_is_absence() -> None:
    """A schema that is null is empty, and so are keywords that are."""
    assert read_schema(b"null", source="s.json").properties == {}
    assert load_schema(one(default=None, enum=None, const=None, order=None, pattern=None)).properties["p"].enum is None


def test_order_puts_properties_without_one_last() -> None:
    """The CLI asks by `order`, then by the bytes of the name."""
    data = b'{"properties": {"c": {}, "B": {}, "a": {"order": 2}, "z": {"order": -1}, "b": {"order": 2}}}'

    schema = read_schema(data, source="s.json")

    assert [name for name, _ in schema.in_order()] == ["z", "a", "b", "B", "c"]


def test_integers_are_converted() -> None:
    """Numbers of integer properties are whole, others are floats."""
    schema = load_schema(one(type="integer", default=3.0, enum=[3, 4e0]))

    prop = schema.properties["p"]
    assert (prop.default, type(prop.default), prop.enum) == (3, int, (3, 4))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "unexpected end of JSON input"),
        (b"{} x", "invalid character 'x' after top-level value"),
        (b"[]", "json: cannot unmarshal array into Go value of type jsonschema.Schema"),
        (
            b'{"properties": []}',
            "json: cannot unmarshal array into Go struct field Schema.properties of type map[string]*jsonschema.Schema",
        ),
        (
            b'{"properties": {"p": 1}}',
            "json: cannot unmarshal number into Go struct field Schema.properties of type jsonschema.Schema",
        ),
        (one(title=3), "json: cannot unmarshal number into Go struct field Schema.properties.title of type string"),
        (
            one(type=["string"]),
            "json: cannot unmarshal array into Go struct field Schema.properties.type of type jsonschema.Type",
        ),
        (
            one(order=1.5),
            "json: cannot unmarshal number 1.5 into Go struct field Schema.properties.Extension.order of type int",
        ),
        (
            one(order="1"),
            "json: cannot unmarshal string into Go struct field Schema.properties.Extension.order of type int",
        ),
        (
            one(enum="a"),
            "json: cannot unmarshal string into Go struct field Schema.properties.enum of type []interface {}",
        ),
        (b'{"required": [1]}', "json: cannot unmarshal number into Go struct field Schema.required of type string"),
        (
            b'{"version": true, "title": 1}',
            "json: cannot unmarshal bool into Go struct field Schema.Extension.version of type int",
        ),
        (
            one(default=3),
            "type validation for default value of property p failed: expected type string, but value is 3",
        ),
        (
            one(type="integer", default="3"),
            'failed to parse default value for property p: cannot convert "3" to an integer',
        ),
        (
            one(type="integer", default=3.5),
            "failed to parse default value for property p: expected integer value, got: 3.5",
        ),
        (
            one(type="number", default="x"),
            'type validation for default value of property p failed: expected type float, but value is "x"',
        ),
        (
            one(type="boolean", const=1),
            "type validation for const value of property p failed: expected type boolean, but value is 1",
        ),
        (one(type="int"), 'type int is not a recognized json schema type. Please use "integer" instead'),
        (one(type="float64"), 'type float64 is not a recognized json schema type. Please use "number" instead'),
        (one(type="bool"), 'type bool is not a recognized json schema type. Please use "boolean" instead'),
        (one(type="foo"), "type foo is not a recognized json schema type"),
        (b'{"properties": {"p": {"description": "d"}}}', "type  is not a recognized json schema type"),
        (
            one(enum=["a", 1]),
            "type validation for enum at index 1 failed for property p: expected type string, but value is 1",
        ),
        (one(enum=["a"], default="z"), "list of enum values for property p does not contain default value z: [a]"),
        (
            one(type="integer", pattern="a"),
            (
                'property "p" has a non-empty regex pattern "a" specified. Patterns are only supported for '
                "string properties"
            ),
        ),
        (
            one(pattern="["),
            'invalid regex pattern "[" provided for property "p": error parsing regexp: missing closing ]: `[`',
        ),
        (
            one(pattern="^a+$", enum=["b"]),
            'enum value "b" at index 0 for property "p" does not match specified regex pattern: "^a+$"',
        ),
        (
            b'{"min_databricks_cli_version": "1.0"}',
            'invalid minimum CLI version "1.0" specified. Please specify the version in the format v0.0.0',
        ),
        (
            b'{"min_databricks_cli_version": "v99.0.0"}',
            (
                'minimum CLI version "v99.0.0" is greater than current CLI version "v1.13.0". Please '
                "upgrade your current Databricks CLI"
            ),
        ),
        (one(skip_prompt_if={}), 'property "p" has a skip_prompt_if clause but no default value'),
    ],
)
def test_schema_that_is_refused(data: bytes, text: str) -> None:
    """The CLI's text, with the prefix that it gives to everything it finds while loading."""
    with pytest.raises(SchemaError) as caught:
        load_schema(data)

    assert caught.value.cli_text == f"failed to load schema: {text}"
    assert caught.value.location is not None
    assert caught.value.location.path == "databricks_template_schema.json"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (one(type="array"), "property type array is not supported by bundle templates"),
        (
            b'{"version": 2}',
            (
                "template schema version 2 is not supported by this version of the CLI. Please upgrade your "
                "CLI to the latest version"
            ),
        ),
        (one(description=""), "template property p is missing a description"),
    ],
)
def test_schema_that_is_no_templates(data: bytes, text: str) -> None:
    """What concerns templates only is told without a prefix."""
    with pytest.raises(SchemaError) as caught:
        load_schema(data)

    assert caught.value.cli_text == text


@pytest.mark.parametrize("wanted", ["v1", "v1.2", "v0.236.0", "v1.13.0-rc1", "v1.13.0", "v1.13.0+build"])
def test_version_that_is_old_enough(wanted: str) -> None:
    """A template may ask for the emulated version and anything before it; releases come after their candidates."""
    schema = load_schema(json.dumps({"min_databricks_cli_version": wanted}).encode())

    assert schema.min_databricks_cli_version == wanted


def test_development_version_takes_every_template() -> None:
    """A CLI whose last prerelease identifier is `dev` does not compare versions."""
    data = b'{"min_databricks_cli_version": "v99.0.0"}'

    assert load_schema(data, cli_version="1.14.0-dev+abc").min_databricks_cli_version == "v99.0.0"
    with pytest.raises(SchemaError):
        load_schema(data, cli_version="1.14.0-dev.2")


@pytest.mark.parametrize(
    "data",
    [
        b'{"properties": {"p": null}}',
        one(default="", skip_prompt_if={"properties": {"q": None}}),
    ],
)
def test_null_property_is_refused(data: bytes) -> None:
    """Where the CLI crashes there is a clean error that names the property."""
    with pytest.raises(
        SchemaError, match=r"^databricks_template_schema.json: property `[pq]`.* is null, expected an object$"
    ):
        load_schema(data)


@pytest.mark.parametrize(
    ("prop", "message"),
    [
        (
            '{"type": "string", "description": "d", "order": "1"}',
            "parameter `p`: `order` is a string, expected a whole number",
        ),
        ('{"type": "string", "description": "d", "enum": {}}', "parameter `p`: `enum` is an object, expected a list"),
        (
            '{"type": "string", "description": "d", "default": 1e999}',
            "parameter `p`: `default` is a number 1e999, expected one that a 64-bit float can hold",
        ),
        ("3", "parameter `p` is a number, expected an object"),
        ('{"type": "string", "description": ""}', "template property p is missing a description"),
        (
            '{"type": "string", "description": "d", "default": 3}',
            ("type validation for default value of property p failed: expected type string, but value is 3"),
        ),
    ],
)
def test_error_points_to_the_parameter(prop: str, message: str) -> None:
    """Our own text names the parameter's line in the schema."""
    data = (
        f'{{\n "properties": {{\n  "a": {{"type": "string", "description": "d", "order": 1}},\n  "p": {prop}\n }}\n}}'
    )

    with pytest.raises(SchemaError) as caught:
        load_schema(data.encode(), source="s.json")

    assert str(caught.value) == f"s.json:4:3: {message}"


def test_a_pattern_remembers_few_short_texts() -> None:
    """The answer is the same the second time, and memory does not grow with what is asked."""
    matcher = gotext.Matcher("^[a-z]+$")
    texts = [letter * length for letter in "ab1" for length in range(1, 200)]

    first = [matcher.is_match(text) for text in texts]

    assert [matcher.is_match(text) for text in texts] == first == [text[0] != "1" for text in texts]
    assert len(matcher._known) == gotext.MOST_KNOWN
    assert matcher.is_match("a" * 2 * gotext.LONGEST_KNOWN)
    assert len(matcher._known) == gotext.MOST_KNOWN
