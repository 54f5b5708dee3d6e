"""Random patterns, subjects and replacements, most of them short and many of them odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

ATOMS = (
    "a", "b", "c", "é", r"\d", r"\w", r"\W", r"\s", ".", "^", "$", r"\b", r"\B", r"\A", r"\z", "[abc]", "[^a]",
    "[a-z]", "[[:alpha:]]", r"[^\w]", r"\pL", r"\p{Greek}", r"\x{61}", "(?i)", "(?s)", "(?m)", "(?U)", "(?-i)", "k",
    "S", r"\Qa+\E", "x", "-", r"\n", "(?:)", "()", r"\.", r"[^\n]", "ſ", "[k-s]", "{", "}", ",", "\\", "[", ")",
    "]", "0", "\ufffd", r"[\x{80}-\x{10FFFF}]", r"\101", r"\8", r"\p{L", "(?P<", "[[:nope:]]", "\udcff", r"[a-\d]",
    "(?=", r"\C", r"\x4", "[z-a]",
)  # fmt: skip
GROUPS = ("(", "(", "(?:", "(?i:", "(?P<n>", "(?<m>", "(?s-m:", "(?U:", "(?m:")
REPEATS = (
    "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{0}", "{2,3}?", "{,2}", "{0,}", "{3,1}", "{01}",
    "{1001}",
)  # fmt: skip
LETTERS = "aaabbbccc" + "kKsSxXé-. \n1_ſ\u212aαΣσ{},"
REPLACEMENTS = ("", "-", "<$0>", "$1x", "${1}x", "[$n]", "$$", "$", "${", "$m$n", r"\1", "$01", "é$2é")
COUNTS = (-1, -1, 0, 1, 2, 3)


def random_pattern(random: Random, depth: int = 0) -> str:
    """A pattern; one in six or so is refused by Go."""
    chance = random.random()
    if depth > 4 or chance < 0.35:
        return random.choice(ATOMS) if random.random() < 0.35 else random.choice("abc")
    if chance < 0.6:
        return "".join(random_pattern(random, depth + 1) for _ in range(random.randint(0, 4)))
    if chance < 0.72:
        return f"{random_pattern(random, depth + 1)}|{random_pattern(random, depth + 1)}"
    if chance < 0.85:
        return f"{random.choice(GROUPS)}{random_pattern(random, depth + 1)})"
    around = random.choice(("({})", "(?:{})", "{}"))
    return around.format(random_pattern(random, depth + 1)) + random.choice(REPEATS)


def random_subject(random: Random) -> str:
    """A short text of the letters that the patterns are made of, sometimes with bytes that are not UTF-8."""
    length = random.choice((0, 1, 3, 6, 12))
    text = "".join(random.choice(LETTERS if random.random() < 0.5 else "abc") for _ in range(length))
    chance = random.random()
    return f"\udcff{text}\udce2\udc82b" if chance < 0.1 else text
