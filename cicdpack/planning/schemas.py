"""What the schema of a file says about merging into it: which lists may be one value, and which items say the same.

GitLab's `include` is such a list: a path, a mapping, or a list of both.
https://docs.gitlab.com/ci/yaml/#include
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cicdpack.yamledit.lists import NO_LISTS, items_of

if TYPE_CHECKING:
    from cicdpack.yamledit.lists import Lists

GITLAB_ROOT = ".gitlab-ci.yml"
"""The pipeline that GitLab reads unless its setting `CI/CD configuration file` names another."""

INCLUDE = "include"

_REMOTE = re.compile("https?://", re.IGNORECASE)


def lists_of(path: str) -> Lists:
    """Return the lists of a file that may be written as one value, with what their items cover."""
    return {(INCLUDE,): includes} if path == GITLAB_ROOT else NO_LISTS


def includes(item: object, wanted: object) -> bool:
    """Whether an item of `include` brings the local file of a wanted one: by any spelling, pattern or condition."""
    pattern, path = local_path(item), local_path(wanted)
    if pattern is None or path is None:
        return item == wanted
    return re.fullmatch(_wildcards(pattern), path) is not None


def still_included(path: str, text: bytes, values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the local files of `values` that the text of a file still names in its include; a pattern names none.

    GitLab refuses a file that includes one that is not there. Raises `YamlEditError` where the text cannot be read.
    """
    if path != GITLAB_ROOT:
        return ()
    from cicdpack.yamledit.loading import load

    value = load(text, source=path, is_tolerant=True).value
    there = [local_path(item) for item in items_of(value.get(INCLUDE))] if isinstance(value, dict) else []
    wanted = [local_path(item) for item in items_of(values.get(INCLUDE))]
    return tuple(name for name in wanted if name is not None and name in there)


def local_path(item: object) -> str | None:
    """Return the path, from the root, of the repository's own file that an item of `include` brings; else None."""
    value = item.get("local") if isinstance(item, Mapping) else item
    if not isinstance(value, str) or _REMOTE.match(value):
        return None
    return value.removeprefix("/")


def _wildcards(pattern: str) -> str:
    """Turn a path of GitLab's into a regular expression: only `*` and `**` mean something.

    As `Repository#search_files_by_wildcard_path` of GitLab does it.
    """
    parts = re.split(r"(\*\*/|\*\*|\*)", pattern)
    meaning = {"**/": "(.*?/)?", "**": ".*?", "*": "[^/]*?"}
    return "".join(meaning.get(part, re.escape(part)) for part in parts)
