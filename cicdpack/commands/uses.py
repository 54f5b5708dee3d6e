"""Parsed templates -> where each parameter is used.

What counts is `.name` where dot may be the parameters (not inside of `range` and `with`), `$.name` and, because
definitions are handed the parameters in objects and variables, `.p.name` and `$p.name` anywhere, `index . "name"`; and
all of them in names of files and folders, in defaults and messages of the schema, and in patterns of `skip`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.bundle.bundle import OVERLAYS
from cicdpack.bundle.functions import helper_functions
from cicdpack.bundle.gojson import locate
from cicdpack.bundle.host import Deterministic, Host
from cicdpack.bundle.schema import SCHEMA_NAME
from cicdpack.bundle.walk import EXTENSION
from cicdpack.gotemplate.funcs import BUILTINS
from cicdpack.gotemplate.nodes import (
    Action,
    Branch,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Pipe,
    String,
    Template,
    Variable,
)
from cicdpack.gotemplate.parse import parse
from cicdpack.gotemplate.source import Source
from cicdpack.gotemplate.values import from_bytes
from cicdpack.problems import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cicdpack.archive.entries import Tree, TreeFile
    from cicdpack.bundle.bundle import Bundle
    from cicdpack.gotemplate.nodes import AnyNode

_DELIMITER = "{{"
_FUNCTIONS = frozenset({*BUILTINS, *helper_functions(Host(), Deterministic(b"")), "skip"})


def find_uses(bundle: Bundle) -> dict[str, tuple[Location, ...]]:
    """Return for each parameter of a bundle where it is used, by path and line, each place once.

    A use in the name of a file has no line. Raises `TemplateError` for a template that cannot be parsed.
    """
    found: dict[str, set[tuple[str, int]]] = {name: set() for name in bundle.parameters.properties}
    for name, path, line in _all_uses(bundle):
        if name in found:
            found[name].add((path, line))
    return {
        name: tuple(Location(path=path, line=line or None) for path, line in sorted(places))
        for name, places in found.items()
    }


def _all_uses(bundle: Bundle) -> Iterator[tuple[str, str, int]]:
    """Yield (parameter, path, line); line 0 for names of files."""
    for file in (*bundle.library, *(bundle.overlay_library or ())):
        yield from _in_content(file.path, file)
    for root, tree in ((bundle.template_root, bundle.template), (OVERLAYS, bundle.overlays)):
        if tree is not None:
            yield from _in_tree(root, tree)
    yield from _in_schema(bundle)


def _in_tree(root: str, tree: Tree) -> Iterator[tuple[str, str, int]]:
    for file in tree.files:
        path = f"{root}/{file.path}"
        for name, _ in _in_text(file.path, path):
            yield name, path, 0
        if file.path.endswith(EXTENSION):
            yield from _in_content(path, file)


def _in_content(path: str, file: TreeFile) -> Iterator[tuple[str, str, int]]:
    for name, line in _in_text(from_bytes(file.data), path):
        yield name, path, line


def _in_schema(bundle: Bundle) -> Iterator[tuple[str, str, int]]:
    contents = {entry.path: entry.data for entry in bundle.content}
    for name, prop in bundle.parameters.properties.items():
        if isinstance(prop.default, str):
            path = SCHEMA_NAME if name in bundle.schema.properties else f"{OVERLAYS}/{SCHEMA_NAME}"
            line = locate(name, contents.get(path, b""), path).line or 0
            for used, _ in _in_text(prop.default, path):
                yield used, path, line
    for text in (bundle.schema.welcome_message, bundle.schema.success_message):
        for used, _ in _in_text(text, SCHEMA_NAME):
            yield used, SCHEMA_NAME, 0


def _in_text(text: str, path: str) -> Iterator[tuple[str, int]]:
    """Yield (name, line) for what a text uses of its data."""
    if _DELIMITER not in text:
        return
    for tree in parse(Source("", text, path), "", _FUNCTIONS).values():
        source = tree.source
        for name, token in _in_nodes(tree.body):
            yield name, source.line_of(source.start(token))


def _in_nodes(body: Sequence[AnyNode]) -> Iterator[tuple[str, int]]:
    """Yield (name, token); the stack is our own, because templates may nest deeper than Python's calls.

    With each node goes whether dot is the data there.
    """
    stack: list[tuple[AnyNode, bool]] = [(node, True) for node in body]
    while stack:
        node, is_data = stack.pop()
        if isinstance(node, Field):
            for name in node.idents if is_data else node.idents[1:]:
                yield name, node.pos
        elif isinstance(node, Variable):
            for name in node.idents[1:]:
                yield name, node.pos
        elif isinstance(node, Chain):
            for name in node.fields:
                yield name, node.pos
        elif isinstance(node, Command):
            yield from _in_call(node)
        stack.extend(_below(node, is_data=is_data))


def _in_call(node: Command) -> Iterator[tuple[str, int]]:
    """Yield what `index . "name"` and the patterns of `skip` use."""
    function, *arguments = node.args
    if not isinstance(function, Identifier):
        return
    if function.name == "index":
        for key in arguments[1:]:
            if isinstance(key, String):
                yield key.text, key.pos
    if function.name == "skip":
        for argument in arguments:
            if isinstance(argument, String):
                for name, _ in _in_text(argument.text, "skip"):
                    yield name, argument.pos


def _below(node: AnyNode, *, is_data: bool) -> Iterable[tuple[AnyNode, bool]]:
    """Return the direct parts of a node."""
    if isinstance(node, Branch):
        is_inside = is_data if node.keyword == "if" else node.keyword == "with" and _is_data(node.pipe, is_data=is_data)
        inside = [(part, is_inside) for part in node.body]
        return [(node.pipe, is_data), *inside, *((part, is_data) for part in node.else_body or ())]
    if isinstance(node, (Action, Template)):
        return [] if node.pipe is None else [(node.pipe, is_data)]
    if isinstance(node, Pipe):
        return [(command, is_data) for command in node.commands]
    if isinstance(node, Command):
        return [(part, is_data) for part in node.args]
    return [(node.node, is_data)] if isinstance(node, Chain) else []


def _is_data(node: AnyNode, *, is_data: bool) -> bool:
    """Whether an operand is the data as a whole: `.`, `$`, or one of these in parentheses."""
    while isinstance(node, Pipe) and len(node.commands) == 1 and len(node.commands[0].args) == 1:
        node = node.commands[0].args[0]
    return (isinstance(node, Dot) and is_data) or (isinstance(node, Variable) and node.idents == ["$"])
