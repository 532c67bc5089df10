"""Paths: where they start in each edition, what other crates are called, what is left over."""

import pytest

from soundcheck.crates.definitions import TYPES, VALUES
from soundcheck.crates.stubs import Stub
from soundcheck.syntax.items import Path, PathType, RefType, Segment

TWO = """//- /Cargo.toml
[workspace]
members = ["a", "b"]
//- /a/Cargo.toml
[package]
name = "a"
edition = "{edition}"
[dependencies]
{dependency}
//- /a/src/lib.rs
{code}
//- /b/Cargo.toml
[package]
name = "b-crate"
edition = "2021"
{library}
//- /b/src/lib.rs
pub struct S;
pub mod m {{ pub fn f() {{}} }}
pub use m::f as g;
struct Hidden;
"""


def two(code, dependency='b-crate = { path = "../b" }', edition="2021", library=""):
    return TWO.format(code=code, dependency=dependency, edition=edition, library=library)


CRATES = [
    pytest.param(
        two("use b_crate::S;"),
        "a types S => struct b_crate::S\na types b_crate::S => struct b_crate::S\n"
        "a types ::b_crate::S => struct b_crate::S\na values b_crate::g => function b_crate::m::f",
        id="dependency",
    ),
    pytest.param(
        two("use other::S;", 'other = { package = "b-crate", path = "../b" }'),
        "a types S => struct b_crate::S\na types b_crate::S => unknown",
        id="renamed-dependency",
    ),
    pytest.param(
        two("use lib_b::S;", library='[lib]\nname = "lib_b"\n'),
        "a types S => struct lib_b::S\na types b_crate::S => unknown",
        id="library-with-a-name",
    ),
    pytest.param(
        two("extern crate b_crate as c;\nmod n { use c::S; }"),
        "a types c::S => struct b_crate::S\na::n types S => struct b_crate::S\n"
        "a::n types c::S => struct b_crate::S",
        id="extern-crate-as",
    ),
    pytest.param(
        two("pub extern crate b_crate;\nmod n { use crate::b_crate::S; }"),
        "a::n types S => struct b_crate::S",
        id="extern-crate-is-a-name",
    ),
    pytest.param(
        two("mod n { extern crate b_crate as c; use self::c::S; }"),
        "a::n types S => struct b_crate::S\na types c::S => unknown",
        id="extern-crate-in-a-module",
    ),
    pytest.param(
        two("extern crate self as me;\npub struct Own;\nmod n { use me::Own; }"),
        "a::n types Own => struct a::Own\na types ::me::Own => struct a::Own",
        id="extern-crate-self",
    ),
    pytest.param(
        two("use spin::Mutex as M;\nmod n { pub use super::M; }\nuse n::M as N;", 'spin = "0.9"'),
        "a types M => extern spin::Mutex\na types N => extern spin::Mutex\n"
        "a values N::new => extern spin::Mutex::new\na types spin::Once => extern spin::Once",
        id="outside",
    ),
    pytest.param(
        two("use lock::Mutex;", 'lock = { package = "spin-lock", version = "1" }'),
        "a types Mutex => extern spin_lock::Mutex\na types spin_lock::Mutex => unknown",
        id="outside-and-renamed",
    ),
    pytest.param(
        two("use syscall::Error;", 'long_syscall = "1"'),
        "a types Error => extern syscall::Error\na types call::Error => unknown",
        id="outside-and-called-otherwise",
    ),
    pytest.param(
        two("use spin::*;\nstruct Own;", 'spin = "0.9"'),
        "a types Mutex => extern? spin::Mutex\na types Own => struct a::Own\n"
        "a types Option => extern core::option::Option\na types u8 => builtin u8",
        id="glob-of-outside-is-a-guess",
    ),
    pytest.param(
        two(
            "mod p { pub use spin::*; }\nmod q { use crate::p::*; }\nmod r { use spin::*; }",
            'spin = "0.9"',
        ),
        "a::q types Mutex => extern? spin::Mutex\na types p::Mutex => extern? spin::Mutex\n"
        "a types r::Mutex => unknown\na types Mutex => unknown",
        id="glob-of-outside-through-modules",
    ),
    pytest.param(
        two("mod spin { pub struct Mutex; }\nuse self::spin::Mutex;", 'spin = "0.9"'),
        "a types Mutex => struct a::spin::Mutex\na types spin::Mutex => struct a::spin::Mutex\n"
        "a types ::spin::Mutex => extern spin::Mutex",
        id="a-module-goes-before-a-crate",
    ),
    pytest.param(
        two("use core::fmt;\nuse alloc::vec::Vec as V;\nuse std::io;"),
        "a types fmt::Debug => extern core::fmt::Debug\na types V => extern alloc::vec::Vec\n"
        "a types core::cell::Cell => extern core::cell::Cell",
        id="sysroot",
    ),
    pytest.param(
        two("use core::str;\nuse core::u8;\nfn f() {}"),
        "a types str => builtin str\na types u8 => builtin u8\n"
        "a values str::from_utf8 => extern core::str::from_utf8",
        id="a-core-module-hides-no-primitive",
    ),
    pytest.param(
        two(
            "#[cfg(x)] use b_crate::S;\n",
            "[target.'cfg(x)'.dependencies]\nb-crate = { path = \"../b\" }",
        ),
        "a types S => struct b_crate::S if x\na types b_crate::S => struct b_crate::S",
        id="dependency-of-some-targets",
    ),
    pytest.param(
        two("use b_crate::Gone;\nuse c::X;"),
        "a types Gone => unknown\na types X => unknown",
        id="nothing-of-that-name",
    ),
]


