"""`render` through the command line, on recorded runs of `databricks bundle init` and on folders of our own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cicdpack.cli.app import run

SCHEMA = {
    "properties": {
        "name": {"type": "string", "description": "d"},
        "n": {"type": "integer", "description": "d", "default": 3},
    }
}


def template(root: Path, **files: str) -> Path:
    """Write a template folder; keys of `files` are paths below `template/`."""
    folder = root / "tpl"
    (folder / "template").mkdir(parents=True)
    (folder / "databricks_template_schema.json").write_text(json.dumps(SCHEMA))
    for path, text in files.items():
        place = folder / "template" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def test_a_template_is_rendered_with_its_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names and contents are filled in from the config file and the defaults; the paths are the result."""
    folder = template(tmp_path, **{"{{.name}}/a.txt.tmpl": "{{.name}} {{.n}}\n", "copy.txt": "{{raw}}\n"})
    config = tmp_path / "c.json"
    config.write_text('{"name": "x"}')

    code = run(["render", str(folder), "--config-file", str(config), "--output-dir", str(tmp_path / "out")])

    captured = capsys.readouterr()
    assert code == 0
    assert captured.out == "copy.txt\nx/a.txt\n"
    assert captured.err == "✨ Successfully initialized template\n"
    assert (tmp_path / "out/x/a.txt").read_text() == "x 3\n"
    assert (tmp_path / "out/copy.txt").read_text() == "{{raw}}\n"


def test_what_is_shipped_has_a_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`repo` is the shipped workflow, wherever one is; a folder of that name comes first; other names are errors."""
    monkeypatch.chdir(tmp_path)

    assert run(["render", "repo", "--set", "input_cicd_platform=gitlab"]) == 0
    assert (tmp_path / ".gitlab/pipelines/deploy-cicd.yml").is_file()
    template(tmp_path, **{"own.txt": "mine\n"}).rename(tmp_path / "repo")
    assert run(["render", "repo", "--set", "name=x"]) == 0
    assert (tmp_path / "own.txt").read_text() == "mine\n"
    capsys.readouterr()
    assert run(["render", "nothing"]) == 2
    assert (
        "hint: name a template folder, an archive of one, or what is shipped: `cicd`, `repo`" in capsys.readouterr().err
    )


def test_settings_win_and_are_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--set` wins over the config file, and its text becomes the parameter's type."""
    folder = template(tmp_path, **{"a.tmpl": '{{.name}} {{printf "%T %d" .n .n}}'})
    config = tmp_path / "c.json"
    config.write_text('{"name": "x", "n": 1}')

    run(["render", str(folder), "--config-file", str(config), "--set", "n=7", "--output-dir", str(tmp_path / "out")])

    assert (tmp_path / "out/a").read_text() == "x int64 7"


def test_facts_of_a_workspace_come_from_settings(tmp_path: Path) -> None:
    """What the Databricks CLI would ask a workspace is given by name."""
    folder = template(tmp_path, **{"a.tmpl": "{{workspace_host}} {{user_name}} {{short_name}}"})
    facts = [
        "--set",
        "name=x",
        "--set",
        "workspace_host=https://adb-1.1.azuredatabricks.net",
        "--set",
        "user_name=Jo.Do@x.y",
    ]

    code = run(["render", str(folder), *facts, "--output-dir", str(tmp_path / "out")])

    assert code == 0
    assert (tmp_path / "out/a").read_text() == "https://adb-1.1.azuredatabricks.net Jo.Do@x.y jo_do"


