"""What happens to a repository, who may read what there, and the jobs that a platform makes of it.

The readers (`github`, `azure`, `gitlab`) turn pipeline files and an event into jobs; the machine runs the jobs. Nothing
here knows what the pipelines are for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REQUEST, BUILD = "12", "3456"
"""Numbers of the pull request and of the run, on every platform."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """`changed`: paths from the root. `base`: where a pull request goes. `pipeline`: the file started by hand."""

    kind: Literal["pull request", "push", "manual"]
    branch: str
    base: str = ""
    changed: tuple[str, ...] = ()
    is_fork: bool = False
    author: str = "ada"
    pipeline: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Vault:
    """What administrators have stored. `scoped` is read by an environment's jobs (Azure DevOps: a variable group's)."""

    shared: Mapping[str, str] = field(default_factory=dict)
    scoped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    connections: Mapping[str, str] = field(default_factory=dict)
    """Azure DevOps: service connections, each with the side that it signs in to."""
    job_token: str = "platform:token"
    """What the platform makes for a job: Azure's System.AccessToken, the token of a GitHub App."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Folders of the machine that runs a job."""

    checkout: Path
    temp: Path


@dataclass(frozen=True, kw_only=True)
class Step:
    """A script with all that its environment has beyond the job's."""

    script: str
    env: Mapping[str, str]
    folder: Path
    is_always: bool = False


@dataclass(frozen=True, kw_only=True)
class Job:
    """`name` is `<file without its ending>/<job>`; `options` are those that the platform starts bash with."""

    name: str
    steps: tuple[Step, ...]
    env: Mapping[str, str]
    options: tuple[str, ...]
    needs: tuple[str, ...] = ()
    is_always: bool = False
    environment: str = ""


@cache
def load(text: str) -> dict[str, Any]:
    """Parse a pipeline, every scalar as text."""
    value: dict[str, Any] = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return value
