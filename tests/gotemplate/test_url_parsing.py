"""URLs taken apart, put together, joined and resolved: the answers are Go's."""

from __future__ import annotations

import pytest

from cicdpack.gotemplate import url

NO_DIGIT = "each colon-separated field must have at least one digit"
MANY_DIGITS = "each group must have 4 or less digits"

FULL = "https://user:p%40w@Host.example.com:8443/a%20b/c%2Fd?o=1&p=2#fr%20ag"


def test_a_full_url_comes_apart() -> None:
    """Path, user and fragment are decoded, the rest is as it was written."""
    parsed = url.parse(FULL)

    assert (parsed.scheme, parsed.host, parsed.hostname(), parsed.port()) == (
        "https", "Host.example.com:8443", "Host.example.com", "8443",
    )  # fmt: skip
    assert (parsed.path, parsed.raw_path) == ("/a b/c/d", "/a%20b/c%2Fd")
    assert (parsed.raw_query, parsed.fragment) == ("o=1&p=2", "fr ag")
    assert parsed.user is not None
    assert (parsed.user.username, parsed.user.password) == ("user", "p@w")
    assert parsed.request_uri() == "/a%20b/c%2Fd?o=1&p=2"
    assert parsed.redacted() == FULL.replace("p%40w", "xxxxx")


@pytest.mark.parametrize(
    "text",
    [
        FULL, "", "*", "http://x", "http:///a", "http:/a", "http:", "mailto:a@b.c", "//host/p", "///a", "/p?q", "?q",
        "#f",
        "http://h?", "http://h??", "http://[::1]:80/", "http://[fe80::1%25en0]/", "http://u@h", "http://u:@h", "x:y",
        "./a:b", "a/b:c", "http://h/%C3%A9", "http://h/a;b,c",
        "x://a:1,b:2/c", "http://:80/",
    ],
)  # fmt: skip
def test_a_usual_url_is_written_as_it_was(text: str) -> None:
    """Taking apart and putting together changes nothing."""
    assert str(url.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("HTTP://EX.com/", "http://EX.com/"),
        ("https://h/é 世?k=é#é", "https://h/%C3%A9%20%E4%B8%96?k=é#%C3%A9"),
        ("a b", "a%20b"),
        ("//", ""),
        ("http://h/#", "http://h/"),
        ("http://u@@h", "http://u%40@h"),
        ("http://h/\udcff", "http://h/%FF"),
        ("http://h/[x]|", "http://h/%5Bx%5D%7C"),
    ],
)
def test_an_unusual_url_is_written_in_gos_way(text: str, written: str) -> None:
    """Lower-case scheme, percent signs where they are needed."""
    assert str(url.parse(text)) == written


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (":", "missing protocol scheme"),
        ("1http://x", "first path segment in URL cannot contain colon"),
        ("a\nb", "net/url: invalid control character in URL"),
        ("http://h:port/", 'invalid port ":port" after host'),
        ("http://h:1:2/", 'invalid port ":1:2" after host'),
        ("x://h:1:b/", 'invalid port ":b" after host'),
        ("http://a b/", 'invalid character " " in host name'),
        ("http://a\\b/", 'invalid character "\\\\" in host name'),
        ("http://h/%zz", 'invalid URL escape "%zz"'),
        ("http://h/%é", 'invalid URL escape "%é"'),
        ("http://h/%%41", 'invalid URL escape "%%4"'),
        ("http://h/a%", 'invalid URL escape "%"'),
        ("http://a%20b/", 'invalid URL escape "%20"'),
        ("http://u u@h/", "net/url: invalid userinfo"),
        ("http://[::1", "missing ']' in host"),
        ("http://a[::1]", "invalid IP-literal"),
        ("http://[1.2.3.4]", "invalid IP-literal"),
        ("http://[a]", 'invalid host: ParseAddr("a"): unable to parse IP'),
        ("http://[::g]", f'invalid host: ParseAddr("::g"): {NO_DIGIT} (at "g")'),
        ("http://[12345::]", f'invalid host: ParseAddr("12345::"): {MANY_DIGITS} (at "12345::")'),
        ("http://[1:2]", 'invalid host: ParseAddr("1:2"): address string too short'),
        ("http://[1::2::3]", 'invalid host: ParseAddr("1::2::3"): multiple :: in address (at ":3")'),
        ("http://[::1.2.3.444]", 'invalid host: ParseAddr("::1.2.3.444"): IPv4 field has value >255'),
        ("http://[::1.2.3]", 'invalid host: ParseAddr("::1.2.3"): IPv4 address too short'),
        ("http://[::1%25]", 'invalid host: ParseAddr("::1%"): zone must be a non-empty string'),
    ],
)
def test_what_is_no_url_is_refused_with_gos_words(text: str, reason: str) -> None:
    """The error quotes what was parsed and gives Go's reason; our message gives the same."""
    with pytest.raises(url.URLError) as caught:
        url.parse(text)

    assert caught.value.reason == reason
    assert caught.value.go_text.endswith(f": {reason}")
    assert caught.value.message == f"not a URL: `{text}`: {reason}"


