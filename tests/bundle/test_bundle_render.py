"""Rendering: the walk, names, skips, overlays, messages, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cicdpack.archive.entries import Entry, Tree, TreeFile
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.cli_text import RenderError
from cicdpack.bundle.destinations import DestinationError
from cicdpack.bundle.overlay import OverlayError
from cicdpack.bundle.render import TemplateFolderError, initialise, render
from cicdpack.bundle.rendering import OutputConflict, RenderedFile, Rendering, check_output
from cicdpack.bundle.schema import SchemaError
from cicdpack.bundle.skips import SkipError
from cicdpack.bundle.templates import LibraryError
from cicdpack.gotemplate.limits import Limits
from cicdpack.problems import Location

if TYPE_CHECKING:
    from cicdpack.bundle.errors import BundleError

VALUES = {"x": "X", "e": "", "up": "..", "abs": "/a", "dot": "."}


def bundle_of(files: dict[str, str], schema: dict[str, Any] | None = None) -> Bundle:
    """Return a bundle with the files and a schema that knows all of `VALUES`."""
    properties = {name: {"type": "string", "description": "d"} for name in VALUES}
    document = {"properties": properties, **(schema or {})}
    files = {"databricks_template_schema.json": json.dumps(document), **files}
    return Bundle.from_entries(Entry(path=path, data=text.encode()) for path, text in files.items())


def for_cli(files: dict[str, str], schema: dict[str, Any] | None = None) -> Rendering:
    """Render as the CLI would."""
    return initialise(bundle_of(files, schema), json.dumps(VALUES).encode(), config_source="c.json")


def for_project(files: dict[str, str]) -> Rendering:
    """Render for `apply`."""
    return render(bundle_of(files), VALUES)


def texts(rendering: Rendering) -> dict[str, str]:
    return {file.path: file.data.decode() for file in rendering.files}


def test_files_come_breadth_first_in_byte_order_of_raw_names() -> None:
    """All files of a folder come before its subfolders; names are compared before they are rendered."""
    files = ["d/a", "d/e/x", "b", "{{.x}}", "A", "d/z", "c/f"]

    rendering = for_cli({f"template/{path}": "" for path in files})

    assert [file.path for file in rendering.files] == ["A", "b", "X", "c/f", "d/a", "d/z", "d/e/x"]


def test_only_templates_are_rendered_and_lose_their_suffix_once() -> None:
    """A file is a template by its raw name; other contents are copied, other names rendered all the same."""
    rendering = for_cli(
        {
            "template/a.tmpl": "{{.x}}",
            "template/b": "{{.x}}",
            "template/c.tmpl.tmpl": "",
            "template/{{.x}}.yml.tmpl": "",
            "template/d.tmpl/e": "",
        }
    )

    assert texts(rendering) == {"a": "X", "b": "{{.x}}", "c.tmpl": "", "X.yml": "", "d.tmpl/e": ""}


def test_contents_are_bytes() -> None:
    """Line ends, NUL and bytes that are not UTF-8 go through, copied or rendered."""
    raw = b"\xef\xbb\xbfa\r\n\x00\xff{{.x}}"
    entries = [
        *bundle_of({}).content,
        Entry(path="template/t.tmpl", data=raw),
        Entry(path="template/u.tmpl", data=b"\xff\r\n"),
    ]

    rendering = initialise(Bundle.from_entries(entries), json.dumps(VALUES).encode())

    assert [file.data for file in rendering.files] == [b"\xef\xbb\xbfa\r\n\x00\xffX", b"\xff\r\n"]


def test_modes_are_the_sources_and_writable() -> None:
    """Permission bits are kept, the owner's write bit is added; an archive's are 0644 and 0755."""
    schema = TreeFile(path="databricks_template_schema.json", data=b"{}")
    modes = {"a": 0o444, "b": 0o000, "c": 0o755}
    files = (schema, *(TreeFile(path=f"template/{name}", data=b"", mode=mode) for name, mode in modes.items()))
    tree = Tree(files=files, folders=("template",))
    entries = [Entry(path="databricks_template_schema.json", data=b"{}")]
    entries += [Entry(path="template/a", data=b"", executable=True), Entry(path="template/b", data=b"")]

    from_tree = initialise(Bundle.from_tree(tree))
    from_archive = initialise(Bundle.from_entries(entries))

    assert [file.mode for file in from_tree.files] == [0o644, 0o200, 0o755]
    assert [(file.mode, file.executable) for file in from_archive.files] == [(0o755, True), (0o644, False)]


def test_visited_folders_are_part_of_the_rendering() -> None:
    """Empty folders are rendered too, in the order of the walk; what is skipped is not visited."""
    schema = TreeFile(path="databricks_template_schema.json", data=b"{}")
    skip = TreeFile(path="template/s.tmpl", data=b"{{skip `gone`}}")
    folders = ("template", "template/b", "template/b/c", "template/a", "template/gone", "template/gone/x")

    rendering = initialise(Bundle.from_tree(Tree(files=(schema, skip), folders=folders)))

    assert rendering.folders == ("a", "b", "b/c")


def test_library_is_visible_everywhere_and_files_do_not_see_each_other() -> None:
    """Definitions of the library reach names and contents; a file's own ones end with it."""
    rendering = for_cli(
        {
            "library/a.tmpl": "{{define `q`}}Q{{end}}",
            "library/b": "top",
            "template/{{template `q`}}.tmpl": "{{template `b`}}{{define `q`}}own{{end}}{{template `q`}}",
            "template/z.tmpl": "{{template `q`}}",
        }
    )

    assert texts(rendering) == {"Q": "topown", "z": "Q"}


