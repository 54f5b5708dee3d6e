"""What can go wrong between us and a platform: all of it is a `ForgeError`. No message holds a token."""

from __future__ import annotations

from cicdpack.errors import CicdpackError


class ForgeError(CicdpackError):
    """A platform could not be asked, or said no."""


class MissingToken(ForgeError):
    """No variable holds a token; `variables` are those that were looked at."""

    def __init__(self, title: str, variables: tuple[str, ...], hint: str) -> None:
        named = ", ".join(f"`{name}`" for name in variables)
        super().__init__(f"no token for {title}: none of {named} is set", hint=hint)
        self.variables = variables


class UnusableToken(ForgeError):
    """What a variable holds cannot be sent: a line end in it, say."""

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"`{variable}` holds characters that no token has",
            hint="set it to the token alone, without quotes and line ends",
        )
        self.variable = variable


class UnknownPlace(ForgeError):
    """Neither the platform's variables nor the remote say which repository to open a request in."""

    def __init__(self, title: str, variables: tuple[str, ...], *, hint: str | None = None) -> None:
        named = ", ".join(f"`{name}`" for name in variables)
        super().__init__(
            f"cannot tell which repository of {title} this is: {named} not set, and the git remote does not say it",
            hint=hint or "a job of the platform has these variables; elsewhere set them, or pass `--no-request`",
        )
        self.variables = variables


class NoAnswer(ForgeError):
    """A server that could not be reached, or that never came to an end; `reason` is a clause."""

    def __init__(self, host: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"no answer from `{host}`: {reason}", hint=hint or "run it again: what is done stays done")
        self.host = host
        self.reason = reason


class StrangeAnswer(ForgeError):
    """An answer that the API does not document."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            f"`{host}` answered with {reason}",
            hint="a proxy or a sign-in page may be in between: check the API's address in the platform's variables",
        )
        self.host = host
        self.reason = reason


class Redirected(ForgeError):
    """An answer that leads to another server, where the token must not go."""

    def __init__(self, host: str, target: str) -> None:
        super().__init__(
            f"`{host}` redirects to `{target}`, where the token is not sent",
            hint="set the platform's variables to the address that the repository has now",
        )
        self.host = host
        self.target = target


class RateLimited(ForgeError):
    """A server that wants to be left alone for longer than we wait; `seconds` is what it asks for."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(
            f"`{host}` limits how often it may be asked: wait {seconds:.0f} s",
            hint="run it again then: what is done stays done",
        )
        self.host = host
        self.seconds = seconds


class Refused(ForgeError):
    """A platform's no: HTTP status and its own words."""

    def __init__(self, title: str, doing: str, status: int, said: str, hint: str) -> None:
        words = f": {said}" if said else ""
        super().__init__(f"{title} would not {doing}: HTTP {status}{words}", hint=hint or _usual_hint(status))
        self.status = status
        self.said = said


def _usual_hint(status: int) -> str:
    if status >= 500:
        return "the platform has a problem of its own: see its status page, then run it again"
    return "run it again; `--no-request` leaves the request to you"
