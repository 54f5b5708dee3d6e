"""The source of a bundle: `cicdpack.toml`, what is packed, and the manifest."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from cicdpack.archive.entries import Entry
from cicdpack.bundle.assembly import SourceProblems, assemble, unneeded
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.manifest import (
    Manifest,
    ManifestError,
    put_manifest,
    read_manifest,
    without_manifest,
)
from cicdpack.bundle.packing import with_manifest
from cicdpack.bundle.source import Mapped, Release, SourceConfig, SourceConfigError

DIGEST = "sha256:" + "0" * 64
A_DIGEST = "`sha256:` and 64 hexadecimal digits: the content digest"
TOML = f"""
[bundle]
name = "mlops"
version = "1.4.0"

[files]
include = ["*.*", "/template/"]
exclude = ["*.md"]
executable = ["*.sh"]
allow_crlf = ["*.bat"]

[[history]]
version = "1.3.0"
digest = "{DIGEST}"
date = 2025-02-21
summary = "first"
"""


def entries_of(files: dict[str, str | bytes]) -> list[Entry]:
    return [
        Entry(path=path, data=data if isinstance(data, bytes) else data.encode(), executable=True)
        for path, data in files.items()
    ]


def packed(files: dict[str, str | bytes]) -> dict[str, bool]:
    """Return path -> executable of what is packed."""
    return {entry.path: entry.executable for entry in assemble(entries_of(files))}


def test_config_is_read() -> None:
    """Every key of the file ends up in the configuration."""
    config = SourceConfig.parse(TOML.encode())

    assert config == SourceConfig(
        name="mlops",
        version="1.4.0",
        include=("*.*", "/template/"),
        exclude=("*.md",),
        executable=("*.sh",),
        allow_crlf=("*.bat",),
        history=(Release(version="1.3.0", digest=DIGEST, date="2025-02-21", summary="first"),),
    )


def test_map_is_read() -> None:
    """Folders are cleaned; the root is the empty path."""
    config = SourceConfig.parse(b'[map]\n"." = "cicd"\n"template/.github/" = "./.github"\n')

    assert config.mapped == (
        Mapped(source="cicd", destination=""),
        Mapped(source=".github", destination="template/.github"),
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[bundel]", "unknown key `bundel`", "did you mean `bundle`?"),
        ("[files]\nexcluded = []", "unknown key `files.excluded`", "did you mean `exclude`?"),
        ("[bundle]\nzzz = 1", "unknown key `bundle.zzz`", "known are `name`, `version`"),
        ("bundle = 1", "`bundle` is no table", "write `[bundle]` above its keys"),
        ("[bundle]\nname = 'a b'", "`bundle.name` is `a b`, expected letters, digits, `.`, `_` and `-`", None),
        ("[bundle]\nversion = 1", "`bundle.version` is `1`, expected a version such as `1.4.0`", None),
        ("[bundle]\nversion = 'v1.4'", "`version` is `v1.4`, expected a version such as `1.4.0`", None),
        ("[files]\ninclude = 'a'", "`files.include` is no list of texts", 'write `include = ["*.sh"]`'),
        (
            "[map]\n'a' = '../b'",
            "`map` names `../b`, expected a folder below the bundle source",
            "build from a folder that holds all of them",
        ),
        ("[map]\n'a' = 1", "`map.a` is `1`, expected a folder of the source", None),
        ("[[history]]\nversion = '1.0.0'", "`history[0].digest` is missing", None),
        ("[[history]]\nversion = '1.0.0'\ndigest = 'x'", f"`history[0].digest` is `x`, expected {A_DIGEST}", None),
        ("[history]", "`history` is no list of tables", "write `[[history]]` above each item"),
    ],
)
def test_config_that_is_refused(text: str, message: str, hint: str | None) -> None:
    """Unknown keys and wrong values are errors that say what would be right."""
    with pytest.raises(SourceConfigError) as caught:
        SourceConfig.parse(text.encode())

    assert str(caught.value) == f"cicdpack.toml: {message}"
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"a = ]", "cicdpack.toml:1:5: not TOML: invalid value"), (b"\xff", "cicdpack.toml: not UTF-8")],
)
def test_config_that_is_no_toml(data: bytes, message: str) -> None:
    """A broken file is an error with its place."""
    with pytest.raises(SourceConfigError) as caught:
        SourceConfig.parse(data)

    assert str(caught.value) == message


def test_what_is_packed_follows_the_rules() -> None:
    """Inclusion, exclusion and the executable bit come from rules on paths, the bit never from the disk."""
    files = {
        "cicdpack.toml": TOML,
        ".cicdpackignore": "*.tmp\n!keep.tmp\n",
        ".git/config": "",
        "cicdpack.json": "{}",
        "a.sh": "",
        "d/b.sh": "",
        "c.tmpl": "",
        "README.md": "",
        "docs/x": "",
        "x.tmp": "",
        "keep.tmp": "",
        "run.bat": "a\r\n",
    }

    assert packed({**files}) == {
        "a.sh": True,
        "c.tmpl": False,
        "cicdpack.toml": False,
        "d/b.sh": True,
        "keep.tmp": False,
        "run.bat": False,
    }


def test_without_rules_everything_is_packed() -> None:
    """A source without a configuration is packed whole, nothing executable."""
    assert packed({"b": "", "a/{{.x}}.tmpl": ""}) == {"a/{{.x}}.tmpl": False, "b": False}


@pytest.mark.parametrize(
    ("path", "data", "rule"),
    [
        (".DS_Store", "", "junk-file"),
        ("d/._a", "", "junk-file"),
        ("Thumbs.db", "", "junk-file"),
        ("desktop.ini", "", "junk-file"),
        ("a~", "", "junk-file"),
        (".a.swp", "", "junk-file"),
        ("#a#", "", "junk-file"),
        ("a.orig", "", "junk-file"),
        ("a.rej", "", "junk-file"),
        ("crlf.txt", "a\nb\r\n", "crlf"),
        ("caf\u0065\u0301", "", "not-nfc"),
        ("ab:c", "", "alternate-data-stream"),
        ("con.yml", "", "reserved-name"),
    ],
)
def test_file_that_may_not_be_packed(path: str, data: str, rule: str) -> None:
    """Junk, CRLF and names that other systems misread are problems, each with a way out."""
    with pytest.raises(SourceProblems) as caught:
        assemble(entries_of({"ok": "", path: data}))

    (problem,) = caught.value.problems
    assert problem.rule == rule
    assert problem.hint
    assert problem.location is not None
    assert problem.location.path == path


@pytest.mark.parametrize(
    ("path", "data"), [("a.swp.txt", ""), ("binary", b"\0\r\n"), ("cr", "a\rb"), ("café", ""), (".gitlab-ci.yml", "")]
)
def test_file_that_may_be_packed(path: str, data: str | bytes) -> None:
    """What only looks like junk is packed; a binary file has no line ends."""
    assert list(packed({path: data})) == [path]


def test_all_problems_are_told_at_once() -> None:
    """The error holds every problem, the place of a CRLF with its line."""
    with pytest.raises(SourceProblems) as caught:
        assemble(entries_of({"a~": "x\ny\r\n", "B": "", "b": ""}))

    assert [(problem.rule, str(problem.location)) for problem in caught.value.problems] == [
        ("junk-file", "a~"),
        ("crlf", "a~:2"),
        ("case-collision", "b"),
    ]
    assert "(and 2 more)" in str(caught.value)


def test_ignored_junk_is_no_problem() -> None:
    """What an ignore rule names is not looked at."""
    assert packed({".cicdpackignore": "*~\n", "a~": "", "a": ""}) == {"a": False}


MAPPED = """
[map]
"." = "cicd"
"template/.github/workflows" = ".github/workflows"
"""


def test_map_moves_folders() -> None:
    """With rules in `[map]` only what they name is packed, where they want it."""
    files = {
        "cicdpack.toml": MAPPED,
        "cicd/library/a": "",
        ".github/workflows/{{.x}}.yml": "",
        ".github/other": "",
        "README.md": "",
    }

    assert list(packed({**files})) == ["cicdpack.toml", "library/a", "template/.github/workflows/{{.x}}.yml"]


def test_unpacked_archive_is_not_mapped_again() -> None:
    """An archive that was made with `[map]` can be unpacked and built again: its files are where they belong."""
    files: dict[str, str | bytes] = {"cicdpack.toml": MAPPED, "library/a": "", "template/.github/workflows/x": ""}

    assert list(packed(files)) == sorted(files)


def test_two_files_mapped_to_one_place_are_a_problem() -> None:
    """Rules that overlap are refused."""
    files: dict[str, str | bytes] = {"cicdpack.toml": '[map]\n"a" = "x"\n"." = "y"\n', "x/b": "1", "y/a/b": "2"}

    with pytest.raises(SourceProblems, match="two files of the source are mapped to `a/b`"):
        assemble(entries_of(files))


@pytest.mark.parametrize(
    ("path", "is_folder", "expected"),
    [
        ("cicd", True, False),
        (".github", True, False),
        (".github/workflows", True, False),
        (".github/workflows/x", False, False),
        (".github/other", False, True),
        ("src", True, True),
        ("cicdpack.toml", False, False),
    ],
)
def test_what_need_not_be_read(path: str, is_folder: bool, expected: bool) -> None:
    """In a large repository only the mapped folders are read."""
    config = SourceConfig.parse(b'[map]\n"." = "cicd"\n"t/w" = ".github/workflows"\n')

    assert config.is_ignored(path, is_folder) is expected


RULES = """
[files]
include = ["*.tmpl", "data/"]
exclude = ["cache/", "/data/raw", "*.lnk"]
[map]
"template" = "pipes"
"data" = "shared/data"
"""


@pytest.mark.parametrize(
    ("path", "is_folder", "expected"),
    [
        ("cicdpack.toml", False, False),
        (".cicdpackignore", False, False),
        ("pipes", True, False),
        ("pipes/a.tmpl", False, False),
        ("pipes/a.md", False, True),
        ("pipes/a.lnk", False, True),
        ("pipes/cache", True, True),
        ("pipes/cache/a.tmpl", False, True),
        ("pipes/notes", True, False),
        ("shared", True, False),
        ("shared/data", True, False),
        ("shared/data/raw", True, True),
        ("shared/data/x.bin", False, False),
        ("shared/other", True, True),
        ("shared/mine.tmpl", False, True),
        ("pipes/x.tmp", False, True),
        ("cicdpack.json", False, True),
    ],
)
def test_rules_say_what_need_not_be_read(path: str, is_folder: bool, expected: bool) -> None:
    """Rules speak of paths in the archive; the source's paths are judged by where they would go."""
    is_unneeded = unneeded(entries_of({"cicdpack.toml": RULES, ".cicdpackignore": "*.tmp\n"}))

    assert is_unneeded(path, is_folder) is expected


