"""The full names of items."""

import pytest

from soundcheck.crates.naming import name_items
from soundcheck.syntax.items import (
    Adt,
    ForeignMod,
    Function,
    Impl,
    MacroDef,
    MacroItem,
    Module,
    Static,
    Trait,
    TypeAlias,
)
from soundcheck.syntax.visit import walk


def names_of(forest_of, text):
    """Every name, in order of file and place."""
    return [
        name
        for _, inside in sorted(name_items(forest_of(text)).items())
        for name in inside.values()
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("fn f() {}\n", ["k::f"], id="function"),
        pytest.param("static S: u8 = 0;\nconst C: u8 = 0;\n", ["k::S", "k::C"], id="statics"),
        pytest.param(
            "struct A;\nenum B {}\nunion C { x: u8 }\n", ["k::A", "k::B", "k::C"], id="adts"
        ),
        pytest.param("type A = u8;\n", ["k::A"], id="alias"),
        pytest.param("use a::b;\nextern crate c;\n", [], id="imports-have-none"),
        pytest.param("mod m { fn f() {} }\n", ["k::m", "k::m::f"], id="module"),
        pytest.param("trait T { fn a(); fn b() {} }\n", ["k::T", "k::T::a", "k::T::b"], id="trait"),
        pytest.param(
            "struct A<T>(T);\nimpl<T> A<T> { fn f() {} const C: u8 = 0; }\n",
            ["k::A", "k::A", "k::A::f", "k::A::C"],
            id="an-impl-has-its-types-name",
        ),
        pytest.param(
            "impl fmt::Debug for a::b::C<u8> { fn fmt() {} }\n",
            ["k::C", "k::C::fmt"],
            id="a-path-goes-by-its-last-name",
        ),
        pytest.param(
            "impl T for &mut A { fn f() {} }\nimpl T for *const B { fn f() {} }\n"
            "impl T for [u8] { fn f() {} }\nimpl T for (A, B) { fn f() {} }\n"
            "impl dyn D + Send { fn f() {} }\nimpl T for fn() { fn f() {} }\n",
            [
                "k::A",
                "k::A::f",
                "k::B",
                "k::B::f",
                "k::[u8]",
                "k::[u8]::f",
                "k::(A, B)",
                "k::(A, B)::f",
                "k::D",
                "k::D::f",
                "k::fn",
                "k::fn::f",
            ],
            id="types-of-all-shapes",
        ),
        pytest.param(
            "impl From<u8> for A { fn from() {} }\nimpl From<u16> for A { fn from() {} }\n"
            "impl From<u32> for A { fn from() {} }\n",
            ["k::A", "k::A::from", "k::A", "k::A::from#2", "k::A", "k::A::from#3"],
            id="twins",
        ),
        pytest.param(
            "#[cfg(a)] fn f() { fn g() {} }\n#[cfg(not(a))] fn f() { fn g() {} }\n",
            ["k::f", "k::f::g", "k::f#2", "k::f::g#2"],
            id="cfg-twins",
        ),
        pytest.param(
            "fn f() { if a { loop { fn g() {} } } let c = || { static S: u8 = 0; }; }\n",
            ["k::f", "k::f::g", "k::f::S"],
            id="nested",
        ),
        pytest.param(
            "impl A { fn f(&self) { struct B; impl B { fn g() {} } } }\n",
            ["k::A", "k::A::f", "k::A::f::B", "k::A::f::B", "k::A::f::B::g"],
            id="nested-types",
        ),
        pytest.param(
            "fn f() { m!(|| { fn g() {} }); m! { fn h() {} } }\n",
            ["k::f", "k::f::g", "k::f::h"],
            id="nested-in-macro-calls",
        ),
        pytest.param("static S: u8 = { fn f() {} 0 };\n", ["k::S", "k::S::f"], id="in-a-static"),
        pytest.param(
            'extern "C" { fn memcpy(); static END: u8; }\n',
            ["k", "k::memcpy", "k::END"],
            id="extern",
        ),
        pytest.param("m! { fn f() {} }\n", ["k", "k::f"], id="macro-call"),
        pytest.param(
            "macro_rules! m { () => { fn f() {} mod n { fn g() {} } } }\nfn m() {}\n",
            ["k::m!", "k::m!::f", "k::m!::n", "k::m!::n::g", "k::m"],
            id="macro-definition",
        ),
        pytest.param(
            "fn f() { mod m { fn g() {} } }\n", ["k::f", "k::f::m", "k::f::m::g"], id="body-module"
        ),
    ],
)
def test_names(forest_of, code, expected):
    assert names_of(forest_of, f"//- /src/lib.rs\n{code}") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '//- /src/lib.rs\n#[cfg(x)] #[path = "z.rs"] mod a;\n'
            '#[cfg(not(x))] #[path = "y.rs"] mod a;\n'
            "//- /src/y.rs\nfn f() {}\n//- /src/z.rs\nfn f() {}\n",
            ["k::a", "k::a", "k::a::f", "k::a::f#2"],
            id="in-order-of-path",
        ),
        pytest.param(
            "//- /src/lib.rs\nmod x;\n//- /src/main.rs\nmod x;\nfn main() {}\n"
            "//- /src/x.rs\nfn f() {}\n",
            ["k::x", "k::x", "k::main", "k::x::f"],
            id="a-shared-file-is-named-once",
        ),
        pytest.param(
            '//- /src/lib.rs\nmod m { include!("x.rs"); }\n//- /src/x.rs\nfn f() {}\n',
            ["k::m", "k::m", "k::m::f"],
            id="an-included-file",
        ),
        pytest.param(
            '//- /src/lib.rs\nfn f() { include!("x.rs"); }\n//- /src/x.rs\nfn g() {}\n',
            ["k::f", "k::f::g"],
            id="included-in-a-body",
        ),
        pytest.param(
            "//- /src/lib.rs\n//- /src/old.rs\nfn f() {}\n", ["k::old::f"], id="an-unreached-file"
        ),
    ],
)
def test_names_across_files(forest_of, text, expected):
    assert names_of(forest_of, text) == expected


def test_every_item_has_a_name(bare_forest_of):
    """But imports; in bodies, macros, includes and files that nobody declares, too."""
    text = (
        "//- /src/lib.rs\nmod a;\nfn f() { let c = || { struct S; impl S { fn g() {} } }; }\n"
        "m! { static X: u8 = 0; mod b { trait T { fn h(); } } }\n"
        'macro_rules! n { () => { fn i() { fn j() {} } } }\nextern "C" { fn k(); }\n'
        '//- /src/a.rs\n#[path = "lib.rs"] mod again;\ninclude!("inc.rs");\ntype A = u8;\n'
        "//- /src/inc.rs\nenum E { V }\n//- /src/left.rs\nconst _: () = { fn l() {} };\n"
    )
    forest = bare_forest_of(text)
    names = name_items(forest)
    kinds = (Function, Static, Adt, Trait, Impl, TypeAlias, Module, MacroDef, MacroItem, ForeignMod)
    unnamed = {
        (part.file, node.start)
        for module in forest.modules
        for part in module.parts
        for placed in part.outline.items
        for node in walk(placed.item)
        if isinstance(node, kinds) and node.start not in names[part.file]
    }
    assert unnamed == set()
    assert "lib::a::E" in names["src/inc.rs"].values()
