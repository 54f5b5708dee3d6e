"""A rendering -> problems: what no platform would accept, or would take for something else. Pure.

Each finding points into the template that wrote the line. The rules are those that need no schema of a platform:
a pipeline parses, says its versions as text, gives each job a machine and a limit, waits for jobs that are there, and
deploys to targets that exist.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cicdpack.errors import CicdpackError
from cicdpack.problems import Location, Problem, Severity
from cicdpack.yamledit.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cicdpack.bundle.rendering import RenderedFile, Rendering
    from cicdpack.yamledit.loading import Loaded

PIPELINE_FOLDERS = (".azure/", ".github/workflows/", ".gitlab/")
PIPELINE_SUFFIXES = (".yml", ".yaml")

TARGETS = ("dev", "staging", "prod", "test")
"""The targets of a project: `dev` is its own, the others come with CI/CD (MLOps Stacks)."""

_VERSION_KEY = re.compile(r"(?i)version(spec)?$")
_TARGET = re.compile(r"databricks\s+bundle\s+[a-z-]+(?:\s+[^\s|;&]+)*?\s+(?:-t|--target)[ =]+[\"']?([A-Za-z0-9_.-]+)")

_ROOTS = ("stages", "jobs", "steps", "extends")
"""What an Azure pipeline consists of: one of these."""

_Path = tuple["str | int", ...]


def is_pipeline(path: str) -> bool:
    """Whether a rendered path is a pipeline that some platform reads."""
    return path.startswith(PIPELINE_FOLDERS) and path.endswith(PIPELINE_SUFFIXES)


def check_rendering(rendering: Rendering) -> tuple[Problem, ...]:
    """Return what is wrong with the rendered pipelines, in file order; what is no pipeline is not looked at."""
    return tuple(problem for file in rendering.files if is_pipeline(file.path) for problem in check_pipeline(file))


def check_pipeline(file: RenderedFile) -> Iterator[Problem]:
    """Check one pipeline file."""
    try:
        document = load(file.data, source=file.path)
    except CicdpackError as error:
        line = error.location.line if error.location else None
        yield _problem("yaml", f"the rendered file is no valid YAML: {error.message}", file, line, hint=error.hint)
        return
    if not isinstance(document.value, dict):
        yield _problem("yaml", "the rendered file holds no mapping, expected a pipeline", file, None)
        return
    yield from _check_versions(file, document)
    yield from _check_targets(file)
    yield from _check_roots(file, document, document.value)
    yield from _check_needs(file, document, document.value)
    for path, job in _jobs(file.path, document.value):
        yield from _check_job(file, document, path, job)


def _check_versions(file: RenderedFile, document: Loaded) -> Iterator[Problem]:
    for path, value in _floats(document.value, ()):
        if path and _VERSION_KEY.search(str(path[-1])):
            message = f"`{path[-1]}: {value}` is a number to YAML, where 3.10 is 3.1"
            line = document.location(path).line
            yield _problem("version-as-number", message, file, line, hint="put the version in quotes")


def _check_targets(file: RenderedFile) -> Iterator[Problem]:
    for number, line in enumerate(file.data.decode("utf-8", "replace").split("\n"), 1):
        for target in _TARGET.findall(line):
            if target not in TARGETS:
                message = f"`databricks bundle` is called with target `{target}`, which no project has"
                hint = "the targets are " + ", ".join(f"`{name}`" for name in TARGETS)
                yield _problem("unknown-target", message, file, number, hint=hint)


def _check_roots(file: RenderedFile, document: Loaded, value: dict[object, object]) -> Iterator[Problem]:
    roots = [key for key in _ROOTS if key in value] if file.path.startswith(".azure/") else []
    if len(roots) > 1:
        listed = " and ".join(f"`{key}`" for key in roots)
        line = document.location((roots[1],)).line
        yield _problem("several-roots", f"the pipeline has {listed}, expected one of them", file, line)


def _check_needs(file: RenderedFile, document: Loaded, value: dict[object, object]) -> Iterator[Problem]:
    """One job that waits for nobody's job keeps the whole pipeline from starting."""
    key = "needs" if file.path.startswith(".github/") else "dependsOn"
    for group in _groups(file.path, value):
        for name, (path, body) in group.items():
            needs = body.get(key)
            for need in [needs] if isinstance(needs, str) else needs if isinstance(needs, list) else []:
                if isinstance(need, str) and need and need not in group:
                    line = document.location((*path, key)).line
                    yield _problem("unknown-need", f"`{name}` waits for `{need}`, which is not there", file, line)


