"""Calling the real `git` for what changes a repository or talks to another one: as a user's own git, without a shell.

Unlike the facts in `git`, these calls keep the user's configuration, identity, ssh and certificates. Variables that
would lead to another repository, and those that print what is sent, are taken away. Nobody is asked for a password.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.disk.git import GitError
from cicdpack.errors import CicdpackError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONGEST_CALL = 600.0
"""Seconds until a call is given up: a push over a slow line takes minutes, a remote that hangs takes for ever."""

_TAKEN_AWAY = re.compile(
    r"GIT_(DIR|WORK_TREE|INDEX_FILE|INDEX_VERSION|PREFIX|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR"
    r"|NAMESPACE|CEILING_DIRECTORIES|QUARANTINE_PATH|REFLOG_ACTION|AUTHOR_DATE|COMMITTER_DATE|EDITOR|PAGER"
    r"|CURL_VERBOSE|TRACE.*|REDACT_COOKIES|.*_PATHSPECS|REPLACE_REF_BASE|GRAFT_FILE|SHALLOW_FILE)"
)
_ALWAYS = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GCM_INTERACTIVE": "never", "LC_ALL": "C"}
_OPTIONS = ("--no-pager", "--no-replace-objects", "--literal-pathspecs", "-c", "user.useConfigOnly=true")
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


class GitFailedError(CicdpackError):
    """Git was asked to do something and could not; `reason` is its own line, without credentials."""

    def __init__(self, doing: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"git cannot {doing}: {reason}", hint=hint)
        self.doing = doing
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a call left: exit code, output, and what it said, readable and without credentials."""

    code: int
    out: bytes
    said: str

    @property
    def text(self) -> str:
        """The output without the line end."""
        return self.out.decode("utf-8", "replace").rstrip("\n")

    @property
    def reason(self) -> str:
        """The line in which git says what is wrong."""
        lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        first = lines[0] if lines else "it failed"
        line = next((line for line in lines if line.startswith(("fatal:", "error:"))), first)
        return line.removeprefix("fatal: ").removeprefix("error: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """An `Authorization` header for URLs that begin with `url`; git gets it by its environment, never as argument."""

    url: str
    header: str
    secret: str

    def __repr__(self) -> str:
        return f"Authorization(url={self.url!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """The repository at `top`, called with the user's own settings."""

    top: Path
    authorization: Authorization | None = None
    timeout: float = LONGEST_CALL

    def run(self, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> Done:
        """Call git; an exit code is an answer, too. Raises `GitError` without git, `GitFailedError` after `timeout`."""
        import subprocess

        try:
            done = subprocess.run(
                ("git", *_OPTIONS, *arguments),
                cwd=self.top,
                env=environment(os.environ, self.authorization) | dict(extra or {}),
                input=stdin,
                capture_output=True,
                timeout=self.timeout,
                check=False,
            )
        except FileNotFoundError:
            raise GitError(str(self.top), "`git` was not found", hint="install git, or put it on PATH") from None
        except subprocess.TimeoutExpired:
            raise GitFailedError(arguments[0], f"it was not done after {self.timeout:g} s") from None
        return Done(code=done.returncode, out=done.stdout, said=self._readable(done.stderr))

    def want(self, doing: str, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> str:
        """Call git and return its output; raise `GitFailedError` for any exit code but 0."""
        done = self.run(*arguments, stdin=stdin, extra=extra)
        if done.code != 0:
            raise GitFailedError(doing, done.reason)
        return done.text

    def _readable(self, stderr: bytes) -> str:
        text = stderr.decode("utf-8", "replace")
        if self.authorization is not None:
            text = text.replace(self.authorization.secret, "***")
        return without_credentials("".join(char for char in text if char.isprintable() or char == "\n"))


def without_credentials(text: str) -> str:
    """Return a text whose URLs hold no user and no password any more."""
    return _USERINFO.sub("", text)


def environment(given: Mapping[str, str], authorization: Authorization | None) -> dict[str, str]:
    """Return the variables for git: the user's own, less what leads elsewhere or prints secrets, plus the header.

    Settings by `GIT_CONFIG_COUNT` (git-config(1)) come last and so win. The empty header before ours drops those that a
    checkout left in the repository's configuration: two would be refused.
    """
    kept = {name: value for name, value in given.items() if not _TAKEN_AWAY.fullmatch(name)} | _ALWAYS
    if authorization is None:
        return kept
    count = kept.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isascii() and count.isdigit() else 0
    for number, value in enumerate(("", f"Authorization: {authorization.header}"), start=first):
        kept[f"GIT_CONFIG_KEY_{number}"] = f"http.{authorization.url}.extraHeader"
        kept[f"GIT_CONFIG_VALUE_{number}"] = value
    return kept | {"GIT_CONFIG_COUNT": str(first + 2)}
