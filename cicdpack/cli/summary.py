"""A summary in Markdown -> where the platform that runs us shows it; nowhere else. GitLab has no such place.

Sources: docs.github.com "Workflow commands" (GITHUB_STEP_SUMMARY), learn.microsoft.com "Logging commands"
(task.uploadsummary).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from cicdpack.cli.annotations import azure_command
from cicdpack.cli.joblog import platform_of

if TYPE_CHECKING:
    from collections.abc import Callable


def summarize(write: Callable[[], str]) -> None:
    """Hand a summary to the platform, if there is one that takes it. One that cannot be written is no error."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    folder = os.environ.get("AGENT_TEMPDIRECTORY") if platform_of(os.environ) == "azure" else None
    with suppress(OSError):
        if page:
            with open(page, "ab") as file:  # noqa: PTH123 - Path would be imported for this alone
                file.write(f"\n{write()}".encode())
        elif folder:
            sys.stderr.write(azure_command("task.uploadsummary", _new_file(folder, write())) + "\n")


def _new_file(folder: str, text: str) -> str:
    from tempfile import mkstemp

    handle, path = mkstemp(prefix="cicdpack-", suffix=".md", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
    return path
