"""`regexp` inside a template: Go's methods, signatures and messages."""

from __future__ import annotations

import sys

import pytest

from cicdpack.gotemplate.errors import ExecError
from cicdpack.gotemplate.limits import Budget, Limits
from cicdpack.gotemplate.objects import regexp_function, url_function
from cicdpack.gotemplate.template import TemplateSet

TEMPLATES = TemplateSet.new({"regexp": regexp_function, "url": url_function}, missing_key="error")
SECOND_RESULT = "invalid function signature for LiteralPrefix: second return value should be error; is bool"
NIL = "runtime error: invalid memory address or nil pointer dereference"

DATA = {"s": "hello", "n": 42, "null": None}


def render(text: str) -> str:
    return TEMPLATES.parse("", text).execute("", DATA).text


@pytest.mark.parametrize(
    ("action", "output"),
    [
        ('regexp "a+"', "a+"),
        ('(regexp "a+").String', "a+"),
        ('(regexp "l").MatchString .s', "true"),
        ('.s | (regexp "l").MatchString', "true"),
        ('(regexp "l+").FindString .s', "ll"),
        ('(regexp "l+").FindStringIndex .s', "[2 4]"),
        ('(regexp "z").FindStringIndex .s', "[]"),
        ('(regexp "h(e)").FindStringSubmatch .s', "[he e]"),
        ('(regexp "h(e)").FindStringSubmatchIndex .s', "[0 2 1 2]"),
        ('(regexp "l").FindAllString .s -1', "[l l]"),
        ('(regexp "l").FindAllStringIndex .s 1', "[[2 3]]"),
        ('(regexp "(l)").FindAllStringSubmatch .s -1', "[[l l] [l l]]"),
        ('(regexp "(l)").FindAllStringSubmatchIndex .s -1', "[[2 3 2 3] [3 4 3 4]]"),
        ('(regexp "l").ReplaceAllString .s "<$0>"', "he<l><l>o"),
        ('(regexp "l").ReplaceAllLiteralString .s "$0"', "he$0$0o"),
        ('(regexp "l").Split .s -1', "[he  o]"),
        ('(regexp "(a)(?P<x>b)").NumSubexp', "2"),
        ('printf "%q" (regexp "(a)(?P<x>b)").SubexpNames', '["" "" "x"]'),
        ('(regexp "(?P<x>a)").SubexpIndex "x"', "1"),
        ('(regexp "a").Copy', "a"),
        (
            'printf "%T %T %T" (regexp "a") ((regexp "a").FindStringIndex "a") (regexp "a").NumSubexp',
            "*regexp.Regexp []int int",
        ),
        ('with (regexp "z").FindStringSubmatch .s}}yes{{else}}no{{end', "no"),
        ('printf "%#v" ((regexp "z").FindAllString .s -1)', "[]string(nil)"),
        ('(regexp "ab").MarshalText', "[97 98]"),
        ('(regexp "h").Match (url "http:").MarshalBinary', "true"),
        ('(regexp "t").FindIndex (url "http:").MarshalBinary', "[1 2]"),
        ('(regexp "t").FindAllIndex (url "http:").MarshalBinary -1', "[[1 2] [2 3]]"),
        ('(regexp "(t)").FindSubmatch (url "http:").MarshalBinary', "[[116] [116]]"),
        ('(regexp "(t)").FindAllSubmatchIndex (url "http:").MarshalBinary 1', "[[1 2 1 2]]"),
        ('(regexp "t").Find nil', "[]"),
        ('(regexp "t+").ReplaceAll (url "t:").MarshalBinary (url "a").MarshalBinary', "[97 58]"),
        (
            '(regexp "(t)").ExpandString nil "<$1>" "http" ((regexp "(t)").FindStringSubmatchIndex "http")',
            "[60 116 62]",
        ),
    ],
)
def test_a_method_gives_gos_result(action: str, output: str) -> None:
    """Each method of Go's that takes or gives text or bytes works."""
    assert render(f"{{{{{action}}}}}") == output


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ('regexp "["', "error calling regexp: error parsing regexp: missing closing ]: `[`"),
        ("regexp .n", "wrong type for value; expected string; got int64"),
        ("regexp .null", "wrong type for value; expected string; got interface {}"),
        ("regexp", "wrong number of args for regexp: want 1 got 0"),
        ('(regexp "a").Nope', "can't evaluate field Nope in type *regexp.Regexp"),
        ('(regexp "a").prog', "prog is an unexported field of struct type *regexp.Regexp"),
        ('(regexp "a").MatchString .s .s', "wrong number of args for MatchString: want 1 got 2"),
        ('(regexp "a").Match "x"', 'can\'t handle "x" for arg of type []uint8'),
        ('(regexp "a").Match .s', "wrong type for value; expected []uint8; got string"),
        ('(regexp "a").Longest', "function Longest has 0 return values; should be 1 or 2"),
        ('(regexp "a").LiteralPrefix', SECOND_RESULT),
        ('(regexp "a").MatchReader "x"', 'can\'t handle "x" for arg of type io.RuneReader'),
        ('(regexp "a").ReplaceAllStringFunc "x" "y"', 'can\'t handle "y" for arg of type func(string) string'),
        ('(regexp "x").ReplaceAllStringFunc "x" nil', f"error calling ReplaceAllStringFunc: {NIL}"),
    ],
)
def test_a_wrong_call_fails_with_gos_words(action: str, reason: str) -> None:
    """Signatures are checked as in Go, also of methods that no template can call."""
    with pytest.raises(ExecError) as caught:
        render(f"{{{{{action}}}}}")

    assert caught.value.reason == reason


def test_a_pattern_runs_on_the_budget_of_its_rendering() -> None:
    """A long search ends with the limit's message instead of never."""
    template = TEMPLATES.parse("", '{{(regexp "(.*)(.*)(.*)x").MatchString .s}}')

    with pytest.raises(ExecError) as caught:
        template.execute("", {"s": "a" * 5000}, budget=Budget(Limits(steps=2000)))

    assert caught.value.reason == "exceeded maximum number of steps (2000)"


def test_the_engine_does_without_regular_expressions_until_one_is_used() -> None:
    """Importing the helper functions imports no matcher."""
    import subprocess

    code = (
        "import sys, cicdpack.gotemplate.objects, cicdpack.gotemplate.template;"
        "print([name for name in sys.modules if name.split('.')[2:3] in (['regexp'], ['url'])])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
