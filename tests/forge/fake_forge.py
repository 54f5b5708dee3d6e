"""A server on the loopback interface that behaves as the REST APIs of GitHub, GitLab and Azure DevOps document.

It keeps requests, checks the token and the parameters that the APIs demand, and fails once for each fault it is given.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "s3cret-t0ken"
GITHUB = re.compile(r"/api/v3/repos/org/repo/pulls(?:/(?P<number>\d+))?")
GITLAB = re.compile(r"/api/v4/projects/7/merge_requests(?:/(?P<number>\d+))?")
AZURE = re.compile(r"/org/a%20project/_apis/git/repositories/repo-id/pullrequests(?:/(?P<number>\d+))?")


@dataclass(frozen=True)
class Fault:
    """What to do in place of the next call with this method.

    `kind`: `answer` with status and body; `slow`, nothing for half a minute; `late`, the right answer after a while;
    `cut`, the connection ends in the middle of an answer; `lost`, the order is carried out and then cut off.
    """

    kind: str = "answer"
    method: str = "GET"
    status: int = 500
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    """A pull or merge request as the server keeps it."""

    number: int
    branch: str
    base: str
    title: str
    body: str
    is_open: bool = True


@dataclass(frozen=True)
class Call:
    """What a client sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class FakeForge:
    """The server; `repository`, a bare repository, makes it refuse requests for branches that were not pushed."""

    def __init__(self, repository: Path | None = None) -> None:
        self.repository = repository
        self.requests: list[Request] = []
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.released = threading.Event()
        handler = type("Handler", (_Handler,), {"forge": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def methods(self) -> list[str]:
        return [call.method for call in self.calls]

    def environment(self, platform: str) -> dict[str, str]:
        """The variables that a job of the platform has."""
        if platform == "gitlab":
            return {"CI_API_V4_URL": f"{self.url}/api/v4", "CI_PROJECT_ID": "7", "GITLAB_TOKEN": TOKEN}
        if platform == "azure_devops":
            return {
                "SYSTEM_COLLECTIONURI": f"{self.url}/org/",
                "SYSTEM_TEAMPROJECT": "a project",
                "BUILD_REPOSITORY_ID": "repo-id",
                "BUILD_REPOSITORY_PROVIDER": "TfsGit",
                "SYSTEM_ACCESSTOKEN": TOKEN,
            }
        return {"GITHUB_API_URL": f"{self.url}/api/v3", "GITHUB_REPOSITORY": "org/repo", "GITHUB_TOKEN": TOKEN}

    def has_branch(self, branch: str) -> bool:
        if self.repository is None:
            return True
        done = subprocess.run(["git", "show-ref", "--quiet", f"refs/heads/{branch}"], cwd=self.repository, check=False)
        return done.returncode == 0

    def find(self, branch: str | None, base: str | None) -> list[Request]:
        return [
            one for one in self.requests if one.is_open and branch in (None, one.branch) and base in (None, one.base)
        ]


class _Handler(BaseHTTPRequestHandler):
    forge: FakeForge
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Keep quiet."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.forge.calls.append(Call(self.command, self.path, headers, body))
        fault = next((one for one in self.forge.faults if one.method == self.command), None)
        if fault is not None:
            self.forge.faults.remove(fault)
            if fault.kind == "late":
                self.forge.released.wait(1)
            elif fault.kind == "lost":
                self._answer(body)
                self._cut()
                return
            else:
                self._fail(fault)
                return
        status, answer = self._answer(body)
        self._send(status, answer)

    def _fail(self, fault: Fault) -> None:
        if fault.kind == "slow":
            self.forge.released.wait(30)
            self.close_connection = True
        elif fault.kind == "cut":
            self._cut()
        else:
            self._send(fault.status, fault.body, fault.headers)

    def _cut(self) -> None:
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[{"num')
        self.close_connection = True

    def _send(self, status: int, answer: object, headers: dict[str, str] | None = None) -> None:
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html" if isinstance(answer, str) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self, body: Any) -> tuple[int, object]:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        for pattern, serve in ((GITHUB, self._github), (GITLAB, self._gitlab), (AZURE, self._azure)):
            match = pattern.fullmatch(parts.path)
            if match:
                number = match["number"]
                return serve(int(number) if number else None, query, body)
        return 404, {"message": "Not Found"}

    def _github(self, number: int | None, query: dict[str, str], body: Any) -> tuple[int, object]:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials", "status": "401"}
        if self.command == "GET":
            assert query["state"] == "open"
            owner, _, branch = query["head"].partition(":")
            assert owner == "org"
            return 200, [self._github_json(one) for one in self.forge.find(branch, query.get("base"))]
        if self.command == "PATCH":
            return self._change(number, body, self._github_json, "body")
        if self.forge.find(body["head"], body["base"]):
            said = f"A pull request already exists for org:{body['head']}."
            return 422, {"message": "Validation Failed", "errors": [{"resource": "PullRequest", "message": said}]}
        if not self.forge.has_branch(body["head"]):
            return 422, {"message": "Validation Failed", "errors": [{"field": "head", "code": "invalid"}]}
        return 201, self._github_json(self._new(body["head"], body["base"], body["title"], body["body"]))

    def _github_json(self, one: Request) -> dict[str, object]:
        return {
            "number": one.number,
            "html_url": f"{self.forge.url}/org/repo/pull/{one.number}",
            "title": one.title,
            "body": one.body,
            "head": {"ref": one.branch},
            "base": {"ref": one.base},
        }

    def _gitlab(self, number: int | None, query: dict[str, str], body: Any) -> tuple[int, object]:
        if self.headers.get("PRIVATE-TOKEN") != TOKEN:
            return 401, {"message": "401 Unauthorized"}
        if self.command == "GET":
            assert query["state"] == "opened"
            found = self.forge.find(query["source_branch"], query.get("target_branch"))
            return 200, [self._gitlab_json(one) for one in found]
        if self.command == "PUT":
            return self._change(number, body, self._gitlab_json, "description")
        branch = body["source_branch"]
        if self.forge.find(branch, body["target_branch"]):
            return 409, {"message": ["Another open merge request already exists for this source branch: !1"]}
        if not self.forge.has_branch(branch):
            return 422, {"message": {"source_branch": ["does not exist"]}}
        return 201, self._gitlab_json(self._new(branch, body["target_branch"], body["title"], body["description"]))

    def _gitlab_json(self, one: Request) -> dict[str, object]:
        return {
            "id": 1000 + one.number,
            "iid": one.number,
            "web_url": f"{self.forge.url}/org/repo/-/merge_requests/{one.number}",
            "title": one.title,
            "description": one.body,
            "source_branch": one.branch,
            "target_branch": one.base,
        }

    def _azure(self, number: int | None, query: dict[str, str], body: Any) -> tuple[int, object]:
        basic = "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") not in (f"Bearer {TOKEN}", basic):
            return 203, "<html>sign in</html>"
        if query.get("api-version") != "7.1":
            return 400, {"message": "No api-version was supplied for the request."}
        if self.command == "GET":
            assert query["searchCriteria.status"] == "active"
            found = self.forge.find(
                query["searchCriteria.sourceRefName"].removeprefix("refs/heads/"),
                query["searchCriteria.targetRefName"].removeprefix("refs/heads/"),
            )
            return 200, {"value": [self._azure_json(one) for one in found], "count": len(found)}
        if len(body.get("description", "")) > 4000:
            return 400, {"message": "A maximum of 4000 characters is allowed in the description."}
        if self.command == "PATCH":
            return self._change(number, body, self._azure_json, "description")
        branch, base = (body[name].removeprefix("refs/heads/") for name in ("sourceRefName", "targetRefName"))
        if self.forge.find(branch, base):
            return 409, {"message": "TF401179: An active pull request for the source and target branch already exists."}
        if not self.forge.has_branch(branch):
            return 400, {"message": "TF401398: The pull request cannot be activated because the branch is gone."}
        return 201, self._azure_json(self._new(branch, base, body["title"], body["description"]))

    def _azure_json(self, one: Request) -> dict[str, object]:
        return {
            "pullRequestId": one.number,
            "repository": {"name": "repo"},
            "title": one.title,
            "description": one.body,
            "sourceRefName": f"refs/heads/{one.branch}",
            "targetRefName": f"refs/heads/{one.base}",
        }

    def _new(self, branch: str, base: str, title: str, body: str) -> Request:
        one = Request(len(self.forge.requests) + 1, branch, base, title, body)
        self.forge.requests.append(one)
        return one

    def _change(self, number: int | None, body: Any, shown: Any, name: str) -> tuple[int, object]:
        for one in self.forge.requests:
            if one.number == number:
                one.title, one.body = body["title"], body[name]
                return 200, shown(one)
        return 404, {"message": "Not Found"}
