"""Random templates and data: grown from a grammar, then spoiled a little, so that errors come up as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


def words(text: str) -> tuple[str, ...]:
    """Return what stands between spaces."""
    return tuple(text.split())


DATA: dict[str, Any] = {
    "s": "hello",
    "e": "",
    "uni": "é世😀",
    "sp": " a b ",
    "fmt": "%d|%v",
    "esc": "<a href='x'>\"&=\\\n",
    "n": 42,
    "zero": 0,
    "neg": -7,
    "big": 9223372036854775807,
    "f": 3.5,
    "whole": 2.0,
    "million": 1000000.0,
    "tiny": 0.00001,
    "t": True,
    "nf": False,
    "null": None,
    "list": ["a", "b", "c"],
    "nums": [3, 1, 2],
    "mixed": [1, "two", 3.5, True, None],
    "empty": [],
    "m": {"k1": "v1", "k2": "v2", "b": {"c": "deep"}},
    "em": {},
    "nest": [[1, 2], ["x"]],
    "ü": "umlaut",
    "lm": [{"a": 1}, {"a": "z"}],
}
"""A value of each kind that JSON has, and those at the edges."""

_LITERALS = words(r"""
    "a" "%d" "%s-%v" "%5.2f|" "\n\x41" `raw` "é世" "" "k1" "b" 'a' '\n' . nil true false
    0 1 2 3 42 -3 3.5 1.0 1e3 1e-7 1e21 123456789.0 0x1F 0b11 017 0o17 1_000 1i 1e400 9999999999999999999
""")
_BUILTINS = words("""
    and or not eq ne lt le gt ge len index slice print printf println html js urlquery call
    lower upper map pair random_int fail
