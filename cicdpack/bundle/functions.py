"""The helper functions of Databricks templates, beside Go's builtins: each a Go signature and a few lines.

None asks a network, a clock or a random source: facts come from a `Host`, chance from a seed. `skip` is not here: it
belongs to the walk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.bundle.casing import lower, upper
from cicdpack.gotemplate.errors import FunctionError
from cicdpack.gotemplate.objects import regexp_function, url_function
from cicdpack.gotemplate.values import Func, Int, Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cicdpack.bundle.host import Deterministic, Host
    from cicdpack.gotemplate.limits import Budget


class Fail(FunctionError):
    """A template called `fail`; in the content of a file its text is all that the CLI shows."""


class SkipInFolderName(FunctionError):
    """The name of a folder calls `skip`: the pattern, relative to that name, would contain the call itself."""

    rule = "skip-in-folder-name"


def helper_functions(host: Host, chance: Deterministic) -> Mapping[str, Func]:
    """Return the functions by name, bound to the facts and the seed of one rendering."""
    return {
        "fail": Func(_fail, "string", "...any", takes_budget=True),
        "url": url_function,
        "regexp": regexp_function,
        "random_int": Func(lambda limit: Int(chance.random_int(limit)), "int"),
        "uuid": Func(chance.uuid),
        "bundle_uuid": Func(chance.bundle_uuid),
        "pair": Func(_pair, "string", "any"),
        "map": Func(_map, f"...{_PAIR}"),
        "lower": Func(lower, "string"),
        "upper": Func(upper, "string"),
        "path_separator": Func(lambda: "/"),
        "record_deployment_history": Func(lambda: host.record_deployment_history),
        "workspace_host": Func(host.get_workspace_host),
        "smallest_node_type": Func(host.get_smallest_node_type),
        "user_name": Func(host.get_user_name),
        "short_name": Func(host.get_short_name),
        "is_service_principal": Func(host.get_is_service_principal),
        "default_catalog": Func(host.get_default_catalog),
    }


_PAIR = "template.pair"


def _fail(format_text: str, *args: object, budget: Budget) -> object:
    from cicdpack.gotemplate.fmt import sprintf

    raise Fail(sprintf(format_text, args, budget=budget))


def _pair(key: str, value: object) -> Struct:
    return Struct(_PAIR, ("k", key), ("v", value))


def _map(*pairs: Struct) -> dict[str, object]:
    """Build a map; the last of equal keys wins."""
    entries: dict[str, object] = {}
    for pair in pairs:
        (_, key), (_, value) = pair.fields
        entries[str(key)] = value
    return entries
