"""Merging wanted values: a table of rewrites, a table of texts that stay, conflicts, and what is refused."""

from __future__ import annotations

import textwrap

import pytest

from cicdpack.yamledit import YamlEditError, load, merge, remove

pytestmark = pytest.mark.usefixtures("parser")

WANTED = {"targets": {"dev": {"host": "D"}, "prod": {"mode": "production", "host": "P"}}}
PROD = "  prod:\n    mode: production\n    host: P\n"

REWRITES = {
    "a block mapping grows at its end": (
        "targets:\n  dev:\n    host: D\n",
        "targets:\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P\n",
    ),
    "an empty host at the end without a line break": (
        "targets:\n  dev:\n    host:",
        "targets:\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P",
    ),
    "an empty host with a comment": (
        "targets:\n  dev:\n    host:   # fill me\n",
        "targets:\n  dev:\n    host: D   # fill me\n  prod:\n    mode: production\n    host: P\n",
    ),
    "a written null is replaced where it stands": (
        "targets:\n  dev:\n    host:  ~  # none\n  prod: null",
        "targets:\n  dev:\n    host:  D  # none\n  prod: {mode: production, host: P}",
    ),
    "targets missing": (
        "bundle:\n  name: x\n",
        "bundle:\n  name: x\ntargets:\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P\n",
    ),
    "targets empty, with a comment below": (
        "targets:  # here\n  # add yours\nlast: 1\n",
        "targets:  # here\n  # add yours\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P\nlast: 1\n",
    ),
    "the file's own step of four": (
        "targets:\n    dev:\n        host: D\n",
        "targets:\n    dev:\n        host: D\n    prod:\n        mode: production\n        host: P\n",
    ),
    "the whole file indented": (
        "  targets:\n    dev: {host: D}\n",
        "  targets:\n    dev: {host: D}\n    prod:\n      mode: production\n      host: P\n",
    ),
    "before the comment and blank line of what follows": (
        "targets:\n  dev:\n    host: D\n    # of dev\n  # of targets\n\n# of last\nlast: 1\n",
        "targets:\n  dev:\n    host: D\n    # of dev\n  # of targets\n" + PROD + "\n# of last\nlast: 1\n",
    ),
    "CRLF": (
        "targets:\r\n  dev:\r\n    host:\r\nlast: 1\r\n",
        "targets:\r\n  dev:\r\n    host: D\r\n  prod:\r\n    mode: production\r\n    host: P\r\nlast: 1\r\n",
    ),
    "a byte order mark": (
        "\ufefftargets: {}\n",
        "\ufefftargets: {dev: {host: D}, prod: {mode: production, host: P}}\n",
    ),
    "flow style on one line": (
        "targets: {dev: {host: D}}  # all\n",
        "targets: {dev: {host: D}, prod: {mode: production, host: P}}  # all\n",
    ),
    "flow style with a comma at the end": (
        "targets: {dev: {host: D}, }\n",
        "targets: {dev: {host: D}, prod: {mode: production, host: P}, }\n",
    ),
    "flow style on several lines": (
        "targets: {\n  dev: {host: D}  # mine\n}\n",
        "targets: {\n  dev: {host: D},  # mine\n  prod: {mode: production, host: P}\n}\n",
    ),
    "flow style on several lines with a comma at the end": (
        "targets: {\n  dev: {host: D},  # mine\n}\n",
        "targets: {\n  dev: {host: D},  # mine\n  prod: {mode: production, host: P},\n}\n",
    ),
    "flow style with an empty value": (
        '{"targets": {"dev": {"host": }}}',
        '{"targets": {"dev": {"host": D }, prod: {mode: production, host: P}}}',
    ),
    "document markers": (
        "%YAML 1.1\n---\ntargets:\n  dev:\n    host: D\n...\n# after\n",
        "%YAML 1.1\n---\ntargets:\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P\n...\n# after\n",
    ),
    "a block of text before": (
        "targets:\n  dev:\n    host: D\n    note: |\n      one\n        # two\n\n  # low\nlast: 1\n",
        "targets:\n  dev:\n    host: D\n    note: |\n      one\n        # two\n\n  # low\n" + PROD + "last: 1\n",
    ),
    "a block of text that keeps its blank lines": (
        "targets:\n  dev:\n    host: D\n    note: >+\n      one\n\n\n",
        "targets:\n  dev:\n    host: D\n    note: >+\n      one\n\n\n  prod:\n    mode: production\n    host: P\n",
    ),
    "a block of text with its own indentation": (
        "targets:\n  dev:\n    host: D\n    note: |2-\n        one\n       \n\n",
        "targets:\n  dev:\n    host: D\n    note: |2-\n        one\n       \n" + PROD + "\n",
    ),
    "an anchor that nobody uses": (
        "targets: &t\n  dev: &d\n    host:\n",
        "targets: &t\n  dev: &d\n    host: D\n  prod:\n    mode: production\n    host: P\n",
    ),
    "a merge key with the same value": (
        "x: &x\n  host: D\ntargets:\n  dev:\n    <<: *x\n",
        "x: &x\n  host: D\ntargets:\n  dev:\n    <<: *x\n  prod:\n    mode: production\n    host: P\n",
    ),
    "a merge key without the value": (
        "x: &x\n  a: 1\ntargets:\n  dev:\n    <<: *x\n",
        "x: &x\n  a: 1\ntargets:\n  dev:\n    <<: *x\n    host: D\n  prod:\n    mode: production\n    host: P\n",
    ),
    "an empty file": ("", "targets:\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P\n"),
    "comments only": (
        "# one\n\n# two",
        "# one\n\n# two\ntargets:\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P",
    ),
    "a document marker only": (
        "---  # empty\n",
        "---  # empty\ntargets:\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P\n",
    ),
    "names in decomposed form": (
        "bundle:\n  name: projet-e\u0301\ntargets:\n  dev:\n    host: D\n",
        "bundle:\n  name: projet-e\u0301\ntargets:\n  dev:\n    host: D\n  prod:\n    mode: production\n    host: P\n",
    ),
    "trailing blanks": (
        "targets:  \n  dev:  \n    host: D  \n\n\n",
        "targets:  \n  dev:  \n    host: D  \n  prod:\n    mode: production\n    host: P\n\n\n",
    ),
    "a tag of YAML's own": (
        "targets: !!map\n  dev: {host: !!str D}\n",
        "targets: !!map\n  dev: {host: !!str D}\n  prod:\n    mode: production\n    host: P\n",
    ),
    "a foreign tag elsewhere": (
        "secret: !vault x\ntargets: {dev: {host: D}}\n",
        "secret: !vault x\ntargets: {dev: {host: D}, prod: {mode: production, host: P}}\n",
    ),
}