def test_a_folder_is_entered_where_a_rule_takes_something_back() -> None:
    """With a rule that begins with `!`, files below an excluded folder are judged one by one."""
    rules = '[files]\nexclude = ["cache/*", "!cache/keep"]\n'
    is_unneeded = unneeded(entries_of({"cicdpack.toml": rules}))

    assert not is_unneeded("cache", True)
    assert is_unneeded("cache/x", False)
    assert not is_unneeded("cache/keep", False)
    assert packed({"cicdpack.toml": rules, "cache/x": "", "cache/keep": ""}) == {
        "cache/keep": False,
        "cicdpack.toml": False,
    }


@pytest.mark.parametrize(
    ("path", "origins"),
    [
        ("template/a", ("pipes/a",)),
        ("data/raw/x", ("shared/data/raw/x",)),
        ("library/x", ()),
        ("cicdpack.toml", ("cicdpack.toml",)),
    ],
)
def test_where_a_packed_file_comes_from(path: str, origins: tuple[str, ...]) -> None:
    """`[map]` backwards."""
    assert SourceConfig.parse(RULES.encode()).origins(path) == origins
    assert SourceConfig().origins(path) == (path,)


BUNDLE: dict[str, str | bytes] = {
    "cicdpack.toml": TOML,
    "databricks_template_schema.json": '{"properties": {"b": {"type": "string", "description": "d"}}}',
    "library/pins.tmpl": "{{define `pin_git`}} v4 {{end}}{{define `pin_cli`}}{{`0.1`}}{{end}}{{define `x`}}{{end}}",
    "merge/databricks_template_schema.json": '{"properties": {"a": {"type": "string", "description": "d"}}}',
    "template/.azure/x": "",
    "template/.gitlab-ci.yml": "",
    "template/run.sh": "#!/bin/sh\n",
}


