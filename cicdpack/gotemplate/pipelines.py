"""Tokens -> pipelines: the grammar inside an action.

The line in Go's message is that of the furthest token that was read, so errors say how far that was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from cicdpack.gotemplate import tokens
from cicdpack.gotemplate.constants import NumberError, parse_number
from cicdpack.gotemplate.lex import lex
from cicdpack.gotemplate.limits import MAX_EXPRESSION_DEPTH
from cicdpack.gotemplate.nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Nil,
    Number,
    Operand,
    Pipe,
    String,
    Variable,
)
from cicdpack.gotemplate.quoting import QuoteError, quote, unquote
from cicdpack.gotemplate.report import parse_error
from cicdpack.gotemplate.values import byte_length

if TYPE_CHECKING:
    from collections.abc import Collection

    from cicdpack.gotemplate.source import Source

_OPERANDS = frozenset({
    tokens.BOOL, tokens.CHAR_CONSTANT, tokens.COMPLEX, tokens.DOT, tokens.FIELD, tokens.IDENTIFIER, tokens.LEFT_PAREN,
    tokens.NIL, tokens.NUMBER, tokens.RAW_STRING, tokens.STRING, tokens.VARIABLE,
})  # fmt: skip
_NOT_EXECUTABLE = (Bool, Dot, Nil, Number, String)
STRINGS = (tokens.STRING, tokens.RAW_STRING)


class PipelineParser:
    """The state of parsing one text: `at` is the token to read next, `peeked` one that was looked at further on.

    `variables` are those that may be used, with their number in `declared`; `action_at` is the action in hand, where Go
    would name its line.
    """

    __slots__ = (
        "action_at", "at", "declared", "depth", "functions", "kinds", "peeked", "source", "spaces", "values",
        "variables",
    )  # fmt: skip

    def __init__(self, source: Source, functions: Collection[str]) -> None:
        self.source = source
        self.functions = functions
        found = lex(source.text)
        self.kinds = found.kinds
        source.tokens = found
        self.values = found.values
        self.spaces = found.spaces
        self.at = 0
        self.peeked = 0
        self.variables = ["$"]
        self.declared = {"$": 1}
        self.depth = 0
        self.action_at: int | None = None

    # Errors.

    def fail(self, text: str, at: int, *, read: int | None = None, space: bool = False) -> NoReturn:
        """Raise the error, which points at token `at`.

        Go names the line of the last token that it has `read` (`at` if not given), or of the `space` before that.
        """
        last = max(at if read is None else read, self.peeked)
        source = self.source
        pos = source.start(last)
        if space:
            pos -= len(self.spaces[last])
        width = len(self.values[at]) if self.kinds[at] != tokens.ERROR else 1
        raise parse_error(source, text, source.line_of(pos), source.start(at), width, self.functions)

    def unexpected(self, at: int, context: str) -> NoReturn:
        """Fail at a token that may not stand here; errors of the lexer come out this way, too."""
        if self.kinds[at] != tokens.ERROR:
            self.fail(f"unexpected {self.describe(at)} in {context}", at)
        text = self.values[at]
        if self.action_at is not None:
            line = self.source.line_of(self.source.start(self.action_at))
            if line != self.source.line_of(self.source.start(at)):
                started = f" in action started at {self.source.name}:{line}"
                text += started.removeprefix(" in action") if text.endswith(" action") else started
        self.fail(text, at)

    def describe(self, at: int) -> str:
        """Return a token as Go writes it: keywords in angle brackets, long ones cut after ten characters."""
        kind, value = self.kinds[at], self.values[at]
        if kind == tokens.EOF:
            return "EOF"
        if kind > tokens.KEYWORD:
            return f"<{value}>"
        return f"{quote(value[:10])}..." if byte_length(value) > 10 else quote(value)

    def expect(self, kind: int, context: str) -> None:
        """Step over the next token if it is of the kind, else fail."""
        if self.kinds[self.at] != kind:
            self.unexpected(self.at, context)
        self.at += 1

    # Pipelines.

    def pipeline(self, context: str, end: int) -> Pipe:
        """Read declarations, commands and the closing token `end`."""
        kinds = self.kinds
        pipe = Pipe(self.at)
        if kinds[self.at] == tokens.VARIABLE:
            self.declarations(pipe, context)
        commands = pipe.commands
        while True:
            kind = kinds[self.at]
            if kind == end:
                break
            if kind not in _OPERANDS:
                self.unexpected(self.at, context)
            commands.append(self.command())
        if len(commands) != 1:
            if not commands:
                self.fail(f"missing value for {context}", self.at)
            for stage, command in enumerate(commands[1:], 2):
                if isinstance(command.args[0], _NOT_EXECUTABLE):
                    self.fail(f"non executable command in pipeline stage {stage}", self.at)
        self.at += 1
        return pipe

    def declarations(self, pipe: Pipe, context: str) -> None:
        """Read `$x :=`, `$x =` and, in a range, `$x, $y :=`."""
        names: list[Variable] = []
        while self.kinds[self.at] == tokens.VARIABLE:
            at = self.at
            self.peeked = at + 1
            kind = self.kinds[at + 1]
            if kind not in (tokens.ASSIGN, tokens.DECLARE) and self.values[at + 1] != ",":
                break
            self.at = at + 2
            names.append(Variable(at, [self.values[at]]))
            self.declare(self.values[at])
            if kind != tokens.CHAR:
                pipe.is_assign = kind == tokens.ASSIGN
                break
            if context != "range" or len(names) > 1:
                self.fail(f"too many declarations in {context}", at + 1)
            if self.kinds[at + 2] not in (tokens.VARIABLE, tokens.RIGHT_DELIM, tokens.RIGHT_PAREN):
                self.fail("range can only initialize variables", at + 2)
        if names:
            pipe.decl = names

    def declare(self, name: str) -> None:
        """Let a variable be used from here to the end of the control structure."""
        self.variables.append(name)
        self.declared[name] = self.declared.get(name, 0) + 1

    def command(self) -> Command:
        """Read operands up to `|` (which is stepped over) or the end of the pipeline (which is not)."""
        kinds, spaces = self.kinds, self.spaces
        at = self.at
        args: list[Operand] = []
        command = Command(at, args)
        while True:
            kind = kinds[at]
            if kind in _OPERANDS:
                operand = self.term(kind, at)
                at = self.at
                kind = kinds[at]
                if kind == tokens.FIELD and not spaces[at]:
                    operand = self.chain(operand)
                    at = self.at
                    kind = kinds[at]
                args.append(operand)
                if spaces[at] and kind in _OPERANDS:
                    continue
            if kind == tokens.PIPE:
                self.at = at + 1
            elif kind not in (tokens.RIGHT_DELIM, tokens.RIGHT_PAREN):
                self.unexpected(at, "operand")
            if not args:
                self.fail("empty command", at)
            return command

    def chain(self, node: Operand) -> Operand:
        """Read the fields that follow an operand without space."""
        first = at = self.at
        fields: list[str] = []
        while self.kinds[at] == tokens.FIELD and not (fields and self.spaces[at]):
            fields.append(self.values[at][1:])
            at += 1
        self.at = at
        pos = first
        if isinstance(node, Field):
            return Field(pos, node.idents + fields)
        if isinstance(node, Variable):
            return Variable(pos, node.idents + fields)
        if isinstance(node, _NOT_EXECUTABLE):
            self.fail(f"unexpected . after term {quote(str(node))}", first, read=at, space=True)
        return Chain(pos, node, fields)

    def term(self, kind: int, at: int) -> Operand:
        """Read a constant, a name or a parenthesized pipeline."""
        value = self.values[at]
        pos = at
        self.at = at + 1
        if kind == tokens.FIELD:
            return Field(pos, [value[1:]])
        if kind == tokens.IDENTIFIER:
            if value not in self.functions:
                self.fail(f"function {quote(value)} not defined", at)
            return Identifier(pos, value)
        if kind == tokens.STRING and "\\" not in value:
            return String(pos, value, value[1:-1])
        if kind == tokens.LEFT_PAREN:
            return self.parenthesized(at)
        if kind == tokens.VARIABLE:
            if not self.declared.get(value):
                self.fail(f"undefined variable {quote(value)}", at)
            return Variable(pos, [value])
        if kind == tokens.DOT:
            return Dot(pos)
        if kind == tokens.NIL:
            return Nil(pos)
        if kind == tokens.BOOL:
            return Bool(pos, value == "true")
        try:
            return String(pos, value, unquote(value)) if kind in STRINGS else parse_number(pos, value, kind)
        except (NumberError, QuoteError) as error:
            self.fail(str(error), at)

    def parenthesized(self, at: int) -> Pipe:
        """Read a pipeline in parentheses."""
        if self.depth == MAX_EXPRESSION_DEPTH:
            self.fail("max expression depth exceeded", at)
        self.depth += 1
        pipe = self.pipeline("parenthesized pipeline", tokens.RIGHT_PAREN)
        self.depth -= 1
        return pipe
