"""Finding, opening and refreshing a request on each platform, and everything that a server may answer instead."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from email.utils import formatdate

import pytest

from cicdpack.forge import transport as transports
from cicdpack.forge.errors import ForgeError, NoAnswer, RateLimited, Redirected, Refused, StrangeAnswer
from cicdpack.forge.places import find_forge
from cicdpack.forge.requests import Settled, find_request, open_or_refresh
from cicdpack.forge.transport import Transport
from cicdpack.forge.values import Forge, Wording
from tests.forge.fake_forge import TOKEN, FakeForge, Fault

PLATFORMS = ("azure_devops", "github_actions", "gitlab")
UPDATES = {"azure_devops": "PATCH", "github_actions": "PATCH", "gitlab": "PUT"}
BRANCH, BASE = "cicdpack/fraud-detector+x", "main"
FIRST, SECOND = Wording(title="one", body="first\n"), Wording(title="two", body="second\n")

every_platform = pytest.mark.parametrize("platform", PLATFORMS)


@dataclass
class Client:
    """A forge and a transport that notes its waits in place of waiting."""

    forge: Forge
    timeout: float = 5.0
    waits: list[float] = field(default_factory=list)

    @property
    def transport(self) -> Transport:
        return Transport(self.forge.headers, timeout=self.timeout, sleep=self.waits.append)

    def settle(self, wording: Wording) -> Settled:
        found = find_request(self.forge, self.transport, BRANCH, BASE)
        return open_or_refresh(self.forge, self.transport, wording, BRANCH, BASE, found)


def client(
    server: FakeForge, platform: str, *, timeout: float = 5.0, environment: dict[str, str] | None = None
) -> Client:
    return Client(find_forge(platform, {**server.environment(platform), **(environment or {})}, None), timeout)


@every_platform
def test_opened_left_alone_refreshed(server: FakeForge, platform: str) -> None:
    """The first run opens, the same again changes nothing, another wording goes into the same request."""
    ours = client(server, platform)

    outcomes = [ours.settle(wording).outcome for wording in (FIRST, FIRST, SECOND)]

    assert outcomes == ["opened", "unchanged", "refreshed"]
    (kept,) = server.requests
    assert (kept.title, kept.body, kept.branch, kept.base) == ("two", SECOND.body, BRANCH, BASE)
    assert server.methods == ["GET", "POST", "GET", "GET", UPDATES[platform]]


@every_platform
def test_the_url_is_for_people(server: FakeForge, platform: str) -> None:
    """What is reported leads to the request's page, not to the API."""
    ours = client(server, platform)
    pages = {
        "azure_devops": "/org/a%20project/_git/repo/pullrequest/1",
        "github_actions": "/org/repo/pull/1",
        "gitlab": "/org/repo/-/merge_requests/1",
    }

    assert ours.settle(FIRST).request.url == server.url + pages[platform]
    assert ours.settle(SECOND).request.url == server.url + pages[platform]


@every_platform
def test_a_merged_request_is_not_found(server: FakeForge, platform: str) -> None:
    """After a merge, the next change opens a request of its own."""
    ours = client(server, platform)
    ours.settle(FIRST)
    server.requests[0].is_open = False

    assert ours.settle(SECOND).outcome == "opened"
    assert [one.number for one in server.requests if one.is_open] == [2]


@every_platform
def test_another_base_is_another_request(server: FakeForge, platform: str) -> None:
    """A request from our branch to another base is not ours to rewrite."""
    ours = client(server, platform)
    open_or_refresh(ours.forge, ours.transport, FIRST, BRANCH, "release", None)

    assert ours.settle(SECOND).outcome == "opened"
    assert [(one.base, one.title) for one in server.requests] == [("release", "one"), ("main", "two")]


@every_platform
def test_opened_by_another_run_meanwhile(server: FakeForge, platform: str) -> None:
    """A server that says "exists already" is asked which, and that one is refreshed."""
    ours = client(server, platform)
    ours.settle(FIRST)

    settled = open_or_refresh(ours.forge, ours.transport, SECOND, BRANCH, BASE, None)

    assert (settled.outcome, settled.request.number, len(server.requests)) == ("refreshed", 1, 1)


REFUSALS = {
    ("azure_devops", 401): "SYSTEM_ACCESSTOKEN",
    ("azure_devops", 403): "Contribute to pull requests",
    ("azure_devops", 404): "Protect access to repositories",
    ("azure_devops", 203): "sign-in page",
    ("github_actions", 401): "GITHUB_TOKEN",
    ("github_actions", 403): "GitHub App",
    ("github_actions", 404): "org/repo",
    ("github_actions", 422): "base branch",
    ("gitlab", 401): "GITLAB_TOKEN",
    ("gitlab", 403): "scope `api`",
    ("gitlab", 404): "project `7`",
    ("gitlab", 422): "base branch",
    ("gitlab", 400): "--no-request",
    ("azure_devops", 500): "status page",
    ("github_actions", 409): "--no-request",
}


