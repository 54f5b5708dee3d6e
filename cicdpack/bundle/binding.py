"""Parameters for a project: several sources laid over each other, every value with its origin, every fault with a file.

Where `parameters` does what the Databricks CLI does, this one says what a user should know: unknown names, values that
do not fit, legacy spellings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cicdpack._values import dataclass
from cicdpack.bundle.gojson import locate
from cicdpack.bundle.gotext import shown
from cicdpack.bundle.instance import Fault, describe, find_faults
from cicdpack.bundle.parameter_files import read_parameter_file
from cicdpack.bundle.parameters import ParameterError, Value, assign_defaults
from cicdpack.bundle.templates import Templates
from cicdpack.bundle.typed import TypeMismatch, as_integer
from cicdpack.problems import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cicdpack.bundle.bundle import Bundle
    from cicdpack.bundle.host import Host
    from cicdpack.bundle.schema import Schema
    from cicdpack.gotemplate.limits import Limits

LEGACY_NAMES = {
    "test_catalog_name": "input_test_catalog_name",
    "staging_catalog_name": "input_staging_catalog_name",
    "prod_catalog_name": "input_prod_catalog_name",
}
"""Names that MLOps Stacks wrote into `cicd_params.json` without the prefix that its templates expect."""

RETIRED_NAMES = {"input_docker_image": "input_gitlab_image"}
"""Names that MLOps Stacks wrote and its archive never knew, with the parameters for what they meant."""

NAMES_OF_OTHERS = frozenset(
    {
        "input_commit_email",
        "input_commit_name",
        "input_github_token",
        "input_install_from",
        "input_package_index",
        "input_pyz_file",
        "input_pyz_sha256",
        "input_requirements_file",
    }
)
"""Names in `cicd_params.json` that are for the workflow that sets up projects: for a project's bundle, no mistake."""

MOST_NAMES = 8
"""Parameters that a hint lists."""

DEFAULT_ORIGIN = "default"

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Values from one source.

    `origin` names it for people (`cicd_params.json`, `--set`, `databricks.yml`). `source` is the path of the file, if
    it is one, and `data` its content, to find lines in; `repeated` are names that stand there more than once. Texts of
    a layer without a file are converted to the parameter's type. A strict layer may name known parameters only.
    """

    origin: str
    source: str | None = None
    values: Mapping[str, object]
    strict: bool = False
    data: bytes | None = None
    repeated: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: bytes, *, origin: str, source: str) -> Layer:
        """Read a parameters file. Raises `ParameterError`."""
        file = read_parameter_file(data, source=source)
        return cls(origin=origin, source=source, values=file.values, data=file.data, repeated=file.repeated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """All parameters with a value each, in the schema's order, and where each came from; problems are no errors."""

    values: Mapping[str, Value]
    origins: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


