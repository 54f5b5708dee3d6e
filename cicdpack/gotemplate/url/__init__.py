"""Go's `net/url`: a URL taken apart, put together, joined and resolved. Texts are Go strings (see `values`)."""

from __future__ import annotations

from cicdpack.gotemplate.url.parsing import URLError, parse
from cicdpack.gotemplate.url.parts import URL, UserInfo
from cicdpack.gotemplate.url.query import encode_query

__all__ = ["URL", "URLError", "UserInfo", "encode_query", "parse"]
