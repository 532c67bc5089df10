"""Imports: what they bring, whose names go first, and what becomes of those that lead nowhere."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASES = [
    pytest.param(
        "//- /src/lib.rs\nmod a { pub struct S; }\nuse a::S;\n",
        "k types S => struct k::a::S",
        id="plain",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub struct S; }\nuse a::S as T;\n",
        "k types T => struct k::a::S\nk types S => unknown",
        id="renamed",
    ),
    pytest.param(
        "//- /src/lib.rs\nuse a::S;\nmod a { pub struct S; }\n",
        "k types S => struct k::a::S",
        id="order-does-not-matter",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub struct S; pub fn S() {} }\nuse a::S;\n",
        "k types S => struct k::a::S\nk values S => function k::a::S#2, struct k::a::S",
        id="all-namespaces-at-once",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub mod b { pub struct S; pub fn f() {} } }\n"
        "use a::{b::{self, S}, b::f as g};\n",
        "k types b => module k::a::b\nk types S => struct k::a::b::S\n"
        "k values g => function k::a::b::f\nk values b::f => function k::a::b::f",
        id="nested-braces-and-self",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub struct S; mod b { use super::S; use super::super::f; } }\n"
        "fn f() {}\n",
        "k::a::b types S => struct k::a::S\nk::a::b values f => function k::f",
        id="super",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub mod b { pub struct S; }\n use self::b::S; use crate::f; }\n"
        "fn f() {}\n",
        "k::a types S => struct k::a::b::S\nk::a values f => function k::f",
        id="self-and-crate",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub use crate::b::S; }\nmod b { pub use crate::c::S; }\n"
        "mod c { pub struct S; }\nuse a::S;\n",
        "k types S => struct k::c::S\nk types a::S => struct k::c::S",
        id="re-exports-in-a-chain",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub mod inner { pub struct S; } }\nuse a as alias;\n"
        "use alias::inner::S;\n",
        "k types S => struct k::a::inner::S\nk types alias::inner => module k::a::inner",
        id="through-a-renamed-module",
    ),
    pytest.param(
        "//- /src/lib.rs\nenum E { A, B }\nuse E::A;\nuse E::B as C;\n",
        "k values A => variant k::E::A\nk values C => variant k::E::B\nk values B => unknown",
        id="variants",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub enum E { A, B } }\nuse m::E::{self, *};\n",
        "k types E => enum k::m::E\nk values A => variant k::m::E::A\n"
        "k types B => variant k::m::E::B",
        id="glob-of-an-enum",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub trait T {} pub trait U {} }\nuse m::T as _;\n"
        "use m::U as _;\n",
        "k types T => unknown\nk types _ => trait k::m::T, trait k::m::U",
        id="underscore",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; pub fn f() {} struct Hidden; }\nuse m::*;\n",
        "k types S => struct k::m::S\nk values f => function k::m::f\nk types Hidden => unknown",
        id="glob-brings-what-is-seen",
    ),
    pytest.param(
        "//- /src/lib.rs\nstruct S;\n"
        "mod m { struct Own; mod tests { use super::*; } use crate::S; }\n",
        "k::m::tests types Own => struct k::m::Own\nk::m::tests types S => struct k::S",
        id="glob-of-super-brings-private-names-and-imports",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { use crate::other::S; }\nmod other { pub struct S; }\nuse m::*;\n",
        "k types S => unknown",
        id="glob-does-not-bring-private-imports",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub use crate::b::*; }\nmod b { pub use crate::c::*; }\n"
        "mod c { pub struct S; }\nuse a::*;\n",
        "k types S => struct k::c::S\nk types a::S => struct k::c::S",
        id="globs-in-a-chain",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub use crate::b::*; pub struct A; }\n"
        "mod b { pub use crate::a::*; pub struct B; }\nuse a::B;\nuse b::A;\n",
        "k types A => struct k::a::A\nk types B => struct k::b::B\nk types a::b => unknown",
        id="globs-in-a-circle",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { pub use crate::b::*; }\nmod b { pub use crate::a::*; }\n"
        "mod c { pub use crate::a::*; pub use crate::d::*; }\nmod d { pub use crate::c::*;\n"
        " pub struct S; }\nuse b::S;\nuse c::S as T;\n",
        "k types T => struct k::d::S\nk types S => unknown",
        id="a-circle-beside-a-circle",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; }\nuse m::*;\nstruct S;\n",
        "k types S => struct k::S",
        id="a-definition-goes-before-a-glob",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; }\nmod n { pub struct S; }\nuse m::*;\nuse n::S;\n",
        "k types S => struct k::n::S",
        id="an-import-goes-before-a-glob",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub mod x { pub fn one() {} } pub fn x() {} }\n"
        "mod n { pub mod x { pub fn two() {} } }\nuse m::*;\nuse n::x;\n",
        "k values x::two => function k::n::x::two\nk values x::one => unknown\n"
        "k values x => function k::m::x",
        id="shadowing-is-by-namespace",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; }\nmod n { pub struct S; }\nuse m::*;\nuse n::*;\n",
        "k types S => struct k::m::S, struct k::n::S",
        id="two-globs-are-both-told",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; }\npub use m::S as A;\n"
        "mod n { pub use crate::m::S as A; }\n"
        "use n::*;\n",
        "k types A => struct k::m::S",
        id="one-thing-by-two-ways-is-told-once",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct Option; }\nuse m::Option;\nmod n { /*1*/ }\n",
        "k types Option => struct k::m::Option\nk::n types Option => extern core::option::Option",
        id="an-import-goes-before-the-prelude",
    ),
    pytest.param(
        "//- /src/lib.rs\nuse missing::a;\nuse other::b as c;\nmod m { pub use super::c as d; }\n",
        "k values a => unknown\nk::m values d => unknown",
        id="nothing-comes-of-nothing",
    ),
    pytest.param(
        "//- /src/lib.rs\nuse b as a;\nuse a as b;\n",
        "k types a => unknown\nk types b => unknown",
        id="a-circle-of-names",
    ),
    pytest.param(
        "//- /src/lib.rs\n"
        "mod a { pub use crate::a::inner::*; mod inner { pub use super::*; pub struct S; } }\n",
        "k types a::S => struct k::a::inner::S\nk types a::inner::S => struct k::a::inner::S",
        id="a-module-and-its-child-glob-each-other",
    ),
]


@pytest.mark.parametrize(("fixture", "queries"), CASES)
def test_imports(check, fixture, queries):
    check(fixture, queries)


FORMULAS = [
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; }\n#[cfg(a)] use m::S;\n",
        "k types S => struct k::m::S if a",
        id="an-import-s-own",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { #[cfg(b)] pub struct S; }\n#[cfg(a)] use m::S;\n",
        "k types S => struct k::m::S if all(a, b)",
        id="joined-with-the-target-s",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { #[cfg(not(a))] pub struct S; }\n#[cfg(a)] use m::S;\n",
        "k types S => unknown",
        id="excluding-each-other",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; }\nmod n { pub struct S; }\n"
        "#[cfg(a)] use m::S;\n#[cfg(not(a))] use n::S;\n",
        "k types S => struct k::m::S if a, struct k::n::S if not(a)",
        id="two-imports-of-one-name",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; }\nmod n { pub struct S; }\n"
        "#[cfg(a)] use m::S;\nuse n::*;\n",
        "k types S => struct k::m::S if a, struct k::n::S if not(a)",
        id="a-glob-where-the-import-does-not-hold",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct Vec; }\n#[cfg(a)] use m::Vec;\n",
        "k types Vec => extern alloc::vec::Vec if not(a), struct k::m::Vec if a",
        id="the-prelude-where-the-import-does-not-hold",
    ),
    pytest.param(
        "//- /src/lib.rs\n"
        "#[cfg(a)] mod m { mod x { pub struct S; } pub use self::x::S; struct S2; }\n",
        "k::m types S => struct k::m::x::S if a\nk::m types Option => extern core::option::Option",
        id="a-module-s-formula-holds-all-in-it",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod z { pub struct S; }\nmod x { pub use crate::z::*; }\n"
        "mod y { pub use crate::z::*; }\n#[cfg(a)] pub use x::*;\n#[cfg(b)] pub use y::*;\n",
        "k types S => struct k::z::S if any(a, b)",
        id="one-thing-by-two-ways-under-two-formulas",
    ),
    pytest.param(
        "//- /src/lib.rs\n#[cfg(a)] use spin::Mutex;\n#[cfg(not(a))] use m::Mutex;\n"
        "mod m { pub struct Mutex; }\n"
        '//- /Cargo.toml\n[package]\nname = "k"\nedition = "2021"\n[dependencies]\nspin = "0.9"\n',
        "k types Mutex => extern spin::Mutex if a, struct k::m::Mutex if not(a)",
        id="a-foreign-and-an-own-twin",
    ),
]


@pytest.mark.parametrize(("fixture", "queries"), FORMULAS)
def test_imports_under_formulas(def_map_of, fixture, queries):
    names = def_map_of(fixture)
    for line in queries.splitlines():
        question, _, answer = (part.strip() for part in line.partition("=>"))
        assert names.ask(*question.split()) == answer, question


BLOCKS = """//- /src/lib.rs
mod m { pub struct S; pub enum E { A } pub fn f() {} }
struct Outer;
fn one() {
    use m::S;
    fn inner() { /*1*/ }
    {
        use m::E::*;
        struct Outer;
        /*2*/
    }
    /*3*/
    mod nested { pub struct N; fn g() {} }
    use nested::N;
}
fn two() { /*5*/ }
impl Outer { fn method(&self) { use m::f; const K: u8 = 0; f(); /*6*/ } }
"""


def test_blocks(check):
    gaps = check(
        BLOCKS,
        """
        k types S => unknown
        k@1 types S => struct k::m::S
        k@1 values inner => function k::one::inner
        k@2 values A => variant k::m::E::A
        k@2 types Outer => struct k::one::Outer
        k@2 types S => struct k::m::S
        k@3 values A => unknown
        k@3 types Outer => struct k::Outer
        k@3 types N => struct k::one::nested::N
        k@3 types nested::N => struct k::one::nested::N
        k::one::nested types S => unknown
        k::one::nested types super::Outer => struct k::Outer
        k@5 types S => unknown
        k@5 values inner => unknown
        k@6 values f => function k::m::f
        k@6 values K => const k::Outer::method::K
        k values f => unknown
        """,
    )
    assert gaps == []


def test_blocks_in_macro_calls(check):
    gaps = check(
        """//- /src/lib.rs
