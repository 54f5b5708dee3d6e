"""A `Call` -> an `Answer`, over HTTP with certificates checked: the only place of the package that opens a connection.

Redirects within a server are followed for reading; one to another server is an error, because the token would go there.
Waiting is bounded. A call that changes something is sent again only when the server said that it did nothing (429).
"""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from cicdpack._values import dataclass
from cicdpack.forge.errors import NoAnswer, RateLimited, Redirected, StrangeAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import urllib3

    from cicdpack.forge.values import Call

TIMEOUT = 30.0
"""Seconds until a connection stands, until the next bytes come, and until an answer is complete."""

PATIENCE = 120.0
"""Seconds that are waited altogether for a server that is busy: jobs are paid by the minute."""

MOST_ATTEMPTS = 4
"""How often one call is sent at most."""

MOST_REDIRECTS = 3
"""A repository was renamed, and its organisation: two."""

LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes of an answer: a hundred requests with the longest descriptions that two of the platforms allow."""

_BUSY = frozenset({502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers (names in lower case) and the JSON value; `value` is None where the body is not JSON."""

    status: int
    headers: Mapping[str, str]
    value: object


class Transport:
    """Sends calls with the given headers; `timeout` and `patience` in seconds."""

    def __init__(
        self,
        headers: Mapping[str, str],
        *,
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        from cicdpack import __version__

        self._headers = {"User-Agent": f"cicdpack/{__version__}", **headers}
        self._timeout = timeout
        self._patience = patience
        self._sleep = sleep

    def send(self, call: Call) -> Answer:
        """Return the server's answer, whatever its status; raise a `ForgeError` where there is none."""
        waited = 0.0
        for attempt in range(1, MOST_ATTEMPTS + 1):
            last = attempt == MOST_ATTEMPTS
            try:
                answer = self._follow(call)
            except NoAnswer:
                if last or call.method != "GET":
                    raise
                pause = _backoff(attempt)
            else:
                wanted = _pause_of(answer, attempt, reads=call.method == "GET")
                if wanted is None or (last and not _is_limit(answer)):
                    return answer
                if last or waited + wanted > self._patience:
                    raise RateLimited(_host(call.url), wanted)
                pause = wanted
            self._sleep(pause)
            waited += pause
        raise AssertionError("the last attempt returns or raises")

    def _follow(self, call: Call) -> Answer:
        url = call.url
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._once(call, url)
            target = answer.headers.get("location")
            if answer.status not in _MOVED or target is None:
                return answer
            target = urljoin(url, target)
            if _origin(target) != _origin(url):
                raise Redirected(_host(url), _host(target))
            if call.method != "GET":
                return answer
            url = target
        raise StrangeAnswer(_host(call.url), f"more than {MOST_REDIRECTS} redirects")

    def _once(self, call: Call, url: str) -> Answer:
        import urllib3
        from urllib3.exceptions import HTTPError

        body = None if call.body is None else json.dumps(call.body).encode()
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        ends = time.monotonic() + self._timeout
        try:
            with _pool(url, urllib3.Timeout(connect=self._timeout, read=self._timeout)) as pool:
                response = pool.request(
                    call.method, url, body=body, headers=headers, redirect=False, retries=False, preload_content=False
                )
                data = self._read(response, url, ends)
        except (HTTPError, OSError, ValueError) as error:
            raise _no_answer(url, error, self._timeout) from None
        kept = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status, headers=kept, value=_value_of(data))

    def _read(self, response: urllib3.BaseHTTPResponse, url: str, ends: float) -> bytes:
        data = bytearray()
        for chunk in response.stream(65_536):
            data += chunk
            if len(data) > LARGEST_ANSWER:
                raise StrangeAnswer(_host(url), f"more than {LARGEST_ANSWER // 1024**2} MiB")
            if time.monotonic() > ends:
                raise NoAnswer(_host(url), f"it was not complete after {self._timeout:g} s")
        return bytes(data)


def _pool(url: str, timeout: urllib3.Timeout) -> urllib3.PoolManager:
    """Return a pool by way of the proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`), or without one."""
    from urllib.request import getproxies, proxy_bypass

    import urllib3

    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(parts.netloc):
        return urllib3.PoolManager(timeout=timeout)
    split = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    sign_in = f"{split.username}:{split.password}" if split.username else None
    headers = urllib3.make_headers(proxy_basic_auth=sign_in) if sign_in else None
    place = f"{split.scheme}://{split.hostname}:{split.port or (443 if split.scheme == 'https' else 80)}"
    return urllib3.ProxyManager(place, timeout=timeout, proxy_headers=headers)


def _no_answer(url: str, error: Exception, timeout: float) -> NoAnswer:
    """Put an error of the library into our words; its own text may hold headers, so little of it is used."""
    import ssl

    from urllib3 import exceptions

    host = _host(url)
    cause = error.args[-1] if error.args else error
    if isinstance(error, exceptions.ProxyError):
        return NoAnswer(host, "the proxy cannot be used", hint="check `HTTPS_PROXY` and `NO_PROXY`")
    if isinstance(error, exceptions.SSLError | ssl.SSLError):
        words = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or "the handshake failed"
        hint = "for a certificate authority of your own set `SSL_CERT_FILE` to its certificates (PEM)"
        return NoAnswer(host, f"its certificate cannot be trusted: {words}", hint=hint)
    if isinstance(error, exceptions.NameResolutionError):
        return NoAnswer(host, "the name is not known", hint="check the network, the proxy, and the address of the API")
    if isinstance(error, exceptions.TimeoutError | TimeoutError) and not isinstance(
        error, exceptions.NewConnectionError
    ):
        return NoAnswer(host, f"nothing came for {timeout:g} s")
    if isinstance(error, exceptions.NewConnectionError):
        return NoAnswer(host, "it cannot be reached", hint="check the network, the proxy, and the address of the API")
    if isinstance(error, ValueError | exceptions.LocationValueError):
        return NoAnswer(host, f"`{urlsplit(url).scheme}://{host}` cannot be asked", hint="check the address of the API")
    return NoAnswer(host, "the connection was cut off")


def _pause_of(answer: Answer, attempt: int, *, reads: bool) -> float | None:
    """Return the seconds to wait before the next attempt; None for an answer to take as it is."""
    if _is_limit(answer):
        return _asked_for(answer) or _backoff(attempt)
    if answer.status in _BUSY and reads:
        return _asked_for(answer) or _backoff(attempt)
    return None


def _is_limit(answer: Answer) -> bool:
    """GitHub also says 403 when it means 429."""
    headers = answer.headers
    spent = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return answer.status == 429 or (answer.status == 403 and spent)


def _asked_for(answer: Answer) -> float | None:
    """Read `Retry-After` (seconds or a date, RFC 9110), else the epoch at which GitHub and GitLab begin anew."""
    after = answer.headers.get("retry-after", "")
    if after.isascii() and after.isdigit():
        return max(float(after), 1.0)
    if after:
        try:
            return max(parsedate_to_datetime(after).timestamp() - time.time(), 1.0)
        except ValueError:
            return None
    reset = answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset") or ""
    if reset.isascii() and reset.isdigit() and answer.headers.get("x-ratelimit-remaining", "0") == "0":
        return max(float(reset) - time.time(), 1.0)
    return None


def _backoff(attempt: int) -> float:
    return float(2 ** (attempt - 1))


def _value_of(data: bytes) -> object:
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value


def _host(url: str) -> str:
    parts = urlsplit(url)
    return (parts.hostname or "?") + (f":{parts.port}" if parts.port else "")


def _origin(url: str) -> tuple[str, str]:
    return urlsplit(url).scheme, _host(url)
