"""Where the token goes when git talks HTTP: in one header, to the platform's server, into no argument and no log."""

from __future__ import annotations

import base64
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.deploy_site import IDENTITY, Site, make_pattern, make_site
from tests.commands.git_server import GitServer
from tests.forge.fake_forge import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

ROOT = Path(__file__).parents[2]
BRANCH = "cicdpack/fraud-detector"
STALE = "st4le"


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


HEADERS = {
    "azure_devops": f"Bearer {TOKEN}",
    "github_actions": basic(f"x-access-token:{TOKEN}"),
    "gitlab": basic(f"oauth2:{TOKEN}"),
}


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, GitServer, Path]]:
    """A site whose remote is reached over HTTP, the git server, and a record of how git was called."""
    platform = str(request.param)
    for name in os.environ:
        if name.startswith(("GIT", "GH_", "CI_", "SYSTEM_", "BUILD_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("NO_PROXY", "*")
    (tmp_path / "pattern").mkdir()
    make_pattern(tmp_path / "pattern", archive, ROOT / "examples" / "monorepo", platform)
    site = make_site(tmp_path / "pattern", tmp_path, (archive, archive))
    server = GitServer(tmp_path, HEADERS[platform])
    site.git("remote", "set-url", "origin", f"http://job:{STALE}@{server.host}/origin.git")
    # What a checkout with persisted credentials leaves behind; two such headers would be refused.
    site.git("config", f"http.http://{server.host}/.extraheader", f"Authorization: {basic('job:' + STALE)}")
    variables = {**IDENTITY, **site.forge.environment(platform)}
    if platform == "azure_devops":
        variables["SYSTEM_COLLECTIONURI"] = f"http://{server.host}/org/"
    variables["GITHUB_SERVER_URL"] = variables["CI_SERVER_URL"] = f"http://{server.host}"
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_TRACE_CURL", str(tmp_path / "trace"))
    record = _recorded_git(tmp_path / "tools", monkeypatch)
    monkeypatch.chdir(site.clone)
    yield site, server, record
    server.close()
    site.forge.close()


def _recorded_git(tools: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    real, record = shutil.which("git"), tools / "record"
    tools.mkdir()
    wrapper = tools / "git"
    wrapper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {record}\nexec {real} "$@"\n')
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", os.pathsep.join((str(tools), os.environ["PATH"])))
    return record


@pytest.mark.parametrize("place", HEADERS, indirect=True)
def test_one_header_and_no_trace_of_the_token(
    place: tuple[Site, GitServer, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The token takes the place of stale credentials; arguments, logs, traces and files do not hold it."""
    site, server, record = place

    assert site.deploy("--no-request", "fraud-detector") == 0

    assert BRANCH in site.branches()
    assert server.seen
    assert all(sent == [server.expected] for sent in server.seen)
    printed = capsys.readouterr()
    calls = record.read_text()
    assert "push --porcelain" in calls
    config = (site.clone / ".git/config").read_text()
    for secret in (TOKEN, base64.b64encode(TOKEN.encode()).decode()[:-4]):
        assert secret not in printed.out + printed.err + calls + config
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("place", ["github_actions"], indirect=True)
def test_another_server_gets_its_own_credentials_only(
    place: tuple[Site, GitServer, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the remote is not on the platform's server, git has what it had; an error shows neither secret."""
    site, server, _ = place
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")

    assert site.deploy("--no-request", "fraud-detector") == 2

    assert server.seen
    assert {sent for one in server.seen for sent in one} == {basic(f"job:{STALE}")}
    printed = capsys.readouterr()
    assert "error: cannot ask `origin` for its branches" in printed.err
    assert TOKEN not in printed.err
    assert STALE not in printed.err
