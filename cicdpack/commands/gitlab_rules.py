"""GitLab's `workflow: rules:` -> whether they let a kind of pipeline run, as far as the text alone tells it.

https://docs.gitlab.com/ci/yaml/#workflowrules and https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Answer: TypeAlias = bool | None
"""True or false for sure; None where it depends on what is not known here."""


class Some:
    """The value of a variable that is set to some text, whichever, and that is not empty."""


class Unknown:
    """The value of a variable that may be set or not."""


Value: TypeAlias = "str | type[Some | Unknown] | None"

MERGE_REQUEST: Mapping[str, Value] = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_COMMIT_BRANCH": None,
    "CI_COMMIT_TAG": None,
    "CI_DEFAULT_BRANCH": Some,
    "CI_MERGE_REQUEST_ID": Some,
    "CI_MERGE_REQUEST_IID": Some,
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": Some,
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": Some,
}
"""What is known of the variables in a pipeline of a merge request; None where one is not set.

https://docs.gitlab.com/ci/variables/predefined_variables/
"""

MAX_CONDITION = 2000
"""Longest condition that is looked at, in characters: real ones stay below 500."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<op>==|!=|=~|!~|&&|\|\||[()])|(?P<null>null\b)|\$(?P<name>\w+)"""
    r"""|"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<regex>/(?:[^/\\]|\\.)+/[A-Za-z]*))\s*"""
)


class _Untold(Exception):
    """Not an error: something stands in the condition that is not understood here."""


def lets_run(rules: Sequence[object], known: Mapping[str, Value]) -> Answer:
    """Return whether a pipeline runs of whose variables this is known; the first rule that matches decides."""
    if not rules:
        return None
    is_sure = True
    for rule in rules:
        if not isinstance(rule, Mapping):
            return None
        matches = _matches(rule, known)
        if matches is False:
            continue
        is_never = rule.get("when") == "never"
        if not is_never:
            return True if matches and is_sure else None
        if matches:
            return False
        is_sure = False
    return False


def _matches(rule: Mapping[object, object], known: Mapping[str, Value]) -> Answer:
    answer: Answer = True
    if "if" in rule:
        condition = rule["if"]
        answer = evaluate(condition, known) if isinstance(condition, str) else None
    if answer and not rule.keys() <= {"if", "when", "variables", "auto_cancel", "allow_failure"}:
        return None
    return answer


def evaluate(condition: str, known: Mapping[str, Value]) -> Answer:
    """Return what an `if:` comes to; None for what cannot be told."""
    if len(condition) > MAX_CONDITION:
        return None
    try:
        reader = _Reader(_tokens(condition), known)
        answer = reader.either()
        return answer if reader.kind() is None else None
    except (_Untold, RecursionError):
        return None


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _Untold
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


class _Reader:
    """Tokens in, an answer out; `&&` binds closer than `||`."""

    def __init__(self, tokens: list[tuple[str, str]], known: Mapping[str, Value]) -> None:
        self.tokens = tokens
        self.known = known
        self.at = 0

    def kind(self) -> str | None:
        """An operator's own text, else the kind of the token that comes; None at the end."""
        if self.at == len(self.tokens):
            return None
        kind, text = self.tokens[self.at]
        return text if kind == "op" else kind

    def take(self) -> str:
        if self.at == len(self.tokens):
            raise _Untold
        self.at += 1
        return self.tokens[self.at - 1][1]

    def either(self) -> Answer:
        answer = self.both()
        while self.kind() == "||":
            self.take()
            answer = _or(answer, self.both())
        return answer

    def both(self) -> Answer:
        answer = self.one()
        while self.kind() == "&&":
            self.take()
            answer = _not(_or(_not(answer), _not(self.one())))
        return answer

    def one(self) -> Answer:
        if self.kind() == "(":
            self.take()
            answer = self.either()
            if self.take() != ")":
                raise _Untold
            return answer
        left = self.value()
        match self.kind():
            case "==":
                self.take()
                return _equal(left, self.value())
            case "!=":
                self.take()
                return _not(_equal(left, self.value()))
            case "=~":
                self.take()
                return self.pattern(left)
            case "!~":
                self.take()
                return _not(self.pattern(left))
        return None if left is Unknown else left not in (None, "")

    def value(self) -> Value:
        kind = self.kind()
        text = self.take()
        match kind:
            case "name":
                return self.known.get(text, Unknown)
            case "double" | "single":
                return text
            case "null":
                return None
        raise _Untold

    def pattern(self, left: Value) -> Answer:
        """A value that is not set matches nothing; of others nothing is said, as the patterns are RE2's."""
        if self.kind() not in ("regex", "name", "double", "single"):
            raise _Untold
        self.take()
        return False if left is None else None


def _not(answer: Answer) -> Answer:
    return None if answer is None else not answer


def _or(one: Answer, other: Answer) -> Answer:
    if one or other:
        return True
    return None if one is None or other is None else False


def _equal(one: Value, other: Value) -> Answer:
    if one is Unknown or other is Unknown:
        return None
    if one is Some or other is Some:
        rest = other if one is Some else one
        return False if rest in (None, "") else None
    return one == other
