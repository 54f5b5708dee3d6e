"""`Func` and `GoObject`: how functions and objects of the application look to a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

from cicdpack.gotemplate.errors import ExecError
from cicdpack.gotemplate.template import TemplateSet
from cicdpack.gotemplate.values import Func, GoObject, Int, Map, Strings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.gotemplate.limits import Budget


class Nobody(GoObject):
    """A nil pointer."""

    go_type = "*web.User"
    attrs: ClassVar[Mapping[str, Func | None]] = {"Name": None, "Greet": Func(lambda _user: "hello, nobody")}
    unexported = frozenset({"password"})

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "<nil>"


class Page(GoObject):
    go_type = "*web.Page"
    attrs: ClassVar[Mapping[str, Func | None]] = {
        "Title": None,
        "Owner": None,
        "Line": Func(lambda page, number: f"{page}:{number}", "int"),
        "Broken": Func(lambda _page: None, fault='can\'t call method/function "Broken" with 0 results'),
    }
    unexported = frozenset({"secret"})

    def get_field(self, name: str) -> object:
        return {"Title": "home", "Owner": Nobody()}[name]

    def __str__(self) -> str:
        return "page"


class Query(Map[Strings]):
    go_type = "web.Query"
    attrs: ClassVar[Mapping[str, Func]] = {"Get": Func(lambda query, key: query.get(key, [""])[0], "string")}
    zero = Strings(nil=True)


def spend(steps: int, *, budget: Budget) -> str:
    budget.spend(steps)
    return "done"


FUNCTIONS = {
    "page": Func(Page),
    "query": Func(lambda: Query({"a": Strings(["1", "2"])})),
    "half": Func(lambda number: Int(number // 2), "int"),
    "join": Func(lambda first, *rest: first + "".join(map(str, rest)), "string", "...any"),
    "spend": Func(spend, "int", takes_budget=True),
}


def render(text: str) -> str:
    return TemplateSet.new(FUNCTIONS, missing_key="error").parse("", text).execute("", {"n": 4, "s": "x"}).text


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("{{page}} {{page.Title}} {{page.Line 3}} {{3 | page.Line}}", "page home page:3 page:3"),
        (
            '{{if page}}yes{{end}} {{page.Owner}} {{if page.Owner}}yes{{end}} {{printf "%T" page}}',
            "yes <nil>  *web.Page",
        ),
        ('{{query}} {{query.Get "a"}} {{query.a}} {{index query "b"}}', "map[a:[1 2]] 1 [1 2] []"),
        ('{{half 4}} {{join "a" .n nil}} {{.n | join "a"}}', "2 a4None a4"),
        ("{{spend 3}}", "done"),
    ],
)
def test_functions_and_objects_work(text: str, output: str) -> None:
    """Functions, methods, fields and named maps are called and read as in Go."""
    assert render(text) == output


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{half .n}}", "wrong type for value; expected int; got int64"),
        ("{{half 1.5}}", "expected integer; found 1.5"),
        ("{{half}}", "wrong number of args for half: want 1 got 0"),
        ("{{half 1 2}}", "wrong number of args for half: want 1 got 2"),
        ("{{join}}", "wrong number of args for join: want at least 1 got 0"),
        ("{{join nil}}", "cannot assign nil to string"),
        ("{{page.nope}}", "can't evaluate field nope in type *web.Page"),
        ("{{page.secret}}", "secret is an unexported field of struct type *web.Page"),
        ("{{page.__class__}}", "can't evaluate field __class__ in type *web.Page"),
        ("{{page.get_field}}", "can't evaluate field get_field in type *web.Page"),
        ("{{page.Title 1}}", "Title has arguments but cannot be invoked as function"),
        ("{{page.Broken}}", 'can\'t call method/function "Broken" with 0 results'),
        ("{{page.Owner.password}}", "nil pointer evaluating *web.User.password"),
        ("{{index page.Owner 1}}", "error calling index: index of nil pointer"),
        ("{{slice page.Owner 1}}", "error calling slice: slice of nil pointer"),
        ("{{len page.Owner}}", "error calling len: len of nil pointer"),
        ("{{page.Owner.Name}}", "nil pointer evaluating *web.User.Name"),
        ("{{page.Owner.Age}}", "can't evaluate field Age in type *web.User"),
        ("{{query.nope}}", 'map has no entry for key "nope"'),
        ("{{.s.upper}}", "can't evaluate field upper in type interface {}"),
        ("{{spend 100000000}}", "exceeded maximum number of steps (1000000)"),
    ],
)
def test_wrong_uses_are_gos_errors(text: str, reason: str) -> None:
    """Arguments are checked by their Go types, and nothing of Python can be reached."""
    with pytest.raises(ExecError) as raised:
        render(text)

    assert raised.value.reason == reason
