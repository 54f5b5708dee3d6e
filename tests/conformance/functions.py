"""Helper functions with the fixed answers of the vectors where a real one asks chance or a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.bundle.functions import helper_functions
from cicdpack.bundle.host import Deterministic, Host
from cicdpack.bundle.paths import join
from cicdpack.gotemplate.errors import FunctionError, TemplateError
from cicdpack.gotemplate.values import Func, Int

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.gotemplate.template import TemplateSet

HOST = Host(
    workspace_host="https://adb-1234.5.azuredatabricks.net",
    user_name="jane.doe@example.com",
    short_name="jane_doe",
    is_service_principal=False,
    default_catalog="",
    smallest_node_type="Standard_D3_v2",
)

Functions = dict[str, Func]


def random_int(limit: int) -> Int:
    """Return the largest number below the limit."""
    if limit <= 0:
        raise FunctionError("invalid argument to IntN")
    return Int(limit - 1)


def template_functions() -> Functions:
    """Return the functions of `gotemplate.jsonl`."""
    return {
        **helper_functions(HOST, Deterministic(b"")),
        "random_int": Func(random_int, "int"),
        "uuid": Func(lambda: "11111111-2222-4333-8444-555555555555"),
        "bundle_uuid": Func(lambda: "99999999-8888-4777-8666-555555555555"),
    }


def no_user() -> object:
    """Fail as a helper does that asks an unknown workspace."""
    raise FunctionError("no user")


def snippet_functions() -> Functions:
    """Return the functions of `snippets.json`."""
    return {
        **template_functions(),
        "random_int": Func(lambda limit: random_int(limit) and Int(0), "int"),
        "is_service_principal": Func(no_user),
        "skip": Func(lambda _pattern: "", "string"),
    }


class Skips:
    """What `skip` was called with: each pattern joined with the root folder, rendered, and kept once."""

    def __init__(self, templates: TemplateSet, data: Mapping[str, object]) -> None:
        self.patterns: list[str] = []
        self._data = data
        self.templates = templates.with_functions({"skip": Func(self._add, "string")})

    def _add(self, pattern: str) -> str:
        try:
            rendered = self.templates.parse("", join(".", pattern)).execute("", self._data).text
        except TemplateError as error:
            raise FunctionError(error.go_text) from error
        if rendered not in self.patterns:
            self.patterns.append(rendered)
        return ""