@pytest.mark.parametrize(("fixture", "queries"), CRATES)
def test_crates(check, fixture, queries):
    check(fixture, queries)


OF_2015 = [
    pytest.param(
        "mod m { pub struct S; pub mod n { use m::S; use ::m::S as T; } }",
        "a::m::n types S => struct a::m::S\na::m::n types T => struct a::m::S\n"
        "a::m::n types m::S => unknown\na::m::n types ::m::S => struct a::m::S",
        id="use-starts-at-the-root",
    ),
    pytest.param(
        "extern crate b_crate;\nmod n { use b_crate::S; use b_crate::m::f; }",
        "a::n types S => struct b_crate::S\na::n values f => function b_crate::m::f\n"
        "a::n types ::b_crate::S => struct b_crate::S",
        id="extern-crate",
    ),
    pytest.param(
        "mod m { pub struct S; }\n"
        "mod n { use super::m::S; use self::k::T; mod k { pub struct T; } }",
        "a::n types S => struct a::m::S\na::n types T => struct a::n::k::T",
        id="self-and-super",
    ),
    pytest.param(
        "mod m { mod n { pub struct S; }\n fn f() { /*1*/ }\n use self::n::S as T; }",
        "a::m types n::S => struct a::m::n::S\na::m types T => struct a::m::n::S",
        id="other-paths-are-relative",
    ),
    pytest.param(
        "mod m { mod log { pub struct S; } use log::S; }\nmod log { pub struct S; }",
        "a::m types S => struct a::log::S",
        id="use-does-not-look-around",
    ),
    pytest.param(
        "mod n { use std::fmt; use core::cell::Cell; }",
        "a::n types fmt => extern std::fmt\na::n types Cell => extern core::cell::Cell",
        id="sysroot",
    ),
]


@pytest.mark.parametrize(("code", "queries"), OF_2015)
def test_edition_2015(check, code, queries):
    assert check(two(code, edition="2015"), queries) == []


TARGETS = """//- /Cargo.toml
[package]
name = "kern"
edition = "2021"
[dependencies]
used = "1"
[dev-dependencies]
tested = "1"
[build-dependencies]
built = "1"
//- /src/lib.rs
pub struct S;
//- /src/main.rs
use kern::S;
use used::A;
//- /tests/t.rs
use kern::S;
use tested::B;
//- /examples/e.rs
use kern::S;
//- /build.rs
use built::C;
use kern::S;
use used::A;
"""


def test_targets_see_their_library_and_their_dependencies(check):
    gaps = check(
        TARGETS,
        """
        t types S => struct kern::S
        t types B => extern tested::B
        e types S => struct kern::S
        kern_build_script types C => extern built::C
        kern_build_script types S => unknown
        kern_build_script types A => unknown
        """,
    )
    assert [gap.split(" ", 1)[0] for gap in gaps] == ["build.rs:2", "build.rs:3"]


def test_a_program_sees_its_library(def_map_of):
    names = def_map_of(TARGETS).map
    program = next(one for one in names.forest.crates if one.kind == "bin")
    found = names.resolve(program.module, ("S",), TYPES)
    assert [one.path for one in found.defs] == ["kern::S"]


LOOSE = """//- /Cargo.toml
[package]
name = "k"
edition = "2021"
//- /src/lib.rs
pub mod a { pub struct S; }
//- /src/a/lost.rs
use crate::a::S;
use super::S as T;
pub struct Own;
use crate::Own as Mine;
"""


def test_a_file_nobody_declares_belongs_to_its_library(check):
    gaps = check(
        LOOSE,
        """
        k::a::lost types S => struct k::a::S
        k::a::lost types T => struct k::a::S
        k::a::lost types Mine => struct k::a::lost::Own
        """,
    )
    assert gaps == []


def test_a_file_nobody_declares_in_edition_2015(check):
    fixture = LOOSE.replace('"2021"', '"2015"').replace("crate::a", "a").replace("crate::", "")
    gaps = check(
        fixture,
        """
        k::a::lost types S => struct k::a::S
        k::a::lost types T => struct k::a::S
        k::a::lost types Mine => struct k::a::lost::Own
        """,
    )
    assert gaps == []


