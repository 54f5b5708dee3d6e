"""The helper functions `regexp` and `url`, as a template calls them. What they need is imported when one is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cicdpack.gotemplate.errors import FunctionError
from cicdpack.gotemplate.values import Func

if TYPE_CHECKING:
    from cicdpack.gotemplate.limits import Budget
    from cicdpack.gotemplate.values import GoObject


def _regexp(pattern: str, *, budget: Budget) -> GoObject:
    from cicdpack.gotemplate import regexp
    from cicdpack.gotemplate.regexp.object import RegexpObject

    try:
        return RegexpObject(regexp.compile(pattern, spend=budget.spend))
    except regexp.RegexpError as error:
        raise FunctionError(error.go_text) from error


def _url(text: str, *, budget: Budget) -> GoObject:
    from cicdpack.gotemplate.url import URLError, parse
    from cicdpack.gotemplate.url.object import URLObject

    budget.spend(len(text) >> 3)
    try:
        return URLObject(parse(text))
    except URLError as error:
        raise FunctionError(error.go_text) from error


regexp_function: Final = Func(_regexp, "string", takes_budget=True)
"""`regexp PATTERN` -> `*regexp.Regexp`. All later matches spend from the budget of the execution that compiled it."""

url_function: Final = Func(_url, "string", takes_budget=True)
"""`url TEXT` -> `*url.URL`."""