def test_a_bad_fragment_blames_the_whole_text() -> None:
    """Without a bad fragment the text before the `#` is quoted, with one all of it."""
    with pytest.raises(url.URLError) as before:
        url.parse("http://h/%zz#f")
    with pytest.raises(url.URLError) as fragment:
        url.parse("http://h/#%zz")

    assert before.value.go_text == 'parse "http://h/%zz": invalid URL escape "%zz"'
    assert fragment.value.go_text == 'parse "http://h/#%zz": invalid URL escape "%zz"'


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("q=1&r=a+b&q=2", {"q": ["1", "2"], "r": ["a b"]}),
        ("a=1;b=2&c", {"c": [""]}),
        ("%zz=1&=x&&q=%41", {"": ["x"], "q": ["A"]}),
        ("", {}),
        ("&".join(["q=1"] * 10_001), {}),
    ],
    ids=["usual", "semicolon", "odd", "empty", "too many"],
)
def test_a_query_has_the_pairs_that_go_reads(text: str, values: dict[str, list[str]]) -> None:
    """Bad pairs are left out, and all pairs if there are too many."""
    assert url.parse("?" + text).query() == values


def test_a_query_is_written_in_the_order_of_its_keys() -> None:
    """Sorted by bytes, values in their order."""
    assert url.encode_query({"é": ["ü &"], "b": ["2", "1"], "a": []}) == "b=2&b=1&%C3%A9=%C3%BC+%26"


@pytest.mark.parametrize(
    ("base", "elements", "joined"),
    [
        ("http://h/a", ["b", "../c/"], "http://h/a/c/"),
        ("http://h", [], "http://h/"),
        ("http://h/a//b/", [], "http://h/a/b/"),
        ("a/b", ["../../../c"], "c"),
        ("http://h/a", ["%2F"], "http://h/a/%2F"),
        ("http://h/a", ["%2F", "é"], "http://h/a///%C3%A9"),
        ("http://h/a", ["%zz"], "http://h/a"),
    ],
)
def test_elements_are_joined_to_the_path(base: str, elements: list[str], joined: str) -> None:
    """Dots are resolved, a slash at the end stays, nothing climbs above the top."""
    assert str(url.parse(base).join_path(elements)) == joined


@pytest.mark.parametrize(
    ("base", "reference", "resolved"),
    [
        ("http://a/b/c/d;p?q", "g", "http://a/b/c/g"),
        ("http://a/b/c/d;p?q", "../../../g", "http://a/g"),
        ("http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"),
        ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"),
        ("http://a/b/c/d;p?q", "//x", "http://x"),
        ("http://a/b/c/d;p?q", "g:h", "g:h"),
        ("http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"),
        ("http://u@a/b", "/./g/..", "http://u@a/"),
        ("mailto:x", "#s", "mailto:x#s"),
        ("/a/b", "..//", "/"),
    ],
)
def test_a_reference_is_resolved(base: str, reference: str, resolved: str) -> None:
    """RFC 3986, section 5.4, and Go's answers beside it."""
    assert str(url.parse(base).resolve_reference(url.parse(reference))) == resolved
