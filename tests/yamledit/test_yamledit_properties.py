"""Laws of the room on generated documents: block and flow style, comments, blank lines, CRLF, missing last breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from cicdpack.yamledit import YamlEditError, load, merge, merge3, remove, update
from cicdpack.yamledit.document import Document
from cicdpack.yamledit.lists import merged
from cicdpack.yamledit.simple import NotSimple, simple_value
from cicdpack.yamledit.source import Source
from cicdpack.yamledit.values import same
from cicdpack.yamledit.writing import inline_text

if TYPE_CHECKING:
    from cicdpack.yamledit import Merged

pytestmark = pytest.mark.usefixtures("parser")

KEYS = st.sampled_from(["a", "b", "targets", "host", "on", "x y", "é", "3.10", "~k", "- d", "# h"])
ODD_TEXTS = [
    "", "x", "on", "3.10", "yes", "~", "null", "a: b", "a #b", " lead", "trail ", "*a", "&b", "!c", "%d", "@e", "`f",
    "- g", "two\nlines", "tab\t", "'q'", '"q"', "{", "]", "https://h/x", "${var.a}", "0o7", "1e3", "1:30", "2024-01-01",
    "=", "<<", "é\x85\u2028",
]  # fmt: skip
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-9, 99) | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
WANTED = st.dictionaries(KEYS, VALUES, max_size=4)
UNSAFE = ("the file ends inside a block of text, without a line break", "a key without its colon")
COMMENTS = st.sampled_from(["", "", "", "  # c", "   ", " # { [ ' \""])
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def block_mapping(draw: st.DrawFn, depth: int = 3) -> list[str]:
    """Lines of a mapping without indentation, written in one of the ways people write YAML."""
    lines: list[str] = []
    for key in draw(st.lists(KEYS, min_size=1, max_size=3, unique=True)):
        lines += draw(st.sampled_from([[], [], [], [""], ["# above"], ["", "# above"]]))
        head = inline_text({key: 1})[1:-4] + ":"
        lines += draw(entry(head, depth))
    return lines


@st.composite
def entry(draw: st.DrawFn, head: str, depth: int) -> list[str]:
    kind = draw(
        st.sampled_from(["scalar", "scalar", "null", "flow", "multi", "text"] + ["mapping", "list"] * bool(depth))
    )
    end = draw(COMMENTS)
    step = " " * draw(st.sampled_from([2, 2, 4, 1]))
    tail = draw(st.sampled_from([[], [], [], [step + "# below"], ["# low"], ["", step + "# below"]]))
    match kind:
        case "scalar":
            return [f"{head} {inline_text(draw(SCALARS))}{end}"]
        case "null":
            return [head + draw(st.sampled_from(["", " ~", " null", " "])) + end]
        case "flow":
            inner = inline_text(draw(st.lists(SCALARS, max_size=2) | st.dictionaries(KEYS, VALUES, max_size=2)))
            comma = draw(st.sampled_from(["", ",", " , "])) if len(inner) > 2 else draw(st.sampled_from(["", " "]))
            return [f"{head} {inner[:-1]}{comma}{inner[-1]}{end}"]
        case "multi":
            opening, closing = draw(st.sampled_from([("[", "]"), ("{", "}")]))
            items = draw(st.lists(SCALARS, min_size=1, max_size=2))
            texts = [(f"k{i}: " if opening == "{" else "") + inline_text(item) for i, item in enumerate(items)]
            comma = draw(st.sampled_from(["", ","]))
            return [
                f"{head} {opening}{end}",
                *(f"   {text},{end}" for text in texts[:-1]),
                f"   {texts[-1]}{comma}{end}",
                f" {closing}",
            ]
        case "text":
            style = draw(st.sampled_from(["|", ">", "|-", "|+", ">-", ">+", "|2"]))
            body = draw(st.lists(st.sampled_from(["line", "  deeper", "", "# no comment"]), max_size=3))
            return [f"{head} {style}", *(("  " + line) if line else "" for line in ["t", *body])]
        case "list":
            dash = draw(st.sampled_from(["", step]))
            blocks = [draw(item_lines(depth - 1)) for _ in range(draw(st.integers(1, 2)))]
            return [head + end, *(dash + line if line else "" for block in blocks for line in block)]
        case _:
            return [
                head + end,
                *(
                    step + line if line else ""
                    for line in [*draw(block_mapping(depth - 1)), *[t for t in tail if t == step]]
                ),
                *tail,
            ]


@st.composite
def item_lines(draw: st.DrawFn, depth: int) -> list[str]:
    if depth and draw(st.booleans()):
        first, *rest = [line for line in draw(block_mapping(depth - 1)) if line.strip() and not line.startswith("#")]
        return [f"- {first}", *(f"  {line}" for line in rest)]
    return [f"- {inline_text(draw(SCALARS))}{draw(COMMENTS)}"]


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A YAML text as bytes; whether PyYAML takes it is for the test to see."""
    lines = draw(st.sampled_from([[], [], ["# top"], ["---"], ["%YAML 1.1", "---"]])) + draw(block_mapping())
    lines += draw(st.sampled_from([[], [], [""], ["# end"], ["", "# end"], ["..."]]))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = newline.join(lines) + draw(st.sampled_from(["", newline]))
    return (draw(st.sampled_from(["", "", "\ufeff"])) + text).encode("utf-8")


