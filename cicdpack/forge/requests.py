"""Find, then open or refresh: one request for a branch, whatever was there before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from cicdpack._values import dataclass
from cicdpack.forge.errors import Refused, StrangeAnswer
from cicdpack.forge.reading import message_of

if TYPE_CHECKING:
    from cicdpack.forge.transport import Answer, Transport
    from cicdpack.forge.values import Call, Forge, OpenRequest, Wording

LONGEST_REMARK = 300
"""Characters of a platform's own words that an error repeats."""

Outcome: TypeAlias = Literal["opened", "refreshed", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The one open request, and what was done for it to say what it says."""

    request: OpenRequest
    outcome: Outcome


def find_request(forge: Forge, transport: Transport, branch: str, base: str) -> OpenRequest | None:
    """Return the open request from our branch to the base, None if there is none. Asks; changes nothing."""
    answer = _ask(forge, transport, forge.find(branch, base), f"list the {forge.noun}s")
    return forge.pick(answer.value, branch, base)


def open_or_refresh(
    forge: Forge, transport: Transport, wording: Wording, branch: str, base: str, found: OpenRequest | None
) -> Settled:
    """Open a request, or give the one that was found our title and body.

    If another run opened it in between (409, or GitHub's 422), that one is taken.
    """
    if found is None:
        answer = transport.send(forge.create(wording, branch, base))
        if answer.status < 300 and answer.status != 203:
            return Settled(request=_request(forge, answer), outcome="opened")
        found = find_request(forge, transport, branch, base) if answer.status in (409, 422) else None
        if found is None:
            raise _refused(forge, answer, f"open a {forge.noun}")
    if _is_same(found.wording, wording):
        return Settled(request=found, outcome="unchanged")
    answer = _ask(forge, transport, forge.update(found.number, wording), f"refresh the {forge.noun} {found.number}")
    return Settled(request=_request(forge, answer), outcome="refreshed")


def _ask(forge: Forge, transport: Transport, call: Call, doing: str) -> Answer:
    answer = transport.send(call)
    if answer.status >= 300 or answer.status == 203:  # 203: Azure DevOps shows a sign-in page.
        raise _refused(forge, answer, doing)
    if answer.value is None:
        raise StrangeAnswer(forge.title, f"something that is not JSON, when asked to {doing}")
    return answer


def _refused(forge: Forge, answer: Answer, doing: str) -> Refused:
    said = _one_line(message_of(answer.value)).replace(forge.token.value, "***")
    return Refused(forge.title, doing, answer.status, said, forge.hint(answer.status, said))


def _request(forge: Forge, answer: Answer) -> OpenRequest:
    request = forge.read(answer.value)
    if request is None:
        raise StrangeAnswer(forge.title, f"something that is no {forge.noun}")
    return request


def _is_same(theirs: Wording, ours: Wording) -> bool:
    """Compare as platforms keep it: they may change line ends and trim what is around."""
    return theirs.title.strip() == ours.title.strip() and _body(theirs) == _body(ours)


def _body(wording: Wording) -> str:
    return wording.body.replace("\r\n", "\n").strip()


def _one_line(text: str) -> str:
    line = re.sub(r"\s+", " ", text).strip()
    line = "".join(char for char in line if char.isprintable())
    return line if len(line) <= LONGEST_REMARK else line[: LONGEST_REMARK - 1] + "…"