@pytest.mark.parametrize(
    ("files", "remaining"),
    [
        ({"a": "", "s.tmpl": "{{skip `a`}}"}, ["s"]),
        ({"d/f": "{{fail `x`}}", "s.tmpl": "{{skip `d`}}"}, ["s"]),
        ({"d/f": "", "s.tmpl": "{{skip `/d/`}}"}, ["s"]),
        ({"d/f": "", "d/e/g": "", "s.tmpl": "{{skip `d/*`}}"}, ["s"]),
        ({"d/f": "", "d/s.tmpl": "{{skip `../a`}}", "a": ""}, ["d/f", "d/s"]),
        ({"{{.x}}/f": "", "{{.x}}/s.tmpl": "{{skip `f`}}"}, ["X/s"]),
        ({"X": "", "s.tmpl": "{{skip `{{.x}}`}}"}, ["s"]),
        ({"a": "", "{{skip `a`}}s": ""}, ["s"]),
        ({"a.tmpl": "", "s.tmpl": "{{skip `a.tmpl`}}"}, ["a", "s"]),
        ({"{{`*`}}": "", "s.tmpl": "{{skip `*`}}"}, []),
        ({"{{`[q]`}}": "", "q": "", "s.tmpl": "{{skip `[q]`}}"}, ["s", "[q]"]),
        ({"a": "{{skip `b`}}", "s.tmpl": "{{skip `a`}}{{skip `s`}}{{skip `[`}}"}, []),
        ({"a/f": "", "b/s.tmpl": "{{skip `../a`}}"}, ["a/f", "b/s"]),
        ({"s.tmpl": "{{skip `.`}}{{skip ``}}", "d/x": ""}, ["s", "d/x"]),
        ({"s.tmpl": "{{define `q`}}{{skip `a`}}{{end}}{{template `q`}}", "a": ""}, ["s"]),
    ],
)
def test_skip(files: dict[str, str], remaining: list[str]) -> None:
    """A pattern is relative to the file's folder, is rendered, and meets rendered paths, earlier ones too."""
    rendering = for_cli({f"template/{path}": text for path, text in files.items()})

    assert [file.path for file in rendering.files] == remaining


