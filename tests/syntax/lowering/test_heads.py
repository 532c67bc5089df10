"""What stands before items: visibility, attributes, documentation."""

import pytest

VISIBILITY = [
    pytest.param("fn a() {}", "(function a body=(block []))", id="private"),
    pytest.param("pub fn a() {}", "(function a visibility=pub body=(block []))", id="pub"),
    pytest.param(
        "pub(crate) fn a() {}", "(function a visibility=crate body=(block []))", id="crate"
    ),
    pytest.param(
        "pub(super) fn a() {}", "(function a visibility=super body=(block []))", id="super"
    ),
    pytest.param("pub(self) fn a() {}", "(function a visibility=self body=(block []))", id="self"),
    pytest.param(
        "pub(in a::b) fn c() {}", "(function c visibility=a::b body=(block []))", id="in-path"
    ),
    pytest.param(
        "pub ( in super :: super ) fn a() {}",
        "(function a visibility=super::super body=(block []))",
        id="in-super",
    ),
    pytest.param(
        "crate fn a() {}", "(function a visibility=crate body=(block []))", id="crate-alone"
    ),
    pytest.param(
        "struct A { pub(crate) b: u8, pub c: u8, d: u8 }",
        (
            "(adt A fields=[(fielddef b u8 visibility=crate) (fielddef c u8 visibility=pub) "
            "(fielddef d u8)])"
        ),
        id="field",
    ),
    pytest.param(
        "struct A(pub u8, pub(in a::b) u8, u8);",
        (
            "(adt A form=tuple fields=[(fielddef 0 u8 visibility=pub) (fielddef 1 u8 "
            "visibility=a::b) (fielddef 2 u8)])"
        ),
        id="tuple-field",
    ),
]

ATTRIBUTES = [
    pytest.param(
        "#[inline] fn a() {}",
        "(function a attributes=[(attribute inline)] body=(block []))",
        id="path",
    ),
    pytest.param(
        "#[repr(C, packed(4))] struct A;",
        "(adt A attributes=[(attribute repr args=`(C, packed(4))`)] form=unit)",
        id="arguments",
    ),
    pytest.param(
        '#[link_section = ".text"] static A: u8 = 1;',
        ('(static A attributes=[(attribute link_section args=`= ".text"`)] type=u8 value=1)'),
        id="value",
    ),
    pytest.param(
        "#[rustfmt::skip] fn a() {}",
        "(function a attributes=[(attribute rustfmt::skip)] body=(block []))",
        id="nested-path",
    ),
    pytest.param(
        "#[unsafe(no_mangle)] fn a() {}",
        "(function a attributes=[(attribute no_mangle is_unsafe)] body=(block []))",
        id="unsafe",
    ),
    pytest.param(
        '#[unsafe(export_name = "x")] fn a() {}',
        (
            '(function a attributes=[(attribute export_name args=`= "x"` is_unsafe)] '
            "body=(block []))"
        ),
        id="unsafe-value",
    ),
    pytest.param(
        "#[r#test] fn a() {}",
        "(function a attributes=[(attribute test)] body=(block []))",
        id="raw",
    ),
    pytest.param(
        "#[cfg(a)] fn b() {}",
        "(function b attributes=[(attribute cfg args=`(a)`)] cfg=cfg(a) body=(block []))",
        id="cfg",
    ),
    pytest.param(
        '#[cfg(a)] #[cfg(not(b = "c"))] fn d() {}',
        (
            "(function d attributes=[(attribute cfg args=`(a)`) (attribute cfg args=`(not(b = "
            '"c"))`)] cfg=cfg(all(a, not(b = "c"))) body=(block []))'
        ),
        id="cfgs",
    ),
    pytest.param(
        "#[cfg_attr(a, inline, b(c))] fn d() {}",
        (
            "(function d attributes=[(attribute inline cfg=cfg(a)) (attribute b args=`(c)` "
            "cfg=cfg(a))] body=(block []))"
        ),
        id="cfg-attr",
    ),
    pytest.param(
        "#[cfg_attr(a, cfg_attr(b, unsafe(no_mangle)))] fn c() {}",
        (
            "(function c attributes=[(attribute no_mangle is_unsafe cfg=cfg(all(a, b)))] "
            "body=(block []))"
        ),
        id="cfg-attr-nested",
    ),
    pytest.param(
        "#[cfg_attr(a, cfg(b))] fn c() {}",
        (
            "(function c attributes=[(attribute cfg args=`(b)` cfg=cfg(a))] "
            "cfg=cfg(any(not(a), b)) body=(block []))"
        ),
        id="cfg-attr-cfg",
    ),
    pytest.param(
        '#[cfg(target(os = "none", arch = "x"))] fn a() {}',
        (
            '(function a attributes=[(attribute cfg args=`(target(os = "none", arch = '
            '"x"))`)] cfg=cfg(target(os="none",arch="x")) body=(block []))'
        ),
        id="cfg-target",
    ),
    pytest.param(
        "#[cfg(a b)] fn c() {}",
        ("(function c attributes=[(attribute cfg args=`(a b)`)] cfg=cfg(a b) body=(block []))"),
        id="cfg-unreadable",
    ),
    pytest.param(
        "#[cfg(feature = $f)] fn c() {}",
        (
            "(function c attributes=[(attribute cfg args=`(feature = $f)`)] cfg=cfg(feature = "
            "$f) body=(block []))"
        ),
        id="cfg-macro-value",
    ),
    pytest.param(
        """#[inline] // a
/* b */ fn c() {}""",
        "(function c attributes=[(attribute inline)] body=(block []))",
        id="comment-between",
    ),
    pytest.param(
        "fn a() { #![allow(b)] }",
        "(function a attributes=[(attribute allow args=`(b)` is_inner)] body=(block []))",
        id="inner-in-function",
    ),
    pytest.param(
        "mod a { #![cfg(b)] }",
        "(module a attributes=[(attribute cfg args=`(b)` is_inner)] cfg=cfg(b) is_inline)",
        id="inner-in-module",
    ),
    pytest.param(
        "impl A { #![allow(b)] }",
        "(impl `` attributes=[(attribute allow args=`(b)` is_inner)] self_type=A)",
        id="inner-in-impl",
    ),
    pytest.param(
        "enum A { #[cfg(b)] C, #[default] D }",
        (
            "(adt A kind=enum variants=[(variant C unit cfg=cfg(b) attributes=[(attribute cfg "
            "args=`(b)`)]) (variant D unit attributes=[(attribute default)])])"
        ),
        id="on-variant",
    ),
    pytest.param(
        "fn a(#[cfg(b)] c: u8, d: u8) {}",
        "(function a params=[(param c u8 cfg=cfg(b)) (param d u8)] body=(block []))",
        id="on-parameter",
    ),
]

