"""Functions, statics, modules and imports."""

import pytest

FUNCTIONS = [
    pytest.param(
        'extern "C" { fn a(b: u8) -> u8; }',
        "(foreignmod `` abi=C items=[(function a params=[(param b u8)] ret=u8)])",
        id="bodiless",
    ),
    pytest.param(
        (
            "fn a<'b, T: C<D = u8> + ?Sized, const N: usize>(t: &'b T) -> impl E + 'b where "
            "T: F, for<'g> T: H<'g> {}"
        ),
        (
            "(function a params=[(param t (reftype T lifetime=b))] ret=(impltype [E "
            "(lifetimetype b)]) generics=(generics params=[(genericparam b lifetime) "
            "(genericparam T type bounds=[C<D=u8> (consttype ?Sized)]) (genericparam N const "
            "bounds=[usize])] predicates=[[T [F]] [T [H<(lifetimetype g)>]]]) body=(block "
            "[]))"
        ),
        id="generic",
    ),
    pytest.param("const fn a() {}", "(function a qualifiers=[const] body=(block []))", id="const"),
    pytest.param(
        "async unsafe fn a() {}",
        "(function a qualifiers=[async unsafe] body=(block []))",
        id="async-unsafe",
    ),
    pytest.param("extern fn a() {}", "(function a abi=C body=(block []))", id="extern"),
    pytest.param(
        'pub const unsafe extern "x86-interrupt" fn a() {}',
        ("(function a visibility=pub qualifiers=[const unsafe] abi=x86-interrupt body=(block []))"),
        id="abi",
    ),
    pytest.param(
        'extern "rust-intrinsic" fn a() {}',
        "(function a abi=rust-intrinsic body=(block []))",
        id="abi-starting-with-r",
    ),
    pytest.param("fn a() -> ! {}", "(function a ret=! body=(block []))", id="never"),
    pytest.param(
        "fn a(mut b: u8, (c, d): (u8, u8), _: u8, &e: &u8, S { f, .. }: S) {}",
        (
            "(function a params=[(param (bindpat b is_mut) u8) (param (tuplepat tuple [c d]) "
            "(tupletype parts=[u8 u8])) (param _ u8) (param (refpat e) (reftype u8)) (param "
            "(structpat S [[f f]]) S)] body=(block []))"
        ),
        id="patterns",
    ),
    pytest.param(
        'extern "C" { fn a(b: u8, ...); }',
        "(foreignmod `` abi=C items=[(function a params=[(param b u8)])])",
        id="variadic",
    ),
    pytest.param(
        "fn a(/* b */ c /* d */ : /* e */ u8 /* f */,) /* g */ -> /* h */ u8 /* i */ {}",
        "(function a params=[(param c u8)] ret=u8 body=(block []))",
        id="comments",
    ),
    pytest.param(
        "fn a() { fn b() {} }",
        "(function a body=(block [(function b body=(block []))]))",
        id="nested",
    ),
    pytest.param(
        (
            "impl A { fn b(self) {} fn c(mut self) {} fn d(&self) {} fn e(&'a mut self) {} fn "
            "f(self: Box<Self>) {} fn g(mut self: Pin<&mut Self>) {} fn h() {} }"
        ),
        (
            "(impl `` self_type=A items=[(function b receiver=self body=(block [])) (function "
            "c receiver=self body=(block [])) (function d receiver=&self body=(block [])) "
            "(function e receiver=`&mut self` body=(block []) receiver_lifetime=a) "
            "(function f receiver=self "
            "receiver_type=Box<Self> body=(block [])) (function g receiver=self "
            "receiver_type=Pin<(reftype Self is_mut)> body=(block [])) (function h "
            "body=(block []))])"
        ),
        id="receivers",
    ),
    pytest.param(
        ("impl A { fn b(& /* c */ self, d: u8) {} fn e(&mut self,) {} fn f(#[cfg(g)] &self) {} }"),
        (
            "(impl `` self_type=A items=[(function b params=[(param d u8)] receiver=&self "
            "body=(block [])) (function e receiver=`&mut self` body=(block [])) (function f "
            "receiver=&self body=(block []))])"
        ),
        id="receiver-odd",
    ),
    pytest.param(
        (
            "trait A { fn b(u8, &str, c: u8); fn d(&self, Vec<u8>, _: u8, [u8; 2], *const u8, "
            "fn(u8)); }"
        ),
        (
            "(trait A items=[(function b params=[(param _ u8) (param _ (reftype str)) (param "
            "c u8)]) (function d params=[(param _ Vec<u8>) (param _ u8) (param _ (arraytype "
            "u8 length=2)) (param _ (ptrtype u8)) (param _ (fntype [u8]))] receiver=&self)])"
        ),
        id="anonymous-2015",
    ),
]