@pytest.mark.parametrize(("case", "hint"), REFUSALS.items(), ids=lambda case: f"{case[0]}-{case[1]}")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refusal_says_why_and_what_to_do(server: FakeForge, case: tuple[str, int], hint: str, method: str) -> None:
    """Status and the server's own words are in the message, the way out in the hint, the token in neither."""
    platform, status = case
    ours = client(server, platform)
    server.faults += [Fault(method=method, status=status, body={"message": f"no way,\n{TOKEN}\x1b[2J"})]

    with pytest.raises(Refused) as caught:
        ours.settle(FIRST)

    assert caught.value.status == status
    assert f"HTTP {status}: no way, ***[2J" in str(caught.value)
    assert hint in str(caught.value.hint)
    assert TOKEN not in str(caught.value) + str(caught.value.hint) + repr(ours.forge)
    assert server.requests == []


@every_platform
def test_a_wrong_token(server: FakeForge, platform: str) -> None:
    """The platforms say no in their own way; none of them is taken for an empty list."""
    environment = server.environment(platform)
    variable = next(name for name, value in environment.items() if value == TOKEN)
    ours = client(server, platform, environment={variable: "another"})

    with pytest.raises(Refused) as caught:
        ours.settle(FIRST)

    assert caught.value.status in (203, 401)
    assert variable in str(caught.value.hint)


def test_actions_may_not_open_pull_requests(server: FakeForge) -> None:
    """GitHub's setting against it is named."""
    ours = client(server, "github_actions")
    said = "GitHub Actions is not permitted to create or approve pull requests."
    server.faults.append(Fault(method="POST", status=403, body={"message": said}))

    with pytest.raises(Refused) as caught:
        ours.settle(FIRST)

    assert "Allow GitHub Actions" in str(caught.value.hint)


LIMITS = {
    "seconds": (429, {"Retry-After": "7"}, 7.0),
    "nothing": (429, {}, 1.0),
    "forbidden for a while": (403, {"Retry-After": "3"}, 3.0),
    "nonsense": (429, {"Retry-After": "soon"}, 1.0),
    "a date that has passed": (429, {"Retry-After": formatdate(0)}, 1.0),
    "an epoch that has passed": (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 1.0),
}


