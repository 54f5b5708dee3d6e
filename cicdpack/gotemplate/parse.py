"""Tokens -> parse trees. Control structures are kept on a stack of our own, so that they may nest without end.

The line in Go's message is that of the furthest token that was read for the tree in hand, so the parser remembers it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from cicdpack.gotemplate import lex
from cicdpack.gotemplate.constants import NumberError, parse_number
from cicdpack.gotemplate.limits import MAX_EXPRESSION_DEPTH
from cicdpack.gotemplate.nodes import (
    Action,
    Bool,
    Branch,
    Break,
    Chain,
    Command,
    Continue,
    Dot,
    Field,
    Identifier,
    If,
    Nil,
    Node,
    Number,
    Operand,
    Pipe,
    Range,
    String,
    Template,
    Text,
    Variable,
    With,
    is_empty,
)
from cicdpack.gotemplate.quoting import QuoteError, quote, unquote
from cicdpack.gotemplate.report import parse_error
from cicdpack.gotemplate.values import byte_length

if TYPE_CHECKING:
    from collections.abc import Collection

    from cicdpack.gotemplate.source import Source


class Tree:
    """The body of one template and the text it came from."""

    __slots__ = ("body", "name", "source")

    def __init__(self, name: str, body: list[Node], source: Source) -> None:
        self.name = name
        self.body = body
        self.source = source

    def __str__(self) -> str:
        return "".join([str(node) for node in self.body])


class Open:
    """A control structure or definition whose `{{end}}` is still to come, and what to restore there."""

    __slots__ = (
        "at",
        "body",
        "branch",
        "chained",
        "declared",
        "in_else",
        "is_block",
        "marks",
        "name",
        "range_depth",
        "variables",
    )

    def __init__(self, parser: Parser, branch: Branch | None, name: str, marks: int) -> None:
        self.branch = branch
        self.name = name
        self.marks = marks
        self.at = parser.at
        self.body = parser.body
        self.variables = parser.variables
        self.declared = parser.declared
        self.range_depth = parser.range_depth
        self.chained = False
        self.in_else = False
        self.is_block = False


def parse(source: Source, name: str, functions: Collection[str]) -> dict[str, Tree]:
    """Return the templates that a text defines: `name` for its top level, and those of `define` and `block`.

    Raises `ParseError`.
    """
    parser = Parser(source, functions)
    parser.parse_items()
    parser.add(Tree(name, parser.body, source))
    return parser.trees


_OPERANDS = frozenset({
    lex.BOOL, lex.CHAR_CONSTANT, lex.COMPLEX, lex.DOT, lex.FIELD, lex.IDENTIFIER, lex.NUMBER, lex.NIL, lex.RAW_STRING,
    lex.STRING, lex.VARIABLE, lex.LEFT_PAREN,
})  # fmt: skip
_NOT_EXECUTABLE = (Bool, Dot, Nil, Number, String)
_BRANCHES: dict[int, type[Branch]] = {lex.IF: If, lex.RANGE: Range, lex.WITH: With}
_STRINGS = (lex.STRING, lex.RAW_STRING)


class Parser:
    """The state of parsing one text: `at` is the token to read next, `peeked` one that was looked at further on."""

    __slots__ = (
        "action_at", "at", "body", "declared",
        "depth", "functions", "kinds", "open", "peeked", "range_depth", "source", "spaces",
        "trees", "values", "variables",
    )  # fmt: skip

    def __init__(self, source: Source, functions: Collection[str]) -> None:
        self.source = source
        self.functions = functions
        tokens = lex.lex(source.text)
        self.kinds = tokens.kinds
        source.tokens = tokens
        self.values = tokens.values
        self.spaces = tokens.spaces
        self.at = 0
        self.peeked = 0
        self.trees: dict[str, Tree] = {}
        self.body: list[Node] = []
        self.open: list[Open] = []
        self.variables = ["$"]
        self.declared = {"$": 1}
        self.range_depth = 0
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
        width = len(self.values[at]) if self.kinds[at] != lex.ERROR else 1
        raise parse_error(source, text, source.line_of(pos), source.start(at), width, self.functions)

    def unexpected(self, at: int, context: str) -> NoReturn:
        """Fail at a token that may not stand here; errors of the lexer come out this way, too."""
        if self.kinds[at] != lex.ERROR:
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
        if kind == lex.EOF:
            return "EOF"
        if kind > lex.KEYWORD:
            return f"<{value}>"
        return f"{quote(value[:10])}..." if byte_length(value) > 10 else quote(value)

    def expect(self, kind: int, context: str) -> None:
        """Step over the next token if it is of the kind, else fail."""
        if self.kinds[self.at] != kind:
            self.unexpected(self.at, context)
        self.at += 1

    # Items: text and actions.

    def parse_items(self) -> None:
        """Read the whole text into `body` and `trees`."""
        kinds, source = self.kinds, self.source
        while True:
            at = self.at
            kind = kinds[at]
            if kind == lex.TEXT:
                self.body.append(Text(at, self.values[at], source))
                self.at = at + 1
            elif kind == lex.LEFT_DELIM:
                self.at = at + 1
                self.parse_action(at)
            elif kind == lex.EOF:
                if self.open:
                    self.fail("unexpected EOF", at)
                return
            else:
                self.unexpected(at, "input")

    def parse_action(self, delim: int) -> None:
        """Read what follows `{{`: a control structure or a pipeline."""
        at = self.at
        kind = self.kinds[at]
        if kind < lex.BLOCK:
            self.action_at = delim
            self.body.append(Action(at, self.pipeline("command", lex.RIGHT_DELIM), self.source))
            self.action_at = None
        elif kind == lex.DEFINE and not self.open:
            self.at = at + 1
            self.define_control()
        else:
            self.action_at = delim
            self.at = at + 1
            if kind in _BRANCHES:
                self.branch_control(kind)
            elif kind == lex.BLOCK:
                self.block_control()
            else:
                self.keyword(kind, at)
                self.action_at = None

    def keyword(self, kind: int, at: int) -> None:
        """Read an action that starts with a keyword and opens nothing, but perhaps the next branch."""
        if kind == lex.END:
            self.expect(lex.RIGHT_DELIM, "end")
            self.end_control(at)
        elif kind == lex.ELSE:
            self.else_control(at)
        elif kind == lex.TEMPLATE:
            self.template_control()
        elif kind == lex.DEFINE:
            self.unexpected(at, "command")
        else:
            text = f"{{{{{self.values[at]}}}}}"
            self.expect(lex.RIGHT_DELIM, text)
            if not self.range_depth:
                self.fail(f"{text} outside {{{{range}}}}", at, read=self.at - 1)
            pos = at
            self.body.append(Break(pos) if kind == lex.BREAK else Continue(pos))

    # Control structures.

    def branch_control(self, kind: int, *, chained: bool = False) -> None:
        """Read `if`, `range` or `with` up to its body."""
        marks = len(self.variables)
        node_type = _BRANCHES[kind]
        pos = self.at
        branch = node_type(pos, self.pipeline(node_type.keyword, lex.RIGHT_DELIM))
        frame = Open(self, branch, "", marks)
        frame.chained = chained
        self.open.append(frame)
        self.body.append(branch)  # type: ignore[arg-type]  # each kind of branch is a node
        self.body = branch.body
        if kind == lex.RANGE:
            self.range_depth += 1

    def else_control(self, at: int) -> None:
        """Read `{{else}}`, `{{else if pipeline}}` or `{{else with pipeline}}`."""
        following = self.kinds[self.at]
        chained = following in (lex.IF, lex.WITH)
        if not chained:
            self.expect(lex.RIGHT_DELIM, "else")
        read = self.at if chained else self.at - 1
        if not self.open:
            self.fail("unexpected {{else}}", at, read=read)
        frame = self.open[-1]
        branch = frame.branch
        if branch is None:
            # Go reports this for a block in the name of the tree around it, which has read no further than its clause.
            if frame.is_block:
                self.peeked = 0
                read = frame.at - 1
            clause = "block" if frame.is_block else "define"
            self.fail(f"unexpected {{{{else}}}} in {clause} clause", at, read=read)
        if frame.in_else:
            self.fail("expected end; found {{else}}", at, read=read)
        frame.in_else = True
        self.range_depth = frame.range_depth
        branch.else_body = self.body = []
        if chained:
            self.action_at = None
            if _BRANCHES[following] is not type(branch):
                self.unexpected(self.at, "input")
            self.at += 1
            self.branch_control(following, chained=True)

    def end_control(self, at: int) -> None:
        """Close what the `{{end}}` closes: a definition, or a branch with all branches that it is the `else` of."""
        if not self.open:
            self.fail("unexpected {{end}}", at, read=self.at - 1)
        frame = self.open[-1]
        if frame.branch is None:
            self.add(Tree(frame.name, self.body, self.source))
            self.open.pop()
            self.body = frame.body
            self.variables = frame.variables
            self.declared = frame.declared
            self.range_depth = frame.range_depth
            return
        while True:
            frame = self.open.pop()
            if not frame.chained:
                break
        self.body = frame.body
        self.range_depth = frame.range_depth
        for name in self.variables[frame.marks :]:
            self.declared[name] -= 1
        del self.variables[frame.marks :]

    def template_name(self, context: str) -> str:
        """Step over the string that names a template, and return it."""
        at = self.at
        if self.kinds[at] not in _STRINGS:
            self.unexpected(at, context)
        self.at = at + 1
        try:
            return unquote(self.values[at])
        except QuoteError as error:
            self.fail(str(error), at)

    def template_control(self) -> None:
        """Read `{{template "name"}}` or `{{template "name" pipeline}}`."""
        pos = self.at
        name = self.template_name("template clause")
        pipe = None
        if self.kinds[self.at] == lex.RIGHT_DELIM:
            self.at += 1
        else:
            pipe = self.pipeline("template clause", lex.RIGHT_DELIM)
        self.body.append(Template(pos, name, pipe))

    def define_control(self) -> None:
        """Read `{{define "name"}}`."""
        name = self.template_name("define clause")
        self.expect(lex.RIGHT_DELIM, "define clause")
        self.begin_definition(name)

    def block_control(self) -> None:
        """Read `{{block "name" pipeline}}`: a definition that is called where it stands."""
        pos = self.at
        name = self.template_name("block clause")
        self.body.append(Template(pos, name, self.pipeline("block clause", lex.RIGHT_DELIM)))
        self.begin_definition(name)
        self.open[-1].is_block = True

    def begin_definition(self, name: str) -> None:
        """Start a tree of its own: no variables but `$`, no range around it."""
        self.open.append(Open(self, None, name, 0))
        self.body = []
        self.variables = ["$"]
        self.declared = {"$": 1}
        self.range_depth = 0
        self.action_at = None

    def add(self, tree: Tree) -> None:
        """Define a template: in one text an empty definition gives way, a second one that is not empty is an error."""
        known = self.trees.get(tree.name)
        if known is None or is_empty(known.body):
            self.trees[tree.name] = tree
        elif not is_empty(tree.body):
            at = self.at if self.kinds[self.at] == lex.EOF and not self.open else self.at - 1
            self.fail(f"template: multiple definition of template {quote(tree.name)}", at)

    # Pipelines.

    def pipeline(self, context: str, end: int) -> Pipe:
        """Read declarations, commands and the closing token `end`."""
        kinds = self.kinds
        pipe = Pipe(self.at)
        if kinds[self.at] == lex.VARIABLE:
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
        while self.kinds[self.at] == lex.VARIABLE:
            at = self.at
            self.peeked = at + 1
            kind = self.kinds[at + 1]
            if kind not in (lex.ASSIGN, lex.DECLARE) and self.values[at + 1] != ",":
                break
            self.at = at + 2
            names.append(Variable(at, [self.values[at]]))
            self.declare(self.values[at])
            if kind != lex.CHAR:
                pipe.is_assign = kind == lex.ASSIGN
                break
            if context != "range" or len(names) > 1:
                self.fail(f"too many declarations in {context}", at + 1)
            if self.kinds[at + 2] not in (lex.VARIABLE, lex.RIGHT_DELIM, lex.RIGHT_PAREN):
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
                if kind == lex.FIELD and not spaces[at]:
                    operand = self.chain(operand)
                    at = self.at
                    kind = kinds[at]
                args.append(operand)
                if spaces[at] and kind in _OPERANDS:
                    continue
            if kind == lex.PIPE:
                self.at = at + 1
            elif kind not in (lex.RIGHT_DELIM, lex.RIGHT_PAREN):
                self.unexpected(at, "operand")
            if not args:
                self.fail("empty command", at)
            return command

    def chain(self, node: Operand) -> Operand:
        """Read the fields that follow an operand without space."""
        first = at = self.at
        fields: list[str] = []
        while self.kinds[at] == lex.FIELD and not (fields and self.spaces[at]):
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
        if kind == lex.FIELD:
            return Field(pos, [value[1:]])
        if kind == lex.IDENTIFIER:
            if value not in self.functions:
                self.fail(f"function {quote(value)} not defined", at)
            return Identifier(pos, value)
        if kind == lex.STRING and "\\" not in value:
            return String(pos, value, value[1:-1])
        if kind == lex.LEFT_PAREN:
            return self.parenthesized(at)
        if kind == lex.VARIABLE:
            if not self.declared.get(value):
                self.fail(f"undefined variable {quote(value)}", at)
            return Variable(pos, [value])
        if kind == lex.DOT:
            return Dot(pos)
        if kind == lex.NIL:
            return Nil(pos)
        if kind == lex.BOOL:
            return Bool(pos, value == "true")
        try:
            return String(pos, value, unquote(value)) if kind in _STRINGS else parse_number(pos, value, kind)
        except (NumberError, QuoteError) as error:
            self.fail(str(error), at)

    def parenthesized(self, at: int) -> Pipe:
        """Read a pipeline in parentheses."""
        if self.depth == MAX_EXPRESSION_DEPTH:
            self.fail("max expression depth exceeded", at)
        self.depth += 1
        pipe = self.pipeline("parenthesized pipeline", lex.RIGHT_PAREN)
        self.depth -= 1
        return pipe
