"""Our engine beside real Go: random templates, the same data, the same outputs and the same error texts."""

from __future__ import annotations

import base64
import os
import re
from random import Random
from typing import TYPE_CHECKING, Any

from cicdpack.bundle.casing import lower, upper
from cicdpack.gotemplate.errors import FunctionError, TemplateError
from cicdpack.gotemplate.fmt import sprintf
from cicdpack.gotemplate.limits import LimitExceeded
from cicdpack.gotemplate.objects import regexp_function, url_function
from cicdpack.gotemplate.template import MissingKey, TemplateSet
from cicdpack.gotemplate.values import Func, Int, Struct
from tests.gotemplate.random_templates import DATA, random_template

if TYPE_CHECKING:
    from cicdpack.gotemplate.limits import Budget
    from tests.judge.judge import Judge

CASES = int(os.environ.get("CICDPACK_FUZZ_CASES", "3000"))
"""Templates in one run; the environment asks for more."""

SEED = int(os.environ.get("CICDPACK_FUZZ_SEED", "20240229"))

ADDRESS = re.compile(r"\b0x[0-9a-f]{9,12}\b")
"""Where Go prints a pointer inside a value: an address that is another in every run, so ours is the value."""

MISSING_KEYS: tuple[MissingKey, ...] = ("error", "error", "default", "zero")


def fail(template: str, *args: object, budget: Budget) -> object:
    raise FunctionError(sprintf(template, args, budget))


def pair(key: str, value: object) -> Struct:
    return Struct("main.pair", ("k", key), ("v", value))


def make_map(*pairs: Struct) -> dict[str, object]:
    return {str(item.fields[0][1]): item.fields[1][1] for item in pairs}


def random_int(limit: int) -> Int:
    if limit <= 0:
        raise FunctionError("invalid argument to IntN")
    return Int(limit - 1)


FUNCTIONS = {
    "fail": Func(fail, "string", "...any", takes_budget=True),
    "pair": Func(pair, "string", "any"),
    "map": Func(make_map, "...main.pair"),
    "lower": Func(lower, "string"),
    "upper": Func(upper, "string"),
    "random_int": Func(random_int, "int"),
    "regexp": regexp_function,
    "url": url_function,
}
"""The judge's functions, with the types they have there."""


RAREST = (
    *(
        f'{{{{printf "%{flags}{verb}" {value}}}}}'
        for flags in ("", "+", "#", "08", "-8", ".2", "# ")
        for verb in "vdsqxXobceUtTwzO"
        for value in (
            '(url "http://h/a?b")', '(url "a").User', '(url "//u:p@h").User', '(url "ab").MarshalBinary',
            '((regexp "z").Find (url "a").MarshalBinary)', '((regexp "p(.)").FindSubmatch (url "pq").MarshalBinary)',
            '(map (pair "u" (url "a").User))',
        )
    ),
    *(
        f"{{{{{left} {right}}}}}"
        for left in ("eq", "ne", "lt", "index", "slice", "len", "range")
        for right in (
            '(url "a").User nil', 'nil (url "a").User', '(url "a").User (url "b").User', '(url "a").User 1',
            '(url "a").User (regexp "a")', '(url "a") (url "a")', '.list ((regexp "l").FindStringIndex .s)',
            '.list ((regexp "z").FindStringIndex .s)', ".list .m", '(map) (url "a").Query', '(pair "a" 1) (pair "a" 1)',
            '(pair "a" 1) (pair "a" .n)', '(pair "a" .m) (pair "a" .m)', '(pair "a" .m) (pair "b" .m)',
            '(pair "a" nil) (pair "a" nil)', '(pair "a" (url "x").User) (pair "a" (url "y").User)',
        )
    ),
    *(
        f"{{{{$x := 1}}}}{{{{range {left}{value}}}}}[{{{{$x}}}}]{{{{else}}}}none{{{{$x}}}}{{{{end}}}}{{{{$x}}}}"
        for left in ("", "$x := ", "$i, $x := ", "$x = ")
        for value in (
            "0", "-3", ".null", ".empty", ".em", ".zero", ".list", "2", '(url "a?b")', '(url "//u:p@h/")',
            '(url "//u:p@h/").User', '(url "a").User', '"abc"',
        )
    ),
    *(f"{{{{{value}}}}}" for value in (
        '(url "").User.username', '(url "").User.Nope', '(url "").User.Username', '(url "//u@h").User.username',
    )),
)  # fmt: skip
"""Uses of objects, bytes and empty ranges that random templates hardly hit, each with each."""


def encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")


def ours(text: str, missing_key: MissingKey) -> dict[str, str]:
    """Return our answer in the judge's form."""
    try:
        output = TemplateSet.new(FUNCTIONS, missing_key=missing_key).parse("", text).execute("", DATA)
    except TemplateError as error:
        if isinstance(error.cause, LimitExceeded):
            return {"phase": "endless"}
        return {"error": encode(error.go_text), "phase": error.phase}
    return {"output": encode(output.text)}


def decoded(answer: dict[str, str]) -> str:
    """Return the output, or the error's text."""
    return base64.b64decode(answer.get("output", answer.get("error", ""))).decode("utf-8", "surrogateescape")


def describe(request: dict[str, Any], wanted: dict[str, str], got: dict[str, str]) -> str:
    text = base64.b64decode(request["text"]).decode("utf-8", "surrogateescape")
    return f"{text!a} ({request['missingkey']})\n  Go:   {decoded(wanted)!a}\n  ours: {decoded(got)!a}"


def test_rare_uses_do_as_in_go(judge: Judge) -> None:
    """Objects print, compare, index and range as in Go, and what cannot be ranged over stays in the variables."""
    requests = [
        {"op": "template", "root": "", "text": encode(text), "data": DATA, "missingkey": "error"} for text in RAREST
    ]

    wanted = judge.ask(requests)
    got = [ours(text, "error") for text in RAREST]

    assert sum("output" in answer for answer in wanted) > len(RAREST) // 4
    wrong = [describe(*each) for each in zip(requests, wanted, got, strict=True) if each[1] != each[2]]
    assert not wrong, "\n".join(wrong[:20])


def test_random_templates_do_as_in_go(judge: Judge) -> None:
    """Outputs, error texts and phases are those of Go for thousands of random templates; limits and addresses aside."""
    random = Random(SEED)
    texts = [random_template(random) for _ in range(CASES)]
    keys = [random.choice(MISSING_KEYS) for _ in texts]
    requests = [
        {"op": "template", "root": "", "text": encode(text), "data": DATA, "missingkey": key}
        for text, key in zip(texts, keys, strict=True)
    ]

    wanted = judge.ask(requests)
    got = [ours(text, key) for text, key in zip(texts, keys, strict=True)]

    assert wanted
    assert sum("output" in answer for answer in wanted) > CASES // 20
    exempt = [
        mine == {"phase": "endless"} or ADDRESS.search(decoded(theirs)) is not None
        for theirs, mine in zip(wanted, got, strict=True)
    ]
    assert sum(exempt) < 5 + CASES // 100
    got = [theirs if is_exempt else mine for theirs, mine, is_exempt in zip(wanted, got, exempt, strict=True)]
    wrong = [describe(*each) for each in zip(requests, wanted, got, strict=True) if each[1] != each[2]]
    assert not wrong, f"{len(wrong)} of {CASES} differ (seed {SEED}):\n" + "\n".join(wrong[:20])
