"""The interface of a file: what other files may see of it, and what they may not."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse

FILE = """\
use crate::mm;
pub fn first(at: u32) -> u32 {
    use crate::a::B;
    let x = at;
    #[cfg(unix)]
    use crate::c;
    x
}
impl Type {
    fn second(&self) { third() }
}
fn with_more() {
    fn inner() {}
    inner()
}
"""


def interface(text: str) -> bytes:
    return parse(SourceFile("lib.rs", text.encode()), ()).interface


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("let x = at;", "let x = at + 1;\n    call(x);", id="between uses"),
        pytest.param("    x\n}", "    let y = x;\n    y\n}", id="behind uses"),
        pytest.param("third()", "fourth(); fifth()", id="in a method"),
    ],
)
def test_what_is_nobody_elses(old: str, new: str) -> None:
    assert old in FILE
    assert interface(FILE.replace(old, new)) == interface(FILE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("at: u32", "at: u64", id="a signature"),
        pytest.param("crate::mm", "crate::net", id="an import"),
        pytest.param("crate::a::B", "crate::a::D", id="an import in a body"),
        pytest.param("cfg(unix)", "cfg(windows)", id="the cfg of an import in a body"),
        pytest.param("fn inner", "fn outer", id="a function in a body"),
        pytest.param("    inner()\n", "    inner(1)\n", id="beside a function in a body"),
        pytest.param("impl Type", "impl Other", id="an impl"),
    ],
)
def test_what_others_may_see(old: str, new: str) -> None:
    assert old in FILE
    assert interface(FILE.replace(old, new)) != interface(FILE)
