"""Title and body of a request: complete, the same for the same plan, and never markup of somebody else."""

from __future__ import annotations

import pytest

from cicdpack._values import replace
from cicdpack.forge.wording import Contents, FileLine, code, title_of, word

DIGEST = "8f1c0c2e" * 8


def contents(*projects: str, files: int = 1, platform: str = "azure_devops") -> Contents:
    return Contents(
        projects=projects or ("fraud-detector",),
        bundle="mlops-cicd",
        version="1.4.0",
        digest=DIGEST,
        platform=platform,
        files=tuple(
            FileLine(path=f".azure/pipelines/{index:04}.yml", effect="create", added=118, removed=index)
            for index in range(files)
        ),
    )


def test_the_body_names_bundle_digest_and_files() -> None:
    """What a reviewer needs: which bundle, its digest and how to check it, each file with its lines."""
    wording = word(contents(files=2), longest=4_000)

    assert wording.title == "CI/CD for fraud-detector: mlops-cicd 1.4.0"
    assert f"Content digest: `sha256:{DIGEST}`" in wording.body
    assert f"`cicdpack verify cicd.tar.gz --sha256 {DIGEST}`" in wording.body
    assert "| create | `.azure/pipelines/0000.yml` | +118 |  |" in wording.body
    assert "| create | `.azure/pipelines/0001.yml` | +118 -1 |  |" in wording.body
    assert "### What to review" in wording.body


def test_the_same_contents_give_the_same_wording() -> None:
    """No time, no run number: a request changes only with its contents."""
    assert word(contents(), longest=4_000) == word(contents(), longest=4_000)


@pytest.mark.parametrize(
    ("platform", "words"), [("azure_devops", "az pipelines create"), ("gitlab", "protected environments")]
)
def test_what_comes_after_the_merge(platform: str, words: str) -> None:
    """Each platform needs another step by hand."""
    assert words in word(contents(platform=platform), longest=4_000).body


def test_warnings_are_for_the_reviewer_too() -> None:
    """They stand before what to review, as text that cannot be markup; many are counted, and none is no heading."""
    some = replace(contents(), warnings=("a.yml:1: `stages` lacks [x](http://evil)", *(f"w{n}" for n in range(12))))

    body = word(some, longest=4_000).body

    assert body.index("### Warnings") < body.index("### What to review")
    assert "- `` a.yml:1: `stages` lacks [x](http://evil) ``" in body
    assert "- `w8`" in body
    assert "- `w9`" not in body
    assert "- … 3 more: `cicdpack apply --dry-run` shows all" in body
    assert "Warnings" not in word(contents(), longest=4_000).body


def test_a_long_table_is_cut_and_counted() -> None:
    """Azure DevOps takes 4,000 characters: rows are left out until it fits, and the reader is told."""
    body = word(contents(files=200), longest=4_000).body

    assert 3_900 < len(body) <= 4_000
    shown = body.count("| create |")
    assert f"| … | {200 - shown} more | | |" in body
    assert "### What to review" in body


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("plain", "`plain`"),
        ("a`b", "`` a`b ``"),
        ("``", "``` `` ```"),
        ("a|b", r"`a\|b`"),
        ("@team <b> [x](http://evil)", "`@team <b> [x](http://evil)`"),
        ("two\nlines\x1b[2J", r"`two\nlines\x1b[2J`"),
    ],
)
def test_names_stay_names(text: str, span: str) -> None:
    """Whatever a project or a file is called, it is shown as code, on one line."""
    assert code(text) == span


def test_titles_have_one_line_and_an_end() -> None:
    """Line ends are escaped, many projects are counted, and a single long name is cut."""
    assert title_of(contents("a\nb")) == r"CI/CD for a\nb: mlops-cicd 1.4.0"
    assert title_of(contents("a", "b")) == "CI/CD for a, b: mlops-cicd 1.4.0"
    assert title_of(contents(*(f"project-{index}" for index in range(50)))) == "CI/CD for 50 projects: mlops-cicd 1.4.0"
    assert len(title_of(contents("x" * 999))) == 200
