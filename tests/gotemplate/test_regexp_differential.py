"""Our regular expressions beside real Go: random patterns and subjects, every method; and the tables of Unicode."""

from __future__ import annotations

import base64
import os
import sys
import unicodedata
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from cicdpack.gotemplate import regexp
from cicdpack.gotemplate.regexp.properties import property_ranges
from cicdpack.gotemplate.regexp.runes import orbits
from cicdpack.gotemplate.regexp.scripts import SCRIPTS
from tests.gotemplate.random_regexps import COUNTS, REPLACEMENTS, random_pattern, random_subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.judge.judge import Judge

CASES = int(os.environ.get("CICDPACK_FUZZ_CASES", "4000"))
"""Patterns in one run; the environment asks for more."""

SEED = int(os.environ.get("CICDPACK_FUZZ_SEED", "20240229"))

SUBJECTS = ("", "hello aaab", "a\udcffb\ufffd", "\u212aſsK\u0345µΣσς\n١", "ßẞßᲀİıI", "a\n\nb\n")

CHOSEN = (
    "(?P<n>a)(?P<n>b)", "(?i", "(?-)", "(?i-)a", "(?i--s)a", "(?P", "(?P<", "(?P<n>", "(?<n", "(?P<é>a)", "(?<>a)",
    "(?!a)", "(?>a)", "a*(?i)*", "(?i)*", "|*", "(|*)", "a|*", "^*", r"\b{2}", "a*??", "a{2}?*", "a{99999999999}",
    "a{01}", "a{1,", "(a{500}){3}", "(a{0,}){1000}", "(a{1000}){0}", "((a{100}){100}){100}", "(a{2,}){501}",
    r"\p{^Greek}", r"\P{^Greek}", r"\p{greek}", r"\p{Lowercase-Letter}", r"\p{L_}", r"\p{LC}", r"\p{Old_Italic}",
    r"\p{}", r"\p^L", r"[[:^word:]]", "[[:alpha:]", "[[:alpha]]", "[]a]", "[^]a]", "[a-]", r"[\d-x]", "[[=a=]]",
    "[[:alpha:]-z]", r"[\x]", r"\x{110000}", r"\x{}", r"\08", r"\17", r"\_", r"\é", r"\Z", r"\Qa", r"\Q\E*",
    r"a\Q\E*", r"\E", "a\\", "a)", "(?i:a", "\udcff", "(?P<\udcff>a)", "[a\udcff]", "\\\udcff", "\\Q\udcff",
    "\\p{\udcff}", "[[:\udcff:]]", "é\udcffx", "\ufffd", r"\x{DC80}", r"[\x{D800}-\x{DFFF}]", r"\pC",
    r"\p{Assigned}", r"(?i)\p{Lu}", r"(?i)\P{Lu}", r"(?i)\p{ASCII}", r"(?i)\w", r"(?i)\W", "(?i)[^k]",
    r"(?i)\p{Greek}", "(?i)ß", "(?i)σ+", "(" * 999 + "a" + ")" * 999, "(" * 1000 + "a" + ")" * 1000,
    "(?:" * 1300 + "a" + ")" * 1300, "(?:a" * 499 + "b" + ")*" * 499, "(?:a" * 501 + "b" + ")*" * 501, "(" * 1001,
)  # fmt: skip
"""Patterns at the edges: limits, every kind of error, places where other engines differ."""


def encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")


def encode_all(texts: Sequence[str] | None) -> list[str] | None:
    return None if texts is None else [encode(text) for text in texts]


def ours(pattern: str, subject: str, replacement: str, n: int) -> dict[str, Any]:
    """Our answers in the judge's form."""
    try:
        compiled = regexp.compile(pattern)
    except regexp.RegexpError as error:
        return {"error": encode(error.go_text)}
    lists = compiled.find_all_string_submatch(subject, n)
    return {
        "match": compiled.match_string(subject),
        "find": encode(compiled.find_string(subject)),
        "index": compiled.find_string_index(subject),
        "submatch": encode_all(compiled.find_string_submatch(subject)),
        "submatch_index": compiled.find_string_submatch_index(subject),
        "all": encode_all(compiled.find_all_string(subject, n)),
        "all_index": compiled.find_all_string_index(subject, n),
        "all_submatch": None if lists is None else [encode_all(texts) for texts in lists],
        "all_submatch_index": compiled.find_all_string_submatch_index(subject, n),
        "replace_all": encode(compiled.replace_all_string(subject, replacement)),
        "replace_all_literal": encode(compiled.replace_all_literal_string(subject, replacement)),
        "split": encode_all(compiled.split(subject, n)),
        "string": encode(compiled.string),
        "num_subexp": compiled.num_subexp,
        "subexp_names": encode_all(compiled.subexp_names),
        "last_name_index": compiled.subexp_index(compiled.subexp_names[-1]),
    }