def undone(result: Merged) -> bytes:
    """The text with every span put back to what it replaced."""
    parts, done = [], 0
    for span in result.spans:
        parts += [result.text[done : span.start], span.replaced]
        done = span.end
    return b"".join([*parts, result.text[done:]])


def readable(text: bytes) -> Any:
    try:
        return load(text, source="x").value
    except YamlEditError:
        return NotImplemented


@RELAXED
@given(text=documents())
def test_a_simple_text_has_the_value_of_its_tree(text: bytes) -> None:
    """Whichever way a text is read, it means the same; where one way refuses it, the other does not take it."""
    try:
        value = simple_value(text.decode("utf-8").removeprefix("\ufeff"))
    except NotSimple:
        return

    assert same(value, Document(Source.decode(text, "x")).value)


@RELAXED
@given(text=documents(), wanted=WANTED)
def test_merge_keeps_every_other_byte_and_remove_is_its_inverse(text: bytes, wanted: dict[str, object]) -> None:
    """A merge reads back as wanted, its spans undo it, a second one does nothing, and remove gives the bytes back."""
    before = readable(text)
    if before is NotImplemented:
        return
    try:
        result = merge(text, wanted, source="x")
    except YamlEditError as error:
        event(error.message)
        assume(error.message not in UNSAFE)
        raise

    if result.conflicts:
        assert result.text == text
        return
    assert same(load(result.text, source="x").value, merged(before, wanted))
    assert undone(result) == text
    assert merge(result.text, wanted, source="x").text == result.text
    back = remove(result.text, result.changes, source="x")
    assert not back.kept
    assert back.text == text


def outline(value: object) -> object:
    """A value with lists as sets and with everything empty left out, which is how far `update` tells values apart."""
    if isinstance(value, dict):
        return {repr(key): outline(item) for key, item in value.items() if item or item is False or item == 0}
    if isinstance(value, (list, tuple)):
        return {repr(outline(item)) for item in value}
    return repr(value)


@RELAXED
@given(text=documents(), base=WANTED)
def test_update_to_the_same_values_changes_nothing(text: bytes, base: dict[str, object]) -> None:
    """Whatever was merged, edited or not: where wanted equals base, no byte changes and nothing is in conflict."""
    if readable(text) is NotImplemented:
        return

    result = update(text, base, base, source="x")

    assert result.text == text
    assert not result.conflicts
    assert not result.changes


@RELAXED
@given(base=WANTED, wanted=WANTED, head=st.sampled_from([b"", b"# c\n", b"# c", b"user: 1\r\n", b"user: {}"]))
def test_update_follows_values_that_nobody_edited(
    base: dict[str, object], wanted: dict[str, object], head: bytes
) -> None:
    """What merge wrote moves on to the new values, and what belongs to the user stays."""
    own = readable(head) or {}
    start = merge(head, base, source="x").text

    result = update(start, base, wanted, source="x")

    assert not result.conflicts
    assert outline(load(result.text, source="x").value or {}) == outline({**own, **wanted})


@settings(RELAXED, max_examples=20)
@given(base=documents(), ours=documents(), theirs=documents())
def test_merge3_never_raises_and_one_sided_changes_win(base: bytes, ours: bytes, theirs: bytes) -> None:
    """With one side unchanged the result is the other side's value, or nothing; nothing else is ever an error."""
    values = [readable(text) for text in (base, ours, theirs)]
    if NotImplemented in values:
        return

    only_ours = merge3(base, ours, base, source="x")
    only_theirs = merge3(ours, ours, theirs, source="x")
    merge3(base, ours, theirs, source="x")

    assert only_ours.text == ours
    assert not only_theirs.conflicts
    if only_theirs.text is not None:
        event("merged")
        assert same(load(only_theirs.text, source="x").value, values[2])