@pytest.mark.parametrize(
    ("files", "message", "cli_text"),
    [
        (
            {"s.tmpl": "{{skip `a[`}}"},
            "template/s.tmpl: `skip` got `a[`, which is no pattern",
            "syntax error in pattern",
        ),
        (
            {"s.tmpl": "{{skip `{{.n}}`}}"},
            "template/s.tmpl:1:3: the pattern of `skip` cannot be rendered: no parameter `n`",
            (
                'failed to compute file content for s.tmpl. template: :1:2: executing "" at <skip `{{.n}}`>: '
                'error calling skip: variable "n" not defined'
            ),
        ),
        ({"s.tmpl": '{{skip `{{fail "no"}}`}}'}, None, "no"),
        ({"{{skip `a`}}d/f": ""}, "template/{{skip `a`}}d:1:3: the name of a folder calls `skip`", None),
    ],
)
def test_skip_that_is_refused(files: dict[str, str], message: str | None, cli_text: str | None) -> None:
    """A bad pattern, one that cannot be rendered, and a call in a folder's name are errors with their place."""
    with pytest.raises((SkipError, RenderError)) as caught:
        for_cli({f"template/{path}": text for path, text in files.items()})

    assert message is None or str(caught.value) == message
    assert cli_text is None or caught.value.cli_text == cli_text


def test_patterns_cost_steps() -> None:
    """Many patterns on many files run into the limit of steps instead of hanging."""
    files = {"template/s.tmpl": "{{range 200}}{{skip (printf `x%d*` .)}}{{end}}"}
    files.update({f"template/{number}": "" for number in range(50)})

    with pytest.raises(SkipError, match="exceeded maximum number of steps"):
        render(bundle_of(files), VALUES, limits=Limits(steps=5000))


def test_skip_that_renders_itself_comes_to_an_end() -> None:
    """A value that holds a `skip` of itself would never end."""
    bundle = bundle_of({"template/s.tmpl": "{{skip .x}}"})

    with pytest.raises(RenderError, match="more than 16 skips inside each other"):
        render(bundle, {**VALUES, "x": "{{skip .x}}"})


@pytest.mark.parametrize(
    ("path", "shown", "place"),
    [
        ("{{.abs}}", "/a", "a"),
        ("{{.e}}/f", "/f", "f"),
        ("{{.dot}}/f", "./f", "f"),
        ("{{.x}}*?[", "X*?[", "X*?["),
        ("a//{{.e}}/f", "a//f", "a/f"),
    ],
)
def test_place_that_the_cli_takes(path: str, shown: str, place: str) -> None:
    """What stays inside the output folder is written there; the CLI's list shows it as rendered."""
    tree = Tree(
        files=(
            TreeFile(path="databricks_template_schema.json", data=bundle_of({}).content[0].data),
            TreeFile(path=f"template/{path.replace('//', '/')}", data=b""),
        ),
        folders=("template",),
    )

    rendering = initialise(Bundle.from_tree(tree), json.dumps(VALUES).encode())

    assert [file.path for file in rendering.files] == [place]
    assert rendering.outputs == (shown.replace("a//f", "a//f"),)