@every_platform
@pytest.mark.parametrize("case", LIMITS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_limit_is_waited_for(server: FakeForge, platform: str, case: str, method: str) -> None:
    """A busy server is asked again after the time that it names, whether we read or write."""
    status, headers, wait = LIMITS[case]
    ours = client(server, platform)
    server.faults.append(Fault(method=method, status=status, headers=headers, body={"message": "slow down"}))

    assert ours.settle(FIRST).outcome == "opened"
    assert ours.waits == [wait]


@pytest.mark.parametrize(
    "headers", [{"Retry-After": "3600"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}]
)
def test_a_limit_that_is_too_long_is_an_error(server: FakeForge, headers: dict[str, str]) -> None:
    """Nobody waits an hour in a job: the error says how long it would be."""
    ours = client(server, "github_actions")
    server.faults.append(Fault(status=403, headers=headers, body={"message": "slow down"}))

    with pytest.raises(RateLimited, match=r"limits how often it may be asked: wait \d{4,} s"):
        ours.settle(FIRST)

    assert ours.waits == []


def test_a_limit_that_does_not_end_is_an_error(server: FakeForge) -> None:
    """The attempts are counted."""
    ours = client(server, "gitlab")
    server.faults += [Fault(status=429, body=None)] * 9

    with pytest.raises(RateLimited):
        ours.settle(FIRST)

    assert server.methods == ["GET"] * transports.MOST_ATTEMPTS
    assert ours.waits == [1.0, 2.0, 4.0]


def test_a_busy_server_is_read_again_but_not_written(server: FakeForge) -> None:
    """502 to a question is asked again; 502 to an order may mean that it was carried out."""
    ours = client(server, "github_actions")
    server.faults += [Fault(status=502), Fault(status=503), Fault(method="POST", status=502)]

    with pytest.raises(Refused, match="HTTP 502"):
        ours.settle(FIRST)

    assert server.methods == ["GET", "GET", "GET", "POST"]


@every_platform
@pytest.mark.parametrize("kind", ["cut", "slow"])
def test_cut_off_while_reading(server: FakeForge, platform: str, kind: str) -> None:
    """A question whose answer broke off is asked again."""
    ours = client(server, platform, timeout=0.3)
    server.faults.append(Fault(kind=kind))

    assert ours.settle(FIRST).outcome == "opened"
    assert server.methods == ["GET", "GET", "POST"]


@every_platform
@pytest.mark.parametrize(
    ("kind", "reason"),
    [("cut", "the connection was cut off"), ("lost", "the connection was cut off"), ("slow", "nothing came for 0.3 s")],
)
def test_cut_off_while_writing(server: FakeForge, platform: str, kind: str, reason: str) -> None:
    """An order whose answer broke off is not repeated: it may have been carried out, and the next run finds out."""
    ours = client(server, platform, timeout=0.3)
    server.faults.append(Fault(kind=kind, method="POST"))

    with pytest.raises(NoAnswer, match=reason) as caught:
        ours.settle(FIRST)

    assert server.methods == ["GET", "POST"]
    assert "run it again" in str(caught.value.hint)
    assert ours.settle(FIRST).outcome == ("unchanged" if kind == "lost" else "opened")
    assert len(server.requests) == 1


def test_a_server_that_stays_silent(server: FakeForge) -> None:
    """Questions are given up, too."""
    ours = client(server, "azure_devops", timeout=0.05)
    server.faults += [Fault(kind="slow")] * 9

    with pytest.raises(NoAnswer, match="nothing came"):
        ours.settle(FIRST)

    assert server.methods == ["GET"] * transports.MOST_ATTEMPTS


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_token_goes_to_no_other_server(server: FakeForge, method: str, status: int) -> None:
    """A redirect to another host is an error, and nothing is sent there."""
    other = FakeForge()
    ours = client(server, "github_actions")
    server.faults.append(Fault(method=method, status=status, headers={"Location": f"{other.url}/api/v3"}))

    with pytest.raises(Redirected, match="where the token is not sent"):
        ours.settle(FIRST)

    assert other.calls == []
    other.close()


def test_a_renamed_repository_is_found(server: FakeForge) -> None:
    """A redirect within the server is followed for a question."""
    ours = client(server, "github_actions", environment={"GITHUB_REPOSITORY": "org/old"})
    pulls = "/api/v3/repos/org/repo/pulls?state=open&head=org:x"
    server.faults.append(Fault(status=301, headers={"Location": pulls}))

    assert find_request(ours.forge, ours.transport, BRANCH, BASE) is None
    assert [call.path for call in server.calls][1] == pulls


def test_redirects_in_a_circle_end(server: FakeForge) -> None:
    """They are counted."""
    ours = client(server, "github_actions")
    server.faults += [Fault(status=302, headers={"Location": "/api/v3"})] * 20

    with pytest.raises(StrangeAnswer, match="redirects"):
        ours.settle(FIRST)


@pytest.mark.parametrize("body", ["<html>a proxy</html>", ""])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_json(server: FakeForge, body: str, method: str) -> None:
    """A page in place of JSON is no empty list, and no request either."""
    ours = client(server, "gitlab")
    server.faults.append(Fault(method=method, status=200, body=body))

    with pytest.raises(StrangeAnswer) as caught:
        ours.settle(FIRST)

    assert "proxy or a sign-in page" in str(caught.value.hint)


def test_an_answer_without_an_end(server: FakeForge, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read into memory has a limit."""
    monkeypatch.setattr(transports, "LARGEST_ANSWER", 1024**2)
    ours = client(server, "gitlab")
    server.faults.append(Fault(status=200, body=["x" * 1024**2]))

    with pytest.raises(StrangeAnswer, match="more than 1 MiB"):
        ours.settle(FIRST)


def test_nobody_there() -> None:
    """A closed port is an error about the network, not a traceback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"CI_API_V4_URL": f"http://127.0.0.1:{port}/api/v4", "CI_PROJECT_ID": "7", "GITLAB_TOKEN": TOKEN}
    ours = Client(find_forge("gitlab", environment, None))

    with pytest.raises(NoAnswer, match=f"no answer from `127.0.0.1:{port}`: it cannot be reached"):
        ours.settle(FIRST)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://127.0.0.1:{port}/api/v4", "its certificate cannot be trusted"),
        ("gopher://127.0.0.1/api/v4", "cannot be asked"),
    ],
)
def test_no_connection(server: FakeForge, url: str, reason: str) -> None:
    """A server without a certificate is not trusted, and an address that is no HTTP is named."""
    port = server.url.rpartition(":")[2]
    environment = {"CI_API_V4_URL": url.format(port=port), "CI_PROJECT_ID": "7", "GITLAB_TOKEN": TOKEN}
    ours = Client(find_forge("gitlab", environment, None))

    with pytest.raises(ForgeError, match=reason):
        ours.settle(FIRST)

    assert server.calls == []


def test_a_proxy_is_used(server: FakeForge, monkeypatch: pytest.MonkeyPatch) -> None:
    """`HTTP_PROXY` is heeded as elsewhere; the platform is asked through it."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", server.url)
    environment = {"CI_API_V4_URL": "http://git.example.invalid/api/v4", "CI_PROJECT_ID": "7", "GITLAB_TOKEN": TOKEN}
    ours = Client(find_forge("gitlab", environment, None))

    ours.settle(FIRST)

    assert server.calls[0].path.startswith("http://git.example.invalid/api/v4/projects/7/merge_requests?")
