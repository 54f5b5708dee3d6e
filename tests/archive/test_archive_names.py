"""The names that every system can hold and none can misread."""

from __future__ import annotations

import pytest

from cicdpack.archive.canonical import encode
from cicdpack.archive.entries import Entry
from cicdpack.archive.names import Collision, UnsafePath, check_path, check_paths, find_collisions, find_fault, fold
from cicdpack.archive.refusals import ArchiveError, shown
from cicdpack.errors import CicdpackError


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "template/.azure/devops-pipelines/{{.input_project_name}}-tests-ci.yml.tmpl",
        "merge/{{template `project_folder` .}}/databricks.yml.tmpl",
        "template/{{if eq .input_cicd_platform `gitlab`}}.gitlab{{end}}/x",
        "template/.github/workflows/{{.input_project_name}}-run-tests.yml.tmpl",
        ".gitlab-ci.yml",
        ".gitlab/pipelines/x.yml",
        ".gitignore",
        ".gitattributes",
        ".gitkeep",
        "git",
        "git~x",
        "template/-leading-dash-below",
        "with space/and more.txt",
        " leading space",
        "...dots",
        "a..b",
        "..a",
        "console",
        "com10",
        "aux-file.txt",
        "xnul",
        "$PATH/~/%41/#1",
        "naïve-ünïcode.yml",
        "日本語/ファイル.txt",
        "straße",
        "emoji-🚀",
        "n" * 255,
        "ü" * 127,
        "/".join(["d"] * 64),
        "/".join(["n" * 203, "n" * 203, "n" * 203, "n" * 203, "n" * 208]),
    ],
)
def test_safe(path: str) -> None:
    """Names of templates and of what they render to are safe, however odd they look."""
    assert find_fault(path) is None
    check_path(path)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "empty-name"),
        ("/", "absolute-path"),
        ("/etc/passwd", "absolute-path"),
        ("\\evil", "absolute-path"),
        ("//server/share", "unc-path"),
        ("\\\\server\\share", "unc-path"),
        ("c:evil", "drive-letter"),
        ("C:\\evil", "drive-letter"),
        ("a\\b", "backslash"),
        ("-rf", "leading-dash"),
        ("--help/x", "leading-dash"),
        ("..", "dot-dot"),
        ("../evil", "dot-dot"),
        ("a/../../evil", "dot-dot"),
        ("a/..", "dot-dot"),
        (".", "dot-component"),
        ("./a", "dot-component"),
        ("a/./b", "dot-component"),
        ("a//b", "empty-component"),
        ("a/", "empty-component"),
        ("a\0b", "nul-in-name"),
        ("a\tb", "control-character"),
        ("a\nb", "control-character"),
        ("a\x7fb", "control-character"),
        ("a\x85b", "control-character"),
        ("a\u2028b", "control-character"),
        ("a\u202eb", "bidi-character"),
        ("a\u2066b", "bidi-character"),
        ("a\u200fb", "bidi-character"),
        ("a\u200bb", "ignorable-character"),
        ("a\ufeffb", "ignorable-character"),
        ("a\u00adb", "ignorable-character"),
        ("a\ufe0f", "ignorable-character"),
        ("a\u3164", "ignorable-character"),
        ("a\U000e0041", "ignorable-character"),
        ("a\ue000", "unassigned-character"),
        ("a\uffff", "unassigned-character"),
        ("a\u0378", "unassigned-character"),
        ("a\ud800", "not-utf-8"),
        ("cafe\u0301", "not-nfc"),
        ("\u212b", "not-nfc"),
        ("a/\uff0e\uff0e/b", "disguised-separator"),
        ("\u2025/b", "disguised-separator"),
        ("a\uff0fb", "disguised-separator"),
        ("a\uff3cb", "disguised-separator"),
        ("ab:c", "alternate-data-stream"),
        ("a/b:$DATA", "alternate-data-stream"),
        ("a*b", "forbidden-character"),
        ("a?", "forbidden-character"),
        ('{{if eq .x "y"}}', "forbidden-character"),
        ("<a>", "forbidden-character"),
        ("{{.a | lower}}", "forbidden-character"),
        (".git", "git-folder"),
        (".git/config", "git-folder"),
        ("a/.Git/hooks/x", "git-folder"),
        (".git.", "git-folder"),
        (".git ", "git-folder"),
        (".git. .", "git-folder"),
        ("git~1", "git-folder"),
        ("GIT~12/x", "git-folder"),
        (".git:stream", "git-folder"),
        (".g\u200cit", "git-folder"),
        (".\u202egit", "git-folder"),
        (".\uff47it", "git-folder"),
        ("\uff0egit", "git-folder"),
        ("CON", "reserved-name"),
        ("con.txt", "reserved-name"),
        ("a/Aux.tar.gz", "reserved-name"),
        ("NUL .txt", "reserved-name"),
        ("COM1", "reserved-name"),
        ("lpt9.x", "reserved-name"),
        ("COM\u00b2", "reserved-name"),
        ("CONOUT$", "reserved-name"),
        ("a.", "trailing-dot"),
        ("a./b", "trailing-dot"),
        ("a ", "trailing-space"),
        ("a /b", "trailing-space"),
        ("a\u00a0", "trailing-space"),
        ("n" * 256, "name-too-long"),
        ("ü" * 128, "name-too-long"),
        ("/".join(["n" * 204, "n" * 204, "n" * 204, "n" * 204, "n" * 205]), "path-too-long"),
        ("/".join(["d"] * 65), "path-too-deep"),
        ("d/" * 900 + "f", "path-too-deep"),
    ],
)
def test_unsafe(path: str, kind: str) -> None:
    """Each rule has a name, and the error shows the path escaped, with a hint."""
    with pytest.raises(UnsafePath) as caught:
        check_path(path)

    assert caught.value.kind == kind
    assert caught.value.path == path
    assert caught.value.message.isprintable()
    assert caught.value.hint is not None
    assert isinstance(caught.value, ArchiveError)
    assert isinstance(caught.value, CicdpackError)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a", "a"], ("duplicate-path", "a", "a")),
        (["Readme", "README"], ("case-collision", "README", "Readme")),
        (["A/x", "a/y"], ("case-collision", "a", "A")),
        (["É", "é"], ("case-collision", "é", "É")),
        (["caf\u00e9", "cafe\u0301"], ("unicode-collision", "cafe\u0301", "caf\u00e9")),
        (["strasse", "straße"], ("fold-collision", "straße", "strasse")),
        (["STRASSE", "straße"], ("fold-collision", "straße", "STRASSE")),
        (["file", "ﬁle"], ("fold-collision", "ﬁle", "file")),
        (["k", "\u212a"], ("case-collision", "\u212a", "k")),
        (["a", "a/b"], ("file-and-folder", "a", "a")),
        (["a/b", "a"], ("file-and-folder", "a", "a")),
        (["a/b/c", "a/b"], ("file-and-folder", "a/b", "a/b")),
        (["A", "a/b"], ("case-collision", "a", "A")),
    ],
)
def test_collision(paths: list[str], expected: tuple[str, str, str]) -> None:
    """Two paths that some file system takes for one are found, and named after what tells them apart."""
    kind, path, other = expected

    assert find_collisions(paths) == (Collision(kind=kind, path=path, other=other),)


