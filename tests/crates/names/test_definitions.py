"""Definitions: what is named where, in which namespace, and under which formula."""

import pytest

from soundcheck.crates.definitions import MACROS, TYPES, VALUES, Def
from soundcheck.syntax.cfg import show_cfg

KINDS = """//- /src/lib.rs
mod m {}
fn f() {}
static S: u8 = 0;
const C: u8 = 0;
struct Plain { x: u8 }
struct Tuple(u8);
struct Unit;
enum E { A, B(u8), C { x: u8 } }
union U { a: u8, b: i8 }
trait T { const N: u8; type Out; fn run(&self) {} }
type Alias = Plain;
macro_rules! mac { () => {} }
impl Plain { fn new() -> Self { Plain { x: 0 } } }
extern "C" { fn outside(); static LINKED: u8; }
"""


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("types m", "module k::m"),
        ("values m", "unknown"),
        ("values f", "function k::f"),
        ("types f", "unknown"),
        ("values S", "static k::S"),
        ("values C", "const k::C"),
        ("types Plain", "struct k::Plain"),
        ("values Plain", "unknown"),
        ("types Tuple", "struct k::Tuple"),
        ("values Tuple", "struct k::Tuple"),
        ("values Unit", "struct k::Unit"),
        ("types E", "enum k::E"),
        ("values E::A", "variant k::E::A"),
        ("values E::B", "variant k::E::B"),
        ("types E::C", "variant k::E::C"),
        ("values A", "unknown"),
        ("types U", "union k::U"),
        ("types T", "trait k::T"),
        ("types Alias", "type alias k::Alias"),
        ("macros mac", "macro k::mac!"),
        ("values mac", "unknown"),
        ("values outside", "function k::outside"),
        ("values LINKED", "static k::LINKED"),
        ("values new", "unknown"),
        ("values run", "unknown"),
        ("types Out", "unknown"),
        ("values Plain::new", "struct k::Plain + new"),
        ("values T::run", "trait k::T + run"),
        ("values E::default", "enum k::E + default"),
        ("values Alias::new", "type alias k::Alias + new"),
        ("types u8", "builtin u8"),
        ("values u8::MAX", "builtin u8 + MAX"),
        ("types Option", "extern core::option::Option"),
        ("values Some", "extern core::option::Option::Some"),
        ("values Vec::new", "extern alloc::vec::Vec::new"),
        ("macros vec", "extern alloc::vec"),
        ("macros Vec", "unknown"),
    ],
)
def test_kinds_and_namespaces(def_map_of, query, answer):
    assert def_map_of(KINDS).ask("k", *query.split()) == answer


def test_associated_items_belong_to_their_trait_or_impl(def_map_of):
    names = def_map_of(KINDS).map
    trait = next(one for one in names.defs if one.kind == "trait")
    assert sorted(names.members[trait.index]) == ["N", "Out", "run"]
    assert [one.path for one in names.members[trait.index]["run"]] == ["k::T::run"]
    method = next(one for one in names.defs if one.path == "k::Plain::new")
    assert method.is_associated
    assert names.impls.all[method.impl].members["new"] == (method,)


def test_variants_belong_to_their_enum(def_map_of):
    names = def_map_of(KINDS).map
    own = next(one for one in names.defs if one.kind == "enum")
    assert list(names.members[own.index]) == ["A", "B", "C"]
    assert all(v.owner == own.index for (v,) in names.members[own.index].values())
    assert not any(v.is_associated for (v,) in names.members[own.index].values())


def test_the_first_definitions_are_the_modules(def_map_of):
    names = def_map_of("//- /src/lib.rs\nmod a { mod b {} }\nfn f() {}\n").map
    paths = [module.path for module in names.forest.modules]
    assert [one.path for one in names.defs[: len(paths)]] == paths
    assert [one.index for one in names.defs] == list(range(len(names.defs)))


