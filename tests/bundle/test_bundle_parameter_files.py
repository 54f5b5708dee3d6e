"""Files of parameters as editors write them: encodings, marks, names that stand twice, names for others."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from cicdpack.bundle.binding import NAMES_OF_OTHERS, Layer, bind
from cicdpack.bundle.parameters import ParameterError
from tests.bundle.test_bundle_binding import bundle_of

SOURCES = Path(__file__).parents[2] / "bundle_src"
TEXT = '{\n  "a": "Büro"\n}\n'


def read(data: bytes) -> Layer:
    return Layer.from_json(data, origin="cicd_params.json", source="cicd_params.json")


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """Some editors write one: values and places are those of the text behind it."""
    layer = read(codecs.BOM_UTF8 + b'{"b": 1}')

    assert layer.values == {"b": 1}
    with pytest.raises(ParameterError) as caught:
        bind(bundle_of(b={}), [layer])
    assert str(caught.value.location) == "cicd_params.json:1:2"


@pytest.mark.parametrize(
    ("encoding", "place", "found"),
    [("latin-1", "2:10", "0xfc"), ("utf-16", "1:1", "NUL byte"), ("utf-16-be", "1:1", "NUL byte")],
)
def test_another_encoding_is_an_error(encoding: str, place: str, found: str) -> None:
    """Nothing is guessed: an umlaut in Latin-1 would otherwise be in a variable group's name as something else."""
    with pytest.raises(ParameterError, match="not UTF-8: ") as caught:
        read(TEXT.encode(encoding))

    assert str(caught.value.location) == f"cicd_params.json:{place}"
    assert found in str(caught.value)
    assert caught.value.hint == "save the file as UTF-8"


def test_a_name_that_stands_twice_is_told() -> None:
    """The last value counts, as for every reader of JSON; the place is that of the one that counts."""
    layer = read(b'{"a": "1",\n "b": "x",\n "a": "2",\n "a": "3"}')

    bound = bind(bundle_of(a={}, b={}), [layer])

    assert bound.values == {"a": "3", "b": "x"}
    (problem,) = bound.problems
    assert (problem.rule, problem.severity, str(problem.location)) == (
        "repeated-parameter",
        "warning",
        "cicd_params.json:4:2",
    )


def test_names_for_the_workflow_are_no_mistake() -> None:
    """What the workflow that sets up projects reads from the same file is passed over, with no guess at others."""
    layer = read(json.dumps({"a": "1", "input_pyz_sha256": "0" * 64, "input_install_from": "pyz"}).encode())

    assert bind(bundle_of(a={}, input_cli_sha256={"default": ""}), [layer]).problems == ()


def test_those_names_are_the_workflow_s() -> None:
    """The list is what the shipped source `repo` has and `cicd` has not."""
    paths = ("repo/databricks_template_schema.json", "cicd/databricks_template_schema.json")
    repo, cicd = (json.loads((SOURCES / path).read_text())["properties"].keys() for path in paths)

    assert set(repo - cicd) == NAMES_OF_OTHERS
