"""Go's `fmt`, table by table; the odd cases are in the conformance vectors."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate.byteslices import ByteLists, Bytes, as_bytes
from cicdpack.gotemplate.floats import format_float
from cicdpack.gotemplate.fmt import sprint, sprintf, sprintln
from cicdpack.gotemplate.values import Byte, GoObject, Int, Ints, Strings, Struct


class Thing(GoObject):
    go_type = "*thing.Thing"

    def __str__(self) -> str:
        return "a thing"


@pytest.mark.parametrize(
    ("value", "verb", "precision", "text"),
    [
        (0.0, "g", -1, "0"),
        (-0.0, "g", -1, "-0"),
        (100000.0, "g", -1, "100000"),
        (999999.0, "g", -1, "999999"),
        (1000000.0, "g", -1, "1e+06"),
        (1234567.0, "g", -1, "1.234567e+06"),
        (0.0001, "g", -1, "0.0001"),
        (0.00001, "g", -1, "1e-05"),
        (1e100, "g", -1, "1e+100"),
        (123.456, "g", 3, "123"),
        (123.456, "g", 2, "1.2e+02"),
        (123.456, "G", 2, "1.2E+02"),
        (1.5, "f", -1, "1.5"),
        (2.5, "f", 0, "2"),
        (1e21, "f", -1, "1000000000000000000000"),
        (1.5, "e", 6, "1.500000e+00"),
        (0.0, "e", 2, "0.00e+00"),
        (1.5, "x", -1, "0x1.8p+00"),
        (-3.5, "X", 1, "-0X1.CP+01"),
        (1.0, "b", -1, "4503599627370496p-52"),
        (float("inf"), "g", -1, "+Inf"),
        (float("nan"), "f", 2, "NaN"),
    ],
)
def test_format_float(value: float, verb: str, precision: int, text: str) -> None:
    """Numbers come out with Go's digits and exponents."""
    assert format_float(value, verb, precision) == text


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ((), ""),
        (("a", 1, 2, "b", 3), "a1 2b3"),
        ((None, None), "<nil> <nil>"),
        ((True, 1.0, Int(2)), "true 1 2"),
        (([1, "a", None, [2.5]],), "[1 a <nil> [2.5]]"),
        (({"b": 1, "a": {"ü": True}},), "map[a:map[ü:true] b:1]"),
        ((Strings(["a", "b"]), Ints([Int(1)])), "[a b] [1]"),
        ((Struct("p", ("k", "a"), ("v", 1)),), "{a 1}"),
        ((Thing(), None), "a thing <nil>"),
    ],
)
def test_sprint(args: tuple[object, ...], text: str) -> None:
    """A space stands between two operands that are both no strings."""
    assert sprint(args) == text


def test_sprintln() -> None:
    """Spaces stand between all operands, and a newline at the end."""
    assert sprintln(("a", 1, None)) == "a 1 <nil>\n"


class Card(GoObject):
    go_type = "*t.Card"

    def __init__(self, name: str) -> None:
        self.name = name

    def __bool__(self) -> bool:
        return bool(self.name)

    def __str__(self) -> str:
        return self.name

    def inside(self) -> Struct:
        return Struct("t.Card", ("Name", self.name), ("size", Int(3)))


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("%v|%s|%q", Card("ace"), 'ace|ace|"ace"'),
        ("%d|%+d|%t", Card("ace"), "&{%!d(string=ace) 3}|&{%!d(string=ace) +3}|&{%!t(string=ace) %!t(int=3)}"),
        ("%#v", Card("ace"), '&t.Card{Name:"ace", size:3}'),
        ("%#v|%d|%t|%5v", Card(""), "(*t.Card)(nil)|0|%!t(*t.Card=<nil>)|     "),
        ("%v", Struct("t", ("card", Card(""))), "{<nil>}"),
        ("%v", Struct("t", ("Card", Card(""))), "{}"),
        ("%v|%d", Thing(), "a thing|%!d(*thing.Thing=a thing)"),
        ("%s|%q|%x|%v|%d|%t", as_bytes("ab"), 'ab|"ab"|6162|[97 98]|[97 98]|[%!t(uint8=97) %!t(uint8=98)]'),
        ("%#v|%#x", as_bytes("a"), "[]byte{0x61}|0x61"),
        ("%#v", Bytes(nil=True), "[]byte(nil)"),
        ("%#v", ByteLists([as_bytes("a")]), "[][]uint8{[]uint8{0x61}}"),
    ],
)
def test_objects_and_bytes(template: str, value: object, text: str) -> None:
    """Objects print their text for the verbs of strings, else their inside; bytes are strings for those verbs."""
    assert sprintf(template, (value,) * template.count("%")) == text


@pytest.mark.parametrize(
    ("template", "args", "text"),
    [
        ("%d|%5d|%-5d|%05d|%+d|% d", (1, 2, 3, 4, 5, 6), "1|    2|3    |00004|+5| 6"),
        (
            "%x %X %#x %o %O %b %c %q %U %#U",
            (255, 255, 255, 8, 8, 5, 233, 97, 97, 97),
            "ff FF 0xff 10 0o10 101 é 'a' U+0061 U+0061 'a'",
        ),
        (
            "%s|%10s|%-4s|%.2s|%q|%x|% x",
            ("a", "b", "c", "日本語", 'd"', "é", "ab"),
            'a|         b|c   |日本|"d\\""|c3a9|61 62',
        ),
        ("%t %v", (True, False), "true false"),
        ("%e %.2f %g %8.3f|%+.1e", (1.5, 2.0, 3.0, 3.14159, 10.0), "1.500000e+00 2.00 3    3.142|+1.0e+01"),
        ("%T %T %T %T %T", (1, Int(1), Byte(1), "a", [1]), "int64 int uint8 string []interface {}"),
        (
            "%#v %#v %#v",
            ("a", [1, None], {"k": "v"}),
            '"a" []interface {}{1, interface {}(nil)} map[string]interface {}{"k":"v"}',
        ),
        ("%+v %#v", (Struct("p", ("k", "a")), Strings(nil=True)), "{k:a} []string(nil)"),
        ("%*d|%-*d|%.*f", (4, 1, 4, 2, 1, 2.55), "   1|2   |2.5"),
        ("%[2]d %[1]d", (1, 2), "2 1"),
        ("%%", (), "%"),
        ("%d", ("a",), "%!d(string=a)"),
        ("%s", (None,), "%!s(<nil>)"),
        ("%d %d", (1,), "1 %!d(MISSING)"),
        ("a", (1, "b"), "a%!(EXTRA int64=1, string=b)"),
        ("%z", (1,), "%!z(int64=1)"),
        ("%", (), "%!(NOVERB)"),
        ("%[3]d", (1,), "%!d(BADINDEX)"),
        ("%*d", ("a", 1), "%!(BADWIDTH)1"),
        ("%.*d", (-1, 1), "%!(BADPREC)1"),
        ("%v", (1 + 2j,), "(1+2i)"),
        ("%d", ([1, "a"],), "[1 %!d(string=a)]"),
    ],
)
def test_sprintf(template: str, args: tuple[object, ...], text: str) -> None:
    """Verbs, flags, widths and Go's notes about wrong ones."""
    assert sprintf(template, args) == text
