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

if TYPE_CHECKING:
    from collections.abc import Collection

    from cicdpack.gotemplate.lex import Token
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

    __slots__ = ("body", "branch", "chained", "furthest", "in_else", "marks", "name", "range_depth", "variables")

    def __init__(self, parser: Parser, branch: Branch | None, name: str | None, marks: int) -> None:
        self.branch = branch
        self.name = name
        self.marks = marks
        self.body = parser.body
        self.variables = parser.variables
        self.range_depth = parser.range_depth
        self.furthest = parser.furthest
        self.chained = False
        self.in_else = False

    @property
    def is_define(self) -> bool:
        """Return whether this is a `define`, the only definition that stands at the top level."""
        return self.branch is None and self.marks == 0


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
_NOT_EXECUTABLE = frozenset({"Bool", "Dot", "Nil", "Number", "String"})
_BRANCHES: dict[int, type[Branch]] = {lex.IF: If, lex.RANGE: Range, lex.WITH: With}


class Parser:
    """The state of parsing one text."""

    __slots__ = (
        "action_pos",
        "at",
        "body",
        "depth",
        "functions",
        "furthest",
        "open",
        "range_depth",
        "source",
        "tokens",
        "trees",
        "variables",
    )  # fmt: skip

    def __init__(self, source: Source, functions: Collection[str]) -> None:
        self.source = source
        self.functions = functions
        self.tokens = lex.lex(source.text)
        self.at = 0
        self.furthest = 0
        self.trees: dict[str, Tree] = {}
        self.body: list[Node] = []
        self.open: list[Open] = []
        self.variables = ["$"]
        self.range_depth = 0
        self.depth = 0
        self.action_pos: int | None = None

    # Tokens.

    def next(self) -> Token:
        """Return the next token, spaces included, and step over it. The last token is never stepped over."""
        at = self.at
        if at > self.furthest:
            self.furthest = at
        token = self.tokens[at]
        if token[0] > lex.EOF:
            self.at = at + 1
        return token

    def next_non_space(self) -> Token:
        """Return the next token that is no space, and step over it."""
        token = self.next()
        return self.next() if token[0] == lex.SPACE else token

    def peek_non_space(self) -> Token:
        """Return the next token that is no space, and step over the space before it only."""
        if self.tokens[self.at][0] == lex.SPACE:
            self.at += 1
        if self.at > self.furthest:
            self.furthest = self.at
        return self.tokens[self.at]

    def expect(self, kind: int, context: str) -> Token:
        """Return the next token that is no space if it is of the kind, else fail."""
        token = self.next_non_space()
        if token[0] != kind:
            self.unexpected(token, context)
        return token

    # Errors.

    def fail(self, text: str, token: Token | None = None) -> NoReturn:
        """Raise the error: Go's line is that of the furthest token, ours points at `token` if it is known."""
        raise parse_error(self.source, text, self.tokens[self.furthest], token, self.functions)

    def unexpected(self, token: Token, context: str) -> NoReturn:
        """Fail at a token that may not stand here; errors of the lexer come out this way, too."""
        if token[0] != lex.ERROR:
            self.fail(f"unexpected {describe(token)} in {context}", token)
        text = token[2]
        if self.action_pos is not None:
            line = self.source.line_of(self.action_pos)
            if line != self.source.line_of(token[1]):
                started = f" in action started at {self.source.name}:{line}"
                text += started.removeprefix(" in action") if text.endswith(" action") else started
        self.fail(text, token)

    # Items: text and actions.

    def parse_items(self) -> None:
        """Read the whole text into `body` and `trees`."""
        while True:
            token = self.next()
            kind, pos, value = token
            if kind == lex.TEXT:
                self.body.append(Text(pos, value, self.source))
            elif kind == lex.LEFT_DELIM:
                self.parse_action(pos)
            elif kind == lex.EOF:
                if self.open:
                    self.fail("unexpected EOF", token)
                return
            else:
                self.unexpected(token, "input")

    def parse_action(self, pos: int) -> None:
        """Read what follows `{{`: a control structure or a pipeline."""
        token = self.peek_non_space()
        kind = token[0]
        if kind == lex.DEFINE and not self.open:
            self.at += 1
            self.define_control()
            return
        self.action_pos = pos
        if kind < lex.BLOCK:
            self.body.append(Action(token[1], self.pipeline("command", lex.RIGHT_DELIM), self.source))
        elif kind in _BRANCHES:
            self.at += 1
            self.branch_control(kind)
            return
        else:
            self.keyword(token)
            if kind == lex.BLOCK:
                return
        self.action_pos = None

    def keyword(self, token: Token) -> None:
        """Read an action that starts with a keyword and opens no branch."""
        kind = token[0]
        self.at += 1
        if kind == lex.END:
            self.expect(lex.RIGHT_DELIM, "end")
            self.end_control(token)
        elif kind == lex.ELSE:
            self.else_control(token)
        elif kind == lex.TEMPLATE:
            self.template_control()
        elif kind == lex.BLOCK:
            self.block_control()
        elif kind in {lex.BREAK, lex.CONTINUE}:
            text = f"{{{{{token[2]}}}}}"
            self.expect(lex.RIGHT_DELIM, text)
            if not self.range_depth:
                self.fail(f"{text} outside {{{{range}}}}", token)
            self.body.append(Break(token[1]) if kind == lex.BREAK else Continue(token[1]))
        else:
            self.at -= 1
            self.pipeline("command", lex.RIGHT_DELIM)

    # Control structures.

    def branch_control(self, kind: int, *, chained: bool = False) -> None:
        """Read `if`, `range` or `with` up to its body."""
        marks = len(self.variables)
        node_type = _BRANCHES[kind]
        branch = node_type(self.tokens[self.at][1], self.pipeline(node_type.keyword, lex.RIGHT_DELIM))
        frame = Open(self, branch, None, marks)
        frame.chained = chained
        self.open.append(frame)
        self.body.append(branch)  # type: ignore[arg-type]  # each kind of branch is a node
        self.body = branch.body
        if kind == lex.RANGE:
            self.range_depth += 1

    def else_control(self, token: Token) -> None:
        """Read `{{else}}`, `{{else if pipeline}}` or `{{else with pipeline}}`."""
        following = self.peek_non_space()
        if following[0] not in {lex.IF, lex.WITH}:
            self.expect(lex.RIGHT_DELIM, "else")
        if not self.open:
            self.fail("unexpected {{else}}", token)
        frame = self.open[-1]
        branch = frame.branch
        if branch is None:
            self.end_definition(frame, token, "{{else}}")
            return
        if frame.in_else:
            self.fail("expected end; found {{else}}", token)
        frame.in_else = True
        self.range_depth = frame.range_depth
        branch.else_body = self.body = []
        if following[0] in {lex.IF, lex.WITH}:
            self.action_pos = None
            if _BRANCHES[following[0]] is not type(branch):
                self.unexpected(self.next(), "input")
            self.at += 1
            self.branch_control(following[0], chained=True)

    def end_control(self, token: Token) -> None:
        """Close what the `{{end}}` closes: a definition, or a branch with all branches that it is the `else` of."""
        if not self.open:
            self.fail("unexpected {{end}}", token)
        frame = self.open[-1]
        if frame.branch is None:
            self.end_definition(frame, token, "{{end}}")
            return
        while True:
            frame = self.open.pop()
            self.body = frame.body
            self.range_depth = frame.range_depth
            del self.variables[frame.marks :]
            if not frame.chained:
                return

    def template_name(self, token: Token, context: str) -> str:
        """Return the name that a string token denotes."""
        if token[0] not in {lex.STRING, lex.RAW_STRING}:
            self.unexpected(token, context)
        try:
            return unquote(token[2])
        except QuoteError as error:
            self.fail(str(error), token)

    def template_control(self) -> None:
        """Read `{{template "name"}}` or `{{template "name" pipeline}}`."""
        token = self.next_non_space()
        name = self.template_name(token, "template clause")
        pipe = None
        if self.peek_non_space()[0] != lex.RIGHT_DELIM:
            pipe = self.pipeline("template clause", lex.RIGHT_DELIM)
        else:
            self.next()
        self.body.append(Template(token[1], name, pipe))

    def define_control(self) -> None:
        """Read `{{define "name"}}`."""
        token = self.next_non_space()
        if token[0] not in {lex.STRING, lex.RAW_STRING}:
            self.unexpected(token, "define clause")
        name = self.template_name(token, "define clause")
        self.expect(lex.RIGHT_DELIM, "define clause")
        self.begin_definition(name, 0)

    def block_control(self) -> None:
        """Read `{{block "name" pipeline}}`: a definition that is called where it stands."""
        token = self.next_non_space()
        name = self.template_name(token, "block clause")
        pipe = self.pipeline("block clause", lex.RIGHT_DELIM)
        self.body.append(Template(token[1], name, pipe))
        self.begin_definition(name, 1)

    def begin_definition(self, name: str, marks: int) -> None:
        """Start a tree of its own: no variables but `$`, no range around it."""
        self.open.append(Open(self, None, name, marks))
        self.body = []
        self.variables = ["$"]
        self.range_depth = 0
        self.action_pos = None

    def end_definition(self, frame: Open, token: Token, found: str) -> None:
        """Close a tree of its own at `{{end}}`; `{{else}}` may not stand there."""
        if found != "{{end}}":
            if not frame.is_define:
                # Go reports this in the name of the tree around the block, which has read no further than its clause.
                self.furthest = frame.furthest
            self.fail(f"unexpected {found} in {'define' if frame.is_define else 'block'} clause", token)
        self.add(Tree(frame.name or "", self.body, self.source))
        self.open.pop()
        self.body = frame.body
        self.variables = frame.variables
        self.range_depth = frame.range_depth

    def add(self, tree: Tree) -> None:
        """Define a template: in one text an empty definition gives way, a second one that is not empty is an error."""
        known = self.trees.get(tree.name)
        if known is None or is_empty(known.body):
            self.trees[tree.name] = tree
        elif not is_empty(tree.body):
            self.fail(f"template: multiple definition of template {quote(tree.name)}")

    # Pipelines.

    def pipeline(self, context: str, end: int) -> Pipe:
        """Read declarations, commands and the closing token `end`."""
        pipe = Pipe(self.peek_non_space()[1])
        self.declarations(pipe, context)
        while True:
            token = self.peek_non_space()
            kind = token[0]
            if kind == end:
                self.at += 1
                break
            if kind not in _OPERANDS:
                self.unexpected(token, context)
            pipe.commands.append(self.command())
        if not pipe.commands:
            self.fail(f"missing value for {context}", token)
        for stage, command in enumerate(pipe.commands[1:], 2):
            if type(command.args[0]).__name__ in _NOT_EXECUTABLE:
                self.fail(f"non executable command in pipeline stage {stage}", token)
        return pipe

    def declarations(self, pipe: Pipe, context: str) -> None:
        """Read `$x :=`, `$x =` and, in a range, `$x, $y :=`."""
        while True:
            token = self.peek_non_space()
            if token[0] != lex.VARIABLE:
                return
            start = self.at
            self.at += 1
            following = self.peek_non_space()
            kind = following[0]
            if kind not in {lex.ASSIGN, lex.DECLARE} and following[2] != ",":
                self.at = start
                return
            self.at += 1
            pipe.decl.append(Variable(token[1], [token[2]]))
            self.variables.append(token[2])
            if kind != lex.CHAR:
                pipe.is_assign = kind == lex.ASSIGN
                return
            if context != "range" or len(pipe.decl) > 1:
                self.fail(f"too many declarations in {context}", following)
            following = self.peek_non_space()
            if following[0] not in {lex.VARIABLE, lex.RIGHT_DELIM, lex.RIGHT_PAREN}:
                self.fail("range can only initialize variables", following)

    def command(self) -> Command:
        """Read operands up to `|` (which is stepped over) or the end of the pipeline (which is not)."""
        args: list[Operand] = []
        pos = self.peek_non_space()[1]
        while True:
            self.peek_non_space()
            operand = self.operand()
            if operand is not None:
                args.append(operand)
            token = self.next()
            kind = token[0]
            if kind == lex.SPACE:
                continue
            if kind in {lex.RIGHT_DELIM, lex.RIGHT_PAREN}:
                self.at -= 1
            elif kind != lex.PIPE:
                self.unexpected(token, "operand")
            break
        if not args:
            self.fail("empty command", token)
        return Command(pos, args)

    def operand(self) -> Operand | None:
        """Read a term and the fields chained to it; `None` if there is no term."""
        node = self.term()
        if node is None:
            return None
        token = self.tokens[self.at]
        if self.at > self.furthest:
            self.furthest = self.at
        if token[0] != lex.FIELD:
            return node
        fields: list[str] = []
        while self.tokens[self.at][0] == lex.FIELD:
            fields.append(self.next()[2][1:])
            if self.at > self.furthest:
                self.furthest = self.at
        if isinstance(node, Field):
            return Field(token[1], node.idents + fields)
        if isinstance(node, Variable):
            return Variable(token[1], node.idents + fields)
        if type(node).__name__ in _NOT_EXECUTABLE:
            self.fail(f"unexpected . after term {quote(str(node))}", token)
        return Chain(token[1], node, fields)

    def term(self) -> Operand | None:
        """Read a constant, a name or a parenthesized pipeline; `None` if there is none."""
        token = self.tokens[self.at]
        kind, pos, value = token
        if kind not in _OPERANDS:
            return None
        if self.at > self.furthest:
            self.furthest = self.at
        self.at += 1
        if kind == lex.FIELD:
            return Field(pos, [value[1:]])
        if kind == lex.IDENTIFIER:
            if value not in self.functions:
                self.fail(f"function {quote(value)} not defined", token)
            return Identifier(pos, value)
        if kind == lex.VARIABLE:
            if value not in self.variables:
                self.fail(f"undefined variable {quote(value)}", token)
            return Variable(pos, [value])
        if kind == lex.LEFT_PAREN:
            return self.parenthesized(token)
        if kind == lex.DOT:
            return Dot(pos)
        if kind == lex.NIL:
            return Nil(pos)
        if kind == lex.BOOL:
            return Bool(pos, value == "true")
        try:
            if kind in {lex.STRING, lex.RAW_STRING}:
                return String(pos, value, unquote(value))
            return parse_number(pos, value, kind)
        except (NumberError, QuoteError) as error:
            self.fail(str(error), token)

    def parenthesized(self, token: Token) -> Pipe:
        """Read a pipeline in parentheses."""
        if self.depth == MAX_EXPRESSION_DEPTH:
            self.fail("max expression depth exceeded", token)
        self.depth += 1
        pipe = self.pipeline("parenthesized pipeline", lex.RIGHT_PAREN)
        self.depth -= 1
        return pipe


def describe(token: Token) -> str:
    """Return a token as Go's messages write it: keywords in angle brackets, long ones cut after ten characters."""
    kind, _, value = token
    if kind == lex.EOF:
        return "EOF"
    if kind == lex.ERROR:
        return value
    if kind > lex.KEYWORD:
        return f"<{value}>"
    if len(value.encode("utf-8", "surrogateescape")) > 10:
        return f"{quote(value[:10])}..."
    return quote(value)