@pytest.mark.parametrize(
    ("text", "settings", "message", "hint"),
    [
        ("{{workspace_host}}", ["--set", "name=x"], "template/a.tmpl:1:3: ", "--set workspace_host="),
        ("{{.nam}}", ["--set", "name=x"], "template/a.tmpl:1:3: ", "did you mean `name`?"),
        ("a\n  ref: ${{ github.sha }}\n", ["--set", "name=x"], "template/a.tmpl:2:12: ", "{{`${{ github.sha }}`}}"),
        ("x", [], "", "name"),
        ("x", ["--set", "nme=x"], "", "did you mean `name`?"),
        ("x", ["--set", "name=x", "--set", "n=many"], "", "`n`"),
    ],
    ids=[
        "a workspace is needed",
        "unknown parameter",
        "a literal of GitHub",
        "no value",
        "unknown setting",
        "wrong type",
    ],
)
def test_errors_have_a_place_and_a_way_out(
    text: str, settings: list[str], message: str, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each fault is one error with its place and a hint; nothing is written."""
    folder = template(tmp_path, **{"a.tmpl": text})

    code = run(["render", str(folder), *settings, "--output-dir", str(tmp_path / "out")])

    error = capsys.readouterr().err
    assert code == 2
    assert error.startswith(f"error: {message}")
    assert hint in error
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("taken", ["file", "folder"])
def test_what_is_there_is_never_replaced(taken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file or folder in the way stops everything before the first byte."""
    folder = template(tmp_path, **{"a.tmpl": "1", "b.tmpl": "2"})
    out = tmp_path / "out"
    out.mkdir()
    (out / "b").mkdir() if taken == "folder" else (out / "b").write_text("mine")

    code = run(["render", str(folder), "--set", "name=x", "--output-dir", str(out)])

    assert code == 2
    assert "`b` is there already" in capsys.readouterr().err
    assert sorted(path.name for path in out.iterdir()) == ["b"]


def test_modes_and_empty_folders_are_kept(tmp_path: Path) -> None:
    """A script stays executable, a private file private, an empty folder a folder."""
    folder = template(tmp_path, **{"run.sh": "#!/bin/sh\n", "secret": "x"})
    (folder / "template/run.sh").chmod(0o755)
    (folder / "template/secret").chmod(0o600)
    (folder / "template/empty").mkdir()
    old = os.umask(0o022)
    try:
        run(["render", str(folder), "--set", "name=x", "--output-dir", str(tmp_path / "out")])
    finally:
        os.umask(old)

    assert [(tmp_path / "out" / name).stat().st_mode & 0o777 for name in ("run.sh", "secret")] == [0o755, 0o600]
    assert (tmp_path / "out/empty").is_dir()


def test_template_dir_may_lead_elsewhere(tmp_path: Path) -> None:
    """`template_dir` in the schema names the folder with `template/`, outside of the schema's own too."""
    folder = template(tmp_path, **{"a.tmpl": "{{.name}}"})
    other = tmp_path / "other"
    other.mkdir()
    (folder / "databricks_template_schema.json").rename(other / "databricks_template_schema.json")
    schema = json.loads((other / "databricks_template_schema.json").read_text())
    (other / "databricks_template_schema.json").write_text(json.dumps({**schema, "template_dir": "../tpl"}))

    code = run(["render", str(other), "--set", "name=x", "--output-dir", str(tmp_path / "out")])

    assert code == 0
    assert (tmp_path / "out/a").read_text() == "x"


def test_an_archive_renders_like_its_folder(archive: Path, tmp_path: Path) -> None:
    """The built bundle renders offline as `databricks bundle init` would from the unpacked folder."""
    source = Path(__file__).parents[2] / "bundle_src/cicd"
    for template_path, out in ((archive, "a"), (source, "b")):
        arguments = ["--set", "input_project_name=my-proj", "--set", "input_cicd_platform=azure_devops"]
        assert run(["render", str(template_path), *arguments, "--output-dir", str(tmp_path / out)]) == 0

    left, right = ({p.relative_to(tmp_path / d): p.read_bytes() for p in (tmp_path / d).rglob("*.yml")} for d in "ab")
    assert left == right
    assert len(left) == 2


def test_json_lists_the_outputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`outputs` is what `databricks bundle init -o json` prints."""
    folder = template(tmp_path, **{"b.tmpl": "1", "a.tmpl": "2"})

    run(["render", str(folder), "--set", "name=x", "--output-dir", str(tmp_path / "out"), "--json"])

    assert json.loads(capsys.readouterr().out)["outputs"] == ["a", "b"]


def test_a_missing_template_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that leads nowhere is named."""
    assert run(["render", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err
