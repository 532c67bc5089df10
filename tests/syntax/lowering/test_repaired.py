"""What a repair rewrote or blanked is told as it stands in the file."""

import pytest

WORDS = [
    pytest.param(
        'unsafe extern "C" { safe fn a(); pub safe fn b(c: u8); unsafe fn d(); }',
        (
            "(foreignmod `` abi=C is_unsafe items=[(function a qualifiers=[safe]) (function b "
            "visibility=pub params=[(param c u8)] qualifiers=[safe]) (function d "
            "qualifiers=[unsafe])])"
        ),
        id="safe-function",
    ),
    pytest.param(
        'unsafe extern "C" { safe static A: u8; pub unsafe static mut B: u8; }',
        (
            "(foreignmod `` abi=C is_unsafe items=[(static A type=u8 qualifiers=[safe]) "
            "(static B visibility=pub type=u8 is_mut qualifiers=[unsafe])])"
        ),
        id="safe-static",
    ),
    pytest.param(
        "auto trait A {} pub unsafe auto trait B {}",
        ("(trait A kind=auto)\n(trait B visibility=pub kind=auto is_unsafe)"),
        id="auto-trait",
    ),
    pytest.param(
        "pub trait A = B + Send;",
        "(trait A visibility=pub kind=alias supertraits=[B Send])",
        id="trait-alias",
    ),
    pytest.param(
        "trait A<T> = B<T>;",
        (
            "(trait A kind=alias generics=(generics params=[(genericparam T type)]) "
            "supertraits=[B<T>])"
        ),
        id="trait-alias-generic",
    ),
    pytest.param("gen fn a() {}", "(function a qualifiers=[gen] body=(block []))", id="gen"),
    pytest.param(
        "impl A { default const B: u8 = 1; default fn c() {} default unsafe fn d() {} }",
        (
            "(impl `` self_type=A items=[(static B kind=const type=u8 value=1) (function c "
            "qualifiers=[default] body=(block [])) (function d qualifiers=[default unsafe] "
            "body=(block []))])"
        ),
        id="default",
    ),
    pytest.param("default impl A for B {}", "(impl `` self_type=B trait=A)", id="default-impl"),
    pytest.param(
        "const trait A {} impl const A for B {}",
        ("(trait A)\n(impl `` self_type=B trait=A)"),
        id="const-trait",
    ),
    pytest.param("unsafe mod a {}", "(module a is_inline)", id="unsafe-module"),
]

NAMES = [
    pytest.param(
        "fn a() { u8::<B>::c(); char::<D>(1) }",
        "(function a body=(block [(call u8<B>::c []);] tail=(call char<D> [1])))",
        id="primitive",
    ),
    pytest.param(
        "fn a() { let S { 0: b, 1: c } = d; }",
        "(function a body=(block [(let (structpat S [[0 b] [1 c]]) value=d)]))",
        id="struct-numbers",
    ),
    pytest.param(
        "type A = B<-20, 19>;",
        "(typealias A type=B<(consttype -20), (consttype 19)>)",
        id="negative-constant",
    ),
    pytest.param(
        "struct A { b: Vec::<String>, c: D::<{ E }> }",
        "(adt A fields=[(fielddef b Vec<String>) (fielddef c D<(consttype `{ E }`)>)])",
        id="turbofish-type",
    ),
    pytest.param(
        "fn a() where (): B {}",
        "(function a generics=(generics predicates=[[(tupletype) [B]]]) body=(block []))",
        id="unit-bound",
    ),
    pytest.param(
        "fn a() { let b = box 1; f(box C { d: 1 }) }",
        (
            "(function a body=(block [(let b value=(unary box 1))] tail=(call f [(unary box "
            "(structlit C [[d 1]]))])))"
        ),
        id="box",
    ),
    pytest.param(
        "fn a() { become b(c) }",
        "(function a body=(block [] tail=(jump become value=(call b [c]))))",
        id="become",
    ),
    pytest.param(
        "fn a() { do yeet b }", "(function a body=(block [] tail=(jump return value=b)))", id="yeet"
    ),
    pytest.param(
        "fn a(safe: u8) -> u8 { let S { 0: b } = c; safe }",
        (
            "(function a params=[(param safe u8)] ret=u8 body=(block [(let (structpat S [[0 "
            "b]]) value=c)] tail=safe))"
        ),
        id="safe-is-a-name",
    ),
]

POSITIONS = [
    pytest.param(
        """#![no_std]
fn a() {}""",
        "(function a body=(block []))",
        id="byte-order-mark",
    ),
    pytest.param(
        """#!/usr/bin/env run
fn a() {}""",
        "(function a body=(block []))",
        id="shebang",
    ),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_names(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), POSITIONS)
def test_positions(check_items, text, expected):
    check_items(text, expected)
