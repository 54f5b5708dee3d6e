"""JSON as Go reads it; the expected texts were taken from Go 1.26."""

from __future__ import annotations

import pytest

from cicdpack.bundle.gojson import MAX_DEPTH, JsonError, load_object


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"null", {}),
        (b" {} \n", {}),
        (b'{"a": 1, "b": 1.5, "c": -0, "d": 1e3}', {"a": 1.0, "b": 1.5, "c": 0.0, "d": 1000.0}),
        (b'{"a": [true, false, null, {"b": "c"}]}', {"a": [True, False, None, {"b": "c"}]}),
        (b'{"a": 1, "a": 2}', {"a": 2.0}),
        (b'{"a": "\\u00e9\\ud83d\\ude00\\/"}', {"a": "é😀/"}),
        (b'{"a": "\\ud800x"}', {"a": "\ufffdx"}),
        (b'{"a": "\xff\xfe"}', {"a": "\ufffd\ufffd"}),
        (b'{"A": 1, "a": 2}', {"A": 1.0, "a": 2.0}),
    ],
)
def test_object_is_read(data: bytes, expected: dict[str, object]) -> None:
    """Numbers are floats, the last of equal keys wins, what is not UTF-8 becomes U+FFFD."""
    assert load_object(data, source="c.json") == expected


@pytest.mark.parametrize(
    ("data", "go_text"),
    [
        (b"", "unexpected end of JSON input"),
        (b"{", "unexpected end of JSON input"),
        (b'{"a"', "unexpected end of JSON input"),
        (b'{"a": "b', "unexpected end of JSON input"),
        (b"{} x", "invalid character 'x' after top-level value"),
        (b'{"a": NaN}', "invalid character 'N' looking for beginning of value"),
        (b"{'a': 1}", "invalid character '\\'' looking for beginning of object key string"),
        (b'{"a": 1,}', "invalid character '}' looking for beginning of object key string"),
        (b'{"a" 1}', "invalid character '1' after object key"),
        (b'{"a": 1 "b"}', "invalid character '\"' after object key:value pair"),
        (b'{"a": [1 2]}', "invalid character '2' after array element"),
        (b'{"a": 01}', "invalid character '1' after object key:value pair"),
        (b'{"a": -x}', "invalid character 'x' in numeric literal"),
        (b'{"a": 1.}', "invalid character '}' after decimal point in numeric literal"),
        (b'{"a": 1e}', "invalid character '}' in exponent of numeric literal"),
        (b'{"a": trux}', "invalid character 'x' in literal true (expecting 'e')"),
        (b"tru", "invalid character ' ' in literal true (expecting 'e')"),
        (b'{"a": "\\x"}', "invalid character 'x' in string escape code"),
        (b'{"a": "\\u12g4"}', "invalid character 'g' in \\u hexadecimal character escape"),
        (b'{"a": "\n"}', "invalid character '\\n' in string literal"),
        (b'{"a": "\x01"}', "invalid character '\\x01' in string literal"),
        (b"\xef\xbb\xbf{}", "invalid character 'ï' looking for beginning of value"),
        (b"// no\n{}", "invalid character '/' looking for beginning of value"),
        (b"[]", "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        (b'"x"', "json: cannot unmarshal string into Go value of type map[string]interface {}"),
        (b"3", "json: cannot unmarshal number into Go value of type map[string]interface {}"),
        (b"true", "json: cannot unmarshal bool into Go value of type map[string]interface {}"),
        (b'{"a": 1e999}', "json: cannot unmarshal number 1e999 into Go value of type float64"),
        (b'{"a": ' + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b"}", "exceeded max depth"),
        (b"[" * 100_000 + b"]" * 100_000, "exceeded max depth"),
    ],
)
def test_text_that_is_refused(data: bytes, go_text: str) -> None:
    """Whatever Go refuses is refused with Go's text."""
    with pytest.raises(JsonError) as caught:
        load_object(data, source="c.json")

    assert caught.value.cli_text == go_text


def test_error_names_the_place() -> None:
    """An error points to the line and column of the bad character."""
    with pytest.raises(JsonError) as caught:
        load_object(b'{\n  "a": x\n}', source="c.json")

    assert str(caught.value) == "c.json:2:8: not JSON: invalid character 'x' looking for beginning of value"
