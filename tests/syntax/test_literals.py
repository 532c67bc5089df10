"""String literals as written, and what they say."""

import pytest

from soundcheck.syntax.items import Attribute
from soundcheck.syntax.literals import unquote

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
