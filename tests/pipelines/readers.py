"""Which reader belongs to which platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines import azure, github, gitlab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.pipelines.model import Event, Job, Places, Vault

    Reader = Callable[[Path, Event, Vault, Places], Iterator[Job]]

READERS: dict[str, Reader] = {
    "azure_devops": azure.jobs_of,
    "github_actions": github.jobs_of,
    "github_actions_for_github_enterprise_servers": github.jobs_of,
    "gitlab": gitlab.jobs_of,
}