""")
_OBJECTS = (
    '(url "https://h.example/a%20b?q=1&q=2#f")', '(url "x:y").Query', '(url "//h/p?k").Query.k', '(url "a").User',
    '(url "http://h:80").Port', '(url "p/q").MarshalBinary', '((regexp "zz").Find (url "p").MarshalBinary)',
    '((regexp "l+").FindStringIndex .s)', '((regexp "z").FindStringSubmatch .s)',
    '((regexp "(l)(x)?").FindStringSubmatch .s)', '(regexp "l").SubexpNames', "(index .s 1)", '(pair "k" .n)',
    '(map (pair "k1" .s))',
)  # fmt: skip
"""What helpers give: without parts that Go prints as addresses, or whose capacity Go chooses."""
_VERBS = "vdsqxXobcUeEfFgGtT%zw"
_TEXTS = ("", "x", " ", "\n", " a\n", "  \t", "é", "\r\n", "}}", "{", "a b")


class Grower:
    """Grows one template."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.variables = ["$"]
        self.templates: list[str] = []

    def pick(self, items: Sequence[str]) -> str:
        return self.random.choice(items)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def field(self) -> str:
        name = self.pick([*DATA, "nope", "Upper"])
        text = f".{name}"
        while self.chance(0.15):
            text += self.pick([".k1", ".b", ".c", ".nope", ".a"])
        return text

    def format(self) -> str:
        parts = []
        for _ in range(self.random.randint(1, 3)):
            flags = "".join(self.random.choices("+-# 0", k=self.random.choice([0, 0, 0, 1, 2])))
            width = self.pick(["", "", "", "5", "12", "*", "[1]", "[2]*", "[9]"])
            precision = self.pick(["", "", "", ".0", ".2", ".", ".*", ".[1]*", ".10"])
            parts.append(f"%{flags}{width}{precision}{self.pick(_VERBS)}")
        return '"' + self.pick(["", " ", "|"]).join(parts) + '"'

    def operand(self, depth: int) -> str:
        roll = self.random.random()
        if roll < 0.35:
            return self.field()
        if roll < 0.6:
            return self.pick(_LITERALS)
        if roll < 0.72:
            return self.pick(self.variables) + (self.field() if self.chance(0.4) else "")
        if roll < 0.75:
            return str(self.pick(_BUILTINS))
        if roll < 0.8:
            return str(self.pick(_OBJECTS))
        if depth <= 0:
            return self.field()
        return f"({self.pipeline(depth - 1)})" + (self.field() if self.chance(0.2) else "")

    def command(self, depth: int) -> str:
        roll = self.random.random()
        if roll < 0.4:
            return self.operand(depth)
        if roll < 0.55:
            return f"printf {self.format()} " + " ".join(self.operand(depth) for _ in range(self.random.randint(0, 3)))
        name = self.pick(_BUILTINS)
        return name + "".join(f" {self.operand(depth)}" for _ in range(self.random.choice([0, 1, 1, 2, 2, 2, 3, 4])))

    def pipeline(self, depth: int) -> str:
        commands = [self.command(depth)]
        while self.chance(0.15):
            commands.append(self.command(depth))
        return " | ".join(commands)

    def declaration(self) -> str:
        name = self.pick(["$x", "$y", "$longer"])
        if self.chance(0.3) and len(self.variables) > 1:
            return f"{self.pick(self.variables[1:])} = "
        self.variables.append(name)
        return f"{name} := "

    def action(self, inside: str) -> str:
        left = self.pick(["{{", "{{", "{{", "{{- ", "{{ "])
        right = self.pick(["}}", "}}", "}}", " -}}", " }}"])
        return f"{left}{inside}{right}"

    def item(self, depth: int) -> str:
        roll = self.random.random()
        if depth <= 0 or roll < 0.45:
            declaration = self.declaration() if self.chance(0.15) else ""
            return self.action(declaration + self.pipeline(2))
        if roll < 0.5:
            return self.action(self.pick(["break", "continue", "/* note */", "else", "end", "/*\n*/"]))
        if roll < 0.6:
            return self.call(depth)
        return self.branch(depth)

    def call(self, depth: int) -> str:
        name = self.pick(["t", "u", "none"])
        kind = self.random.random()
        if kind < 0.35:
            return f'{{{{define "{name}"}}}}{self.body(depth - 1)}{{{{end}}}}'
        if kind < 0.55:
            return f'{{{{block "{name}" {self.pipeline(1)}}}}}{self.body(depth - 1)}{{{{end}}}}'
        return self.action(f'template "{name}"' + (f" {self.pipeline(1)}" if self.chance(0.7) else ""))

    def branch(self, depth: int) -> str:
        mark = len(self.variables)
        keyword = self.pick(["if", "with", "range", "range"])
        head = ""
        if self.chance(0.3):
            head = self.declaration()
            if keyword == "range" and self.chance(0.6):
                head = f"$i, {head}"
                self.variables.append("$i")
        text = self.action(f"{keyword} {head}{self.pipeline(1)}") + self.body(depth - 1)
        while keyword != "range" and self.chance(0.2):
            text += self.action(f"else {keyword} {self.pipeline(1)}") + self.body(depth - 1)
        if self.chance(0.4):
            text += self.action("else") + self.body(depth - 1)
        del self.variables[mark:]
        return text + self.action("end")

    def body(self, depth: int) -> str:
        items = [self.item(depth) for _ in range(self.random.randint(1, 2))]
        return "".join(self.pick(_TEXTS) + item for item in items) + self.pick(_TEXTS)


_NOISE = (
    *words(r"""
    {{ }} ( ) | , . $ $x := = " ` ' - + 1 a é /* */ -}} {{- ! nil end else \ 0x _ e5 i if define .. .1 @
    """),
    *" \n\x00\u00a0\u0660\u2028",
)


def spoil(random: Random, text: str) -> str:
    """Change a few characters."""
    for _ in range(random.choice([0, 0, 0, 0, 1, 1, 2])):
        at = random.randint(0, len(text))
        end = min(len(text), at + random.choice([0, 0, 1, 1, 2, 5]))
        text = text[:at] + random.choice(_NOISE) + text[end:] if random.random() < 0.7 else text[:at] + text[end:]
    return text


def random_template(random: Random) -> str:
    """Return a template that may or may not be one."""
    grower = Grower(random)
    depth = random.choice([0, 0, 0, 1, 2, 3])
    return spoil(random, grower.body(depth))
