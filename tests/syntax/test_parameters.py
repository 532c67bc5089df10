"""Which parameters the operands of ``use_it`` come from, and which were looked at before."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax import items as it
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parameters import follow_parameters, is_free
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.visit import walk

TYPES = frozenset({"Address"})


def follow(code):
    tree = lower(read_file(SourceFile("a.rs", code.encode())))
    func = tree.items[0]
    assert isinstance(func, it.Function)
    aliases = follow_parameters(func, lambda ty: is_free(ty, TYPES))
    uses = [
        node
        for node in walk(func)
        if isinstance(node, it.Call)
        and isinstance(node.func, it.PathExpr)
        and node.func.path.name == "use_it"
    ]
    return [aliases.unchecked(node.args[0], node.start) for node in uses]


FOLLOWED = [
    pytest.param("fn f(a: u64) { use_it(a) }", "a", id="itself"),
    pytest.param("fn f(a: *mut u8) { use_it(a) }", "a", id="pointer"),
    pytest.param("fn f(a: Address) { use_it(a.0) }", "a", id="field"),
    pytest.param("fn f(a: Range<usize>) { use_it(a.start) }", "a", id="range"),
    pytest.param("fn f(a: u64) { let b = a as u32; use_it(b) }", "a", id="cast"),
    pytest.param("fn f(a: u64) { let b = (a >> 32) + 1; use_it(b) }", "a", id="arithmetic"),
    pytest.param("fn f(a: Address) { use_it(a.as_u64()) }", "a", id="method"),
    pytest.param("fn f(a: u16) { use_it(u64::from(a)) }", "a", id="from"),
    pytest.param("fn f(a: u64) { let b = S { base: a, limit: 1 }; use_it(&b) }", "a", id="struct"),
    pytest.param("fn f(a: u64) { let (b, c) = (a, 1); use_it(b) }", "a", id="tuple"),
    pytest.param("fn f(a: Range<usize>) { for b in a.step_by(4) { use_it(b) } }", "a", id="for"),
    pytest.param("fn f(a: Option<u64>) { a.map(|b| use_it(b)); }", "a", id="closure"),
    pytest.param("fn f(a: u64) { use_it({ let c = 1; a }) }", "a", id="block"),
    pytest.param("fn f(a: u64) { use_it(a); if a > 1 { } }", "a", id="looked-at-after"),
    pytest.param("fn f(a: u64, b: u64) { assert!(b > 1); use_it(a) }", "a", id="another-checked"),
]
LOST = [
    pytest.param("fn f(a: &u64) { use_it(*a) }", id="reference"),
    pytest.param("fn f(a: Frame) { use_it(a.0) }", id="another-type"),
    pytest.param("fn f(a: T) { use_it(a) }", id="generic"),
    pytest.param("fn f(&self) { use_it(self.0) }", id="self"),
    pytest.param("fn f(a: u64) { use_it(7) }", id="literal"),
    pytest.param("fn f(a: u64) { use_it(look_up(a)) }", id="call"),
    pytest.param("fn f(a: u64) { use_it(a.min(3)) }", id="narrowed"),
    pytest.param("fn f(a: u64) { use_it(a > 3) }", id="comparison"),
    pytest.param("fn f(a: u64) { let a = 1; use_it(a) }", id="shadowed"),
    pytest.param("fn f(a: u64) { let b = a; let b = g(); use_it(b) }", id="alias-shadowed"),
    pytest.param("fn f(a: u64) { if a > 1 { use_it(a) } }", id="condition"),
    pytest.param("fn f(a: u64) { assert!(a < 4); use_it(a) }", id="assertion"),
    pytest.param("fn f(a: u64) { match a { 1 => (), _ => use_it(a) } }", id="match"),
    pytest.param("fn f(a: u64) { check(a)?; use_it(a) }", id="error"),
    pytest.param("fn f(a: u64) { let b = a + 1; assert!(b < 4); use_it(a) }", id="alias-checked"),
]


@pytest.mark.parametrize(("code", "expected"), FOLLOWED)
def test_followed(code, expected):
    assert follow(code) == [expected]


@pytest.mark.parametrize("code", LOST)
def test_lost(code):
    assert follow(code) == [""]
