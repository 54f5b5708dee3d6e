"""Laws that hold for every text, tried on random ones."""

from __future__ import annotations

import re
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cicdpack.gotemplate import tokens as kinds
from cicdpack.gotemplate.errors import ParseError, TemplateError
from cicdpack.gotemplate.funcs import BUILTINS
from cicdpack.gotemplate.lex import lex
from cicdpack.gotemplate.parse import Tree, parse
from cicdpack.gotemplate.source import Source
from cicdpack.gotemplate.template import TemplateSet
from tests.gotemplate.random_templates import DATA, random_template
from tests.gotemplate.test_gotemplate_differential import FUNCTIONS

GAP = re.compile(r"\s*(?:\{\{(?:-\s)?/\*.*?\*/(?:\s-)?\}\}\s*|-)*\s*", re.DOTALL)
"""What the tokens leave out: space, trim markers and comments."""

pieces = st.sampled_from(
    [*"\n()|1éx ", "{{", "}}", "{{- ", " -}}", ".a", "$x", ":=", '"s"', "`r`", "/*", "*/", "if", "end"]
)
soups = st.lists(pieces, max_size=12).map("".join)
templates = st.integers(min_value=0).map(lambda seed: random_template(Random(seed)))
texts = st.one_of(soups, templates, st.text(max_size=20))


@settings(max_examples=300, deadline=None)
@given(texts)
def test_tokens_cover_the_text(text: str) -> None:
    """Tokens stand in the text in order, without gaps but for space, trim markers and comments."""
    tokens = lex(text)

    at = 0
    for index, kind in enumerate(tokens.kinds):
        start = tokens.start(index)
        assert start >= at
        # An error in a comment stands behind the delimiter.
        gap = re.sub(r"\{\{(-\s)?$", "", text[at:start]) if kind == kinds.ERROR else text[at:start]
        assert GAP.fullmatch(gap), gap
        if kind in (kinds.ERROR, kinds.EOF):
            assert index == len(tokens.kinds) - 1
            assert kind == kinds.ERROR or start == len(text)
            return
        assert text.startswith(tokens.values[index], start)
        at = start + len(tokens.values[index])
    raise AssertionError("the last token is neither the end nor an error")


def printed(trees: dict[str, Tree]) -> dict[str, str]:
    return {name: str(tree) for name, tree in trees.items()}


@settings(max_examples=300, deadline=None)
@given(templates)
def test_printed_tree_parses_to_the_same_tree(text: str) -> None:
    """A tree printed as source and parsed again prints the same."""
    names = {**BUILTINS, **FUNCTIONS}
    try:
        trees = parse(Source("", text, "x"), "", names)
    except ParseError:
        return
    if any("{{{" in str(tree) for tree in trees.values()):
        # A brace that a trim marker brought up to an action prints as three, in Go as well.
        return

    again = {name: str(parse(Source("", str(tree), "x"), "", names)[""]) for name, tree in trees.items()}

    assert again == printed(trees)


def outcome(text: str) -> tuple[str, object]:
    try:
        output = TemplateSet.new(FUNCTIONS, missing_key="error").parse("", text).execute("", DATA)
    except TemplateError as error:
        return error.go_text, (error.location, error.excerpt, error.hint)
    return output.text, output.line_map


@settings(max_examples=200, deadline=None)
@given(texts)
def test_rendering_is_a_function_of_its_inputs(text: str) -> None:
    """The same text and data give the same output, line map or error."""
    assert outcome(text) == outcome(text)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_line_map_has_an_entry_for_each_line(text: str) -> None:
    """The line map is as long as the output has lines, and names lines that the template has."""
    try:
        output = TemplateSet.new(FUNCTIONS).parse("", text, source="t").execute("", DATA)
    except TemplateError:
        return

    lines = output.line_map

    assert len(lines) == output.text.count("\n") + 1
    assert all(place is None or 1 <= (place.line or 0) <= text.count("\n") + 1 for place in lines)