def test_manifest_describes_the_bundle() -> None:
    """Name, version, parameters, platforms, pins, history and every file but itself are in the manifest."""
    entries = with_manifest(assemble(entries_of(BUNDLE)))

    manifest = read_manifest(entries)

    assert (manifest.name, manifest.version) == ("mlops", "1.4.0")
    assert manifest.parameters == ("a", "b")
    assert manifest.platforms == ("azure_devops", "gitlab")
    assert manifest.pins == {"git": "v4", "cli": "0.1"}
    assert manifest.history[0].version == "1.3.0"
    assert sorted(manifest.files) == sorted(BUNDLE)
    assert manifest.files["template/run.sh"].mode == "0755"
    assert manifest.files["template/run.sh"].sha256 == hashlib.sha256(b"#!/bin/sh\n").hexdigest()


def test_manifest_is_stable_text() -> None:
    """The manifest is sorted JSON with a final newline, and making it again changes nothing."""
    entries = with_manifest(assemble(entries_of(BUNDLE)))

    (data,) = [entry.data for entry in entries if entry.path == "cicdpack.json"]

    document = json.loads(data)
    assert data.decode() == json.dumps(document, indent=2, sort_keys=True) + "\n"
    assert document["format"] == 1
    assert with_manifest(entries) == entries
    assert without_manifest(entries) == assemble(entries_of(BUNDLE))