@pytest.mark.parametrize(
    "paths",
    [
        [],
        ["a", "b"],
        ["a/x", "a/y"],
        ["a-b", "a/b", "ab"],
        ["a/a/a", "b/a/a"],
        ["strase", "straße"],
        ["cafe", "café"],
    ],
)
def test_no_collision(paths: list[str]) -> None:
    """Paths that differ everywhere do not collide."""
    assert find_collisions(paths) == ()


def test_folders_collide_too() -> None:
    """A folder listed in its own right collides with a file of its name, but not with itself."""
    assert find_collisions(["a/b"], ["a", "a"]) == ()
    assert find_collisions(["a"], ["a"]) == (Collision(kind="file-and-folder", path="a", other="a"),)


def test_every_collision_is_told() -> None:
    """All collisions are found, each with the path that came first."""
    found = find_collisions(["a", "A", "x/1", "X/1"])

    assert [(each.kind, each.path, each.other) for each in found] == [
        ("case-collision", "A", "a"),
        ("case-collision", "X", "x"),
        ("case-collision", "X/1", "x/1"),
    ]


def test_paths_are_checked_one_by_one_and_together() -> None:
    """An unsafe path is told before a collision; the error of a collision names both paths."""
    with pytest.raises(UnsafePath, match=r"`\.\./x` has a `\.\.` component"):
        check_paths(["a", "A", "../x"])
    with pytest.raises(UnsafePath, match="`A` differs from `a` in nothing but case") as caught:
        check_paths(["a", "A"])

    assert (caught.value.path, caught.value.other) == ("A", "a")


def test_folding_is_stable() -> None:
    """Folding a folded name changes nothing, also where case folding and normal forms meet."""
    for name in ["ﬀ", "\u0345", "ǰ", "ẞ", "K", "\u1e9e", "ϓ", "İ"]:
        assert fold(fold(name)) == fold(name)


def test_packing_refuses_unsafe_names() -> None:
    """What could not be unpacked is not packed."""
    with pytest.raises(UnsafePath) as caught:
        encode([Entry(path="ok", data=b""), Entry(path="a/.git/config", data=b"")])

    assert caught.value.kind == "git-folder"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain-name", "plain-name"),
        ("naïve 日本", "naïve 日本"),
        ("a\x1bb", "a\\x1bb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\U000e0041", "a\\U000e0041"),
        ("a\udcff", "a\\udcff"),
        ("x" * 300, "x" * 159 + "…"),
    ],
)
def test_shown(name: str, text: str) -> None:
    """A name is printed with everything escaped that is not plainly visible, and cut when it is over-long."""
    assert shown(name) == text
