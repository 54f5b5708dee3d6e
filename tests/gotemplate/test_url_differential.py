"""Our URLs beside real Go: random URLs, every field and method, and the text of every error."""

from __future__ import annotations

import base64
import os
from random import Random
from typing import TYPE_CHECKING, Any

from cicdpack.gotemplate import url
from tests.gotemplate.random_urls import ELEMENTS, random_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.judge.judge import Judge

CASES = int(os.environ.get("CICDPACK_FUZZ_CASES", "4000"))
"""URLs in one run; the environment asks for more."""

SEED = int(os.environ.get("CICDPACK_FUZZ_SEED", "20240229"))

FIELDS = (
    "scheme", "opaque", "host", "path", "raw_path", "raw_query", "fragment", "raw_fragment",
)  # fmt: skip
METHODS = ("hostname", "port", "escaped_path", "escaped_fragment", "request_uri", "redacted")


def encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")


def ours(text: str, reference: str, elements: Sequence[str], key: str) -> dict[str, Any]:
    """Our answers in the judge's form, without what is empty."""
    try:
        parsed = url.parse(text)
    except url.URLError as error:
        return {"error": encode(error.go_text)}
    query = parsed.query()
    fields = {name: encode(getattr(parsed, name)) for name in FIELDS}
    fields |= {name: encode(getattr(parsed, name)()) for name in METHODS}
    user = parsed.user
    fields |= {
        "string": encode(str(parsed)),
        "user": encode("" if user is None else str(user)),
        "username": encode("" if user is None else user.username),
        "password": encode("" if user is None else user.password or ""),
        "encode": encode(url.encode_query(query)),
        "get": encode((query.get(key) or [""])[0]),
    }
    flags = {
        "is_abs": parsed.is_abs(),
        "force_query": parsed.force_query,
        "omit_host": parsed.omit_host,
        "has_user": user is not None,
        "has_password": user is not None and user.password is not None,
        "has": key in query,
    }
    answer = {
        "fields": fields,
        "flags": flags,
        "query": sorted([encode(name), [encode(value) for value in values]] for name, values in query.items()),
        "joined": encode(str(parsed.join_path(elements))),
    }
    try:
        answer["parsed"] = answer["resolved"] = encode(str(parsed.resolve_reference(url.parse(reference))))
    except url.URLError as error:
        answer["parse_fail"] = encode(error.go_text)
    return answer


def gos(answer: dict[str, Any]) -> dict[str, Any]:
    """Go's answer in the same form."""
    if "error" in answer:
        return {"error": answer["error"]}
    answer["query"] = sorted([entry["key"], entry["values"]] for entry in answer["query"] or [])
    return {key: value for key, value in answer.items() if value is not None}


def test_random_urls_do_as_in_go(judge: Judge) -> None:
    """Fields, methods, resolved references and texts of errors are Go's on random URLs."""
    random = Random(SEED)
    cases = [
        (
            random_url(random),
            random_url(random),
            [random.choice(ELEMENTS) for _ in range(random.randint(0, 3))],
            random.choice(("q", "a", "")),
        )
        for _ in range(CASES)
    ]
    requests = [
        {"op": "url", "url": encode(text), "ref": encode(ref), "elements": [*map(encode, elements)], "key": encode(key)}
        for text, ref, elements, key in cases
    ]

    answers = [gos(answer) for answer in judge.ask(requests)]

    found = [
        f"{case!a}\n  Go:   {wanted}\n  ours: {ours(*case)}"
        for case, wanted in zip(cases, answers, strict=True)
        if ours(*case) != wanted
    ]
    assert any("error" in answer for answer in answers)
    assert not found, f"{len(found)} of {len(cases)}:\n" + "\n".join(found[:5])
