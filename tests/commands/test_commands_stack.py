"""A whole stack, of the shape and size of the largest public template, rendered as real Go renders its parts."""

from __future__ import annotations

import base64
import json
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from cicdpack.commands.render import RenderRequest, render

if TYPE_CHECKING:
    from pathlib import Path

    from tests.judge.judge import Judge

MODES = ("CICD_and_Project", "CICD_Only", "Project_Only")
CLOUDS = ("azure", "aws", "gcp")
PLATFORMS = ("github_actions", "azure_devops", "gitlab")
MODULES = 50
"""Each has ten files in five folders; with the pipelines that is 600 files."""

DEFINITIONS = {
    "names.tmpl": """{{ define `project` }}{{ .input_project_name }}{{ end }}
{{- define `module` }}{{ (regexp `[^A-Za-z0-9_]`).ReplaceAllString .input_project_name `_` }}{{ end }}
{{- define `root` -}} {{ .input_root }} {{- end }}""",
    "clouds.tmpl": "".join(
        f"{{{{ define `node_{cloud}` }}}}{node}{{{{ end }}}}\n"
        for cloud, node in zip(CLOUDS, ("Standard_D3_v2", "i3.xlarge", "n1-standard-4"), strict=True)
    )
    + """{{ define `node` }}
{{- if eq .input_cloud `azure` }}{{ template `node_azure` . }}
{{- else if eq .input_cloud `aws` }}{{ template `node_aws` . }}
{{- else if eq .input_cloud `gcp` }}{{ template `node_gcp` . }}
{{- else }}{{ fail "unknown cloud %s" .input_cloud }}{{ end }}
{{- end }}""",
    "many.tmpl": "\n".join(
        f"{{{{ define `pin_{number}` }}}}v{number}.{number % 7}{{{{ end }}}}" for number in range(120)
    ),
}

SCHEMA = {
    "properties": {
        "input_setup": {"type": "string", "description": "what", "enum": [*MODES], "default": MODES[0], "order": 1},
        "input_project_name": {"type": "string", "description": "name", "default": "my-ml.project", "order": 2},
        "input_root": {
            "type": "string",
            "description": "root",
            "default": "{{ .input_project_name }}-root",
            "order": 3,
        },
        "input_cloud": {"type": "string", "description": "cloud", "enum": [*CLOUDS], "default": "azure", "order": 4},
        "input_cicd_platform": {"type": "string", "description": "ci", "enum": [*PLATFORMS], "order": 5},
        "input_feature_store": {"type": "boolean", "description": "fs", "default": True, "order": 6},
    }
}

LAYOUT = """
{{- if eq .input_setup `CICD_Only` }}{{ skip `{{ template "root" . }}/{{ template "module" . }}` }}{{ end }}
{{- if eq .input_setup `Project_Only` }}
{{- range (regexp " ").Split ".github .azure .gitlab cicd" -1 }}
{{- skip (printf `{{ template "root" . }}/%s` .) }}{{ end }}
{{- else }}
{{- if ne .input_cicd_platform `github_actions` }}{{ skip `{{ template "root" . }}/.github` }}{{ end }}
{{- if ne .input_cicd_platform `azure_devops` }}{{ skip `{{ template "root" . }}/.azure` }}{{ end }}
{{- if ne .input_cicd_platform `gitlab` }}{{ skip `{{ template "root" . }}/.gitlab` }}{{ end }}
{{- end }}
{{- skip `layout` }}
"""

ROOT = "{{ template `root` . }}"
PROJECT = f"{ROOT}/{{{{ template `module` . }}}}"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file of the template below `template/`: when it is written, and with which mode."""

    path: str
    data: bytes
    section: str
    mode: int = 0o644


def job(number: int) -> str:
    return f"""# {{{{ template `project` . }}}} {number}
{{{{- if .input_feature_store }}}}
features: {{{{ printf "%s_%03d" (regexp `-`) {number} }}}}
{{{{- end }}}}
node: {{{{ template `node` . }}}}
{{{{- range $i, $stage := (regexp `,`).Split `dev,staging,prod` -1 }}}}
  {{{{ $i }}}}: {{{{ upper $stage }}}} {{{{ template `pin_{number}` }}}}
{{{{- end }}}}
{{{{ define `local` }}}}[{{{{ . }}}}]{{{{ end -}}}}
uses: {{{{ template `local` .input_cloud }}}} {{{{ `${{{{ github.sha }}}}` }}}} {{{{ `ü` }}}}
"""


def module(number: int) -> list[Part]:
    folder = f"{PROJECT}/step_{number:04}_{{{{ .input_cloud }}}}"
    pin = 25 + number % 95
    files = {
        "README.md": (b"# kept as it is: {{ .nope }}\n", 0o644),
        "job.yml.tmpl": (job(pin).encode(), 0o644),
        "deep/{{ .input_project_name }}.py.tmpl": (b"name = {{ printf `%q` .input_project_name }}\r\n", 0o644),
        "deep/er/notebook_{{ template `module` . }}.py": (b"# copied\n", 0o644),
        "deep/er/run.sh.tmpl": (b"#!/bin/sh\necho {{ .input_cloud }}", 0o755),
        "bin/tool": (b"#!/bin/sh\n", 0o755),
        "bin/model.bin": (bytes(range(256)), 0o644),
        "bin/raw.tmpl": (b"\xff\x00{{ .input_cloud }}\xfe", 0o644),
        "data/empty.tmpl": (b"{{- /* nothing */ -}}", 0o644),
        "data/c.tmpl.tmpl": (b"{{ len .input_root }}", 0o644),
    }
    return [
        Part(path=f"{folder}/{path}", data=data, section="project", mode=mode) for path, (data, mode) in files.items()
    ]


def pipelines() -> list[Part]:
    folders = {".github": "github_actions", ".azure": "azure_devops", ".gitlab": "gitlab", "cicd": "cicd"}
    return [
        Part(
            path=f"{ROOT}/{folder}/workflows/{{{{ .input_project_name }}}}-{number}.yml.tmpl",
            data=job(number).encode(),
            section=section,
        )
        for folder, section in folders.items()
        for number in range(25)
    ]


def stack(modules: int) -> list[Part]:
    return [*pipelines(), *[part for number in range(modules) for part in module(number)]]


def write(root: Path, parts: list[Part]) -> None:
    for name, text in DEFINITIONS.items():
        (root / "library").mkdir(parents=True, exist_ok=True)
        (root / "library" / name).write_text(text)
    (root / "databricks_template_schema.json").write_text(json.dumps(SCHEMA))
    (root / "template").mkdir()
    (root / "template" / "layout.tmpl").write_text(LAYOUT)
    for part in parts:
        path = root / "template" / part.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(part.data)
        path.chmod(part.mode)


def is_wanted(part: Part, mode: str, platform: str) -> bool:
    if part.section == "project":
        return mode != "CICD_Only"
    return mode != "Project_Only" and part.section in ("cicd", platform)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Return real Go; without it the tests are skipped."""
    from tests.judge.judge import build

    return build(tmp_path_factory.mktemp("judge"))


