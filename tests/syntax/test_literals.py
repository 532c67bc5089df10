"""Literals as written, and what they say."""

import pytest

from soundcheck.syntax.items import Attribute
from soundcheck.syntax.literals import read_integer, unquote

TEXTS = [
    pytest.param('"a"', "a", id="plain"),
    pytest.param('""', "", id="empty"),
    pytest.param(' "a" ', "a", id="spaces"),
    pytest.param('r"a"', "a", id="raw"),
    pytest.param('r#"a "b" c"#', 'a "b" c', id="raw-fence"),
    pytest.param('r##"a"#"##', 'a"#', id="raw-two-fences"),
    pytest.param('b"a"', "a", id="bytes"),
    pytest.param('br#"a"#', "a", id="raw-bytes"),
    pytest.param('c"a"', "a", id="c"),
    pytest.param('"rust-intrinsic"', "rust-intrinsic", id="begins-with-r"),
    pytest.param('"a\\"b"', 'a\\"b', id="escape"),
    pytest.param('"a\nb"', "a\nb", id="lines"),
    pytest.param("a", "", id="no-text"),
    pytest.param('"a', "", id="unclosed"),
    pytest.param("", "", id="nothing"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_unquote(text, expected):
    assert unquote(text) == expected


VALUES = [
    pytest.param('= "a"', "a", id="value"),
    pytest.param('="a"', "a", id="close"),
    pytest.param('= r#"a"#', "a", id="raw"),
    pytest.param("(a)", "", id="list"),
    pytest.param("", "", id="word"),
    pytest.param('= concat!("a", "b")', "", id="macro"),
]


@pytest.mark.parametrize(("args", "expected"), VALUES)
def test_the_value_of_an_attribute(args, expected):
    assert Attribute(0, 0, "doc", args).value == expected


INTEGERS = [
    pytest.param("7", 7, id="decimal"),
    pytest.param("0xFF_u8", 255, id="hexadecimal"),
    pytest.param("0b10usize", 2, id="binary"),
    pytest.param("0o17", 15, id="octal"),
    pytest.param("1_000i64", 1000, id="separated"),
    pytest.param(" 3 ", 3, id="spaces"),
    pytest.param("007", 7, id="zeroes-in-front"),
    pytest.param("1.5", None, id="float"),
    pytest.param("-1", None, id="sign"),
    pytest.param("rax", None, id="name"),
    pytest.param("0x", None, id="no-digits"),
    pytest.param("", None, id="nothing"),
    pytest.param("9" * 900, None, id="endless"),
]


@pytest.mark.parametrize(("text", "expected"), INTEGERS)
def test_read_integer(text, expected):
    assert read_integer(text) == expected
