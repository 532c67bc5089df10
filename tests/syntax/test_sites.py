"""Our own counting profile: every unsafe site of a file, and what is safe beside it."""

import re
from collections import Counter

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.columns import BUCKETS, OWN_COUNTERS
from soundcheck.syntax.counting import count_geiger
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.sites import UnsafeSite, find_sites


def sites_in(text: str) -> tuple[UnsafeSite, ...]:
    return find_sites(read_file(SourceFile("a.rs", text.encode())))[0]


def name_of(column: int) -> str:
    counter, rest = divmod(column, 2 * len(BUCKETS))
    bucket, unsafe = divmod(rest, 2)
    return f"{BUCKETS[bucket]} {'unsafe' if unsafe else 'safe'} {OWN_COUNTERS[counter]}"


def count(text: str) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for _, column, times in find_sites(read_file(SourceFile("a.rs", text.encode())))[1]:
        sums[name_of(column)] += times
    return {name.removeprefix("plain "): times for name, times in sums.items()}


@pytest.mark.parametrize(
    ("text", "kind", "token"),
    [
        pytest.param("fn f() { unsafe { g() } }", "block", "unsafe", id="block"),
        pytest.param("pub unsafe fn f() {}", "function", "unsafe", id="function"),
        pytest.param('pub const unsafe extern "C" fn f() {}', "function", "unsafe", id="qualified"),
        pytest.param("impl A { unsafe fn f() {} }", "method", "unsafe", id="method"),
        pytest.param("trait A { unsafe fn f(); }", "method", "unsafe", id="required-method"),
        pytest.param("trait A { unsafe fn f() {} }", "method", "unsafe", id="provided-method"),
        pytest.param("unsafe impl A for B {}", "impl", "unsafe", id="impl"),
        pytest.param("pub(crate) unsafe trait A {}", "trait", "unsafe", id="trait"),
        pytest.param('unsafe extern "C" {}', "extern", "unsafe", id="extern"),
        pytest.param("#[unsafe(no_mangle)] fn f() {}", "attribute", "unsafe", id="attribute"),
        pytest.param("#[cfg_attr(a, unsafe(b))] fn f() {}", "attribute", "unsafe", id="cfg-attr"),
        pytest.param("impl A { #[unsafe(b)] fn f() {} }", "attribute", "unsafe", id="on-method"),
        pytest.param("pub static mut A: u8 = 1;", "static", "mut", id="static"),
        pytest.param('extern "C" { static mut A: u8; }', "static", "mut", id="foreign-static"),
        pytest.param('fn f() { core::arch::asm!("x") }', "asm", "core::arch::asm", id="asm"),
        pytest.param('global_asm!("x");', "asm", "global_asm", id="global-asm"),
        pytest.param("fn f() { let x = |a| unsafe { a }; }", "block", "unsafe", id="in-a-closure"),
        pytest.param("const A: u8 = unsafe { f() };", "block", "unsafe", id="in-a-constant"),
        pytest.param("struct S([u8; unsafe { f() }]);", "block", "unsafe", id="in-a-type"),
        pytest.param("fn f() { a.b(unsafe { c })[0]; }", "block", "unsafe", id="in-an-operand"),
    ],
)  # fmt: skip
def test_a_site_and_its_token(text: str, kind: str, token: str):
    (site,) = sites_in(text)

    assert (site.kind, text[site.token_start : site.token_end]) == (kind, token)
    assert site.start <= site.token_start < site.token_end <= site.end
    assert not site.in_macro


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("fn f() { unsafe_fn(); r#unsafe(); }", id="names"),
        pytest.param('// unsafe {}\nfn f() { "unsafe {}" }', id="comments-and-strings"),
        pytest.param("type F = unsafe fn(u8);", id="function-types"),
        pytest.param("fn f(g: unsafe extern \"C\" fn()) {}", id="parameters"),
        pytest.param('extern "C" { fn f(); }', id="foreign-functions"),
        pytest.param("#![forbid(unsafe_code)]", id="lint-names"),
        pytest.param("#![allow(unsafe_op_in_unsafe_fn)]", id="lints"),
        pytest.param("#[no_mangle] fn f() {}", id="old-attributes"),
        pytest.param("static A: u8 = 1; const B: u8 = 2;", id="statics"),
        pytest.param('fn f() { asm("x"); m!(asm, "x"); }', id="names-of-assembly"),
        pytest.param("fn f() { m!(unsafe_code, \"unsafe {}\"); }", id="strings-in-macros"),
        pytest.param("macro_rules! m { (unsafe) => {} }", id="matchers"),
    ],
)  # fmt: skip
def test_no_site(text: str):
    assert sites_in(text) == ()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("fn f() { m!(unsafe { a }); }", ["block"], id="argument"),
        pytest.param("fn f() { m!(x, |a| unsafe { a }) }", ["block"], id="closure"),
        pytest.param("m! { unsafe fn f() {} }", ["function"], id="item"),
        pytest.param("m! { static A: u8 = unsafe { x }; }", ["block"], id="item-with-value"),
        pytest.param("m! { mod a { unsafe impl A for B {} } }", ["impl"], id="module"),
        pytest.param("cfg_if! { if #[cfg(a)] { unsafe fn f() {} } else { unsafe fn g() {} } }",
                     ["function", "function"], id="branches"),
        pytest.param("fn f() { a!(b!(c!(unsafe { d }))); }", ["block"], id="macros-in-macros"),
        pytest.param("fn f() { m!{ unsafe { a } unsafe { b } } }", ["block", "block"], id="two"),
        pytest.param("fn f() { m!(a => unsafe { b }, c => d) }", ["block"], id="odd-separators"),
            pytest.param("m! { a b c: unsafe { d } e }", ["block"], id="no-rust"),
        pytest.param("fn f() { let x: m!(unsafe { a }) = b; }", ["block"], id="in-a-type"),
        pytest.param("macro_rules! m { ($a:ty) => { unsafe { $a } }; (x) => { unsafe fn g() {} } }",
                     ["block", "function"], id="definition"),
        pytest.param("macro_rules! m { ($($a:ty),*) => { $(unsafe impl A for $a {})* } }", ["impl"],
                     id="repetition"),
        pytest.param('fn f() { m!(asm!("x")) }', ["asm"], id="asm"),
        pytest.param("m! { static mut A: u8 = 1; }", ["static"], id="static"),
        pytest.param("m! { #[unsafe(no_mangle)] fn f() {} }", ["attribute"], id="attribute"),
    ],
)  # fmt: skip
def test_sites_in_macros(text: str, kinds: list[str]):
    found = sites_in(text)

    assert [site.kind for site in found] == kinds
    assert all(site.in_macro for site in found)


