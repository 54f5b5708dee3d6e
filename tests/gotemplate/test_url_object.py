"""`url` inside a template: Go's fields, methods, signatures and messages."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate.errors import ExecError
from cicdpack.gotemplate.limits import Budget, Limits
from cicdpack.gotemplate.objects import url_function
from cicdpack.gotemplate.template import TemplateSet

TEMPLATES = TemplateSet.new({"url": url_function}, missing_key="error")
SECOND_RESULT = "invalid function signature for Password: second return value should be error; is bool"
NIL = "runtime error: invalid memory address or nil pointer dereference"

DATA = {"u": "https://user:pw@example.com:8443/p/a th?q=1&r=a+b#frag", "n": 42}


def render(text: str) -> str:
    return TEMPLATES.parse("", text).execute("", DATA).text


@pytest.mark.parametrize(
    ("action", "output"),
    [
        ("url .u", "https://user:pw@example.com:8443/p/a%20th?q=1&r=a+b#frag"),
        ("(url .u).Scheme", "https"),
        ("(url .u).Host", "example.com:8443"),
        ("(url .u).Hostname", "example.com"),
        ("(url .u).Port", "8443"),
        ("(url .u).Path", "/p/a th"),
        ("(url .u).RawPath", "/p/a th"),
        ("(url .u).EscapedPath", "/p/a%20th"),
        ("(url .u).RawQuery", "q=1&r=a+b"),
        ("(url .u).Fragment", "frag"),
        ("(url .u).RequestURI", "/p/a%20th?q=1&r=a+b"),
        ("(url .u).Redacted", "https://user:xxxxx@example.com:8443/p/a%20th?q=1&r=a+b#frag"),
        ("(url .u).IsAbs", "true"),
        ("(url .u).User", "user:pw"),
        ("(url .u).User.Username", "user"),
        ('(url "http://x").User', ""),
        ('(url "http://x").User.Username', ""),
        ('if (url "http://x").User}}yes{{else}}no{{end', "no"),
        ("(url .u).Query", "map[q:[1] r:[a b]]"),
        ("(url .u).Query.q", "[1]"),
        ('(url .u).Query.Get "r"', "a b"),
        ('(url .u).Query.Get "z"', ""),
        ('(url .u).Query.Has "q"', "true"),
        ("(url .u).Query.Encode", "q=1&r=a+b"),
        ('index (url .u).Query "q" 0', "1"),
        ('index (url .u).Query "z"', "[]"),
        ("range $k, $v := (url .u).Query}}{{$k}}={{$v}};{{end", "q=[1];r=[a b];"),
        ('(url .u).JoinPath "../b" "c/"', "https://user:pw@example.com:8443/p/b/c/?q=1&r=a+b#frag"),
        ('(url .u).Parse "/other"', "https://user:pw@example.com:8443/other"),
        ('((url "http://a/b").ResolveReference (url "../c")).Path', "/c"),
        ("(url .u).MarshalBinary | len", "56"),
        ('(url "a").AppendBinary nil', "[97]"),
        ('(url "http:/a").OmitHost', "true"),
        ('(url "http://h?").ForceQuery', "true"),
        ('(url "mailto:a@b").Opaque', "a@b"),
        ('printf "%T %T %T" (url "a") (url "a").Query (url "//u@h").User', "*url.URL url.Values *url.Userinfo"),
        ("$u := url .u}}{{eq $u.User $u.User", "true"),
    ],
)
def test_a_field_or_method_gives_gos_result(action: str, output: str) -> None:
    """Each field and method of Go's works, also on a URL without a user."""
    assert render(f"{{{{{action}}}}}") == output


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ('url ":"', 'error calling url: parse ":": missing protocol scheme'),
        ('(url .u).Parse ":bad"', 'error calling Parse: parse ":bad": missing protocol scheme'),
        ("url .n", "wrong type for value; expected string; got int64"),
        ("(url .u).Nope", "can't evaluate field Nope in type *url.URL"),
        ("(url .u).Host 1", "Host has arguments but cannot be invoked as function"),
        ("(url .u).Query.nope", 'map has no entry for key "nope"'),
        ('(url .u).Query.Set "a" "b"', "function Set has 0 return values; should be 1 or 2"),
        ("(url .u).User.Password", SECOND_RESULT),
        ("(url .u).User.username", "username is an unexported field of struct type *url.Userinfo"),
        ('(url .u).ResolveReference "x"', 'can\'t handle "x" for arg of type *url.URL'),
        ("(url .u).ResolveReference nil", f"error calling ResolveReference: {NIL}"),
    ],
)
def test_a_wrong_use_fails_with_gos_words(action: str, reason: str) -> None:
    """Signatures are checked as in Go, also of methods that no template can call."""
    with pytest.raises(ExecError) as caught:
        render(f"{{{{{action}}}}}")

    assert caught.value.reason == reason


def test_methods_of_a_long_url_are_paid_for() -> None:
    """Work that grows with the URL is spent from the budget, also where the result is short."""
    template = TEMPLATES.parse("", "{{$u := url .u}}{{range 1000}}{{$u.Port}}{{end}}")

    with pytest.raises(ExecError) as caught:
        template.execute("", {"u": "http://h/" + "a" * 10_000}, budget=Budget(Limits(steps=100_000)))

    assert caught.value.reason == "exceeded maximum number of steps (100000)"