@pytest.mark.parametrize("case", REWRITES)
def test_rewrite(case: str) -> None:
    """The wanted values come in, nothing else moves, and `remove` gives the very bytes back."""
    before, after = (text.encode() for text in REWRITES[case])

    result = merge(before, WANTED, source="databricks.yml")

    assert result.text.decode() == after.decode()
    assert remove(result.text, result.changes, source="databricks.yml").text == before


NO_OPS = {
    "equal": "targets:\n  dev: {host: D}\n  prod: {host: 'P', mode: \"production\", more: 1}\n",
    "equal through an alias": "x: &x {host: D}\ntargets:\n  dev: *x\n  prod: {host: P, mode: production}\n",
    "equal through a merge key": "x: &x {host: D}\ntargets:\n  dev: {<<: *x}\n  prod: {host: P, mode: production}\n",
    "broken style kept": "targets:   {dev:   {host: D},prod: {mode: production , host: P}}   \r\n\r\n \n",
}


@pytest.mark.parametrize("case", NO_OPS)
def test_no_op(case: str) -> None:
    """Equal values stay, byte by byte, and nothing is reported."""
    text = NO_OPS[case].encode()

    result = merge(text, WANTED, source="databricks.yml")

    assert result.text == text
    assert (result.changes, result.conflicts, result.spans) == ((), (), ())


LISTS = {
    "block": ("include:\n  - a\n  - b  # last\nz: 1\n", "include:\n  - a\n  - b  # last\n  - c\nz: 1\n"),
    "block at the key's column": ("include:\n- a\n# of z\nz: 1\n", "include:\n- a\n- b\n- c\n# of z\nz: 1\n"),
    "flow": ("include: [b]\n", "include: [b, a, c]\n"),
    "flow on lines": ("include: [\n  a, # one\n  b # two\n]\n", "include: [\n  a, # one\n  b, # two\n  c\n]\n"),
    "empty": ("include: []\n", "include: [a, b, c]\n"),
    "null": ("include:\nz:\n- 1\n", "include:\n- a\n- b\n- c\nz:\n- 1\n"),
    "absent": ("z:\n    - 1\n", "z:\n    - 1\ninclude:\n    - a\n    - b\n    - c\n"),
    "whole already": ("include: [c, b, a]\n", "include: [c, b, a]\n"),
}


@pytest.mark.parametrize("case", LISTS)
def test_list(case: str) -> None:
    """A list appends what it lacks, in its own style, in the wanted order."""
    before, after = (text.encode() for text in LISTS[case])

    result = merge(before, {"include": ["a", "b", "c"]}, source="databricks.yml")

    assert result.text.decode() == after.decode()
    assert remove(result.text, result.changes, source="databricks.yml").text == before


