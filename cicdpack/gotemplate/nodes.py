"""The parse tree. Each node prints back to the source that Go would print for it (`str`); messages quote that.

`pos` is the number of the token that Go blames; the text's `Source` knows where that stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cicdpack.gotemplate.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cicdpack.gotemplate.source import Source


class Text:
    """Plain text between actions."""

    __slots__ = ("pos", "source", "text")

    def __init__(self, pos: int, text: str, source: Source) -> None:
        self.pos = pos
        self.text = text
        self.source = source

    def __str__(self) -> str:
        return self.text


class Action:
    """`{{pipeline}}`: prints its value unless it declares variables."""

    __slots__ = ("pipe", "pos", "source")

    def __init__(self, pos: int, pipe: Pipe, source: Source) -> None:
        self.pos = pos
        self.pipe = pipe
        self.source = source

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


class Pipe:
    """Commands joined by `|`, with the variables that take the result (`=` if `is_assign`, else `:=`)."""

    __slots__ = ("commands", "decl", "is_assign", "pos")

    def __init__(self, pos: int) -> None:
        self.pos = pos
        self.is_assign = False
        self.decl: Sequence[Variable] = ()
        self.commands: list[Command] = []

    def __str__(self) -> str:
        commands = " | ".join([str(command) for command in self.commands])
        if not self.decl:
            return commands
        return f"{', '.join([str(name) for name in self.decl])} {'=' if self.is_assign else ':='} {commands}"


class Command:
    """An operand, or a function or method with its arguments."""

    __slots__ = ("args", "pos")

    def __init__(self, pos: int, args: list[Operand]) -> None:
        self.pos = pos
        self.args = args

    def __str__(self) -> str:
        return " ".join([f"({arg})" if type(arg) is Pipe else str(arg) for arg in self.args])


class Identifier:
    """The name of a function."""

    __slots__ = ("name", "pos")

    def __init__(self, pos: int, name: str) -> None:
        self.pos = pos
        self.name = name

    def __str__(self) -> str:
        return self.name


class Variable:
    """`$x` and its fields: `idents` is `["$x", "field", ...]`."""

    __slots__ = ("idents", "pos")

    def __init__(self, pos: int, idents: list[str]) -> None:
        self.pos = pos
        self.idents = idents

    def __str__(self) -> str:
        return ".".join(self.idents)


class Field:
    """`.a.b`: `idents` is `["a", "b"]`."""

    __slots__ = ("idents", "pos")

    def __init__(self, pos: int, idents: list[str]) -> None:
        self.pos = pos
        self.idents = idents

    def __str__(self) -> str:
        return "." + ".".join(self.idents)


class Chain:
    """Fields of something that is neither dot nor a variable: `(pipeline).a.b`, `function.a`."""

    __slots__ = ("fields", "node", "pos")

    def __init__(self, pos: int, node: Operand, fields: list[str]) -> None:
        self.pos = pos
        self.node = node
        self.fields = fields

    def __str__(self) -> str:
        start = f"({self.node})" if type(self.node) is Pipe else str(self.node)
        return f"{start}.{'.'.join(self.fields)}"


class Dot:
    """`.`."""

    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos

    def __str__(self) -> str:
        return "."


class Nil:
    """`nil`."""

    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos

    def __str__(self) -> str:
        return "nil"


class Bool:
    """`true`, `false`."""

    __slots__ = ("pos", "value")

    def __init__(self, pos: int, value: bool) -> None:  # noqa: FBT001
        self.pos = pos
        self.value = value

    def __str__(self) -> str:
        return "true" if self.value else "false"


class Number:
    """A constant with all the types it fits: `None` where it does not fit.

    `looks_float` tells a constant that becomes `float64` where no type is asked for.
    """

    __slots__ = ("complex_value", "float_value", "int_value", "looks_float", "pos", "text", "uint_value")

    def __init__(self, pos: int, text: str) -> None:
        self.pos = pos
        self.text = text
        self.int_value: int | None = None
        self.uint_value: int | None = None
        self.float_value: float | None = None
        self.complex_value: complex | None = None
        self.looks_float = False

    def __str__(self) -> str:
        return self.text


class String:
    """A string constant: `quoted` as written, `text` as meant."""

    __slots__ = ("pos", "quoted", "text")

    def __init__(self, pos: int, quoted: str, text: str) -> None:
        self.pos = pos
        self.quoted = quoted
        self.text = text

    def __str__(self) -> str:
        return self.quoted


class Break:
    """`{{break}}`."""

    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos

    def __str__(self) -> str:
        return "{{break}}"


class Continue:
    """`{{continue}}`."""

    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos

    def __str__(self) -> str:
        return "{{continue}}"


class Branch:
    """What `if`, `range` and `with` have in common; `else_body` is `None` without an `else`."""

    __slots__ = ("body", "else_body", "pipe", "pos")
    keyword = ""

    def __init__(self, pos: int, pipe: Pipe) -> None:
        self.pos = pos
        self.pipe = pipe
        self.body: list[Node] = []
        self.else_body: list[Node] | None = None

    def __str__(self) -> str:
        otherwise = "" if self.else_body is None else f"{{{{else}}}}{body_text(self.else_body)}"
        return f"{{{{{self.keyword} {self.pipe}}}}}{body_text(self.body)}{otherwise}{{{{end}}}}"


class If(Branch):
    """`{{if pipeline}}`."""

    __slots__ = ()
    keyword = "if"


class With(Branch):
    """`{{with pipeline}}`."""

    __slots__ = ()
    keyword = "with"


class Range(Branch):
    """`{{range pipeline}}`."""

    __slots__ = ()
    keyword = "range"


class Template:
    """`{{template "name" pipeline}}`; also what a `block` leaves in its place."""

    __slots__ = ("name", "pipe", "pos")

    def __init__(self, pos: int, name: str, pipe: Pipe | None) -> None:
        self.pos = pos
        self.name = name
        self.pipe = pipe

    def __str__(self) -> str:
        return f"{{{{template {quote(self.name)}{'' if self.pipe is None else f' {self.pipe}'}}}}}"


Operand: TypeAlias = "Identifier | Variable | Field | Chain | Dot | Nil | Bool | Number | String | Pipe"
Node: TypeAlias = "Text | Action | If | With | Range | Template | Break | Continue"
AnyNode: TypeAlias = "Operand | Node | Command"


def body_text(body: list[Node]) -> str:
    """Print a list of nodes."""
    return "".join([str(node) for node in body])


def is_empty(body: list[Node]) -> bool:
    """Return whether a template body counts as empty: nothing but space, so that it replaces no definition."""
    return all(type(node) is Text and not node.text.strip(GO_SPACE) for node in body)


GO_SPACE = (
    " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What Go's `unicode.IsSpace` holds for."""