def test_bundle_takes_its_name_from_the_manifest_or_the_config() -> None:
    """A bundle is called what its manifest says, else its configuration, else `cicd`."""
    entries = assemble(entries_of(BUNDLE))
    bare = [Entry(path="databricks_template_schema.json", data=b"{}")]

    named = [Bundle.from_entries(some) for some in (with_manifest(entries), entries, bare)]

    assert [(bundle.name, bundle.version) for bundle in named] == [("mlops", "1.4.0")] * 2 + [("cicd", "0.0.0")]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Entry(path="a", data=b"2"), "`a` is not the file that the manifest describes: its SHA-256 is d4735e3a"),
        (Entry(path="a", data=b"1", executable=True), "`a` has the mode 0755, its manifest says 0644"),
        (Entry(path="b", data=b""), "`b` is in the archive, but not in its manifest"),
    ],
)
def test_manifest_that_disagrees_is_refused(entry: Entry, message: str) -> None:
    """A file that is not as recorded is named."""
    made = with_manifest([Entry(path="databricks_template_schema.json", data=b"{}"), Entry(path="a", data=b"1")])
    changed = [item for item in made if item.path != entry.path]

    with pytest.raises(ManifestError, match=f"^cicdpack.json: {message}"):
        read_manifest([*changed, entry])
    with pytest.raises(ManifestError, match="`a` is in the manifest, but not in the archive"):
        read_manifest([item for item in made if item.path != "a"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: unexpected end of JSON input"),
        ("[]", "expected a JSON object, found an array"),
        ("{}", "`format` is no positive whole number"),
        ('{"format": 1.5}', "`format` is no positive whole number"),
        ('{"format": 2}', "`format` is 2, and this cicdpack reads up to 1"),
        ('{"format": 1, "bundle": 3}', "`bundle` is no object"),
        ('{"format": 1, "bundle": {"name": 1}}', "`bundle.name` is no text"),
        (
            '{"format": 1, "bundle": {"name": "a", "version": "1"}, "files": {"a": 1}}',
            "`files` has no record for `a`",
        ),
        (
            '{"format": 1, "bundle": {"name": "a", "version": "1"}, "history": [1]}',
            "`history` holds something else than releases",
        ),
    ],
)
def test_manifest_that_cannot_be_read(text: str, message: str) -> None:
    """A manifest of another shape, or of a newer format, is refused with a way out."""
    with pytest.raises(ManifestError) as caught:
        read_manifest([Entry(path="cicdpack.json", data=text.encode())])

    assert caught.value.message == message
    assert caught.value.hint


def test_manifest_that_is_not_there() -> None:
    """An archive without a manifest cannot answer."""
    with pytest.raises(ManifestError, match="there is no `cicdpack"):
        read_manifest([])


def test_manifest_replaces_an_older_one() -> None:
    """There is one manifest, in its place among the sorted entries."""
    old = [Entry(path="cicdpack.json", data=b"old"), Entry(path="z", data=b""), Entry(path="a", data=b"")]

    entries = put_manifest(old, Manifest(name="n", version="1.0.0"))

    assert [entry.path for entry in entries] == ["a", "cicdpack.json", "z"]
    assert b'"name": "n"' in entries[1].data


def test_example_in_the_documentation_is_valid() -> None:
    """The configuration that the documentation shows is read without an error, and every key of it counts."""
    text = (Path(__file__).parents[2] / "docs" / "bundle-source.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    config = SourceConfig.parse(example.encode())

    assert (config.name, config.version, len(config.mapped), len(config.history)) == ("mlops-cicd", "1.4.0", 2, 1)