def test_items_that_are_mappings_are_written_below_their_dash() -> None:
    """Nested values take the file's step, and dashes its offset."""
    wanted = {"permissions": [{"level": "CAN_VIEW", "groups": ["users", ["x"]]}, {}]}

    result = merge(b"a:\n  b: 1\npermissions:\n  - level: CAN_RUN\n", wanted, source="x")

    assert result.text.decode() == textwrap.dedent("""\
        a:
          b: 1
        permissions:
          - level: CAN_RUN
          - level: CAN_VIEW
            groups:
              - users
              - - x
          - {}
        """)


def test_every_difference_is_a_conflict_with_its_place_and_nothing_is_written() -> None:
    """All conflicts are listed, and the text comes back as it was, additions left out."""
    text = b"targets:\n  dev: {host: other}\n  prod: [x]\n"

    result = merge(text, {**WANTED, "new": 1}, source="databricks.yml")

    assert result.text == text
    assert result.changes == ()
    assert [(conflict.path, conflict.current, str(conflict.location)) for conflict in result.conflicts] == [
        (("targets", "dev", "host"), "other", "databricks.yml:2:15"),
        (("targets", "prod"), ["x"], "databricks.yml:3:9"),
    ]


@pytest.mark.parametrize(
    ("current", "wanted"), [("1", "1"), ("1", 1.0), ("true", 1), ("yes", "yes"), ("''", None), ("{}", [])]
)
def test_equal_looking_values_of_different_types_conflict(current: str, wanted: object) -> None:
    """A number, a boolean and a string that look alike are different values."""
    result = merge(f"k: {current}\n".encode(), {"k": wanted}, source="x")

    assert len(result.conflicts) == 1


STRINGS = [
    "on", "3.10", "yes", "y", "", "null", "~", "two\nlines", "a: b", "a #b", "#a", "*a", "&a", "!a", "%a", "@a", "`a",
    " a", "a ", "-", "- a", "? a", "[a", "{a", "a]", "a, b", "1e3", "0o7", "0x1F", "1_000", "1:30", "2024-01-01",
    ".inf", "=", "<<", "---", "'", '"', "\\", "\t", "\x85", "\u2028", "\ufeff", "\x7f", "é", "😀", "True", "OFF",
    "${var.a}", "https://h.net/?a=1&b=2", "/Workspace/${a.b}/.bundle", "~/x", "./a.yml", "v0.236.0", "a:", "a:b",
    "x" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("style", ["k:\n", "{k: }\n"])
def test_strings_read_back_as_strings(style: str) -> None:
    """Whatever a string looks like, it reads back as that string, in block and in flow style."""
    for text in STRINGS:
        result = merge(style.encode(), {"k": text}, source="x")

        assert load(result.text, source="x").value == {"k": text}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"), (True, "true"), (-3, "-3"), (0.5, "0.5"), (1e16, "1.0e+16"), (float("inf"), ".inf"), ({}, "{}"),
        ([], "[]"), ("users", "users"), ("account users", "account users"), ("3.10", '"3.10"'), ("on", '"on"'),
        ("https://adb-1.2.azuredatabricks.net", "https://adb-1.2.azuredatabricks.net"), ("${var.c}", "${var.c}"),
        ("a\nb", '"a\\nb"'), ("2024-01-01", '"2024-01-01"'), ("y", '"y"'), ("1e3", '"1e3"'), ("0o7", '"0o7"'),
    ],
)  # fmt: skip
def test_scalars_are_written_plainly_where_that_is_safe(value: object, text: str) -> None:
    """Quotes only where some reader of YAML 1.1 or 1.2 would take the text for something else."""
    result = merge(b"", {"k": value}, source="x")

    assert result.text.decode() == f"k: {text}\n"


BOMB = b"".join(b"%c: &%c [%s]\n" % (i, i, b", ".join([b"*%c" % (i - 1)] * 9)) for i in range(98, 106))

