"""Words in command lines: a shell takes each for itself."""

from __future__ import annotations

import subprocess

import pytest

from cicdpack._shell import command, quoted

PLAIN = ["fraud-detector", "ml/fraud_2", ".github", "input_cloud=azure", "v0.298.0", "größe", "日本", "a+b@c:d,e%f"]
ODD = ['x"; touch pwned; echo "', "my fraud", "a&b", "*", "$(id)", "`id`", "a'b", "~", "#x", "!x", "a\nb", "", "a\\b"]


@pytest.mark.parametrize("word", PLAIN)
def test_ordinary_words_look_as_they_are(word: str) -> None:
    """Names, folders, versions and settings, in any script, need no quotes."""
    assert quoted(word) == word
    assert command("git add", word) == f"git add {word}"


@pytest.mark.parametrize("word", [*PLAIN, *ODD, "-rf"])
def test_a_shell_reads_each_word_as_one(word: str) -> None:
    """Whatever a word holds, pasting the command passes it on, and does nothing else."""
    done = subprocess.run(
        ["sh", "-c", command("printf '%s|'", "x", word, options="y")], capture_output=True, check=True, text=True
    )

    expected = ["y", "x", word] if word.startswith("-") else ["x", word, "y"]
    assert [item for item in done.stdout.split("|")[:-1] if item != "--"] == expected


@pytest.mark.parametrize(
    ("operands", "options", "line"),
    [
        (["x"], "--on-conflict theirs", "go x --on-conflict theirs"),
        (["-x"], "--on-conflict theirs", "go --on-conflict theirs -- -x"),
        (["-x"], "", "go -- -x"),
        (["a b", "-x"], "", "go -- 'a b' -x"),
        ([], "", "go"),
    ],
)
def test_a_leading_hyphen_is_no_option(operands: list[str], options: str, line: str) -> None:
    """Operands that look like options stand behind `--`, and options before it."""
    assert command("go", *operands, options=options) == line