def test_assembly_is_a_site_and_so_is_the_block_around_it():
    found = sites_in('fn f() { unsafe { asm!("x", in("rax") unsafe { a }) } }')

    assert [(site.kind, site.in_macro) for site in found] == [
        ("block", False),
        ("asm", False),
        ("block", True),
    ]


def test_sites_come_in_order_of_place():
    text = (
        "unsafe fn f() { unsafe {} }\nm!(unsafe {});\nunsafe impl A for B {}\nstatic mut C: u8 = 1;"
    )
    starts = [site.start for site in sites_in(text)]

    assert starts == sorted(starts)
    assert len(starts) == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("struct S { a: u8 }", {}, id="types"),
        pytest.param("fn f() { g() }", {"safe functions": 1, "safe exprs": 1}, id="function"),
        pytest.param("unsafe fn f() { g() }", {"unsafe functions": 1, "unsafe exprs": 1},
                     id="unsafe-function"),
        pytest.param("fn f() { a(); unsafe { b(); } }",
                     {"safe functions": 1, "safe exprs": 1, "unsafe blocks": 1, "unsafe exprs": 1},
                     id="block"),
        pytest.param("trait T { unsafe fn f() { g() } fn h() { i() } fn j(); }",
                     {"safe traits": 1, "unsafe methods": 1, "unsafe exprs": 1, "safe methods": 2,
                      "safe exprs": 1}, id="trait"),
        pytest.param("impl A { fn f() {} } impl !B for A {} unsafe impl C for A {}",
                     {"safe impls": 2, "unsafe impls": 1, "safe methods": 1}, id="impls"),
        pytest.param('extern "C" { fn f(); static A: u8; } unsafe extern "C" {}',
                     {"safe externs": 1, "unsafe externs": 1, "safe statics": 1}, id="externs"),
        pytest.param("static A: u8 = 1; static mut B: u8 = 2; const C: u8 = 3;",
                     {"safe statics": 1, "unsafe statics": 1}, id="statics"),
        pytest.param("#[no_mangle] fn f() {} #[unsafe(no_mangle)] fn g() {}",
                     {"safe attributes": 1, "unsafe attributes": 1, "safe functions": 2},
                     id="attributes"),
        pytest.param('#[cfg_attr(a, link_section = ".x")] static A: u8 = 1;',
                     {"safe attributes": 1, "safe statics": 1}, id="conditional-attribute"),
        pytest.param("fn f() { m!(a(), b()); }",
                     {"safe functions": 1, "macros safe exprs": 2}, id="macro-statement"),
        pytest.param("fn f() { g(m!(a(), b())); }",
                     {"safe functions": 1, "safe exprs": 2, "macros safe exprs": 2},
                     id="macro-operand"),
        pytest.param("fn f() { unsafe { m!(a()) } }",
                     {"safe functions": 1, "unsafe blocks": 1, "unsafe exprs": 1,
                      "macros unsafe exprs": 1}, id="macro-in-unsafe"),
        pytest.param("m! { fn f() { g() } }",
                     {"macros safe functions": 1, "macros safe exprs": 1}, id="item-in-macro"),
        pytest.param("macro_rules! m { ($a:expr) => { unsafe { f($a) } } }",
                     {"macros unsafe blocks": 1, "macros unsafe exprs": 1}, id="definition"),
        pytest.param('fn f() { unsafe { asm!("x", in(reg) a + b) } }',
                     {"safe functions": 1, "unsafe blocks": 1, "unsafe asm": 1, "unsafe exprs": 1,
                      "macros unsafe exprs": 1}, id="asm"),
    ],
)  # fmt: skip
def test_counters(text: str, expected: dict[str, int]):
    assert count(text) == expected