REFUSALS = {
    "broken": (b"a: [\n", "x:2:1: not valid YAML"),
    "a tab": (b"a:\n\tb: 1\n", "x:2:1: not valid YAML"),
    "a duplicate key": (b"a: 1\nb: {c: 1, 'c': 2}\n", "x:2:11: key `c` comes twice in one mapping"),
    "a duplicate key to Python": (b"1: a\ntrue: b\n", "x:2:1: key `true` comes twice in one mapping"),
    "two documents": (b"a: 1\n---\nb: 1\n", "x:2:1: a second document begins, only one is read"),
    "a list": (b"# c\n- a\n", "x:2:1: the file does not hold a mapping"),
    "a scalar": (b"null\n", "x:1:1: the file does not hold a mapping"),
    "not UTF-8": (b"a: 1\nb\xe9: 1\n", "x:2:2: byte 0xe9 is not UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), "x:1:1: byte 0xff is not UTF-8"),
    "a control character": (b"a: \x07\n", "x:1:4: character U+0007 may not stand in YAML"),
    "a list as a key": (b"[a]: 1\n", "x:1:1: a list or a mapping is used as a key"),
    "an alias in the way": (
        b"a: &a {b: 1}\ntargets: *a\n",
        "x:2:10: cannot edit this value: an alias (`*`) stands here",
    ),
    "an anchor in use": (
        b"targets: &t\n  dev: {}\nb: *t\n",
        "x:1:10: cannot edit this value: other places share this value through the anchor `&t`",
    ),
    "an anchor without a value": (b"targets: &t\n", "x:1:10: an empty value with an anchor or a tag"),
    "a merge key with another value": (
        b"a: &a {host: E}\ntargets:\n  dev:\n    <<: *a\n",
        "x:4:5: `host` comes from a merge key (`<<`) with another value",
    ),
    "a merge key to a number": (b"<<: 1\n", "x:1:5: `<<` merges mappings only"),
    "a tag": (b"targets: !t {}\n", "x:1:10: tag `!t` in the part to edit"),
    "an unknown alias": (b"a: *b\n", "x:1:4: alias `*b` has no anchor before it"),
    "an alias in itself": (b"a: &a [*a]\n", "x:1:8: alias `*a` contains itself"),
    "a key without a colon": (b"{targets}\n", "x:1:2: a key without its colon"),
    "a number that is none": (b"a: 0b_\n", "x:1:4: `0b_` is not a value of type `int`"),
    "a block of text cut off": (b"a: |\n  b", "x:2:4: the file ends inside a block of text, without a line break"),
    "deep flow": (b"a: " + b"[" * 5000, "x:1:63: nested deeper than 60 levels"),
    "deep block": (b"- " * 5000 + b"a", "x:1:121: nested deeper than 60 levels"),
    "too large": (b"#" * 1_048_577, "x: 1048577 bytes of YAML, at most 1048576 are read"),
    "a bomb of aliases": (
        b"a: &a [x, x]\n" + BOMB,
        "x:6:4: more than 200000 values, aliases expanded",
    ),
    "aliases that go deep": (
        b"a: &a0 [x]\n" + b"".join(b"b%d: &a%d [*a%d]\n" % (i, i, i - 1) for i in range(1, 70)),
        "x:60:6: nested deeper than 60 levels, aliases expanded",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusal(case: str) -> None:
    """What cannot be edited safely is one clear error with its place and a way out."""
    text, message = REFUSALS[case]

    with pytest.raises(YamlEditError) as caught:
        merge(text, WANTED, source="x")

    assert str(caught.value).startswith(message)
    assert caught.value.hint


def test_error_points_at_its_place() -> None:
    """The excerpt shows the line and a caret below the character, and no control character reaches the terminal."""
    with pytest.raises(YamlEditError) as caught:
        merge(b"ok: 1\nbad: \x1b[31m\n", WANTED, source="x")

    assert caught.value.excerpt == "    2 | bad: \ufffd[31m\n      |      ^"


def test_long_key_is_refused() -> None:
    """A key beyond what YAML reads on one line is an error, not a broken file."""
    with pytest.raises(YamlEditError, match="longer than 1024 characters"):
        merge(b"", {"k" * 1025: 1}, source="x")


def test_spans_mark_the_changed_bytes() -> None:
    """Spans count in bytes of the new text, byte order mark and wide characters included."""
    result = merge("\ufeffé: ~\nb:".encode(), {"é": 1, "b": "x"}, source="x")

    assert result.text.decode() == "\ufeffé: 1\nb: x"
    assert [(result.text[span.start : span.end], span.replaced) for span in result.spans] == [
        (b"1", b"~"),
        (b" x", b""),
    ]


def test_changes_say_what_was_added_filled_and_appended() -> None:
    """Each change names the largest value that was inserted, and what stood there."""
    result = merge(b"a: ~\nb: [1]\nc: {}\n", {"a": {"x": [1]}, "b": [2], "c": {"d": 1}}, source="x")

    assert [(change.path, change.value, change.kind, change.replaced) for change in result.changes] == [
        (("a",), {"x": [1]}, "filled", "~"),
        (("b", 1), 2, "appended", ""),
        (("c", "d"), 1, "added", ""),
    ]
