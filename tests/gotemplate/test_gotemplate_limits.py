"""No template and no data hang the engine or exhaust the machine: each limit is an error with its place."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate.errors import ExecError, ParseError
from cicdpack.gotemplate.limits import MAX_EXPRESSION_DEPTH, MAX_TEMPLATE_DEPTH, Budget, LimitExceeded, Limits
from cicdpack.gotemplate.template import TemplateSet

LIMITS = Limits(steps=2_000, total_steps=3_000, string_bytes=10_000, output_bytes=20_000, total_bytes=50_000)

STEPS = "exceeded maximum number of steps (2000)"
STRING = "exceeded maximum length of a string (10000 bytes)"
OUTPUT = "exceeded maximum length of the output (20000 bytes)"
TEXT = "exceeded maximum amount of text (50000 bytes in all files)"


def render(text: str, data: object = None, limits: Limits = LIMITS) -> str:
    return TemplateSet.new().parse("", text).execute("", data, budget=Budget(limits)).text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{range 10000000000000000}}{{end}}", STEPS),
        ("{{range 10000000000000000}}{{range 10000000000000000}}{{end}}{{end}}", STEPS),
        ('{{define "r"}}{{template "r"}}{{template "r"}}{{end}}{{template "r"}}', STEPS),
        ('{{define "r"}}{{template "r"}}{{end}}{{template "r"}}', STEPS),
        ("{{range 1000}}" + "{{$x := 1}}" * 10 + "{{end}}", STEPS),
        ("{{range 1000}}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{end}}", OUTPUT),
        ('{{$x := "ab"}}{{range 100}}{{$x = print $x $x}}{{end}}', STRING),
        ('{{printf "%10001d" 1}}', STRING),
        ('{{printf "%.10001f" 1.5}}', STRING),
        ('{{printf "%010001x" "a"}}', STRING),
        ('{{$x := printf "%9999d" 1}}{{range 99}}{{$y := print $x "a"}}{{end}}', TEXT),
        ('{{$x := printf "%9999d" 1}}{{range 99}}{{$y := slice $x 1}}{{end}}', TEXT),
        ('{{$x := printf "%9999d" 1}}{{range 99}}{{$y := html $x}}{{end}}', TEXT),
    ],
)
def test_limit_runs_out(text: str, reason: str) -> None:
    """What would run or grow without end stops at the limit, and the error names it."""
    with pytest.raises(ExecError) as raised:
        render(text)

    assert raised.value.reason == reason
    assert isinstance(raised.value.cause, LimitExceeded)
    assert raised.value.location is not None


def test_template_depth_is_gos() -> None:
    """Endless recursion ends with Go's own message at Go's own depth."""
    text = '{{define "r"}}{{template "r"}}{{end}}{{template "r"}}'

    with pytest.raises(ExecError) as raised:
        render(text, limits=Limits())

    assert raised.value.go_text == (
        'template: :1:25: executing "r" at <{{template "r"}}>: '
        f"exceeded maximum template depth ({MAX_TEMPLATE_DEPTH})"
    )


def test_deep_recursion_that_ends_is_fine() -> None:
    """Template calls cost no Python frames: ten thousand inside each other work."""
    text = '{{define "r"}}{{if .}}.{{template "r" (slice . 1)}}{{end}}{{end}}{{template "r" .}}'

    assert render(text, "x" * 1_000, Limits()) == "." * 1_000


@pytest.mark.parametrize("keyword", ["if", "with", "range"])
def test_deep_nesting_of_control_structures_is_fine(keyword: str) -> None:
    """Control structures inside each other cost no Python frames, neither parsed nor executed."""
    depth = 5_000

    assert render(f"{{{{{keyword} 1}}}}" * depth + "x" + "{{end}}" * depth, limits=Limits()) == "x"


def test_long_chain_of_else_if_is_fine() -> None:
    """A long `else if` chain is no nesting."""
    assert render("{{if 0}}" + "{{else if 0}}" * 5_000 + "{{else}}x{{end}}", limits=Limits()) == "x"


def test_parentheses_nest_up_to_the_limit() -> None:
    """Parentheses nest up to the limit, beyond which Go's message for its own limit comes."""
    fine = "{{" + "(" * MAX_EXPRESSION_DEPTH + "1" + ")" * MAX_EXPRESSION_DEPTH + "}}"

    assert render(fine) == "1"

    with pytest.raises(ParseError, match="max expression depth exceeded"):
        render(fine.replace("1", "(1)"))


@pytest.mark.parametrize("text", ["{{.}}", "{{print .}}", '{{printf "%v" .}}', "{{html .}}", "{{range .}}{{.}}{{end}}"])
def test_deep_value_is_refused(text: str) -> None:
    """A value nested more deeply than any data is an error, not a crash."""
    data: list[object] = []
    for _ in range(10_000):
        data = [data]

    with pytest.raises(ExecError, match="exceeded maximum depth of a value"):
        render(text, data)


@pytest.mark.parametrize(
    "text",
    [
        "{{" + "1" * 20_000 + "}}",
        "{{0x" + "f" * 20_000 + "}}",
        "{{1e" + "9" * 20_000 + "}}",
        "{{" + "{" * 20_000,
        "{{" * 20_000,
        '{{"' * 20_000,
        "{{- " * 20_000,
        "{{" + " " * 20_000 + "!",
        '{{print "' + '\\"' * 20_000 + "!",
        "{{if 1}}" * 5_000,
        "{{(" * 5_000,
    ],
)
def test_hostile_text_is_refused(text: str) -> None:
    """Long nonsense is a parse error like any other."""
    with pytest.raises(ParseError):
        render(text)


def test_budget_is_shared_by_executions() -> None:
    """Each execution has its own steps and output, but all of them share the total."""
    templates = TemplateSet.new().parse("", "{{range 600}}{{end}}")
    budget = Budget(LIMITS)
    for _ in range(3):
        templates.execute("", None, budget=budget)

    with pytest.raises(ExecError, match=r"exceeded maximum number of steps \(3000 in all files\)"):
        templates.execute("", None, budget=budget)


def test_output_of_all_executions_is_limited() -> None:
    """Output counts towards the total of the rendering."""
    templates = TemplateSet.new().parse("", "x" * 15_000)
    budget = Budget(LIMITS)
    for _ in range(4):
        templates.execute("", None, budget=budget)

    with pytest.raises(ExecError, match="exceeded maximum amount of text"):
        templates.execute("", None, budget=budget)
