"""The parameters that name branches: what no branch can be called, and what one branch for both sides means.

The schema's patterns keep out what would break a pipeline's text; these are git's own rules, which no pattern holds.
Pipelines with a branch that cannot be would be valid, and never run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack.errors import CicdpackError
from cicdpack.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT, RELEASE = "input_default_branch", "input_release_branch"


class UnusableBranch(CicdpackError):
    """A parameter names what git allows for no branch; `reason` is a clause."""

    def __init__(self, parameter: str, value: str, reason: str, *, origin: str, hint: str) -> None:
        super().__init__(f"{origin}: `{parameter}` is `{value}`, which {reason}", hint=hint)
        self.parameter = parameter
        self.reason = reason


def check_branches(values: Mapping[str, object], origins: Mapping[str, str]) -> None:
    """Refuse names that git would refuse (`git check-ref-format --branch`). Raises `UnusableBranch`."""
    for parameter in (DEFAULT, RELEASE):
        value = values.get(parameter)
        reason = _fault(value) if isinstance(value, str) else None
        if isinstance(value, str) and reason:
            short = value.removeprefix("refs/heads/")
            hint = f"write `{short}`" if short != value and not _fault(short) else "as in `main` or `release/prod`"
            raise UnusableBranch(parameter, value, reason, origin=origins.get(parameter, "parameters"), hint=hint)


def _fault(name: str) -> str | None:
    parts = name.split("/")
    if name.startswith("refs/"):
        return "is a ref and no branch: branches are named without `refs/heads/`"
    if name in {"@", "HEAD"}:
        return "git reads as the commit that is checked out"
    if ".." in name or "@{" in name:
        return "git reads as more than one commit"
    if name.startswith("-") or name.endswith("."):
        return "no branch can be called: it begins with `-` or ends with a dot"
    if any(not part or part.startswith(".") or part.endswith(".lock") for part in parts):
        return "no branch can be called: a part of it is empty, begins with a dot or ends with `.lock`"
    return None


def notice_one_branch(values: Mapping[str, object]) -> Iterator[Problem]:
    """Yield a warning where one push deploys to both sides."""
    branch = values.get(DEFAULT)
    if branch is not None and branch == values.get(RELEASE):
        yield Problem(
            rule="one-branch",
            severity="warning",
            message=f"`{DEFAULT}` and `{RELEASE}` are both `{branch}`: a push to it deploys to staging and to prod",
            hint="put an approval on the environment of prod, or name a release branch",
        )
