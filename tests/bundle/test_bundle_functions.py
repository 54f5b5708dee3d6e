"""Helper functions, case mapping, and facts of a workspace."""

from __future__ import annotations

import re

import pytest

from cicdpack.archive.entries import Entry
from cicdpack.bundle.bundle import Bundle
from cicdpack.bundle.casing import lower, upper
from cicdpack.bundle.cli_text import RenderError
from cicdpack.bundle.host import Deterministic, Host
from cicdpack.bundle.render import initialise
from cicdpack.bundle.templates import Templates


def rendered(text: str, *, host: Host | None = None, seed: bytes = b"") -> str:
    """Render the content of one file without parameters."""
    entries = [
        Entry(path="databricks_template_schema.json", data=b"{}"),
        Entry(path="template/f.tmpl", data=text.encode()),
    ]
    (file,) = initialise(Bundle.from_entries(entries), host=host, seed=seed).files
    return file.data.decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abC", "abc"), ("ΑΣ", "ας".replace("ς", "σ")), ("İ", "i"), ("ǅ", "ǆ"), ("ẞ", "ß"), ("\udcff", "\ufffd")],
)
def test_lower(text: str, expected: str) -> None:
    """Each character has one lower case, whatever stands around it."""
    assert lower(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("abc", "ABC"), ("ß", "ß"), ("ǆ", "Ǆ"), ("ᾳ", "ᾼ"), ("ﬁ", "ﬁ"), ("ŉ", "ŉ"), ("ı", "I")]
)
def test_upper(text: str, expected: str) -> None:
    """Each character has one upper case, or none."""
    assert upper(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{lower `ÀB`}}{{upper `ß`}}", "àbß"),
        ("{{path_separator}}", "/"),
        ("{{record_deployment_history}}", "false"),
        ("{{pair `k` 1}}", "{k 1}"),
        ("{{map (pair `b` 1) (pair `a` `x`) (pair `b` 2)}}", "map[a:x b:2]"),
        ("{{(map (pair `k` `v`)).k}}", "v"),
        ("{{if map}}no{{else}}empty{{end}}", "empty"),
        ("{{(regexp `b+`).ReplaceAllString `abbc` `-`}}", "a-c"),
        ("{{(url `https://u@h:1/p?q#f`).Host}}", "h:1"),
        ("{{printf `%T` (random_int 1)}}{{random_int 1}}", "int0"),
    ],
)
def test_helper(text: str, expected: str) -> None:
    """A helper gives what the Databricks CLI gives."""
    assert rendered(text) == expected


@pytest.mark.parametrize(
    ("text", "cli_text"),
    [
        ("{{fail `no %d%%` 3}}", "no 3%"),
        (
            "{{random_int 0}}",
            (
                'failed to compute file content for f.tmpl. template: :1:2: executing "" at '
                "<random_int 0>: error calling random_int: invalid argument to IntN"
            ),
        ),
        ("{{(map).k}}", 'failed to compute file content for f.tmpl. variable "k" not defined'),
        (
            "{{workspace_host}}",
            (
                'failed to compute file content for f.tmpl. template: :1:2: executing "" at '
                "<workspace_host>: error calling workspace_host: cannot determine target workspace, please first "
                "setup a configuration profile using 'databricks auth login'"
            ),
        ),
        (
            "{{lower 3}}",
            'failed to compute file content for f.tmpl. template: :1:8: executing "" at <3>: expected string; found 3',
        ),
    ],
)
def test_helper_that_fails(text: str, cli_text: str) -> None:
    """A helper fails with the CLI's text."""
    with pytest.raises(RenderError) as caught:
        rendered(text)

    assert caught.value.cli_text == cli_text


def test_unknown_fact_names_the_option() -> None:
    """Nobody is asked: what is not known is an error that says how to supply it."""
    with pytest.raises(RenderError) as caught:
        rendered("a\n {{workspace_host}}")

    assert str(caught.value) == "template/f.tmpl:2:4: the template asks for `workspace_host`, which is not known here"
    assert caught.value.hint is not None
    assert "--set workspace_host=https://" in caught.value.hint


@pytest.mark.parametrize(
    ("settings", "text", "expected"),
    [
        ({"workspace_host": "adb-1.2.azuredatabricks.net/?o=1"}, "workspace_host", "https://adb-1.2.azuredatabricks.net"),
        ({"workspace_host": "https://adb-1.2.azuredatabricks.net"}, "smallest_node_type", "Standard_D3_v2"),
        ({"workspace_host": "https://1.gcp.databricks.com"}, "smallest_node_type", "n1-standard-4"),
        ({"workspace_host": "https://x.cloud.databricks.com"}, "smallest_node_type", "i3.xlarge"),
        ({"smallest_node_type": "t"}, "smallest_node_type", "t"),
        ({"user_name": "Jane.Van-Doe+x@example.com"}, "short_name", "jane_van_doe_x"),
        ({"user_name": "a@b", "short_name": "s"}, "short_name", "s"),
        ({"user_name": "jane@example.com"}, "is_service_principal", "false"),
        ({"user_name": "3f2504e0-4f89-11d3-9a0c-0305e82c3301"}, "is_service_principal", "true"),
        ({"is_service_principal": "true"}, "is_service_principal", "true"),
        ({"default_catalog": ""}, "default_catalog", ""),
        ({"record_deployment_history": "1"}, "record_deployment_history", "true"),
    ],
)  # fmt: skip
def test_fact_that_was_given(settings: dict[str, str], text: str, expected: str) -> None:
    """Facts come from settings; some follow from others."""
    assert rendered("{{" + text + "}}", host=Host.from_settings(settings)) == expected


def test_fact_of_the_wrong_kind_is_refused() -> None:
    """A yes-or-no fact takes no other text."""
    with pytest.raises(ValueError, match="`is_service_principal` is `maybe`, expected `true` or `false`"):
        Host.from_settings({"is_service_principal": "maybe"})


def test_chance_is_a_function_of_the_seed() -> None:
    """The same seed gives the same bytes, another seed others; one UUID is for the whole rendering."""
    text = "{{uuid}} {{uuid}} {{bundle_uuid}} {{bundle_uuid}} {{random_int 1000000000}}"

    first, again, other = rendered(text, seed=b"1"), rendered(text, seed=b"1"), rendered(text, seed=b"2")

    one, two, bundle, same_bundle, _ = first.split()
    assert first == again
    assert not set(first.split()) & set(other.split())
    assert one != two
    assert bundle == same_bundle


def test_uuid_has_the_shape_of_version_4() -> None:
    """A generated UUID says version 4 and RFC 9562's variant."""
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", Deterministic(b"").uuid()
    )


def test_random_numbers_stay_below_their_limit() -> None:
    """Every number is at least 0 and below the limit, and all of them come up."""
    chance = Deterministic(b"x")

    assert {chance.random_int(3) for _ in range(50)} == {0, 1, 2}


def test_library_that_is_reused_calls_the_functions_of_its_rendering() -> None:
    """A library is parsed once for each process; what it asks still comes from the host at hand."""
    entries = [
        Entry(path="databricks_template_schema.json", data=b"{}"),
        Entry(path="library/l.tmpl", data=b"{{define `who`}}{{user_name}}{{end}}"),
    ]
    bundle = Bundle.from_entries(entries)

    answers = [Templates.of(bundle, host=Host(user_name=name)).call("who") for name in ("a", "b")]

    assert answers == ["a", "b"]