DOCS = [
    pytest.param(
        """/// a
/// b
fn c() {}""",
        "(function c doc=` a\n b` body=(block []))",
        id="line",
    ),
    pytest.param("/** a */ fn b() {}", "(function b doc=` a ` body=(block []))", id="block"),
    pytest.param(
        """/**
 * # Safety
 *
 * b
 */
fn c() {}""",
        "(function c doc=`\n# Safety\n\nb\n ` body=(block []))",
        id="block-with-stars",
    ),
    pytest.param(
        '#[doc = "a"] #[doc(hidden)] fn b() {}',
        (
            '(function b attributes=[(attribute doc args=`= "a"`) (attribute doc '
            "args=`(hidden)`)] doc=a body=(block []))"
        ),
        id="attribute",
    ),
    pytest.param(
        '#[doc = r#"a "b""#] fn c() {}',
        (
            '(function c attributes=[(attribute doc args=`= r#"a "b""#`)] doc=`a "b"` '
            "body=(block []))"
        ),
        id="raw-attribute",
    ),
    pytest.param(
        """// a
//// b
/* c */ /*** d */ /**/ fn e() {}""",
        "(function e body=(block []))",
        id="not-documentation",
    ),
    pytest.param(
        """/// a
#[inline]
/// b
fn c() {}""",
        "(function c attributes=[(attribute inline)] doc=` a\n b` body=(block []))",
        id="around-attribute",
    ),
    pytest.param(
        """mod a { //! b
fn c() {} }""",
        "(module a doc=` b` is_inline items=[(function c body=(block []))])",
        id="inner-module",
    ),
    pytest.param(
        """fn a() { //! b
}""",
        "(function a doc=` b` body=(block []))",
        id="inner-function",
    ),
    pytest.param(
        """struct A { /// b
c: u8 }""",
        "(adt A fields=[(fielddef c u8 doc=` b`)])",
        id="field",
    ),
    pytest.param(
        """enum A { /// b
C }""",
        "(adt A kind=enum variants=[(variant C unit doc=` b`)])",
        id="variant",
    ),
    pytest.param(
        """/// a
fn b() {} fn c() {}""",
        ("(function b doc=` a` body=(block []))\n(function c body=(block []))"),
        id="not-the-next",
    ),
]


@pytest.mark.parametrize(("text", "expected"), VISIBILITY)
def test_visibility(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), ATTRIBUTES)
def test_attributes(check_items, text, expected):
    check_items(text, expected)


@pytest.mark.parametrize(("text", "expected"), DOCS)
def test_docs(check_items, text, expected):
    check_items(text, expected)