def test_without_a_manifest_any_crate_may_be_outside(def_map_of):
    names = def_map_of(
        "//- /main.rs\nuse spin::Mutex;\nuse Gone::X;\n//- /x/Cargo.toml\n[workspace]\n"
    )
    where = names.map.forest.modules[0].path
    assert names.ask(where, "types", "Mutex") == "extern? spin::Mutex"
    assert names.ask(where, "types", "X") == "unknown"


LEFT_OVER = """//- /src/lib.rs
mod m { pub struct S; pub enum E { A } pub trait T { fn t(); } pub type L = S; pub fn f() {} }
use m::{E, T};
"""


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("values m::S::new", "struct k::m::S + new"),
        ("values m::L::new", "type alias k::m::L + new"),
        ("values T::t", "trait k::m::T + t"),
        ("values m::T::t", "trait k::m::T + t"),
        ("values E::A", "variant k::m::E::A"),
        ("values E::new", "enum k::m::E + new"),
        ("types m::S::Out::Deep", "struct k::m::S + Out::Deep"),
        ("values m::f", "function k::m::f"),
        ("values m::f::inner", "unknown"),
        ("values m::g", "unknown"),
        ("values n::g", "unknown"),
        ("values str::len", "builtin str + len"),
        ("values Self::new", "local"),
        ("values self::m::f", "function k::m::f"),
        ("values super::f", "unknown"),
        ("values crate::m::f", "function k::m::f"),
        ("types crate", "module k"),
    ],
)
def test_what_is_left_over(def_map_of, query, answer):
    assert def_map_of(LEFT_OVER).ask("k", *query.split()) == answer


def test_own_names_go_first(def_map_of):
    names = def_map_of(LEFT_OVER)
    own = frozenset({"m", "E"})
    assert names.ask("k", "values", "m::f", own_names=own) == "local"
    assert names.ask("k", "types", "E", own_names=own) == "local"
    assert names.ask("k", "values", "crate::m::f", own_names=own) == "function k::m::f"


def path(*names, **more):
    return Path(tuple(Segment(name) for name in names), **more)


def test_qualified_paths(def_map_of):
    names = def_map_of(LEFT_OVER).map
    whole = PathType(path("m", "S"))
    of_trait = names.resolve(0, path("T", "t", qself=whole, trait_len=1), VALUES)
    assert [(one.target.path, one.rest) for one in of_trait.candidates] == [("k::m::T", ("t",))]
    of_type = names.resolve(0, path("new", qself=whole), VALUES)
    assert [(one.target.path, one.rest) for one in of_type.candidates] == [("k::m::S", ("new",))]
    of_shape = names.resolve(0, path("new", qself=RefType(whole)), VALUES)
    assert of_shape.why == "type"
    outside = names.resolve(0, path("Clone", "clone", qself=whole, trait_len=1), VALUES)
    assert outside.external.path == "core::clone::Clone::clone"


def test_why_not_is_told(def_map_of):
    names = def_map_of(LEFT_OVER).map
    found = names.resolve(0, ("m", "gone"), TYPES)
    assert (found.why, found.what) == ("unknown", "`gone` is not in `k::m`")
    assert found.defs == ()
    assert found.external is None


STUBS = (
    Stub("spin", "2021", "pub struct Mutex<T>(T); pub mod once { pub struct Once; }\n"),
    Stub("core", "2021", "pub mod fmt { pub trait Debug {} }\npub use spin::Mutex as Odd;\n"),
)


@pytest.mark.parametrize(
    ("code", "query", "answer"),
    [
        ("", "types spin::Mutex", "struct spin::Mutex"),
        ("", "values spin::Mutex::new", "struct spin::Mutex + new"),
        ("", "types spin::RwLock", "extern spin::RwLock"),
        ("", "types spin::once::Lazy", "extern spin::once::Lazy"),
        ("", "types spin::barrier::Barrier", "extern spin::barrier::Barrier"),
        ("use spin::{Mutex, RwLock as R};", "types Mutex", "struct spin::Mutex"),
        ("use spin::{Mutex, RwLock as R};", "types R", "extern spin::RwLock"),
        ("use spin::*;", "types Mutex", "struct spin::Mutex"),
        ("use spin::*;", "types RwLock", "extern? spin::RwLock"),
        ("mod m { pub use spin::*; }", "types m::RwLock", "extern? spin::RwLock"),
        ("use core::fmt;", "types fmt::Debug", "trait core::fmt::Debug"),
        ("use core::fmt;", "types fmt::Display", "extern core::fmt::Display"),
        ("", "types core::Odd", "struct spin::Mutex"),
        ("", "types alloc::vec::Vec", "extern alloc::vec::Vec"),
        ("mod m {}", "types m::RwLock", "unknown"),
    ],
)
def test_stubs_declare_a_part_of_a_crate(def_map_of, code, query, answer):
    fixture = f"//- /src/lib.rs\n{code}\n" + (
        '//- /Cargo.toml\n[package]\nname = "k"\nedition = "2021"\n[dependencies]\nspin = "0.9"\n'
    )
    names = def_map_of(fixture, STUBS)
    assert names.ask("k", *query.split()) == answer
    assert names.map.gaps == ()
