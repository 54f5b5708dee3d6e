"""What the Databricks CLI says, sentence by sentence, in cases that no recorded tree has."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.tree_cases import run_case

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DONE = "✨ Successfully initialized template"
SCHEMA = "Error: failed to load schema: "
CONFIG = "Error: failed to load config from file $B/c.json: "
FILES = {"template/a.tmpl": "x"}


def prop(**keywords: object) -> dict[str, Any]:
    """Return a schema with one property."""
    return {"properties": {"p": {"type": "string", "description": "d", **keywords}}}


def case(schema: object, files: Mapping[str, str], config: str | None = None, **more: object) -> dict[str, Any]:
    """Return a case in the form of the recorded ones."""
    return {
        "schema": schema if isinstance(schema, str) or schema is None else json.dumps(schema),
        "config": config,
        "files_b64": {path: base64.b64encode(text.encode()).decode() for path, text in files.items()},
        "empty_dirs": [],
        "modes": {},
        "links": {},
        "pre": {},
        "umask": "022",
        "env": {},
        **more,
    }


CASES = {
    "no schema": (
        case(None, FILES),
        "Error: not a bundle template: expected to find a template schema file at databricks_template_schema.json",
    ),
    "null schema": (case("null", FILES), DONE),
    "template_dir missing": (case({"template_dir": "zz"}, FILES), "Error: template directory $B/t/zz not found"),
    "template file": (case("{}", {"template": "x"}), "Error: open .: not a directory"),
    "dangling lib": (
        case("{}", FILES, links={"library/x": "nope"}),
        "Error: template: pattern matches no files: `library/x`",
    ),
    "minver": (
        case({"min_databricks_cli_version": "1.0"}, FILES),
        SCHEMA + 'invalid minimum CLI version "1.0" specified. Please specify the version in the format v0.0.0',
    ),
    "minver v1": (case({"min_databricks_cli_version": "v1"}, FILES), DONE),
    "minver v1.2": (case({"min_databricks_cli_version": "v1.2"}, FILES), DONE),
    "minver pre": (case({"min_databricks_cli_version": "v1.13.0-rc1"}, FILES), DONE),
    "minver dev": (case({"min_databricks_cli_version": "v99.0.0"}, FILES, env={"ORACLE_VERSION": "0.0.0-dev"}), DONE),
    "pattern on int": (
        case({"properties": {"p": {"type": "integer", "description": "d", "pattern": "a"}}}, FILES),
        SCHEMA
        + 'property "p" has a non-empty regex pattern "a" specified. Patterns are only supported for string properties',
    ),
    "type missing": (
        case({"properties": {"p": {"description": "d"}}}, FILES),
        SCHEMA + "type  is not a recognized json schema type",
    ),
    "type float32": (
        case({"properties": {"p": {"type": "float32", "description": "d"}}}, FILES),
        SCHEMA + 'type float32 is not a recognized json schema type. Please use "number" instead',
    ),
    "int default": (
        case({"properties": {"p": {"type": "integer", "description": "d", "default": 3.5}}}, FILES),
        SCHEMA + "failed to parse default value for property p: expected integer value, got: 3.5",
    ),
    "default type": (
        case(prop(default=3), FILES),
        SCHEMA + "type validation for default value of property p failed: expected type string, but value is 3",
    ),
    "title": (
        case(prop(title=3), FILES),
        SCHEMA + "json: cannot unmarshal number into Go struct field Schema.properties.title of type string",
    ),
    "object": (
        case({"properties": {"p": {"type": "object", "description": "d"}}}, FILES),
        "Error: property type object is not supported by bundle templates",
    ),
    "anyOf": (
        case({**prop(), "anyOf": [{"required": ["q"]}]}, FILES, '{"p":"a"}'),
        CONFIG + "instance does not match any of the schemas in anyOf",
    ),
    "anyOf empty": (
        case({**prop(), "anyOf": []}, FILES, '{"p":"a"}'),
        CONFIG + "anyOf must contain at least one schema",
    ),
    "required": (
        case({**prop(default="x"), "required": ["p"]}, FILES, "{}"),
        CONFIG + "no value provided for required property p",
    ),
    "required nofile": (case({**prop(default="x"), "required": ["p"]}, FILES), DONE),
    "null config": (case(prop(default="x"), FILES, "null"), DONE),
    "int str": (
        case({"properties": {"p": {"type": "integer", "description": "d"}}}, FILES, '{"p":"3"}'),
        CONFIG + 'failed to parse property p: cannot convert "3" to an integer',
    ),
    "int 3.5": (
        case({"properties": {"p": {"type": "integer", "description": "d"}}}, FILES, '{"p":3.5}'),
        CONFIG + "failed to parse property p: expected integer value, got: 3.5",
    ),
    "const": (case(prop(const="x"), FILES, '{"p":"y"}'), CONFIG + "expected value of property p to be x. Found: y"),
    "enumwrong": (
        case(prop(enum=["a", "b"]), FILES, '{"p":3}'),
        CONFIG + "expected value of property p to be one of [a b]. Found: 3",
    ),
    "type msg": (
        case(prop(), FILES, '{"p":3}'),
        CONFIG + "incorrect type for property p: expected type string, but value is 3",
    ),
    "skip class": (case("{}", {"template/a.tmpl": '{{skip "[]a]"}}'}), "Error: syntax error in pattern"),
    "skip class2": (case("{}", {"template/a.tmpl": '{{skip "[a-]"}}'}), "Error: syntax error in pattern"),
    "skip trail": (case("{}", {"template/a.tmpl": '{{skip "x\\\\"}}'}), "Error: syntax error in pattern"),
    "parent file": (
        case("{}", {"template/d/a": "x"}, pre={"d": "file"}),
        "Error: error while verifying file d/a does not already exist: ",
    ),
    "content lib fail": (
        case("{}", {"template/a.tmpl": '{{template "q"}}', "library/l": '{{define "q"}}{{fail "no %d" 3}}{{end}}'}),
        "Error: no 3",
    ),
    "content err": (
        case(
            "{}", {"template/d/a.tmpl": '\n{{template "q"}}', "library/l.x": '{{define "q"}}\n é{{index "a" 9}}{{end}}'}
        ),
        (
            'Error: failed to compute file content for d/a.tmpl. template: l.x:2:5: executing "q" at <index "a" 9>: '
            "error calling index: index out of range: 9"
        ),
    ),
    "welcome missing": (
        case({**prop(default="x"), "welcome_message": "hi {{.p}}"}, FILES),
        'Error: variable "p" not defined',
    ),
    "success err": (
        case({**prop(default="x"), "success_message": "{{.zz}}"}, FILES),
        'Error: variable "zz" not defined',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_last_line_is_the_clis(tmp_path: Path, name: str) -> None:
    """A run ends with the line that the CLI prints; a sentence that ends in a colon is compared as far as there."""
    given, wanted = CASES[name]

    outcome = run_case(given, tmp_path)

    last = outcome.stderr.strip().split("\n")[-1]
    assert last == wanted or (wanted.endswith(": ") and last.startswith(wanted))
    assert outcome.rc == (wanted != DONE)


@pytest.mark.parametrize(
    ("schema", "files", "config", "written"),
    [
        (prop(type="integer"), {"template/a.tmpl": "{{.p}}"}, '{"p": 3e2}', {"a": "300"}),
        (prop(), {"template/a.tmpl": "{{.p}}"}, '{"p": "a", "p": "b"}', {"a": "b"}),
        (prop(format="warehouse_path"), {"template/a.tmpl": "{{.p}}"}, None, {"a": "/sql/1.0/warehouses/wh123"}),
        (prop(format="other", default="q"), {"template/a.tmpl": "[{{.p}}]"}, None, {"a": "[]"}),
        ("{}", {"template/a.tmpl": '{{template "f.tmpl"}}', "library/f.tmpl": "top"}, None, {"a": "top"}),
        ("{}", {"template/{{range 2}}{{.}}{{end}}": "x"}, None, {"01": "x"}),
        ("{}", {"template/ü.tmpl": '{{len "é"}}'}, None, {"ü": "2"}),
        (
            '{"PROPERTIES": {"p": {"TYPE": "string", "Description": "d", "default": "q"}}}',
            {"template/a.tmpl": "{{.p}}"}, None, {"a": "q"},
        ),
    ],
)  # fmt: skip
def test_what_is_written(
    tmp_path: Path, schema: object, files: dict[str, str], config: str | None, written: dict[str, str]
) -> None:
    """Values and names are read as the CLI reads them."""
    outcome = run_case(case(schema, files, config), tmp_path)

    assert {path: base64.b64decode(data).decode() for path, (_, data) in outcome.out_files.items()} == written
