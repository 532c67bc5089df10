"""The traversal knows every kind of piece, and misses none."""

import typing

import msgspec

from soundcheck.source import SourceFile
from soundcheck.syntax import items as it
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.visit import nearest, walk, walk_own

KINDS = tuple(typing.get_args(it.Expr | it.Stmt | it.AnyItem))
EVERYTHING = """
const C: [u8; 2] = [1; 2];
enum E { A = 1, B = { const X: u8 = 2; X } }
trait T { fn a(&self) { 1; } const D: u8 = 3; }
impl T for E { fn b() -> u8 { 4 } }
mod m { extern "C" { fn e(); } }
macro_rules! r { (1) => { fn f() {} }; (2) => { 5 + 6 }; }
call! { fn g() { 7 } }
other!(h(8));
extern crate x;
type Y = u8;
fn all(x: u8) -> u8 {
    let y = x as u32 + 9 * -1;
    let Some(z) = o else { return };
    y += a.b(10)[11].c::<u8>(..=12);
    (s.t, [13, 14]);
    S { u: 15, v, ..w };
    if let A = 16 && true { } else if 17 { 18 } else { 19 };
    match 20 { 21 if 22 => 23, _ => { 24 } };
    while 25 { break 'l 26; }
    'l: loop { continue }
    for i in 27..28 { unsafe { 29 } }
    let c = async move |p| q(30).await?;
    println!("{}", 31);
    block! { let k = 32; fn n() { 33 } }
    &raw const 34;
    static IN: u8 = 35;
    use a::b;
    { 36 }
}
"""


def tree_of(code):
    return lower(read_file(SourceFile("a.rs", code.encode())))


def every_piece(value):
    """Every expression, statement and item in ``value``, found by looking into every field."""
    found = [value] if isinstance(value, KINDS) else []
    if isinstance(value, tuple):
        parts = value
    elif isinstance(value, msgspec.Struct):
        parts = [getattr(value, field) for field in value.__struct_fields__]
    else:
        parts = ()
    for part in parts:
        found += every_piece(part)
    return found


def test_the_sample_shows_every_kind():
    """But for what stands for nothing understood, which has no parts."""
    met = {type(node) for item in tree_of(EVERYTHING).items for node in walk(item)}
    assert {kind.__name__ for kind in KINDS} - {kind.__name__ for kind in met} == {"Opaque"}


def test_walk_meets_everything_once():
    for item in tree_of(EVERYTHING).items:
        met = list(walk(item))
        assert sorted(map(id, met)) == sorted(map(id, every_piece(item)))


def test_walk_is_in_order_of_writing():
    starts = [node.start for item in tree_of(EVERYTHING).items for node in walk(item)]
    assert starts == sorted(starts)


def test_nearest_does_not_enter_what_it_finds():
    (item,) = tree_of("fn a() { if x { fn b() { fn c() {} } } fn d() {} }").items
    assert [one.name for one in nearest(item, frozenset({it.Function}))] == ["b", "d"]
    assert nearest(item, frozenset({it.Static})) == []


def test_deep_trees_are_walked():
    node = it.Lit(0, 1, "int", "1")
    for _ in range(100_000):
        node = it.Unary(0, 1, "-", node)
    assert sum(1 for _ in walk(node)) == 100_001


def test_walk_own_leaves_other_items_alone():
    tree = tree_of("fn a() { b(1); fn c() { d(2) } e(|f| { const G: u8 = 3; f + 4 }); m!(h(5)); }")

    found = [node.text for node in walk_own(tree.items[0]) if isinstance(node, it.Lit)]

    assert found == ["1", "4", "5"]
