"""What is measured on: one pipeline as a template for each tool, N files of it, and folders to pack.

All tools get the same work: `pipeline.txt` has marks of its own that are translated into each template language, and
`rendered` says, with nothing but string replacement, what all of them have to produce.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PIPELINE = Path(__file__).with_name("pipeline.txt")

PARAMETERS: Mapping[str, str] = {
    "input_project_name": "fraud-detector",
    "input_project_folder": "fraud_detector",
    "input_root_dir": "my-monorepo",
    "input_cloud": "azure",
    "input_cicd_platform": "azure_devops",
    "input_default_branch": "main",
    "input_release_branch": "release",
    "input_include_feature_store": "yes",
}

OVERLAY = "targets:\n  staging:\n    variables:\n      branch: {{ .input_default_branch }}\n"
"""What is merged into the project's `databricks.yml`. The other tools have no counterpart and leave it alone."""

FOLDER = ".azure/devops-pipelines"

RELEASED = (("timeoutInMinutes: 20", "timeoutInMinutes: 30"), ("fetchDepth: 1", "fetchDepth: 2"))
"""What the second release of the template changes in each file that it changes: three lines."""

MARK = re.compile(r"<<(\w+)>>")
CONDITION = re.compile(r"\n<<if (\w+)=(\w+)>>(\n.*?)(?:\n<<else>>(\n.*?))?\n<<end>>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A template language: format strings for a value (`name`) and for the three parts of a condition."""

    value: str
    begin: str
    otherwise: str
    end: str


GO = Language(
    value="{{{{ .{name} }}}}",
    begin='\n{{{{- if eq .{name} "{value}" }}}}',
    otherwise="\n{{- else }}",
    end="\n{{- end }}",
)
JINJA = Language(
    value="{{{{ {name} }}}}",
    begin='\n{{%- if {name} == "{value}" %}}',
    otherwise="\n{%- else %}",
    end="\n{%- endif %}",
)
COOKIECUTTER = Language(
    value="{{{{ cookiecutter.{name} }}}}",
    begin='\n{{%- if cookiecutter.{name} == "{value}" %}}',
    otherwise=JINJA.otherwise,
    end=JINJA.end,
)


@cache
def _pipeline() -> str:
    return PIPELINE.read_text(encoding="utf-8")


def _source(number: int, updated: int) -> str:
    """The pipeline with our own marks; files 1 to `updated` are those that the second release changed."""
    text = _pipeline().replace("<<number>>", str(number))
    for old, new in RELEASED if number <= updated else ():
        text = text.replace(old, new)
    return text


def template(number: int, language: Language, updated: int = 0) -> str:
    """The template of file `number`, about 3.2 kB; of the second release, where `updated` files are new."""

    def condition(match: re.Match[str]) -> str:
        name, value, then, otherwise = match.groups()
        begin = language.begin.format(name=name, value=value)
        middle = "" if otherwise is None else language.otherwise + otherwise
        return begin + then + middle + language.end

    text = CONDITION.sub(condition, _source(number, updated))
    return MARK.sub(lambda match: language.value.format(name=match[1]), text)


def rendered(number: int, parameters: Mapping[str, str] = PARAMETERS, updated: int = 0) -> str:
    """What every tool has to make of file `number`."""

    def condition(match: re.Match[str]) -> str:
        name, value, then, otherwise = match.groups()
        return then if parameters[name] == value else otherwise or ""

    text = CONDITION.sub(condition, _source(number, updated))
    return MARK.sub(lambda match: parameters[match[1]], text)


def file_name(number: int, name: str = PARAMETERS["input_project_name"]) -> str:
    """The name of file `number`, from 1; `name` may be a template."""
    return f"{name}-{number:05d}.yml"


def project(number: int) -> dict[str, str]:
    """The parameters of project `number` of a fleet."""
    return {
        **PARAMETERS,
        "input_project_name": f"project-{number:04d}",
        "input_project_folder": f"project_{number:04d}",
    }


def check_output(
    root: Path, count: int, projects: Sequence[Mapping[str, str]] = (PARAMETERS,), updated: int = 0
) -> str | None:
    """Say what is wrong with the pipelines below `root`; None: they are `count` files of each project, no others."""
    found = {path.name: path for path in (root / FOLDER).glob("*")}
    wanted = {
        file_name(number, parameters["input_project_name"]): (number, parameters)
        for parameters in projects
        for number in range(1, count + 1)
    }
    if found.keys() != wanted.keys():
        return f"rendered {len(found)} files, {len(found.keys() & wanted.keys())} of them of the {len(wanted)} expected"
    for name, (number, parameters) in wanted.items():
        if found[name].read_text(encoding="utf-8") != rendered(number, parameters, updated):
            return f"rendered something else as `{name}`"
    return None


def write_bundle_source(root: Path, count: int, updated: int = 0) -> None:
    """Write a bundle source for cicdpack with `count` pipelines, and the overlay that every real one has."""
    _write(
        root / "cicdpack.toml",
        f'[bundle]\nname = "benchmark"\nversion = "{2 if updated else 1}.0.0"\n\n[files]\n'
        'include = ["cicdpack.toml", "databricks_template_schema.json", "template/**", "merge/**", "data/**"]\n',
    )
    _write(root / "databricks_template_schema.json", json.dumps({"properties": _schema()}, indent=2) + "\n")
    _write(root / "merge" / "{{.input_project_folder}}" / "databricks.yml.tmpl", OVERLAY)
    folder = root / "template" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        _write(folder / f"{file_name(number, '{{.input_project_name}}')}.tmpl", template(number, GO, updated))


def write_copier_template(root: Path, count: int, updated: int = 0) -> None:
    """Write the same as a template for copier; values come from a data file, as ours come from parameter files."""
    questions = "".join(f"{name}:\n  type: str\n  default: x\n" for name in PARAMETERS)
    _write(root / "copier.yml", questions)
    _write(root / "{{ _copier_conf.answers_file }}.jinja", "{{ _copier_answers|to_nice_yaml }}")
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        _write(folder / f"{file_name(number, '{{ input_project_name }}')}.jinja", template(number, JINJA, updated))


def write_answers(path: Path) -> None:
    """Write the values as a data file for copier."""
    _write(path, "".join(f'{name}: "{value}"\n' for name, value in PARAMETERS.items()))


def write_cookiecutter_template(root: Path, count: int, updated: int = 0) -> None:
    """Write the same as a template for cookiecutter, with the values as its defaults; it renders into folder `out`."""
    _write(root / "cookiecutter.json", json.dumps({"folder": "out", **PARAMETERS}, indent=2))
    folder = root / "{{cookiecutter.folder}}" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        _write(
            folder / file_name(number, "{{cookiecutter.input_project_name}}"), template(number, COOKIECUTTER, updated)
        )


def write_repository(root: Path, projects: Sequence[Mapping[str, str]] = (PARAMETERS,)) -> None:
    """Write a target repository whose projects have no pipelines yet."""
    own = {"input_project_name", "input_project_folder", "input_include_feature_store"}
    shared = {name: value for name, value in PARAMETERS.items() if name not in own}
    _write(root / "cicd_params.json", json.dumps(shared, indent=4))
    for parameters in projects:
        folder = root / parameters["input_project_folder"]
        facts = {name: parameters[name] for name in ("input_cloud", "input_include_feature_store")}
        _write(folder / "project_params.json", json.dumps(facts, indent=4))
        _write(
            folder / "databricks.yml",
            f"bundle:\n  name: {parameters['input_project_name']}\n\ntargets:\n  dev:\n    default: true\n",
        )


def write_data(root: Path, count: int, size: int) -> None:
    """Write `count` files of `size` bytes in folders of 100: pipelines again, but none is a template."""
    for number in range(count):
        folder = root / "data" / f"{number // 100:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        text = rendered(number).encode()
        (folder / f"{number:05d}.txt").write_bytes((text * (size // len(text) + 1))[:size])


def _schema() -> dict[str, dict[str, object]]:
    return {
        name: {"type": "string", "default": value, "order": order, "description": f"The parameter {name}."}
        for order, (name, value) in enumerate(PARAMETERS.items(), 1)
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