@pytest.mark.parametrize(
    ("files", "rule", "message"),
    [
        (["{{.e}}"], "names-no-file", "template/{{.e}}: the path renders to ``, which names no file"),
        (["d/{{.e}}.tmpl"], "names-no-file", "template/d/{{.e}}.tmpl: the path renders to `d/`, which names no file"),
        ([".tmpl"], "names-no-file", "template/.tmpl: the path renders to ``, which names no file"),
        (["{{.dot}}"], "names-no-file", "template/{{.dot}}: the path renders to `.`, which names no file"),
        (["a", "a.tmpl"], "same-path", "template/a.tmpl: `template/a` and `template/a.tmpl` both render to `a`"),
        (
            ["X/f", "{{.x}}"],
            "file-and-folder",
            "template/{{.x}}: `template/{{.x}}` renders to `X`, which is a folder of `template/X/f`",
        ),
        (
            ["{{.up}}/f"],
            "escape",
            "template/{{.up}}/f: the path renders to `../f`, which leads out of the output folder",
        ),
        (
            ["{{`.git`}}/hooks/x"],
            "git-folder",
            (
                "template/{{`.git`}}/hooks/x: the path renders to `.git/hooks/x`, which would write into "
                "git's own folder"
            ),
        ),
        (
            ["a/{{`.GIT `}}/x"],
            "git-folder",
            ("template/a/{{`.GIT `}}/x: the path renders to `a/.GIT /x`, which would write into git's own folder"),
        ),
        (["{{`a\0`}}"], "nul-in-name", "template/{{`a\0`}}: the path renders to `a\0`, which no system can hold"),
    ],
)
def test_place_that_is_refused(files: list[str], rule: str, message: str) -> None:
    """What names no file, two files or a dangerous place is refused, naming the template's file."""
    with pytest.raises(DestinationError) as caught:
        for_cli({f"template/{path}": "" for path in files})

    assert caught.value.rule == rule
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("{{.abs}}", "absolute-path"),
        ("{{.e}}/f", "absolute-path"),
        ("{{.up}}/f", "dot-dot"),
        ("a/{{.up}}/f", "dot-dot"),
        ("{{.x}}*", "forbidden-character"),
        ("{{`con`}}.yml", "reserved-name"),
        ("{{`.git`}}/config", "git-folder"),
        ("{{`a\\\\b`}}", "backslash"),
    ],
)
def test_place_that_is_refused_for_a_project(path: str, rule: str) -> None:
    """A project gets only names that every system can hold."""
    with pytest.raises(DestinationError) as caught:
        for_project({f"template/{path}": ""})

    assert caught.value.rule == rule
    assert caught.value.location == Location(path=f"template/{path}")


def test_names_that_differ_in_case_are_refused_for_a_project() -> None:
    """Two files that are one on a Mac are refused for a project, and written as the CLI would otherwise."""
    files = {"template/{{.x}}": "", "template/x": ""}

    assert len(for_cli(files).files) == 2
    with pytest.raises(DestinationError, match=r"`X` and `x`|`x` and `X`"):
        for_project(files)


def test_messages() -> None:
    """The welcome comes before the defaults are known, the success message after everything."""
    said: list[str] = []
    schema = {"welcome_message": "hi {{.x}}", "success_message": "bye {{.x}}{{skip `a`}}"}

    rendering = initialise(bundle_of({"template/a": ""}, schema), json.dumps(VALUES).encode(), say=said.append)

    assert said == ["hi X"]
    assert rendering.messages == ("bye X",)
    assert texts(rendering) == {"a": ""}


def test_line_map_leads_back_to_the_template() -> None:
    """Every rendered line knows its template and line; a copied file's lines are its source's."""
    rendering = for_cli({"template/a.tmpl": "{{if .x}}\none\n{{end}}\ntwo\n", "template/b": "x\ny"})

    rendered, copied = rendering.files

    assert rendered.data == b"\none\n\ntwo\n"
    assert rendered.origin_of(4) == Location(path="template/a.tmpl", line=4)
    assert copied.line_map == (Location(path="template/b", line=1), Location(path="template/b", line=2))
    assert copied.origin_of(2) == Location(path="template/b", line=2)