def _groups(path: str, document: dict[object, object]) -> Iterator[dict[object, tuple[_Path, dict[object, object]]]]:
    """Yield what may wait for each other, by name: jobs beside each other, and stages."""
    if path.startswith(".github/"):
        yield {place[-1]: (place, job) for place, job in _jobs(path, document)}
    elif path.startswith(".azure/"):
        yield from _azure_group(document, "stages", ())
        yield from _azure_group(document, "jobs", ())
        stages = document.get("stages")
        for index, stage in enumerate(stages if isinstance(stages, list) else ()):
            if isinstance(stage, dict):
                yield from _azure_group(stage, "jobs", ("stages", index))


def _azure_group(
    holder: dict[object, object], key: str, place: _Path
) -> Iterator[dict[object, tuple[_Path, dict[object, object]]]]:
    """Yield the named items of one list; none where a template or an expression may add more."""
    items = holder.get(key)
    found: dict[object, tuple[_Path, dict[object, object]]] = {}
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, dict):
            return
        name = next((item[kind] for kind in ("stage", "job", "deployment") if kind in item), None)
        if not isinstance(name, str) or "${{" in name:
            return
        found[name] = (*place, key, index), item
    yield found


def _jobs(path: str, document: dict[object, object]) -> Iterator[tuple[_Path, dict[object, object]]]:
    """Find the jobs of an Azure pipeline (in its stages or at the top) or of a GitHub workflow, with their places."""
    if path.startswith(".github/"):
        jobs = document.get("jobs")
        if isinstance(jobs, dict):
            yield from ((("jobs", name), job) for name, job in jobs.items() if isinstance(job, dict))
    elif path.startswith(".azure/"):
        yield from _azure_jobs(document, ())
        stages = document.get("stages")
        for index, stage in enumerate(stages if isinstance(stages, list) else ()):
            if isinstance(stage, dict):
                yield from _azure_jobs(stage, ("stages", index))


def _azure_jobs(holder: dict[object, object], place: _Path) -> Iterator[tuple[_Path, dict[object, object]]]:
    jobs = holder.get("jobs")
    for index, job in enumerate(jobs if isinstance(jobs, list) else ()):
        if isinstance(job, dict) and ("job" in job or "deployment" in job):
            yield (*place, "jobs", index), job


def _check_job(file: RenderedFile, document: Loaded, path: _Path, job: dict[object, object]) -> Iterator[Problem]:
    """A job without a machine of its own lands on whatever the project's default pool is; one without a limit hangs."""
    azure = file.path.startswith(".azure/")
    machine, limit = ("pool", "timeoutInMinutes") if azure else ("runs-on", "timeout-minutes")
    name = job.get("job", job.get("deployment")) if azure else path[-1]
    if "uses" in job or (machine in job and limit in job):
        return
    line = document.location(path).line
    if machine not in job:
        yield _problem("job-without-machine", f"job `{name}` has no `{machine}`", file, line)
    if limit not in job:
        yield _problem("job-without-limit", f"job `{name}` has no `{limit}`", file, line, severity="warning")


def _floats(value: object, path: _Path) -> Iterator[tuple[_Path, float]]:
    """Yield the floating-point numbers in a value, each with its path."""
    if isinstance(value, float):
        yield path, value
    elif isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, (dict, list, float)):
                yield from _floats(item, (*path, key))


def _problem(
    rule: str,
    message: str,
    file: RenderedFile,
    line: int | None,
    *,
    hint: str | None = None,
    severity: Severity = "error",
) -> Problem:
    """Place a finding on a rendered line in the template that wrote it; without a line, in the template as a whole."""
    origin = None
    for number in range(line or 0, 0, -1):  # a fault at the end of the file stands behind its last line
        origin = file.origin_of(number)
        if origin is not None:
            break
    return Problem(
        rule=rule,
        message=f"{message} ({file.path}{f', line {line}' if line is not None else ''})",
        severity=severity,
        location=origin or Location(path=file.source),
        hint=hint,
    )