def test_definitions_are_equal_only_to_themselves(def_map_of):
    first, second = def_map_of(KINDS).map.defs[:2]
    assert first == first
    assert first != second
    assert len({first, second}) == 2


def test_namespaces_of_a_tuple_struct(def_map_of):
    own = next(one for one in def_map_of(KINDS).map.defs if one.name == "Tuple")
    assert own.namespaces == TYPES | VALUES
    assert not own.namespaces & MACROS
    assert isinstance(own, Def)


TWINS = """//- /src/lib.rs
#[cfg(a)] fn f() {}
#[cfg(b)] fn f() {}
#[cfg(a)] mod m { pub struct S; #[cfg(c)] pub struct T; }
enum E { #[cfg(a)] A, B }
"""


def test_twins_under_formulas_are_two_definitions(check):
    gaps = check(
        TWINS,
        """
        k values f => function k::f if a, function k::f#2 if b
        k types m::S => struct k::m::S if a
        k types m::T => struct k::m::T if all(a, c)
        k values E::A => variant k::E::A if a
        k values E::B => variant k::E::B
        """,
    )
    assert gaps == []


EXCLUSIVE = """//- /src/lib.rs
#[cfg(a)] #[path = "x.rs"] mod arch;
#[cfg(not(a))] #[path = "y.rs"] mod arch;
pub use arch::Port;
//- /src/x.rs
pub struct Port;
pub fn here() { /*1*/ }
//- /src/y.rs
pub struct Port;
pub fn there() {}
"""


def test_what_excludes_the_asker_is_no_candidate(def_map_of):
    names = def_map_of(EXCLUSIVE)
    both = "struct k::arch::Port if a, struct k::arch::Port#2 if not(a)"
    assert names.ask("k", "types", "Port") == both
    asker = next(one for one in names.map.defs if one.name == "here")
    assert names.ask("k", "types", "Port", cfg=asker.cfg) == "struct k::arch::Port if a"
    assert names.ask("k", "values", "arch::there", cfg=asker.cfg) == "excluded"


def test_the_formula_joins_module_and_item(def_map_of):
    names = def_map_of(TWINS).map
    formulas = {one.path: show_cfg(one.cfg) for one in names.defs}
    assert formulas["k::m"] == "a"
    assert formulas["k::m::T"] == "all(a, c)"
    assert formulas["k::E"] == ""
    assert formulas["k::E::A"] == "a"


def test_features_of_two_packages_are_two_options(def_map_of):
    names = def_map_of(
        '//- /a/Cargo.toml\n[package]\nname = "a"\nedition = "2021"\n[features]\nfast = []\n'
        '[dependencies]\nb = { path = "../b" }\n'
        '//- /a/src/lib.rs\n#[cfg(feature = "fast")] pub use b::Slow;\n'
        '//- /b/Cargo.toml\n[package]\nname = "b"\nedition = "2021"\n[features]\nfast = []\n'
        '//- /b/src/lib.rs\n#[cfg(not(feature = "fast"))] pub struct Slow;\n'
    )
    assert names.ask("a", "types", "Slow").startswith("struct b::Slow if ")
    assert names.map.gaps == ()


def test_a_definition_read_for_two_crates_is_one(def_map_of):
    names = def_map_of(
        "//- /src/lib.rs\npub mod shared;\n//- /src/main.rs\nmod shared;\nfn main() { /*1*/ }\n"
        "//- /src/shared.rs\npub struct S;\nimpl S { pub fn new() {} }\n"
    )
    program = next(one for one in names.map.forest.crates if one.kind == "bin")
    found = names.map.resolve(program.module, ("shared", "S"), TYPES)
    assert [(one.path, one.is_primary) for one in found.defs] == [("k::shared::S", True)]
    copies = [one for one in names.map.defs if one.name == "S"]
    assert sorted(one.is_primary for one in copies) == [False, True]
    of_type = names.map.impls.of_type[found.defs[0].index]
    assert [one.is_primary for one in of_type] == [True]