class InvalidParameters(ParameterError):
    """One or more parameters that cannot be used; `problems` has them all, the message the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first, *others = problems
        more = f" (and {len(others)} more)" if others else ""
        super().__init__(
            first.message + more,
            location=first.location,
            excerpt="\n".join(str(problem) for problem in others) or None,
            hint=first.hint,
        )
        self.problems = tuple(problems)


def bind(
    bundle: Bundle,
    layers: Sequence[Layer],
    *,
    host: Host | None = None,
    seed: bytes = b"",
    limits: Limits | None = None,
) -> Bound:
    """Lay the layers over the defaults, later ones over earlier ones, and check the result.

    Defaults are templates: they see all given values, and the defaults before them. Raises `InvalidParameters` with
    all faults at once, `RenderError` for a default that cannot be rendered.
    """
    schema = bundle.parameters
    notes: list[Problem] = []
    faults: list[Problem] = []
    values: dict[str, Value] = {}
    givers: dict[str, Layer] = {}
    for layer in layers:
        notes += [_repeated(name, layer) for name in layer.repeated]
        for name, raw in _renamed(layer, schema, notes):
            if name in schema.properties:
                value = _take(name, raw, schema.properties[name], layer, faults)
                if value is not None:
                    values[name] = value
                    givers[name] = layer
            elif layer.strict or name not in NAMES_OF_OTHERS:
                (faults if layer.strict else notes).append(_unknown(name, layer, schema))
    _raise_if_any(faults)
    templates = Templates.of(bundle, host=host, seed=seed + b"\0defaults", limits=limits)
    filled = assign_defaults(schema, values, templates)
    broken = find_faults(schema, filled, required=schema.properties, with_any_of=False)
    _raise_if_any([_problem(fault, schema, givers) for fault in broken])
    ordered = [name for name, _ in schema.in_order()]
    return Bound(
        values={name: filled[name] for name in ordered},
        origins={name: givers[name].origin if name in givers else DEFAULT_ORIGIN for name in ordered},
        problems=tuple(notes),
    )


def read_settings(settings: Mapping[str, str], schema: Schema, *, origin: str = "--set") -> dict[str, Value]:
    """Give texts from a command line the types of their parameters. Raises `InvalidParameters` with all faults."""
    layer = Layer(origin=origin, values=settings, strict=True)
    faults: list[Problem] = []
    values: dict[str, Value] = {}
    for name, text in settings.items():
        if name not in schema.properties:
            faults.append(_unknown(name, layer, schema))
            continue
        value = _take(name, text, schema.properties[name], layer, faults)
        if value is not None:
            values[name] = value
    _raise_if_any(faults)
    return values


def _take(name: str, raw: object, prop: Schema, layer: Layer, faults: list[Problem]) -> Value | None:
    """Convert one value; one that does not fit is added to the faults."""
    try:
        return _convert(raw, prop, layer)
    except _Unfit as unfit:
        where = _place(name, layer)
        origin = "" if where else f"{layer.origin}: "
        message = f"{origin}`{name}` is {describe(raw)}, expected {unfit}"
        faults.append(Problem(rule="parameter-type", message=message, location=where))
        return None


def _raise_if_any(faults: Sequence[Problem]) -> None:
    if faults:
        raise InvalidParameters(faults)


def _renamed(layer: Layer, schema: Schema, notes: list[Problem]) -> list[tuple[str, object]]:
    """Return a layer's values under today's names; a legacy name loses against the right one beside it."""
    renamed: list[tuple[str, object]] = []
    for name, value in layer.values.items():
        right = LEGACY_NAMES.get(name)
        if right is None or name in schema.properties or right not in schema.properties:
            renamed.append((name, value))
        elif right in layer.values:
            message = f"`{name}` is ignored: `{right}` beside it counts"
            notes.append(_note("legacy-parameter", message, name, layer, hint=f"remove `{name}`"))
        else:
            message = f"`{name}` is read as `{right}`"
            notes.append(_note("legacy-parameter", message, name, layer, hint=f"rename it to `{right}`"))
            renamed.append((right, value))
    return renamed


def _note(rule: str, message: str, name: str, layer: Layer, *, hint: str) -> Problem:
    return Problem(rule=rule, message=message, severity="note", location=_place(name, layer), hint=hint)


def _repeated(name: str, layer: Layer) -> Problem:
    message = f"`{name}` stands more than once: the last value counts"
    where = _place(name, layer)
    hint = "remove the others"
    return Problem(rule="repeated-parameter", message=message, severity="warning", location=where, hint=hint)


def _unknown(name: str, layer: Layer, schema: Schema) -> Problem:
    from difflib import get_close_matches

    successor = RETIRED_NAMES.get(name, "")
    if successor in schema.properties and not layer.strict:
        instead = f"remove it; where the default does not do, set `{successor}`"
        return _note("legacy-parameter", f"`{name}` is not used", name, layer, hint=instead)
    close = get_close_matches(name, [*schema.properties], n=1, cutoff=0.75)
    hint = f"did you mean `{close[0]}`?" if close else None
    if layer.strict:
        hint = hint or _list_names(schema)
        return Problem(rule="unknown-parameter", message=f"{layer.origin}: there is no parameter `{name}`", hint=hint)
    message = f"the bundle has no parameter `{name}`; its value is not used"
    where = _place(name, layer)
    return Problem(rule="unknown-parameter", message=message, severity="warning", location=where, hint=hint)


def _list_names(schema: Schema) -> str:
    """Name the parameters, as far as they fit a line."""
    names = [f"`{name}`" for name in sorted(schema.properties)]
    if len(names) <= MOST_NAMES:
        return f"the parameters are {', '.join(names)}"
    return f"the parameters are {', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more: see the schema"


def _place(name: str, layer: Layer) -> Location | None:
    if layer.source is None:
        return None
    if layer.data is None:
        return Location(path=layer.source)
    present = name in layer.values
    legacy = next((old for old, new in LEGACY_NAMES.items() if new == name and old in layer.values), name)
    return locate(name if present else legacy, layer.data, layer.source)


def _problem(fault: Fault, schema: Schema, givers: Mapping[str, Layer]) -> Problem:
    layer = givers.get(fault.name or "")
    if layer is not None and fault.name is not None:
        where = _place(fault.name, layer)
        origin = "" if where else f"{layer.origin}: "
        return Problem(rule="parameter-value", message=origin + fault.message, location=where)
    prop = schema.properties.get(fault.name or "")
    if prop is not None and prop.default is not None:
        hint = f"the bundle's default does not fit; pass `--set {fault.name}=VALUE`"
        return Problem(rule="parameter-default", message=fault.message, hint=hint)
    description = f": {prop.description}" if prop is not None and prop.description else ""
    hint = f"pass `--set {fault.name}=VALUE`{description}"
    return Problem(rule="parameter-missing", message=fault.message, hint=hint)


class _Unfit(Exception):
    """A value that does not fit the type; the text says what does."""


def _convert(raw: object, prop: Schema, layer: Layer) -> Value:
    """Give a value its parameter's type. Texts are parsed where a layer has no types of its own."""
    if isinstance(raw, str) and layer.source is None and prop.type != "string":
        return _parse(raw, prop.type)
    if prop.type == "integer":
        try:
            return as_integer(raw)
        except TypeMismatch:
            raise _Unfit("a whole number") from None
    if prop.type == "number" and isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return float(raw)
    if prop.type == "boolean" and isinstance(raw, bool):
        return raw
    if prop.type == "string" and isinstance(raw, str):
        return raw
    expected = {"string": "a string", "boolean": "`true` or `false`", "number": "a number"}[prop.type]
    if prop.type == "string" and isinstance(raw, (bool, int, float)):
        expected = f'a string: `"{shown(raw)}"`'
    raise _Unfit(expected)


def _parse(text: str, type_name: str) -> Value:
    import re

    if type_name == "boolean":
        if text not in _TRUE | _FALSE:
            raise _Unfit("`true` or `false`")
        return text in _TRUE
    if type_name == "integer":
        if not re.fullmatch(r"[+-]?[0-9]+", text) or not -(2**63) <= int(text) < 2**63:
            raise _Unfit("a whole number")
        return int(text)
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        raise _Unfit("a number")
    return float(text)
