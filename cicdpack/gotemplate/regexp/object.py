"""`*regexp.Regexp` as a template sees it: every exported method with its Go signature.

Methods that a template can name but Go cannot call carry Go's reason. `UnmarshalText` is the only one that is refused
though Go would call it: nothing here changes once it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cicdpack.gotemplate.byteslices import BYTES, ByteLists, Bytes, ByteTables, as_bytes, as_text
from cicdpack.gotemplate.errors import FunctionError
from cicdpack.gotemplate.regexp.expansion import parse_replacement
from cicdpack.gotemplate.values import Byte, Func, GoObject, Int, IntLists, Ints, StringLists, Strings, to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cicdpack.gotemplate.regexp import Regexp

_INTS = "[]int"
_READER = "io.RuneReader"


class RegexpObject(GoObject):
    """A compiled pattern."""

    __slots__ = ("regexp",)
    go_type = "*regexp.Regexp"
    unexported = frozenset({
        "cond", "expr", "longest", "matchcap", "maxBitStateLen", "minInputLen", "mpool", "numSubexp", "onepass",
        "prefix", "prefixBytes", "prefixComplete", "prefixEnd", "prefixRune", "prog", "subexpNames",
    })  # fmt: skip

    def __init__(self, regexp: Regexp) -> None:
        self.regexp = regexp

    def __str__(self) -> str:
        return self.regexp.string


def _ints(found: Sequence[int] | None) -> Ints:
    return Ints(nil=True) if found is None else Ints([Int(number) for number in found])


def _int_lists(found: Sequence[Sequence[int]] | None) -> IntLists:
    return IntLists(nil=True) if found is None else IntLists([_ints(numbers) for numbers in found])


def _strings(found: Sequence[str] | None) -> Strings:
    return Strings(nil=True) if found is None else Strings(list(found))


def _string_lists(found: Sequence[Sequence[str]] | None) -> StringLists:
    return StringLists(nil=True) if found is None else StringLists([_strings(texts) for texts in found])


def _bytes_at(text: str, ends: Sequence[int]) -> ByteLists:
    """The bytes between each two ends; a nil slice for a group that took no part."""
    data = as_bytes(text)
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return ByteLists([Bytes(data[begin:end]) if begin >= 0 else Bytes(nil=True) for begin, end in pairs])


def _find(re: RegexpObject, data: Bytes | None) -> Bytes:
    return (_find_submatch(re, data) or [Bytes(nil=True)])[0]


def _find_submatch(re: RegexpObject, data: Bytes | None) -> ByteLists:
    text = as_text(data)
    ends = re.regexp.find_string_submatch_index(text)
    return ByteLists(nil=True) if ends is None else _bytes_at(text, ends)


def _find_all(re: RegexpObject, data: Bytes | None, n: int) -> ByteLists:
    text = as_text(data)
    found = re.regexp.find_all_string_index(text, n)
    return ByteLists(nil=True) if found is None else ByteLists([_bytes_at(text, ends)[0] for ends in found])


def _find_all_submatch(re: RegexpObject, data: Bytes | None, n: int) -> ByteTables:
    text = as_text(data)
    found = re.regexp.find_all_string_submatch_index(text, n)
    return ByteTables(nil=True) if found is None else ByteTables([_bytes_at(text, ends) for ends in found])


def _expand(re: RegexpObject, start: Bytes | None, template: str, source: bytes, ends: Ints | None) -> Bytes:
    """`start`, then the template filled in; `ends` count bytes of `source`, as the Index methods give them."""
    names = re.regexp.subexp_names
    slots = [*(ends or ())]
    slots += [Int(-1)] * (2 * len(names) - len(slots))
    if max(slots) > len(source):
        raise FunctionError(f"runtime error: slice bounds out of range [:{max(slots)}] with length {len(source)}")
    out = bytearray(start or b"")
    for piece in parse_replacement(template, names):
        re.regexp.spend(1 + (len(out) >> 10))
        if isinstance(piece, str):
            out += to_bytes(piece)
        else:
            group = next((group for group in piece if slots[2 * group] >= 0), None)
            out += b"" if group is None else source[slots[2 * group] : slots[2 * group + 1]]
    return Bytes([Byte(byte) for byte in out])


def _unmarshal(_re: RegexpObject, _text: Bytes | None) -> object:
    raise FunctionError("UnmarshalText is not supported: a compiled pattern does not change")


def _replace_func(re: RegexpObject, text: str, _function: None) -> str:
    """A template has no functions to give but nil, which Go calls for the first match."""
    if re.regexp.match_string(text):
        raise FunctionError("runtime error: invalid memory address or nil pointer dereference")
    return text


def _never(*_args: object) -> object:
    raise NotImplementedError


_TEXT_METHODS: Final[Mapping[str, Func]] = {
    "FindAllString": Func(lambda re, text, n: _strings(re.regexp.find_all_string(text, n)), "string", "int"),
    "FindAllStringIndex": Func(
        lambda re, text, n: _int_lists(re.regexp.find_all_string_index(text, n)), "string", "int"
    ),
    "FindAllStringSubmatch": Func(
        lambda re, text, n: _string_lists(re.regexp.find_all_string_submatch(text, n)), "string", "int"
    ),
    "FindAllStringSubmatchIndex": Func(
        lambda re, text, n: _int_lists(re.regexp.find_all_string_submatch_index(text, n)), "string", "int"
    ),
    "FindString": Func(lambda re, text: re.regexp.find_string(text), "string"),
    "FindStringIndex": Func(lambda re, text: _ints(re.regexp.find_string_index(text)), "string"),
    "FindStringSubmatch": Func(lambda re, text: _strings(re.regexp.find_string_submatch(text)), "string"),
    "FindStringSubmatchIndex": Func(lambda re, text: _ints(re.regexp.find_string_submatch_index(text)), "string"),
    "MatchString": Func(lambda re, text: re.regexp.match_string(text), "string"),
    "ReplaceAllLiteralString": Func(
        lambda re, text, new: re.regexp.replace_all_literal_string(text, new), "string", "string"
    ),
    "ReplaceAllString": Func(lambda re, text, new: re.regexp.replace_all_string(text, new), "string", "string"),
    "Split": Func(lambda re, text, n: _strings(re.regexp.split(text, n)), "string", "int"),
}

_BYTES_METHODS: Final[Mapping[str, Func]] = {
    "AppendText": Func(lambda re, start: Bytes([*(start or ()), *as_bytes(str(re))]), BYTES),
    "Expand": Func(
        lambda re, start, new, text, ends: _expand(re, start, as_text(new), bytes(text or b""), ends),
        BYTES, BYTES, BYTES, _INTS,
    ),
    "ExpandString": Func(
        lambda re, start, new, text, ends: _expand(re, start, new, to_bytes(text), ends),
        BYTES, "string", "string", _INTS,
    ),
    "Find": Func(_find, BYTES),
    "FindAll": Func(_find_all, BYTES, "int"),
    "FindAllIndex": Func(
        lambda re, data, n: _int_lists(re.regexp.find_all_string_index(as_text(data), n)), BYTES, "int"
    ),
    "FindAllSubmatch": Func(_find_all_submatch, BYTES, "int"),
    "FindAllSubmatchIndex": Func(
        lambda re, data, n: _int_lists(re.regexp.find_all_string_submatch_index(as_text(data), n)), BYTES, "int"
    ),
    "FindIndex": Func(lambda re, data: _ints(re.regexp.find_string_index(as_text(data))), BYTES),
    "FindSubmatch": Func(_find_submatch, BYTES),
    "FindSubmatchIndex": Func(lambda re, data: _ints(re.regexp.find_string_submatch_index(as_text(data))), BYTES),
    "MarshalText": Func(lambda re: as_bytes(str(re))),
    "Match": Func(lambda re, data: re.regexp.match_string(as_text(data)), BYTES),
    "ReplaceAll": Func(
        lambda re, data, new: as_bytes(re.regexp.replace_all_string(as_text(data), as_text(new))), BYTES, BYTES
    ),
    "ReplaceAllLiteral": Func(
        lambda re, data, new: as_bytes(re.regexp.replace_all_literal_string(as_text(data), as_text(new))), BYTES, BYTES
    ),
    "UnmarshalText": Func(_unmarshal, BYTES),
}  # fmt: skip

_OTHER_METHODS: Final[Mapping[str, Func]] = {
    "Copy": Func(lambda re: RegexpObject(re.regexp)),
    "FindReaderIndex": Func(_never, _READER),
    "FindReaderSubmatchIndex": Func(_never, _READER),
    "LiteralPrefix": Func(
        _never, fault="invalid function signature for LiteralPrefix: second return value should be error; is bool"
    ),
    "Longest": Func(_never, fault="function Longest has 0 return values; should be 1 or 2"),
    "MatchReader": Func(_never, _READER),
    "NumSubexp": Func(lambda re: Int(re.regexp.num_subexp)),
    "ReplaceAllFunc": Func(
        lambda re, data, new: as_bytes(_replace_func(re, as_text(data), new)), BYTES, "func([]uint8) []uint8"
    ),
    "ReplaceAllStringFunc": Func(_replace_func, "string", "func(string) string"),
    "String": Func(str),
    "SubexpIndex": Func(lambda re, name: Int(re.regexp.subexp_index(name)), "string"),
    "SubexpNames": Func(lambda re: _strings(re.regexp.subexp_names)),
}

RegexpObject.attrs = {**_TEXT_METHODS, **_BYTES_METHODS, **_OTHER_METHODS}
