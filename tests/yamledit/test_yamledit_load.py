"""Reading: values as YAML 1.1 has them, places of values, and what is not read."""

from __future__ import annotations

import math

import pytest
import yaml

from cicdpack.yamledit import YamlEditError, load, parse

pytestmark = pytest.mark.usefixtures("parser")

TEXT = b"""\
on:
  push: [main]
jobs:
  test:
    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: 3.10
      -
        run: |
          pytest
        env:
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), "f.yml:1:1"), (("on",), "f.yml:1:1"), (("on", "push"), "f.yml:2:9"), (("on", "push", 0), "f.yml:2:10"),
        (("jobs", "test", "steps", 0), "f.yml:6:9"), (("jobs", "test", "steps", 0, "with"), "f.yml:7:9"),
        (("jobs", "test", "steps", 0, "with", "python-version"), "f.yml:8:27"),
        (("jobs", "test", "steps", 1), "f.yml:10:9"),
        (("jobs", "test", "steps", 1, "run"), "f.yml:10:14"), (("jobs", "test", "steps", 1, "env"), "f.yml:12:9"),
        (("jobs", "test", "missing", "x"), "f.yml:4:3"), (("jobs", "test", "steps", 7), "f.yml:5:5"),
    ],
)  # fmt: skip
def test_location(path: tuple[str | int, ...], place: str) -> None:
    """A value's place, its key's where the value starts on another line, its nearest parent's where it is missing."""
    assert str(load(TEXT, source="f.yml").location(path)) == place


def test_values() -> None:
    """Plain Python data; the key `on` stays a word, and an unquoted 3.10 is the number that YAML makes of it."""
    value = load(TEXT, source="f.yml").value

    assert value == {
        "on": {"push": ["main"]},
        "jobs": {
            "test": {
                "steps": [
                    {"uses": "actions/setup-python@v5", "with": {"python-version": 3.1}},
                    {"run": "pytest\n", "env": None},
                ]
            }
        },
    }


SAME_AS_SAFE_LOADER = [
    "", "# c", "a", "[1, 0x1F, 0o17, 017, 0b11, 1_000, 190:20:30, +1, -1]",
    "[1.5, .5, 1e3, 1.0e+3, .inf, -.INF, 1:30.5]",
    "[yes, No, on, OFF, true, False, y, n]", "[~, null, Null, '']", "{a: &x [1], b: *x}", "a: 'it''s'\nb: \"\\u00e9\"",
    "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", "a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}", "a: |\n  b\n c: x",
    "a: !!str 1\nb: !!int '2'\nc: !!float 3\nd: !!null ''\ne: !!bool 'no'\nf: !!seq []\ng: !!map {}",
    "1: a\n2.5: b\n~: c",
    "a: =", "? a\n: b\n? c", "[a: b, {c}]", "--- >\n a\n b\n",
]  # fmt: skip


@pytest.mark.parametrize("text", SAME_AS_SAFE_LOADER)
def test_reads_as_safe_loader(text: str) -> None:
    """Values are those of PyYAML's SafeLoader; what it cannot read is an error here too."""
    try:
        expected = yaml.safe_load(text)
    except yaml.constructor.ConstructorError:
        expected = {"a": "="}  # SafeLoader knows the tag of `=`, and has no value for it.
    except yaml.YAMLError:
        with pytest.raises(YamlEditError):
            parse(text)
        return

    assert repr(parse(text)) == repr(expected)


def test_nan_is_nan() -> None:
    """The one value that differs from itself."""
    value = parse(".nan")

    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize("text", ["2024-01-01", "2024-01-01T10:00:00Z", "!!timestamp 2024-01-01"])
def test_timestamps_stay_strings(text: str) -> None:
    """A date is a string, as every reader of these files expects."""
    assert parse(text) == text.removeprefix("!!timestamp ")


def test_aliases_share_no_objects() -> None:
    """Each place of an alias has its own value, so that a change to one shows in no other."""
    value = parse("a: &x [1]\nb: *x\n")

    assert isinstance(value, dict)
    assert value["a"] == value["b"]
    assert value["a"] is not value["b"]


def test_local_tags_are_refused_unless_named() -> None:
    """A tag that is not YAML's own is an error; a reader that knows it takes the plain value."""
    text = b"script: !reference [.setup, script]\n"

    assert load(text, source="x", tags=("!reference",)).value == {"script": [".setup", "script"]}
    with pytest.raises(YamlEditError, match=r"^x:1:9: tag `!reference` is not understood$"):
        load(text, source="x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "<text>:2:1: key `a` comes twice in one mapping"),
        ("a: 1\n---\nb: 1\n", "<text>:2:1: a second document begins, only one is read"),
        ("a: !!int x\n", "<text>:1:4: `x` is not a value of type `int`"),
        ("a: " + "9" * 5000, "<text>:1:4: `" + "9" * 40 + "` is not a value of type `int`"),
        ("!x a: 1\n", "<text>:1:1: tag `!x` is not understood"),
        ("a: !!python/object:os.system x\n", "<text>:1:4: tag `!!python/object:os.system` is not understood"),
        ("a: !!binary aGk=\n", "<text>:1:4: tag `!!binary` is not understood"),
    ],
)
def test_refusal(text: str, message: str) -> None:
    """One clear error with its place."""
    with pytest.raises(YamlEditError) as caught:
        parse(text)

    assert str(caught.value) == message
