"""`*url.URL`, `*url.Userinfo` and `url.Values` as a template sees them: exported fields, methods with Go signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cicdpack.gotemplate.byteslices import BYTES, Bytes, as_bytes
from cicdpack.gotemplate.errors import FunctionError
from cicdpack.gotemplate.url.parsing import URLError, parse
from cicdpack.gotemplate.url.query import encode_query
from cicdpack.gotemplate.values import Func, GoObject, Map, Strings, Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cicdpack.gotemplate.limits import Budget
    from cicdpack.gotemplate.url.parts import URL, UserInfo

_URL: Final = "*url.URL"

_FIELDS: Final = {
    "Scheme": "scheme",
    "Opaque": "opaque",
    "Host": "host",
    "Path": "path",
    "RawPath": "raw_path",
    "OmitHost": "omit_host",
    "ForceQuery": "force_query",
    "RawQuery": "raw_query",
    "Fragment": "fragment",
    "RawFragment": "raw_fragment",
}
"""Go's field -> ours. `User` is not here: it is an object of its own."""

_STRUCT: Final = (
    "Scheme", "Opaque", "User", "Host", "Path", "Fragment", "RawQuery", "RawPath", "RawFragment", "ForceQuery",
    "OmitHost",
)  # fmt: skip
"""The fields in Go's order."""


def _never(*_args: object) -> object:
    raise NotImplementedError


def _no_results(name: str, *params: str) -> Func:
    return Func(_never, *params, fault=f"function {name} has 0 return values; should be 1 or 2")


class UserObject(GoObject):
    """User name and password; without them Go's nil pointer, which is false but has working methods."""

    __slots__ = ("user",)
    go_type = "*url.Userinfo"
    unexported = frozenset({"password", "passwordSet", "username"})

    def __init__(self, user: UserInfo | None) -> None:
        self.user = user

    def __bool__(self) -> bool:
        return self.user is not None

    def __str__(self) -> str:
        return "" if self.user is None else str(self.user)

    def inside(self) -> Struct | None:
        """Return Go's struct."""
        user = self.user
        if user is None:
            return None
        password = ("password", user.password or ""), ("passwordSet", user.password is not None)
        return Struct("url.Userinfo", ("username", user.username), *password)


class Values(Map[Strings]):
    """The keys of a query with their values."""

    __slots__ = ()
    go_type = "url.Values"
    zero = Strings(nil=True)


class URLObject(GoObject):
    """A URL. `weight` is what a method that looks at all of it costs, in steps."""

    __slots__ = ("url", "user", "weight")
    go_type = _URL

    def __init__(self, url: URL) -> None:
        self.url = url
        self.user = UserObject(url.user)
        self.weight = (len(url.opaque) + len(url.host) + len(url.path) + len(url.raw_query) + len(url.fragment)) >> 3

    def __str__(self) -> str:
        return str(self.url)

    def get_field(self, name: str) -> object:
        """Return a field by its Go name."""
        value: object = self.user if name == "User" else getattr(self.url, _FIELDS[name])
        return value

    def inside(self) -> Struct:
        """Return Go's struct."""
        return Struct("url.URL", *[(name, self.get_field(name)) for name in _STRUCT])


def _method(function: Callable[..., object], *params: str) -> Func:
    """A method whose work grows with its URL and is spent from the budget."""

    def method(url: URLObject, *args: object, budget: Budget) -> object:
        budget.spend(url.weight)
        return function(url, *args)

    return Func(method, *params, takes_budget=True)


def _parse(base: URLObject, text: str) -> URLObject:
    try:
        return URLObject(base.url.resolve_reference(parse(text)))
    except URLError as error:
        raise FunctionError(error.go_text) from error


def _resolve_reference(base: URLObject, reference: URLObject | None) -> URLObject:
    if reference is None:
        raise FunctionError("runtime error: invalid memory address or nil pointer dereference")
    return URLObject(base.url.resolve_reference(reference.url))


def _query(url: URLObject) -> Values:
    return Values({key: Strings(values) for key, values in url.url.query().items()})


def _get(values: Values, key: str) -> str:
    found = values.get(key)
    return found[0] if found else ""


def _unmarshal(_url: URLObject, _data: Bytes | None) -> object:
    raise FunctionError("UnmarshalBinary is not supported: a URL does not change")


UserObject.attrs = {
    "Password": Func(
        _never, fault="invalid function signature for Password: second return value should be error; is bool"
    ),
    "String": Func(str),
    "Username": Func(lambda user: user.user.username if user else ""),
}

Values.attrs = {
    "Add": _no_results("Add", "string", "string"),
    "Del": _no_results("Del", "string"),
    "Encode": Func(encode_query),
    "Get": Func(_get, "string"),
    "Has": Func(lambda values, key: key in values, "string"),
    "Set": _no_results("Set", "string", "string"),
}

_METHODS: Final[Mapping[str, Func]] = {
    "AppendBinary": _method(lambda url, start: Bytes([*(start or ()), *as_bytes(str(url))]), BYTES),
    "EscapedFragment": _method(lambda url: url.url.escaped_fragment()),
    "EscapedPath": _method(lambda url: url.url.escaped_path()),
    "Hostname": _method(lambda url: url.url.hostname()),
    "IsAbs": _method(lambda url: url.url.is_abs()),
    "JoinPath": _method(lambda url, *elements: URLObject(url.url.join_path(elements)), "...string"),
    "MarshalBinary": _method(lambda url: as_bytes(str(url))),
    "Parse": _method(_parse, "string"),
    "Port": _method(lambda url: url.url.port()),
    "Query": _method(_query),
    "Redacted": _method(lambda url: url.url.redacted()),
    "RequestURI": _method(lambda url: url.url.request_uri()),
    "ResolveReference": _method(_resolve_reference, _URL),
    "String": _method(str),
    "UnmarshalBinary": _method(_unmarshal, BYTES),
}

URLObject.attrs = {**dict.fromkeys((*_FIELDS, "User")), **_METHODS}
