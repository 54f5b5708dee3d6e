"""Errors in our own display: real file, line, column in characters, excerpt with carets, hint."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate.errors import ExecError, FunctionError, ParseError, TemplateError
from cicdpack.gotemplate.template import TemplateSet
from cicdpack.gotemplate.values import Func
from cicdpack.problems import Location

DATA = {"input_project_name": "fraud", "input_cloud": "azure", "n": 1}


def error_of(text: str, data: object = DATA) -> TemplateError:
    with pytest.raises(TemplateError) as raised:
        TemplateSet.new(missing_key="error").parse("", text, source="ci.yml.tmpl").execute("", data)
    return raised.value


def test_parse_error_points_at_the_token() -> None:
    """A parse error has Go's text, which knows a line only, and our place with a caret line."""
    error = error_of("a\n  é: {{ nope .x }}\n")

    assert isinstance(error, ParseError)
    assert error.go_text == 'template: :2: function "nope" not defined'
    assert error.message == "function `nope` not defined"
    assert error.location == Location(path="ci.yml.tmpl", line=2, column=9)
    assert error.excerpt == "    2 |   é: {{ nope .x }}\n      |         ^^^^"
    assert str(error) == "ci.yml.tmpl:2:9: function `nope` not defined"


def test_exec_error_points_at_the_node() -> None:
    """An execution error has Go's text with its byte column, and ours with a column in characters."""
    error = error_of("é {{ upper .n }}".replace("upper", "printf"))

    assert isinstance(error, ExecError)
    assert error.go_text == 'template: :1:13: executing "" at <.n>: wrong type for value; expected string; got int64'
    assert error.location == Location(path="ci.yml.tmpl", line=1, column=13)
    assert error.excerpt == "    1 | é {{ printf .n }}\n      |             ^^"


@pytest.mark.parametrize("before", [0, 20, 150, 400])
def test_a_long_line_is_cut(before: int) -> None:
    """The excerpt fits a line of a log, shows what is wrong, and says where something was left out."""
    text = "a" * before + "{{ nope }}" + "b" * 300

    line, carets = (error_of(text).excerpt or "").splitlines()

    assert len(line) <= 8 + 112
    at = carets.index("^")
    assert line[at:].startswith("nope")
    assert carets[at:] == "^^^^"
    assert line.endswith("…")
    assert ("…" in line[:-1]) is (before > 100)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{{ .input_project_nam }}", "did you mean `input_project_name`?"),
        ('{{define "host"}}{{end}}{{template "hots"}}', "did you mean `host`?"),
        ('{{ printff "a" }}', "did you mean `printf`?"),
        ("ref: ${{ github.sha }}", "to write `${{ ... }}` literally, use {{`${{ github.sha }}`}}"),
        ("a: {{tasks.x.values.y}}", "to write `{{ ... }}` literally, use {{`{{tasks.x.values.y}}`}}"),
        ("{{ .zzz }}", None),
        ('{{ index "a" 9 }}', None),
        ("{{ zzzzzzzz }}", None),
    ],
)
def test_hint_says_what_to_do(text: str, hint: str | None) -> None:
    """A near miss is named, a foreign placeholder is shown as a literal; otherwise there is no hint."""
    assert error_of(text).hint == hint


def test_missing_parameter_is_named() -> None:
    """A missing key is a missing parameter in our words."""
    error = error_of("{{ .nope }}")

    assert error.message == "no parameter `nope`"
    assert error.go_text.endswith('map has no entry for key "nope"')


def test_error_in_a_library_names_the_library_file() -> None:
    """An error inside a library template has the library's file, line and column, not the caller's."""
    library = TemplateSet.new(missing_key="error").parse(
        "lib.tmpl", '{{define "x"}}\n{{.nope}}{{end}}', source="library/lib.tmpl"
    )

    with pytest.raises(ExecError) as raised:
        library.parse("", '{{template "x" .}}', source="a.tmpl").execute("", DATA)

    assert raised.value.location == Location(path="library/lib.tmpl", line=2, column=3)
    assert raised.value.go_text == 'template: lib.tmpl:2:2: executing "x" at <.nope>: map has no entry for key "nope"'


def test_cause_is_what_a_function_raised() -> None:
    """The exception of a helper function is kept, and its text ends Go's message."""
    cause = FunctionError("no luck")

    def fail() -> object:
        raise cause

    with pytest.raises(ExecError) as raised:
        TemplateSet.new({"fail": Func(fail)}).parse("", "{{fail}}").execute("", None)

    assert raised.value.cause is cause
    assert raised.value.go_text == 'template: :1:2: executing "" at <fail>: error calling fail: no luck'


def test_unknown_template_is_an_error() -> None:
    """Executing a name that nothing defines is an error like Go's."""
    with pytest.raises(ExecError, match="no template `x`"):
        TemplateSet.new().execute("x", None)
