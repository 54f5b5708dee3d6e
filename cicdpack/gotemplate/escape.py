"""Go's `html`, `js` and `urlquery`: text made safe for HTML, JavaScript strings and URL queries."""

from __future__ import annotations

import re

from cicdpack.gotemplate.quoting import is_surrogate

_HTML = {
    '"': "&#34;",
    "'": "&#39;",
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "\x00": "\ufffd",
}
_JS = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}
_HTML_TABLE = str.maketrans(_HTML)
_HTML_SPECIAL = "[\"'&<>\\0]"
_JS_SPECIAL = "[^ !#-%(-;?-\\[\\]-\\x7f]"
_QUERY_SAFE = rb"[^A-Za-z0-9_.~-]"


def html_escape(text: str) -> str:
    """Escape what HTML gives a meaning; NUL becomes U+FFFD."""
    return text.translate(_HTML_TABLE) if re.search(_HTML_SPECIAL, text) else text


def js_escape(text: str) -> str:
    """Escape what a JavaScript string or the HTML around it gives a meaning, and what cannot be printed."""
    return re.sub(_JS_SPECIAL, _js_char, text)


def _js_char(match: re.Match[str]) -> str:
    char = match[0]
    known = _JS.get(char)
    if known is not None:
        return known
    # Go keeps bytes that are not UTF-8 as they are.
    if char.isprintable() or is_surrogate(char):
        return char
    return f"\\u{ord(char):04X}"


def query_escape(text: str) -> str:
    """Escape as in the query of a URL: a space becomes `+`, other bytes `%XX`."""
    data = text.encode("utf-8", "surrogateescape")
    return re.sub(_QUERY_SAFE, _escape_byte, data).decode("ascii")


def _escape_byte(match: re.Match[bytes]) -> bytes:
    return b"+" if match[0] == b" " else b"%%%02X" % match[0][0]
