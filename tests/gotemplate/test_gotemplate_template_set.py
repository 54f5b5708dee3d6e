"""`TemplateSet`: definitions, functions that come late, and the map from output lines to template lines."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate.errors import ParseError
from cicdpack.gotemplate.template import TemplateSet
from cicdpack.gotemplate.values import Func


def test_sets_are_immutable() -> None:
    """Parsing returns a new set; the old one does not change."""
    empty = TemplateSet.new()

    parsed = empty.parse("a", '{{define "b"}}x{{end}}')

    assert empty.defined == frozenset()
    assert parsed.defined == {"a", "b"}


@pytest.mark.parametrize(
    ("first", "second", "output"),
    [
        ("1", "2", "2"),
        ("1", "", "1"),
        ("1", " \n", "1"),
        ("1", "{{/* note */}}", "1"),
        ("", "2", "2"),
    ],
)
def test_redefinition_in_another_text(first: str, second: str, output: str) -> None:
    """In another text the later definition wins, unless it is empty."""
    templates = TemplateSet.new()
    for name, body in (("a", first), ("b", second)):
        templates = templates.parse(name, f'{{{{define "x"}}}}{body}{{{{end}}}}')

    assert templates.execute("x", None).text == output


def test_redefinition_in_one_text_is_an_error() -> None:
    """Two definitions that are not empty in one text are refused."""
    with pytest.raises(ParseError, match="multiple definition of template `x`"):
        TemplateSet.new().parse("a", '{{define "x"}}1{{end}}{{define "x"}}2{{end}}')


def test_functions_are_known_from_then_on() -> None:
    """A text can use a function only if it is known when the text is parsed."""
    templates = TemplateSet.new()

    with pytest.raises(ParseError, match="function `late` not defined"):
        templates.parse("", "{{late}}")

    assert templates.with_functions({"late": Func(lambda: "now")}).parse("", "{{late}}").execute("", None).text == "now"


def test_line_map_names_the_template_lines() -> None:
    """Each output line is traced to the file and line that wrote its start, inside library templates as well."""
    templates = TemplateSet.new().parse(
        "lib", '{{define "step"}}- run: x\n- run: y\n{{end}}', source="library/lib.tmpl"
    )
    templates = templates.parse(
        "", 'a: 1\n{{if true -}}\nb: 2\n{{end -}}\n{{template "step"}}{{.}}: 3\nend', source="ci.tmpl"
    )

    output = templates.execute("", "c")

    assert output.text == "a: 1\nb: 2\n- run: x\n- run: y\nc: 3\nend"
    assert [str(place) for place in output.line_map] == [
        "ci.tmpl:1", "ci.tmpl:3", "library/lib.tmpl:1", "library/lib.tmpl:2", "ci.tmpl:5", "ci.tmpl:6",
    ]  # fmt: skip
    assert output.origin_of(3) == output.line_map[2]
    assert output.origin_of(0) is None
    assert output.origin_of(7) is None


def test_line_map_of_empty_lines() -> None:
    """Empty lines have the origin of their newline; there is none behind the last one."""
    output = TemplateSet.new().parse("", "a\n\n{{. -}}\n\nb\n", source="t").execute("", "x\n\ny")

    assert output.text == "a\n\nx\n\nyb\n"
    assert [str(place) for place in output.line_map] == ["t:1", "t:2", "t:3", "t:3", "t:3", "None"]