mod m { pub struct A; pub struct B; pub struct C; pub struct D; }
fn f() {
    cfg_if! { if #[cfg(x)] { use m::A; } else { use m::B as A; } }
    /*1*/
    with_lock! {{ use m::D; /*2*/ }}
}
register!(name, || { use m::C; /*3*/ });
""",
        """
        k@1 types A => struct k::m::A if x, struct k::m::B if not(x)
        k@2 types D => struct k::m::D
        k@1 types D => unknown
        k@3 types C => struct k::m::C
        k types C => missing
        """,
    )
    assert gaps == []


GAPS = [
    pytest.param(
        "//- /src/lib.rs\n\nuse self::nothing::S;\n",
        ["src/lib.rs:2 unresolved-import `self::nothing::S`: `nothing` is not in `k`"],
        id="no-such-module",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod m { pub struct S; }\nuse m::{S, T};\n",
        ["src/lib.rs:2 unresolved-import `m::T`: `T` is not in `k::m`"],
        id="one-leaf-of-two",
    ),
    pytest.param(
        "//- /src/lib.rs\nuse crate::gone::*;\n",
        ["src/lib.rs:1 unresolved-import `crate::gone::*`: `gone` is not in `k`"],
        id="glob",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod gone;\nuse gone::S;\n",
        ["src/lib.rs:2 unresolved-import `gone::S`: the module `gone` has no file"],
        id="module-without-a-file",
    ),
    pytest.param(
        "//- /src/lib.rs\nstruct S;\nuse S::new;\n",
        ["src/lib.rs:2 unresolved-import `S::new`: `new` belongs to a struct"],
        id="associated-item",
    ),
    pytest.param(
        "//- /src/lib.rs\n#[cfg(a)] mod m { pub struct S; }\n#[cfg(not(a))] use m::S;\n",
        ["src/lib.rs:2 unresolved-import `m::S`: it holds only where the import does not"],
        id="excluded",
    ),
    pytest.param(
        "//- /src/lib.rs\nuse core::fmt;\nuse std::io::*;\nuse alloc::vec;\n", [], id="sysroot"
    ),
    pytest.param("//- /src/lib.rs\nmod m { pub mod n {} }\nuse m::n::*;\n", [], id="empty-glob"),
    pytest.param(
        "//- /src/lib.rs\n#[cfg(a)] mod m { #[cfg(not(a))] use nothing::S; }\n",
        [],
        id="in-no-build",
    ),
    pytest.param(
        "//- /src/lib.rs\nmacro_rules! m { () => { use nothing::S; } }\n", [], id="in-a-definition"
    ),
]


@pytest.mark.parametrize(("fixture", "expected"), GAPS)
def test_gaps(check, fixture, expected):
    assert check(fixture, "") == expected


def test_long_chains_are_followed(def_map_of):
    chain = "".join(f"mod m{i} {{ pub use crate::m{i + 1}::S; }}\n" for i in range(300))
    names = def_map_of(f"//- /src/lib.rs\n{chain}mod m300 {{ pub struct S; }}\nuse m0::S;\n")
    assert names.ask("k", "types", "S") == "struct k::m300::S"
    assert names.map.gaps == ()


def test_long_chains_of_globs_are_followed(def_map_of):
    chain = "".join(f"mod m{i} {{ pub use crate::m{i + 1}::*; }}\n" for i in range(300))
    names = def_map_of(f"//- /src/lib.rs\n{chain}mod m300 {{ pub struct S; }}\nuse m0::S;\n")
    assert names.ask("k", "types", "S") == "struct k::m300::S"


def test_many_globs_of_each_other_come_to_an_end(def_map_of):
    count = 30
    globs = "".join(f"pub use crate::m{i}::*; " for i in range(count))
    modules = "".join(f"pub mod m{i} {{ {globs} pub struct S{i}; }}\n" for i in range(count))
    names = def_map_of(f"//- /src/lib.rs\n{modules}use m3::S7;\nuse nothing::x;\n")
    assert names.ask("k", "types", "S7") == "struct k::m7::S7"
    assert names.ask("k::m1", "types", "S20") == "struct k::m20::S20"


LAW = [
    "mod a { pub use crate::b::*; pub struct A; }",
    "mod b { pub use crate::c::C as D; pub struct B; pub enum E { V } }",
    "mod c { pub struct C; pub use crate::b::E::*; }",
    "use a::D;",
    "pub use c::*;",
    "use b::{B as A, E};",
    "#[cfg(x)] use a::A as F;",
    "use self::E as G;",
]


@given(st.permutations(LAW))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_order_of_writing_changes_nothing(def_map_of, items):
    names = def_map_of("//- /src/lib.rs\n" + "\n".join(items))
    answers = [
        names.ask("k", "types", name) for name in ("D", "A", "C", "E", "F", "G", "V", "a::B")
    ]
    assert answers == [
        "struct k::c::C",
        "struct k::b::B",
        "struct k::c::C",
        "enum k::b::E",
        "struct k::a::A if x",
        "enum k::b::E",
        "variant k::b::E::V",
        "struct k::b::B",
    ]
    assert names.map.gaps == ()
