"""Tokens -> parse trees. Control structures are kept on a stack of our own, so that they may nest without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.gotemplate import tokens
from cicdpack.gotemplate.nodes import (
    Action,
    Branch,
    Break,
    Continue,
    If,
    Node,
    Range,
    Template,
    Text,
    With,
    is_empty,
)
from cicdpack.gotemplate.pipelines import STRINGS, PipelineParser
from cicdpack.gotemplate.quoting import QuoteError, quote, unquote

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


_BRANCHES: dict[int, type[Branch]] = {tokens.IF: If, tokens.RANGE: Range, tokens.WITH: With}


class Parser(PipelineParser):
    """The state of parsing one text, with the control structures and definitions that are open."""

    __slots__ = ("body", "open", "range_depth", "trees")

    def __init__(self, source: Source, functions: Collection[str]) -> None:
        super().__init__(source, functions)
        self.trees: dict[str, Tree] = {}
        self.body: list[Node] = []
        self.open: list[Open] = []
        self.range_depth = 0

    def parse_items(self) -> None:
        """Read the whole text into `body` and `trees`."""
        kinds, source = self.kinds, self.source
        while True:
            at = self.at
            kind = kinds[at]
            if kind == tokens.TEXT:
                self.body.append(Text(at, self.values[at], source))
                self.at = at + 1
            elif kind == tokens.LEFT_DELIM:
                self.at = at + 1
                self.parse_action(at)
            elif kind == tokens.EOF:
                if self.open:
                    self.fail("unexpected EOF", at)
                return
            else:
                self.unexpected(at, "input")

    def parse_action(self, delim: int) -> None:
        """Read what follows `{{`: a control structure or a pipeline."""
        at = self.at
        kind = self.kinds[at]
        if kind < tokens.BLOCK:
            self.action_at = delim
            self.body.append(Action(at, self.pipeline("command", tokens.RIGHT_DELIM), self.source))
            self.action_at = None
        elif kind == tokens.DEFINE and not self.open:
            self.at = at + 1
            self.define_control()
        else:
            self.action_at = delim
            self.at = at + 1
            if kind in _BRANCHES:
                self.branch_control(kind)
            elif kind == tokens.BLOCK:
                self.block_control()
            else:
                self.keyword(kind, at)
                self.action_at = None

    def keyword(self, kind: int, at: int) -> None:
        """Read an action that starts with a keyword and opens nothing, but perhaps the next branch."""
        if kind == tokens.END:
            self.expect(tokens.RIGHT_DELIM, "end")
            self.end_control(at)
        elif kind == tokens.ELSE:
            self.else_control(at)
        elif kind == tokens.TEMPLATE:
            self.template_control()
        elif kind == tokens.DEFINE:
            self.unexpected(at, "command")
        else:
            text = f"{{{{{self.values[at]}}}}}"
            self.expect(tokens.RIGHT_DELIM, text)
            if not self.range_depth:
                self.fail(f"{text} outside {{{{range}}}}", at, read=self.at - 1)
            pos = at
            self.body.append(Break(pos) if kind == tokens.BREAK else Continue(pos))

    # Control structures.

    def branch_control(self, kind: int, *, chained: bool = False) -> None:
        """Read `if`, `range` or `with` up to its body."""
        marks = len(self.variables)
        node_type = _BRANCHES[kind]
        pos = self.at
        branch = node_type(pos, self.pipeline(node_type.keyword, tokens.RIGHT_DELIM))
        frame = Open(self, branch, "", marks)
        frame.chained = chained
        self.open.append(frame)
        self.body.append(branch)  # type: ignore[arg-type]  # each kind of branch is a node
        self.body = branch.body
        if kind == tokens.RANGE:
            self.range_depth += 1

    def else_control(self, at: int) -> None:
        """Read `{{else}}`, `{{else if pipeline}}` or `{{else with pipeline}}`."""
        following = self.kinds[self.at]
        chained = following in (tokens.IF, tokens.WITH)
        if not chained:
            self.expect(tokens.RIGHT_DELIM, "else")
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
        if self.kinds[at] not in STRINGS:
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
        if self.kinds[self.at] == tokens.RIGHT_DELIM:
            self.at += 1
        else:
            pipe = self.pipeline("template clause", tokens.RIGHT_DELIM)
        self.body.append(Template(pos, name, pipe))

    def define_control(self) -> None:
        """Read `{{define "name"}}`."""
        name = self.template_name("define clause")
        self.expect(tokens.RIGHT_DELIM, "define clause")
        self.begin_definition(name)

    def block_control(self) -> None:
        """Read `{{block "name" pipeline}}`: a definition that is called where it stands."""
        pos = self.at
        name = self.template_name("block clause")
        self.body.append(Template(pos, name, self.pipeline("block clause", tokens.RIGHT_DELIM)))
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
            at = self.at if self.kinds[self.at] == tokens.EOF and not self.open else self.at - 1
            self.fail(f"template: multiple definition of template {quote(tree.name)}", at)
