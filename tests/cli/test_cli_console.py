"""Lines with styles on a stream."""

from __future__ import annotations

import io

import pytest

from cicdpack.cli.console import Screen, visible, wants_color


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def printed(*lines: object, color: bool) -> str:
    stream = io.StringIO()
    Screen(stream, color=color).print(lines)  # type: ignore[arg-type]
    return stream.getvalue()


def test_plain_lines_are_the_text_alone() -> None:
    """Without colour the styles vanish and the text stays."""
    assert printed("a", ("b ", ("c", "bold red")), color=False) == "a\nb c\n"


def test_color_adds_escapes_around_the_same_text() -> None:
    """With colour the same characters are there, with escape sequences between them."""
    text = printed(("b ", ("c", "bold red")), color=True)

    assert "\x1b[" in text
    assert "b " in text
    assert "c" in text


def test_user_text_is_no_markup() -> None:
    """Square brackets and emoji names in a path are printed as they are."""
    assert printed("[bold]x[/bold] :smile:", color=True) == "[bold]x[/bold] :smile:\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\u2028b", "a\\u2028b"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb\r", "a\\nb\\r"),
        ("a\u200bb", "a\\u200bb"),
        ("a\x9bb", "a\\x9bb"),
        ("naïve\t日本", "naïve\t日本"),
    ],
)
def test_control_characters_become_visible(text: str, shown: str) -> None:
    """What could move the cursor, reorder or hide text is written as an escape; the rest is kept."""
    assert visible(text) == shown
    assert printed(text, color=False) == shown + "\n"


@pytest.mark.parametrize(
    ("variables", "terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_color_follows_the_environment(
    variables: dict[str, str], terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR wins, then FORCE_COLOR, then whether the stream is a terminal that can show it."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert wants_color(Terminal() if terminal else io.StringIO()) is expected


def test_unencodable_characters_are_escaped() -> None:
    """A stream in a small encoding prints an escape, not a traceback."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")

    Screen(stream, color=False).print(["é"])
    stream.flush()

    assert raw.getvalue().replace(b"\r\n", b"\n") == b"\\xe9\n"