@pytest.mark.parametrize(
    ("files", "cli_text", "message"),
    [
        (
            {"template/d/a.tmpl": "l1\n  {{.nope}}"},
            'failed to compute file content for d/a.tmpl. variable "nope" not defined',
            "template/d/a.tmpl:2:",
        ),
        (
            {"template/d/a.tmpl": "l1\n  {{ if }}"},
            "failed to compute file content for d/a.tmpl. error in l1\n  {{ if }}: template: :2: missing value for if",
            "template/d/a.tmpl:2:",
        ),
        ({"template/{{.nope}}/f": ""}, 'variable "nope" not defined', "template/{{.nope}}:1:"),
        (
            {'template/{{fail "boom"}}': ""},
            'template: :1:2: executing "" at <fail "boom">: error calling fail: boom',
            'template/{{fail "boom"}}:1:3: the template refuses: boom',
        ),
        (
            {"template/a.tmpl": "{{template `q` .}}", "library/l.tmpl": "\n{{define `q`}}{{fail `no`}}{{end}}"},
            "no",
            "library/l.tmpl:2:17: the template refuses: no",
        ),
        (
            {"template/a": "", "library/l.tmpl": "\n\n{{foo}}"},
            'template: l.tmpl:3: function "foo" not defined',
            "library/l.tmpl:3:3:",
        ),
        (
            {"template/a": "", "library/l.tmpl": "{{skip `x`}}"},
            'template: l.tmpl:1: function "skip" not defined',
            "library/l.tmpl:1:",
        ),
    ],
)
def test_template_that_fails(files: dict[str, str], cli_text: str, message: str) -> None:
    """An error has the CLI's text, and ours with the real file, line and column."""
    with pytest.raises(RenderError) as caught:
        for_cli(files)

    assert caught.value.cli_text == cli_text
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("files", "error", "cli_text"),
    [
        ({}, TemplateFolderError, "open .: no such file or directory"),
        ({"template": ""}, TemplateFolderError, "open .: not a directory"),
        ({"template/a": "", "library/sub/x.tmpl": ""}, LibraryError, "read library/sub: is a directory"),
    ],
)
def test_bundle_without_its_parts(files: dict[str, str], error: type[BundleError], cli_text: str) -> None:
    """A missing template folder and a folder in the library are told in the CLI's words."""
    with pytest.raises(error) as caught:
        for_cli(files)

    assert caught.value.cli_text == cli_text


def test_folder_without_a_schema_is_no_template() -> None:
    """Without a schema there is no bundle."""
    with pytest.raises(SchemaError) as caught:
        Bundle.from_entries([Entry(path="template/a", data=b"")])

    assert caught.value.cli_text == (
        "not a bundle template: expected to find a template schema file at databricks_template_schema.json"
    )


def test_template_dir_moves_template_and_library() -> None:
    """The schema stays at the root; `template_dir` names the folder with the rest, or leads nowhere."""
    files = {"t/template/a.tmpl": "{{template `q`}}", "t/library/l": "{{define `q`}}Q{{end}}", "template/no": ""}

    assert texts(for_cli(files, {"template_dir": "./t/"})) == {"a": "Q"}
    with pytest.raises(SchemaError) as caught:
        for_cli(files, {"template_dir": "nope"})
    assert caught.value.cli_text == "template directory nope not found"


def test_output_beyond_a_limit_is_an_error() -> None:
    """A template that writes without end runs into a limit, with its place."""
    bundle = bundle_of({"template/a.tmpl": "{{range 1000000}}{{.}}{{end}}"})

    with pytest.raises(RenderError, match=r"^template/a.tmpl:1:"):
        render(bundle, VALUES, limits=Limits(steps=1000))


def test_overlays_are_values_for_files_of_the_user() -> None:
    """Files of `merge/` are templates; a mark on the first line allows to create the file; empty ones do not count."""
    rendering = for_project(
        {
            "template/a": "",
            "library/l": "{{define `q`}}Q{{end}}",
            "merge/{{.x}}/databricks.yml.tmpl": "targets:\n  prod: {{template `q`}}\n",
            "merge/b.yml": "# cicdpack: create\nx: '{{.x}}'\n",
            "merge/empty.yml.tmpl": "# only a comment\n{{if .e}}a: 1{{end}}\n",
            "merge/skipped.yml": "a: 1\n",
            "template/s.tmpl": "{{skip `skipped.yml`}}",
        }
    )

    first, second = rendering.overlays

    assert (first.path, first.create, first.value()) == ("X/databricks.yml", False, {"targets": {"prod": "Q"}})
    assert (second.path, second.create, second.value()) == ("b.yml", True, {"x": "{{.x}}"})
    assert texts(rendering) == {"a": "", "s": ""}