def differences(judge: Judge, cases: Sequence[tuple[str, str, str, int]]) -> list[str]:
    """What Go does otherwise, described."""
    requests = [
        {"op": "regexp", "pattern": encode(pattern), "subject": encode(subject), "replace": encode(new), "n": n}
        for pattern, subject, new, n in cases
    ]
    found = []
    for case, wanted in zip(cases, judge.ask(requests), strict=True):
        answer = ours(*case)
        expected = {"error": wanted["error"]} if "error" in wanted else wanted
        if answer != expected:
            keys = sorted(key for key in {*answer, *expected} if answer.get(key) != expected.get(key))
            found.append(
                f"{case!a}"[:300] + "".join(f"\n  {k}: Go {expected.get(k)} ours {answer.get(k)}" for k in keys)
            )
    return found


@pytest.fixture(scope="module")
def go_unicode(judge: Judge) -> dict[str, Any]:
    """The runes of each script, and the next rune of each rune's orbit of case folding, as Go knows them."""
    (tables,) = judge.ask([{"op": "unicode"}])
    return tables


def test_random_patterns_do_as_in_go(judge: Judge) -> None:
    """Results of all methods and texts of all errors are Go's on random patterns, subjects and replacements."""
    random = Random(SEED)
    cases = [
        (random_pattern(random), random_subject(random), random.choice(REPLACEMENTS), random.choice(COUNTS))
        for _ in range(CASES)
    ]

    found = differences(judge, cases)

    assert not found, f"{len(found)} of {len(cases)}:\n" + "\n".join(found[:5])


def test_patterns_at_the_edges_do_as_in_go(judge: Judge) -> None:
    """So they are on patterns chosen for their limits, errors and peculiarities, on subjects with all their letters."""
    cases = [
        (pattern, subject, "<$0$1$n>", -1)
        for pattern in CHOSEN
        for subject in (SUBJECTS if len(pattern) < 100 else SUBJECTS[1:2])
    ]

    found = differences(judge, cases)

    assert not found, f"{len(found)} of {len(cases)}:\n" + "\n".join(found[:5])


def test_scripts_are_those_of_go(go_unicode: dict[str, Any]) -> None:
    """Every script that Go can be asked for has Go's runes, and there is no other."""
    scripts = go_unicode["scripts"]
    reachable = {name.lower(): ranges for name, ranges in scripts.items() if name == name.capitalize()}

    assert "greek" in reachable
    assert set(SCRIPTS) == {name for name in reachable if "_" not in name}
    for name in SCRIPTS:
        assert [list(pair) for pair in property_ranges(name) or ()] == reachable[name], name


@pytest.mark.skipif(
    tuple(map(int, unicodedata.unidata_version.split("."))) > (15, 0, 0),
    reason="this Python knows runes that were not assigned in Go 1.26's Unicode",
)
def test_categories_are_those_of_go(judge: Judge) -> None:
    """Runes that Python's Unicode knows are in the categories that Go puts them in."""
    runes = [chr(rune) for rune in range(0, sys.maxunicode, 53)]
    known = "".join(rune for rune in runes if unicodedata.category(rune) not in {"Cn", "Cs"})
    names = ("L", "Lu", "Ll", "Lo", "M", "Mn", "N", "Nd", "P", "S", "Sm", "Z", "Cf", "Co", "LC", "Assigned")

    assert not differences(judge, [(rf"\p{{{name}}}+", known, "", -1) for name in names])


def test_case_folding_is_that_of_go(go_unicode: dict[str, Any]) -> None:
    """Runes that Python's Unicode knows as letters with two cases have the orbits that Go gives them."""
    following = {int(rune): after for rune, after in go_unicode["folds"].items()}
    known = {rune for rune in following if unicodedata.category(chr(rune)) != "Cn"}
    table = orbits()

    assert len(known) > 2500
    for rune in known:
        orbit, current = {rune}, following[rune]
        while current != rune:
            orbit.add(current)
            current = following[current]
        assert set(table.get(rune, ())) == orbit or not orbit <= known, hex(rune)
