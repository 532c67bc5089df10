"""Impls: of which type and trait, and where methods are."""

import pytest

from soundcheck.crates.impls import BLANKET, UNKNOWN, type_keys

CODE = """//- /src/lib.rs
mod m { pub struct S; pub enum E { A } pub trait T { fn t(&self) { } fn u(&self); } }
use m::{S, T, E as Other};
type Alias = S;
type Chain = Alias;
type Outside = spin::Mutex<u8>;
impl S { fn new() -> S { S } }
impl m::S { #[cfg(a)] fn more(&self) {} #[cfg(not(a))] fn more(&self) {} }
impl Chain { fn aliased(&self) {} }
impl T for S { fn u(&self) {} }
impl T for Other { fn u(&self) {} }
impl<X: Clone> T for X { fn u(&self) {} }
impl<X> T for Vec<X> { fn u(&self) {} }
impl T for &S { fn u(&self) {} }
impl T for &mut S { fn u(&self) {} }
impl T for [u8] { fn u(&self) {} }
impl T for [u8; 4] { fn u(&self) {} }
impl T for (u8, u8) { fn u(&self) {} }
impl T for fn() { fn u(&self) {} }
impl T for *const u8 { fn u(&self) {} }
impl T for u8 { fn u(&self) {} }
impl dyn T { fn on_object(&self) {} }
impl Outside { fn out(&self) {} }
impl core::fmt::Debug for S { fn fmt(&self) {} }
impl Clone for S { fn clone(&self) -> S { S } }
impl Drop2 for S { }
impl Gone { fn lost(&self) {} }
fn f() { struct Local; impl Local { fn inner(&self) {} } impl T for Local { fn u(&self) {} } }
//- /Cargo.toml
[package]
name = "k"
edition = "2021"
[dependencies]
spin = "0.9"
"""


@pytest.fixture
def names(def_map_of):
    return def_map_of(CODE).map


def by_path(names, path):
    return next(one for one in names.defs if one.path == path)


def inherent(names, key):
    return [one for one in names.impls.of_type[key] if one.is_inherent]


def of_trait(names, key):
    return [one for one in names.impls.all if key in one.traits]


def test_inherent_impls_of_a_type(names):
    own = by_path(names, "k::m::S")
    members = [sorted(imp.members) for imp in inherent(names, own.index)]
    assert members == [["new"], ["more"], ["aliased"]]


def test_twins_in_an_impl_are_both_kept(names):
    own = by_path(names, "k::m::S")
    (imp,) = (one for one in inherent(names, own.index) if "more" in one.members)
    assert len(imp.members["more"]) == 2


def test_impls_of_a_trait(names):
    trait = by_path(names, "k::m::T")
    shown = []
    for imp in of_trait(names, trait.index):
        (key,) = imp.types
        shown.append(names.defs[key].path if isinstance(key, int) else key)
    assert shown == [
        "k::m::S", "k::m::E", BLANKET, "alloc::vec::Vec", "&", "&mut", "[]", "[;]", "()", "fn",
        "*const", "u8", "k::f::Local",
    ]  # fmt: skip


def test_impls_of_foreign_traits(names):
    own = by_path(names, "k::m::S")
    assert [one.types for one in of_trait(names, "core::fmt::Debug")] == [(own.index,)]
    assert [one.types for one in of_trait(names, "core::clone::Clone")] == [(own.index,)]


def test_impls_of_a_foreign_type(names):
    assert [sorted(one.members) for one in inherent(names, "spin::Mutex")] == [["out"]]


def test_impls_of_a_trait_object(names):
    trait = by_path(names, "k::m::T")
    (imp,) = inherent(names, trait.index)
    assert imp.is_dyn
    assert sorted(imp.members) == ["on_object"]


def test_blanket_impls(names):
    assert [imp.item.trait.name for imp in names.impls.of_type[BLANKET]] == ["T"]


def test_impls_in_a_body(names):
    own = by_path(names, "k::f::Local")
    assert [sorted(one.members) for one in names.impls.of_type[own.index]] == [["inner"], ["u"]]


def test_unknown_types_and_traits_are_told(names):
    assert [one.types for one in names.impls.all if UNKNOWN in one.types] == [(UNKNOWN,)]
    told = [gap.what for gap in names.gaps if gap.kind == "unresolved-impl"]
    assert told == [
        "`impl Drop2 for S`: its trait is not known",
        "`impl Gone`: its type is not known",
    ]


def test_an_alias_of_itself_comes_to_an_end(def_map_of):
    found = def_map_of("//- /src/lib.rs\ntype A = B;\ntype B = A;\nimpl A { fn f() {} }\n").map
    assert [one.types for one in found.impls.all] == [(UNKNOWN,)]


def test_twins_of_a_type_have_both_keys(def_map_of):
    found = def_map_of(
        "//- /src/lib.rs\nmod a { pub struct S; }\nmod b { pub struct S; }\n"
        "#[cfg(x)] use a::S;\n#[cfg(not(x))] use b::S;\nimpl S { fn f() {} }\n"
    ).map
    (imp,) = found.impls.all
    assert sorted(found.defs[key].path for key in imp.types) == ["k::a::S", "k::b::S"]


def test_keys_of_a_type_that_is_not_there(names):
    assert type_keys(names.search, 0, None, None, set()) == ((UNKNOWN,), False)
