"""The page about templates: each example is executed, everything is shown, and the limits are those of the code."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from cicdpack.bundle.functions import helper_functions
from cicdpack.bundle.host import Deterministic, Host
from cicdpack.bundle.skips import MAX_NESTED_SKIPS
from cicdpack.gotemplate.errors import TemplateError
from cicdpack.gotemplate.funcs import BUILTINS
from cicdpack.gotemplate.limits import MAX_EXPRESSION_DEPTH, MAX_VALUE_DEPTH, MAX_WIDTH, Limits
from cicdpack.gotemplate.regexp.parser import MAX_HEIGHT, MAX_PATTERN, MAX_SIZE
from cicdpack.gotemplate.regexp.repeats import MAX_REPEAT
from cicdpack.gotemplate.template import TemplateSet
from cicdpack.gotemplate.values import Func

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(template|template-lines|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"(?P<text>.*?) +=>(?: error: (?P<error>.*)| (?P<output>.*)|)")

HOST = Host(
    workspace_host="https://adb-1.2.azuredatabricks.net",
    user_name="jane.doe@example.com",
    default_catalog="main",
)
FUNCTIONS = {**helper_functions(HOST, Deterministic(b"page")), "skip": Func(lambda _pattern: "", "string")}


def blocks(kind: str) -> list[str]:
    found = [text for name, text in BLOCK.findall(PAGE) if name == kind]
    assert found, f"no blocks `{kind}` in the page"
    return found


def examples() -> list[tuple[str, str | None, str | None]]:
    """Return template, output and error (one of them None) of each example."""
    found: list[tuple[str, str | None, str | None]] = []
    for block in blocks("template"):
        for line in block.splitlines():
            match = EXAMPLE.fullmatch(line)
            assert match, line
            found.append((match["text"], None if match["error"] else match["output"] or "", match["error"]))
    for block in blocks("template-lines"):
        text, _, output = block.partition("---\n")
        found.append((text, output, None))
    return found


def outcome(text: str) -> tuple[str | None, str | None]:
    data = json.loads(blocks("json")[0])
    try:
        return TemplateSet.new(FUNCTIONS, missing_key="error").parse("", text).execute("", data).text, None
    except TemplateError as error:
        return None, error.message


@pytest.mark.parametrize(("text", "output", "error"), examples())
def test_examples_do_what_the_page_says(text: str, output: str | None, error: str | None) -> None:
    """An example gives the output or the message behind its arrow."""
    got, failed = outcome(text)

    # Space at the end of a line is not seen on the page.
    assert (None if got is None else got.rstrip(" "), failed) == (output, error)


KEYWORDS = ("if", "else", "end", "with", "range", "break", "continue", "define", "template", "block", "nil", "true")


@pytest.mark.parametrize("name", sorted({*BUILTINS, *FUNCTIONS, *KEYWORDS}))
def test_everything_is_shown(name: str) -> None:
    """Each keyword, builtin function and helper stands in an example that works, `call` in one that fails."""
    shown = [text for text, _, error in examples() if error is None or name in ("call", "fail")]

    assert any(re.search(rf"\b{name}\b", text) for text in shown)


LIMITS = {
    "templates that call each other": Limits().depth,
    "parentheses inside each other": MAX_EXPRESSION_DEPTH,
    "values inside each other, when printed": MAX_VALUE_DEPTH,
    "width and precision of `printf`": MAX_WIDTH,
    "work for one file": Limits().steps,
    "work for all files": Limits().total_steps,
    "one string that a function makes": Limits().string_bytes,
    "output of one file": Limits().output_bytes,
    "output and strings of all files": Limits().total_bytes,
    "length of a regular expression": MAX_PATTERN,
    "size of a compiled regular expression": MAX_SIZE,
    "depth of a regular expression": MAX_HEIGHT,
    "counted repeats, nested ones multiplied": MAX_REPEAT,
    "`skip` calls inside the pattern of a `skip`": MAX_NESTED_SKIPS,
}


def test_limits_are_those_of_the_code() -> None:
    """The table of limits has each limit of the engine, with its number."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+)", PAGE, re.MULTILINE)

    assert {what: int(number.replace(",", "")) for what, number in rows} == LIMITS
    assert len(fields(Limits)) == 6
