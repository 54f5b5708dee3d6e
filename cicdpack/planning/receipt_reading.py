"""Bytes -> `Receipt`, or the reason why not. What is read is data of unknown origin: every part is checked."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from cicdpack.planning.bases import Accepted, ValuesBase
from cicdpack.planning.jsonvalues import unpacked
from cicdpack.planning.ownership import Set
from cicdpack.planning.receipts import (
    FORMAT,
    BundleRecord,
    FileRecord,
    OverlayRecord,
    Parameter,
    Receipt,
    ReceiptError,
    seal_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_KEYS = {"format", "tool", "project", "bundle", "parameters", "files", "overlays", "overlays_from", "left_over", "seal"}
_KINDS = ("added", "filled", "appended")
_UPGRADE = "upgrade cicdpack (`pip install --upgrade cicdpack`): a newer one wrote this"


class _Fault(Exception):
    """What is wrong, as a clause."""


def decode(data: bytes, *, path: str) -> Receipt:
    """Read a receipt; `path` is where it lies. Raises `ReceiptError` for anything that `encode` does not write."""
    try:
        document = _parse(data)
        version = document.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise ReceiptError(path, f"`format` is {version}, and this cicdpack reads up to {FORMAT}", hint=_UPGRADE)
        if version != FORMAT or isinstance(version, bool):
            raise _Fault("it is no receipt: `format` is missing or wrong")
        if document.get("seal") != seal_of(document):
            raise _Fault("it was edited: its seal does not match what it says")
        return _receipt(document)
    except _Fault as fault:
        raise ReceiptError(path, str(fault)) from None
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
        raise ReceiptError(path, "it is no receipt as cicdpack writes them") from None


def _parse(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise _Fault("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _Fault(f"it is cut or edited: no JSON at line {error.lineno}") from None
    if not isinstance(document, dict):
        raise _Fault("it is no receipt: no JSON object")
    return document


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _Fault("it names a key twice")
    return document


def _no_constant(text: str) -> object:
    raise _Fault(f"it holds `{text}`, which is no JSON")


def _receipt(document: Mapping[str, Any]) -> Receipt:
    if not document.keys() <= _KEYS:
        raise _Fault("it has a key that this cicdpack does not know")
    project, bundle = document["project"], document["bundle"]
    from_other = document.get("overlays_from")
    return Receipt(
        tool=_text(document["tool"]),
        project=_text(project["name"]),
        folder=_text(project["folder"]),
        bundle=BundleRecord(
            name=_text(bundle["name"]), version=_text(bundle["version"]), digest=_digest(bundle["digest"])
        ),
        overlays_from=None if from_other is None else _digest(from_other),
        parameters={name: _parameter(item) for name, item in document["parameters"].items()},
        files={path: _file(item) for path, item in document["files"].items()},
        overlays={path: _overlay(item) for path, item in document["overlays"].items()},
        left_over={path: _digest(item) for path, item in document.get("left_over", {}).items()},
    )


def _parameter(item: Mapping[str, Any]) -> Parameter:
    value = item["value"]
    if not isinstance(value, (str, int, float)):
        raise _Fault("a parameter has no value")
    return Parameter(value=value, origin=_text(item["origin"]))


def _file(item: Mapping[str, Any]) -> FileRecord:
    if item["mode"] not in ("0644", "0755"):
        raise _Fault("a file has a mode other than 0644 and 0755")
    return FileRecord(
        rendered=_digest(item["rendered"]),
        result=_digest_or_none(item["result"]),
        executable=item["mode"] == "0755",
        accepted=_accepted(item.get("accepted")),
    )


def _overlay(item: Mapping[str, Any]) -> OverlayRecord:
    values = unpacked(item["values"])
    if not isinstance(values, dict):
        raise _Fault("an overlay holds no values")
    base = ValuesBase(
        values=values,
        sets=tuple(_set(part) for part in item["set"]),
        created=item.get("created", False) is True,
        accepted=_accepted(item.get("accepted")),
    )
    return OverlayRecord(base=base, result=_digest_or_none(item["result"]))


def _set(item: Mapping[str, Any]) -> Set:
    if item["kind"] not in _KINDS:
        raise _Fault("a value was set in an unknown way")
    path = tuple(unpacked(item["path"]))
    if not path:
        raise _Fault("a value has no path")
    return Set(
        path=path, kind=item["kind"], value=unpacked(item.get("value")), replaced=_text(item.get("replaced", ""))
    )


def _accepted(item: Mapping[str, Any] | None) -> Accepted | None:
    return None if item is None else Accepted(sha256=_digest_or_none(item["sha256"]), reason=_text(item["reason"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Fault("it holds something else than a text where one belongs")
    return value


def _digest(value: object) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise _Fault("it holds something else than a digest where one belongs")
    return value.removeprefix("sha256:")


def _digest_or_none(value: object) -> str | None:
    return None if value is None else _digest(value)