def as_in_go(judge: Judge, parts: list[Part], data: dict[str, Any]) -> dict[str, tuple[bytes, int]]:
    """Return path -> content and mode as Go renders them."""
    library = {name: base64.b64encode(text.encode()).decode() for name, text in DEFINITIONS.items()}

    def request(text: bytes) -> dict[str, Any]:
        return {
            "op": "template", "root": "", "text": base64.b64encode(text).decode(), "library": library,
            "order": sorted(library), "missingkey": "error", "data": data,
        }  # fmt: skip

    rendered = [part for part in parts if part.path.endswith(".tmpl")]
    answers = judge.ask([request(part.path.encode()) for part in parts] + [request(part.data) for part in rendered])
    texts = [base64.b64decode(answer["output"]) for answer in answers]
    contents = dict(zip((part.path for part in rendered), texts[len(parts) :], strict=True))
    return {
        path.decode().removesuffix(".tmpl" if part.path in contents else ""): (
            contents.get(part.path, part.data),
            part.mode,
        )
        for part, path in zip(parts, texts[: len(parts)], strict=True)
    }


@pytest.mark.parametrize(
    ("mode", "platform", "cloud"),
    [(MODES[0], PLATFORMS[0], "azure"), (MODES[1], PLATFORMS[1], "aws"), (MODES[2], PLATFORMS[2], "gcp")],
)
def test_a_whole_stack_renders_as_in_go(judge: Judge, tmp_path: Path, mode: str, platform: str, cloud: str) -> None:
    """Names, bytes and executable bits of hundreds of files are those of Go, whichever half of the stack is wanted."""
    parts = stack(MODULES)
    write(tmp_path / "stack", parts)
    config = {"input_setup": mode, "input_cicd_platform": platform, "input_cloud": cloud}
    (tmp_path / "config.json").write_text(json.dumps(config))
    project = "my-ml.project"
    data = {"input_project_name": project, "input_root": f"{project}-root", "input_feature_store": True, **config}

    report = render(
        RenderRequest(
            template=tmp_path / "stack", output_dir=tmp_path / "out", config_file=tmp_path / "config.json", settings={}
        )
    )
    written = {
        path.relative_to(tmp_path / "out").as_posix(): (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }

    wanted = as_in_go(judge, [part for part in parts if is_wanted(part, mode, platform)], data)
    assert len(wanted) >= 50
    assert {path: data for path, (data, _) in written.items()} == {path: data for path, (data, _) in wanted.items()}
    assert {path for path, (_, bits) in written.items() if bits & 0o100} == {
        path for path, (_, bits) in wanted.items() if bits & 0o100
    }
    assert list(report.outputs) == sorted(wanted, key=str.encode)


def count_calls(root: Path, modules: int) -> int:
    """Return how many Python functions are called to render a stack."""
    write(root / "stack", stack(modules))
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    settings = {"input_cicd_platform": "gitlab"}
    request = RenderRequest(template=root / "stack", output_dir=root / "out", settings=settings)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        report = render(request)
    finally:
        sys.setprofile(before)
    assert len(report.outputs) == 50 + 10 * modules
    return calls


def test_work_grows_as_the_number_of_files(tmp_path: Path) -> None:
    """Twice as many further files take twice as many further calls."""
    count_calls(tmp_path / "warm", 1)
    few, some, many = (count_calls(tmp_path / str(modules), modules) for modules in (10, 20, 40))

    assert some - few > 10 * 10
    assert (many - some) / (some - few) < 2.2