def test_overlays_are_none_of_the_clis_business() -> None:
    """What `databricks bundle init` would do knows no overlays."""
    assert for_cli({"template/a": "", "merge/b.yml": "{{bad"}).overlays == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "merge/o.yml.tmpl: the overlay renders to no mapping, so there is nothing to merge into"),
        ("{{/* c */}}\na: 1\na: 2\n", "merge/o.yml.tmpl:3: the overlay for `o.yml` cannot be used: "),
        ("a: [1\n", "merge/o.yml.tmpl:"),
    ],
)
def test_overlay_that_is_no_mapping_is_refused(text: str, message: str) -> None:
    """An overlay that cannot be merged is an error at the template's line."""
    (overlay,) = for_project({"template/a": "", "merge/o.yml.tmpl": text}).overlays

    with pytest.raises(OverlayError) as caught:
        overlay.value()

    assert str(caught.value).startswith(message)


def test_overlay_that_is_not_utf8_is_refused() -> None:
    """An overlay is text."""
    entries = [*bundle_of({"template/a": ""}).content, Entry(path="merge/o.yml", data=b"\xff: 1")]

    with pytest.raises(OverlayError, match=r"^merge/o.yml: the overlay is not UTF-8$"):
        render(Bundle.from_entries(entries), VALUES)


def test_overlays_have_parameters_of_their_own() -> None:
    """A schema beside the overlays adds parameters; one that both have must be the same."""
    schema = {"properties": {"y": {"type": "string", "description": "d"}}}
    clash = {"properties": {"x": {"type": "string", "description": "other"}}}

    bundle = bundle_of({"template/a": "", "merge/databricks_template_schema.json": json.dumps(schema)})

    assert list(bundle.parameters.properties) == [*VALUES, "y"]
    assert render(bundle, {**VALUES, "y": ""}).overlays == ()
    with pytest.raises(SchemaError, match="parameter `x` differs from the one in"):
        bundle_of({"merge/databricks_template_schema.json": json.dumps(clash)})


def test_overlays_of_another_bundle_keep_their_library() -> None:
    """A bundle without overlays can borrow them; they bring library and parameters along."""
    own = bundle_of({"template/a.tmpl": "{{template `q`}}", "library/l": "{{define `q`}}own{{end}}"})
    other = bundle_of(
        {
            "template/b": "",
            "library/l": "{{define `q`}}other{{end}}",
            "merge/o.yml.tmpl": "a: {{template `q`}}{{.y}}",
            "merge/databricks_template_schema.json": '{"properties": {"y": {"type": "string", "description": "d"}}}',
        }
    )

    rendering = render(own.with_overlays_of(other), {**VALUES, "y": "Y"})

    assert texts(rendering) == {"a": "own"}
    assert [overlay.text for overlay in rendering.overlays] == ["a: otherY"]


def test_rendering_is_a_function_of_its_inputs() -> None:
    """The same bundle, values and seed give the same bytes; the seed matters where chance is asked for."""
    bundle = bundle_of({"template/a.tmpl": "{{uuid}}", "template/b": "b"})

    assert texts(render(bundle, VALUES, seed=b"1")) == texts(render(bundle, VALUES, seed=b"1"))
    assert texts(render(bundle, VALUES, seed=b"1")) != texts(render(bundle, VALUES, seed=b"2"))


@pytest.mark.parametrize(
    ("occupied", "cli_text"),
    [
        ("taken", "failed to initialize template, one or more files already exist: ./b"),
        ("below a file", "error while verifying file ./b does not already exist: stat out/b: not a directory"),
    ],
)
def test_output_in_the_way_is_refused(occupied: Any, cli_text: str) -> None:
    """The first file whose place is not free stops everything; the CLI's text shows the path as rendered."""
    files = (RenderedFile(path="a", data=b"", shown="a"), RenderedFile(path="b", data=b"", shown="./b"))

    with pytest.raises(OutputConflict) as caught:
        check_output(Rendering(files=files), lambda path: "free" if path == "a" else occupied, root="out")

    assert (caught.value.path, caught.value.cli_text) == ("b", cli_text)


def test_output_that_is_free_is_accepted() -> None:
    """Nothing in the way, nothing refused."""
    check_output(Rendering(files=(RenderedFile(path="a", data=b""),)), lambda _: "free")