STATICS = [
    pytest.param("static A: u8 = 1;", "(static A type=u8 value=1)", id="static"),
    pytest.param(
        "pub static mut A: [u8; 4] = [0; 4];",
        "(static A visibility=pub type=(arraytype u8 length=4) value=(repeat 0 4) is_mut)",
        id="static-mut",
    ),
    pytest.param(
        'const A: &str = "b";', '(static A kind=const type=(reftype str) value=str:"b")', id="const"
    ),
    pytest.param(
        "const _: () = assert!(a);",
        "(static _ kind=const type=(tupletype) value=(macrocall assert args args=[a]))",
        id="anonymous",
    ),
    pytest.param(
        "#[thread_local] static A: B = B::new();",
        "(static A attributes=[(attribute thread_local)] type=B value=(call B::new []))",
        id="thread-local",
    ),
    pytest.param(
        "static A: B = unsafe { B::new() };",
        "(static A type=B value=(block [] tail=(call B::new []) kind=unsafe))",
        id="unsafe-value",
    ),
    pytest.param(
        'unsafe extern "C" { pub static A: u8; static mut B: u8; type C; }',
        (
            "(foreignmod `` abi=C is_unsafe items=[(static A visibility=pub type=u8) (static "
            "B type=u8 is_mut) (typealias C)])"
        ),
        id="foreign",
    ),
]

MODULES = [
    pytest.param("mod a;", "(module a)", id="outline"),
    pytest.param(
        '#[path = "b.rs"] mod a;',
        '(module a attributes=[(attribute path args=`= "b.rs"`)])',
        id="path",
    ),
    pytest.param(
        "pub mod a { fn b() {} mod c { struct D; } }",
        (
            "(module a visibility=pub is_inline items=[(function b body=(block [])) (module c "
            "is_inline items=[(adt D form=unit)])])"
        ),
        id="inline",
    ),
    pytest.param("mod r#async;", "(module async)", id="raw"),
    pytest.param(
        (
            "extern crate a; pub extern crate b as c; #[macro_use] extern crate d as _; "
            "extern crate self as e;"
        ),
        (
            "(externcrate a)\n"
            "(externcrate b visibility=pub alias=c)\n"
            "(externcrate d attributes=[(attribute macro_use)] alias=_)\n"
            "(externcrate self alias=e)"
        ),
        id="extern-crate",
    ),
    pytest.param(
        'extern "C" {} extern {} unsafe extern "system" {}',
        ("(foreignmod `` abi=C)\n(foreignmod `` abi=C)\n(foreignmod `` abi=system is_unsafe)"),
        id="extern-block",
    ),
]

USES = [
    pytest.param("use a;", "(use `` imports=[(import [a] a)])", id="name"),
    pytest.param("use a::b::c;", "(use `` imports=[(import [a b c] c)])", id="path"),
    pytest.param(
        "use a::b as c; use a as _;",
        ("(use `` imports=[(import [a b] c)])\n(use `` imports=[(import [a] _)])"),
        id="alias",
    ),
    pytest.param(
        "use ::a::b; use ::{c, d};",
        (
            "(use `` imports=[(import [a b] b is_global)])\n"
            "(use `` imports=[(import [c] c is_global) (import [d] d is_global)])"
        ),
        id="global",
    ),
    pytest.param(
        "use a::*; use *; use crate::*;",
        (
            "(use `` imports=[(import [a] *)])\n"
            "(use `` imports=[(import [] *)])\n"
            "(use `` imports=[(import [crate] *)])"
        ),
        id="glob",
    ),
    pytest.param(
        "use a::{b, c::{d, e as f}, g::*};",
        (
            "(use `` imports=[(import [a b] b) (import [a c d] d) (import [a c e] f) (import "
            "[a g] *)])"
        ),
        id="list",
    ),
    pytest.param(
        "use a::{self, b}; use a::{self as c};",
        ("(use `` imports=[(import [a] a) (import [a b] b)])\n(use `` imports=[(import [a] c)])"),
        id="self",
    ),
    pytest.param(
        "use crate::a; use self::b; use super::super::c;",
        (
            "(use `` imports=[(import [crate a] a)])\n"
            "(use `` imports=[(import [self b] b)])\n"
            "(use `` imports=[(import [super super c] c)])"
        ),
        id="keywords",
    ),
    pytest.param(
        "use {a::b, c};", "(use `` imports=[(import [a b] b) (import [c] c)])", id="list-alone"
    ),
    pytest.param("use r#a::r#try as r#in;", "(use `` imports=[(import [a try] in)])", id="raw"),
    pytest.param(
        "pub(crate) use a::b;", "(use `` visibility=crate imports=[(import [a b] b)])", id="visible"
    ),
    pytest.param(
        """use a::{/* b */ c, // d
e};""",
        "(use `` imports=[(import [a c] c) (import [a e] e)])",
        id="comments",
    ),
    pytest.param("use a::{};", "(use ``)", id="empty"),
]

BROKEN = [
    pytest.param(
        "struct A { b: , c: u8 }",
        "(adt A fields=[(fielddef b (consttype ``)) (fielddef c u8)])",
        ["unparsed: "],
        id="field",
    ),
    pytest.param("fn a() { b(", "", ["unparsed: fn a() { b("], id="unclosed"),
    pytest.param(
        "fn a() {} ) fn b() {}",
        ("(function a body=(block []))\n(function b body=(block []))"),
        ["unparsed: )"],
        id="stray",
    ),
]


@pytest.mark.parametrize(("text", "expected"), FUNCTIONS)
def test_functions(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), STATICS)
def test_statics(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), MODULES)
def test_modules(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), USES)
def test_uses(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected", "gaps"), BROKEN)
def test_broken(check_items, text, expected, gaps):
    check_items(text, expected, *gaps)