def test_expressions_count_at_the_item_they_stand_in():
    text = "fn f() { a(); }\nmod m { const A: u8 = b() + c(); impl S { fn g() { d(); } } }"
    _, events = find_sites(read_file(SourceFile("a.rs", text.encode())))
    items = {
        re.match(r"(fn|const) (\w+)", text[offset:])[0]: times
        for offset, column, times in events
        if name_of(column).endswith("exprs")
    }

    assert items == {"fn f": 1, "const A": 3, "fn g": 1}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("fn f() { if a { b() } else { c }; d.e().g?; _ = h; ..=i; || j }", id="plain"),
        pytest.param("fn f() { match a { B if c => d, [1, ..] => {} } loop {} }", id="flow"),
        pytest.param("fn f() { m!(); n![]; o!{} let x = m!(); y(m!()); m!() }", id="macros"),
        pytest.param("struct S([u8; N + 1]); enum E { A = 1 + 1 } type T = [u8; 2];", id="types"),
        pytest.param("trait T { const A: u8 = 1 + 1; } impl T for [u8; 1 + 1] {}", id="associated"),
        pytest.param("fn f() { let Some(x) = y else { z }; if let A = b && c { ; } }", id="let"),
    ],
)  # fmt: skip
def test_plain_expressions_are_those_of_geiger(text: str):
    parsed = read_file(SourceFile("a.rs", text.encode()))

    assert count(text).get("safe exprs", 0) == sum(count_geiger(parsed, "geiger-next").exprs)


NESTED = 20_000


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        pytest.param("fn f() {" + "unsafe {" * NESTED + "}" * NESTED + "}", NESTED, id="blocks"),
        pytest.param("fn f() {" + "unsafe { a() }" * NESTED + "}", NESTED, id="in-a-row"),
        pytest.param("fn f() { unsafe { a" + ".b()" * NESTED + "} }", 1, id="methods"),
        pytest.param("mod m {" * NESTED + "fn f() { unsafe {} }" + "}" * NESTED, 1, id="modules"),
        pytest.param("fn f() { m!" + "(" * NESTED + ")" * NESTED + "}", 0, id="tokens"),
        pytest.param("m! { " + "unsafe {" * NESTED, 0, id="never-closed"),
    ],
)
def test_nesting_is_no_matter(text: str, blocks: int):
    assert len(sites_in(text)) == blocks
