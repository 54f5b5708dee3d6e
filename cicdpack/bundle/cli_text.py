"""A template's error in three texts: Go's, the Databricks CLI's and ours, which keeps the place that the CLI drops."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack.bundle.errors import BundleError
from cicdpack.bundle.functions import Fail, SkipInFolderName
from cicdpack.bundle.host import HostValueMissing
from cicdpack.gotemplate.errors import FunctionError

if TYPE_CHECKING:
    from cicdpack.gotemplate.errors import TemplateError

_MISSING_KEY = re.compile(r'map has no entry for key "(.*)"')


class RenderError(BundleError):
    """A template that cannot be rendered.

    `go_text` is the message of Go's `text/template`, `cli_text` what the Databricks CLI makes of it; message,
    location, excerpt and hint are ours. `cause` is what a helper function raised, if one did.
    """

    def __init__(self, error: TemplateError, *, cli_text: str) -> None:
        message, hint = _own_message(error)
        cause = _root_cause(error)
        super().__init__(
            message,
            cli_text=cli_text,
            rule=cause.rule if isinstance(cause, SkipInFolderName) else None,
            location=error.location,
            excerpt=None if isinstance(cause, Fail) else error.excerpt,  # its line says the same once more
            hint=hint or error.hint,
        )
        self.go_text = error.go_text
        self.cause = cause


class NestedFailure(FunctionError):
    """A helper function failed because a template that it rendered did: `skip` renders its pattern."""

    def __init__(self, error: RenderError) -> None:
        super().__init__(error.cli_text or error.message)
        self.error = error


def library_error(error: TemplateError) -> RenderError:
    """Wrap an error in parsing the library; the CLI shows it bare."""
    return RenderError(error, cli_text=error.go_text)


def text_error(error: TemplateError, text: str) -> RenderError:
    """Wrap an error in a path, a default value or a message."""
    return RenderError(error, cli_text=_without_file(error, text))


def content_error(error: TemplateError, text: str, path: str) -> RenderError:
    """Wrap an error in the content of a file; `path` is its path below `template/`, not rendered."""
    cli_text = _without_file(error, text)
    cause = _root_cause(error)
    if isinstance(cause, Fail) and cli_text == error.go_text:
        return RenderError(error, cli_text=cause.text)
    return RenderError(error, cli_text=f"failed to compute file content for {path}. {cli_text}")


def _without_file(error: TemplateError, text: str) -> str:
    if error.phase == "parse":
        return f"error in {text}: {error.go_text}"
    missing = _MISSING_KEY.search(error.go_text)
    return f'variable "{missing.group(1)}" not defined' if missing else error.go_text


def _own_message(error: TemplateError) -> tuple[str, str | None]:
    cause = _root_cause(error)
    if isinstance(cause, Fail):
        return f"the template refuses: {cause.text}", None
    if isinstance(cause, HostValueMissing):
        return f"the template asks for `{cause.name}`, which is not known here", cause.hint
    if isinstance(cause, SkipInFolderName):
        return "the name of a folder calls `skip`", "call `skip` in a file of the folder above"
    if isinstance(error.cause, NestedFailure):
        return f"the pattern of `skip` cannot be rendered: {error.cause.error.message}", error.cause.error.hint
    return error.message, None


def _root_cause(error: TemplateError) -> Exception | None:
    """Return what a helper function raised, seen through templates inside templates."""
    cause = error.cause
    return cause.error.cause if isinstance(cause, NestedFailure) else cause
