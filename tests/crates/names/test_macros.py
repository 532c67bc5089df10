"""Macros: which of that name is meant where, and the items that calls of them make."""

import pytest

from soundcheck.syntax.items import Adt, Function, MacroItem

SCOPES = [
    pytest.param(
        "//- /src/lib.rs\nmacro_rules! m { () => {} }\nmod a { mod b {} }\n",
        "k::a::b macros m => macro k::m!\nk macros m => macro k::m!\nk macros crate::m => unknown",
        id="seen-in-the-modules-inside",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { macro_rules! m { () => {} } }\nmod b {}\n",
        "k::a macros m => macro k::a::m!\nk macros m => unknown\nk::b macros m => unknown\n"
        "k macros a::m => unknown",
        id="not-outside-its-module",
    ),
    pytest.param(
        "//- /src/lib.rs\n"
        "#[macro_use] mod a { #[macro_use] mod b { macro_rules! m { () => {} } } }\n"
        "mod c {}\n",
        "k macros m => macro k::a::b::m!\nk::c macros m => macro k::a::b::m!",
        id="macro-use-lends-it-outwards",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { #[macro_export] macro_rules! m { () => {} } }\n"
        "mod b { use crate::m as n; }\n",
        "k macros crate::m => macro k::a::m!\nk::b macros n => macro k::a::m!\n"
        "k::b macros m => unknown",
        id="exported-to-the-root",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { macro_rules! m { () => {} } pub(crate) use m; }\n"
        "use a::m as n;\nmod c { use crate::a::m; }\n",
        "k macros n => macro k::a::m!\nk macros a::m => macro k::a::m!\n"
        "k::c macros m => macro k::a::m!",
        id="re-exported-by-name",
    ),
    pytest.param(
        "//- /src/lib.rs\nmacro_rules! m { () => {} }\nmod a { macro_rules! m { () => {} } }\n",
        "k macros m => macro k::m!\nk::a macros m => macro k::a::m!",
        id="the-nearest-goes-first",
    ),
    pytest.param(
        "//- /src/lib.rs\nmacro_rules! vec { () => {} }\nmod m { fn vec() {} }\n",
        "k macros vec => macro k::vec!\nk macros panic => extern core::panic\n"
        "k values vec => unknown",
        id="before-the-prelude",
    ),
    pytest.param(
        "//- /src/lib.rs\n#[cfg(a)] macro_rules! panic { () => {} }\n",
        "k macros panic => extern core::panic if not(a), macro k::panic! if a",
        id="the-prelude-where-it-does-not-hold",
    ),
    pytest.param(
        "//- /src/lib.rs\nfn f() { macro_rules! m { () => {} } /*1*/ }\nfn g() { /*2*/ }\n",
        "k@1 macros m => macro k::f::m!\nk@2 macros m => unknown",
        id="in-a-body",
    ),
]

LENT = """//- /Cargo.toml
[workspace]
members = ["a", "b", "p"]
//- /a/Cargo.toml
[package]
name = "a"
edition = "2021"
[dependencies]
b = {{ path = "../b" }}
p = {{ path = "../p" }}
log = "0.4"
//- /a/src/lib.rs
{code}
//- /b/Cargo.toml
[package]
name = "b"
edition = "2021"
//- /b/src/lib.rs
#[macro_export] macro_rules! shout {{ () => {{}} }}
#[macro_export] macro_rules! other {{ () => {{}} }}
macro_rules! own {{ () => {{}} }}
//- /p/Cargo.toml
[package]
name = "p"
edition = "2021"
[lib]
proc-macro = true
//- /p/src/lib.rs
#[proc_macro] pub fn make(input: TokenStream) -> TokenStream {{ input }}
#[proc_macro_attribute] pub fn entry(a: TokenStream, b: TokenStream) -> TokenStream {{ b }}
#[proc_macro_derive(Show, attributes(hide))]
pub fn show(input: TokenStream) -> TokenStream {{ input }}
"""

CRATES = [
    ("#[macro_use] extern crate b;", "macros shout", "macro b::shout!"),
    ("#[macro_use] extern crate b;\nmod m {}", "macros m::shout", "unknown"),
    ("#[macro_use] extern crate b;", "macros own", "unknown"),
    ("#[macro_use(shout)] extern crate b;", "macros shout", "macro b::shout!"),
    ("#[macro_use(shout)] extern crate b;", "macros other", "unknown"),
    ("extern crate b;", "macros shout", "unknown"),
    ("", "macros b::shout", "macro b::shout!"),
    ("use b::shout as cry;", "macros cry", "macro b::shout!"),
    ("use b::*;", "macros shout", "macro b::shout!"),
    ("#[macro_use] extern crate log;", "macros info", "extern? log::info"),
    ("#[macro_use(info)] extern crate log;", "macros info", "extern log::info"),
    ("#[macro_use(info)] extern crate log;", "macros warn", "unknown"),
    ("use log::info;", "macros info", "extern log::info"),
    ("", "macros log::info", "extern log::info"),
    ("use p::make;", "macros make", "function p::make"),
    ("use p::entry;", "macros entry", "function p::entry"),
    ("use p::Show;", "macros Show", "function p::show"),
    ("use p::Show;", "values Show", "unknown"),
]


@pytest.mark.parametrize(("fixture", "queries"), SCOPES)
def test_scopes_of_macros(check, fixture, queries):
    assert check(fixture, queries) == []


@pytest.mark.parametrize(("code", "query", "answer"), CRATES)
def test_macros_of_other_crates(def_map_of, code, query, answer):
    assert def_map_of(LENT.format(code=code)).ask("a", *query.split()) == answer


MADE = [
    pytest.param(
        "macro_rules! id { ($name:ident, $back:ty) => { pub struct $name($back);\n"
        " impl $name { pub fn get(&self) -> $back { self.0 } } }; }\nid!(Pid, usize);\n"
        "id! { Tid, u8 }\n",
        "k types Pid => struct k::Pid\nk values Tid => struct k::Tid\nk types name => unknown",
        id="an-item-by-its-name",
    ),
    pytest.param(
        "macro_rules! signals { ($($name:ident = $n:expr),+ $(,)?) => {\n"
        " $(pub const $name: u8 = $n;)+ } }\n"
        "signals! { KILL = 9, STOP = 1 + 2, }\n",
        "k values KILL => const k::KILL\nk values STOP => const k::STOP",
        id="an-item-for-each-repetition",
    ),
    pytest.param(
        "macro_rules! codes { ($($name:ident),*) => { pub enum Code { $($name),* } } }\n"
        "codes!(One, Two);\n",
        "k types Code => enum k::Code\nk values Code::One => variant k::Code::One\n"
        "k values Code::Two => variant k::Code::Two",
        id="variants",
    ),
    pytest.param(
        "macro_rules! fixed { () => { pub struct Always; fn helper() {} } }\nfixed!();\n",
        "k types Always => struct k::Always\nk values helper => function k::helper",
        id="names-of-the-macro-s-own",
    ),
    pytest.param(
        "macro_rules! outer { ($a:ident, $b:ident) => { inner!($a); pub struct $b; } }\n"
        "macro_rules! inner { ($n:ident) => { pub struct $n; } }\nouter!(A, B);\n",
        "k types A => struct k::A\nk types B => struct k::B",
        id="a-macro-that-calls-another",
    ),
    pytest.param(
        "macro_rules! pick { (a $n:ident) => { struct $n; } ; (b $n:ident) => { fn $n() {} } }\n"
        "pick!(b made);\n",
        "k values made => function k::made\nk types made => unknown",
        id="the-arm-that-matches",
    ),
    pytest.param(
        "macro_rules! loop_ { ($($t:tt)*) => { loop_!($($t)*); } }\nloop_!(a b);\n",
        "k types a => missing\nk types c => unknown",
        id="a-macro-without-an-end",
    ),
    pytest.param(
        "macro_rules! named { ($n:ident) => { paste! { pub fn [<make_ $n>]() {} } } }\n"
        "named!(x);\n",
        "k values make_x => function k::make_x",
        id="a-pasted-name",
    ),
    pytest.param(
        "macro_rules! r { ($n:ident) => { pub use self::inner::$n; } }\n"
        "mod inner { pub struct S; }\nr!(S);\n",
        "k types S => struct k::inner::S",
        id="an-import",
    ),
    pytest.param(
        "odd! { pub struct Flags <- u32 { const A @ 1; } }\nuse Flags as F;\n",
        "k types Flags => struct k::Flags\nk types F => struct k::Flags\n"
        "k values Flags::A => struct k::Flags + A\nk values A => unknown",
        id="declared-by-a-foreign-macro-s-tokens",
    ),
    pytest.param(
        "lazy! { pub static ref TABLE: u8 = 0; fn f() { let x = 0; } }\n",
        "k values TABLE => static k::TABLE\nk values f => function k::f\nk values y => unknown",
        id="items-among-tokens",
    ),
    pytest.param(
        "registers! { pub Uart @ 0x0 => data u8 }\nmod m { use super::Uart; }\n",
        "k types Uart => missing\nk::m types Uart => missing\nk types Other => unknown",
        id="named-among-a-foreign-macro-s-tokens",
    ),
    pytest.param(
        "macro_rules! m { ($n:ident) => { struct $n; } }\nfn f() { m!(Inner); /*1*/ }\n",
        "k types Inner => unknown",
        id="in-a-body-not-outside",
    ),
    pytest.param(
        "#[cfg(a)] macro_rules! m { ($n:ident) => { pub struct $n; } }\n#[cfg(b)] m!(S);\n",
        "k types S => struct k::S if all(b, a)",
        id="formulas-of-the-call-and-the-macro",
    ),
    pytest.param(
        "mod a { pub struct S; pub struct T; pub mod cipher { pub struct Key; } }\n"
        "macro_rules! m { ($n:ident, $cipher:ident, $deep:ident) => {\n"
        " pub use a::cipher::Key as $n; pub use a::$cipher as Named;\n"
        " pub type Other = a::$deep; } }\nm!(K, S, T);\nuse Other as O;\n",
        "k types K => struct k::a::cipher::Key\nk types Named => struct k::a::S\n"
        "k types Other => type alias k::Other",
        id="names-like-metavariables",
    ),
    pytest.param(
        "macro_rules! m { ($n:ident) => { $(pub struct $n;)* $oops $( } }\nm!(S);\nm!(;\n",
        "k types T => unknown",
        id="nonsense",
    ),
]


@pytest.mark.parametrize(("code", "queries"), MADE)
def test_items_that_macro_calls_make(check, code, queries):
    check(f"//- /src/lib.rs\n{code}", queries)


def test_what_an_item_of_a_macro_is(def_map_of):
    names = def_map_of(
        "//- /src/lib.rs\n#[macro_use] mod macros;\nmod a { id!(Pid, Vec<u8>); }\n"
        "//- /src/macros.rs\n"
        "macro_rules! id { ($name:ident, $back:ty) => { pub struct $name($back);\n"
        "impl From<$back> for $name { fn from(x: $back) -> $name { $name(x) } } } }\n"
    ).map
    own = next(one for one in names.defs if one.name == "Pid")
    assert (own.path, own.file) == ("k::a::Pid", "src/macros.rs")
    assert isinstance(own.item, Adt)
    assert own.item.fields[0].type.path.names == ("Vec",)
    assert isinstance(own.container, MacroItem)
    (method,) = (one for one in names.defs if one.name == "from")
    assert method.path == "k::a::Pid::from"
    assert isinstance(method.item, Function)
    assert method.item.ret.path.names == ("Pid",)
    (imp,) = names.impls.of_type[own.index]
    assert imp.members["from"] == (method,)


def test_names_in_a_body_that_a_macro_makes(def_map_of):
    names = def_map_of(
        "//- /src/lib.rs\nmod m { pub struct S; pub struct T; }\nstruct Here;\n"
        "macro_rules! make { ($n:ident, $u:ident) => {\n"
        " fn $n() { use m::$u as U; fn deep() {} } } }\n"
        "make!(f, S);\nmake!(g, T);\nfn written() { use m::S; /*1*/ }\n"
    ).map
    answers = {}
    for own in names.defs:
        if own.kind == "function":
            scope = names.scope_in(own, own.item.body.end - 1)
            found = names.resolve(scope, ("U",), 1).defs + names.resolve(scope, ("Here",), 1).defs
            answers[own.path] = [one.path for one in found]
            assert own.is_made is (own.name != "written")
    assert answers == {
        "k::f": ["k::m::S", "k::Here"],
        "k::f::deep": ["k::m::S", "k::Here"],
        "k::g": ["k::m::T", "k::Here"],
        "k::g::deep": ["k::m::T", "k::Here"],
        "k::written": ["k::Here"],
    }


def test_the_crate_of_a_macro(def_map_of):
    code = "b::make!(Here);\nmod sub { b::plain!(There); }\n"
    text = LENT.format(code=code).replace(
        "//- /p/Cargo.toml",
        "pub struct Base;\n"
        "#[macro_export] macro_rules! make { ($n:ident) => { pub type $n = $crate::Base; } }\n"
        "#[macro_export] macro_rules! plain { ($n:ident) => { pub use $crate::Base as $n; } }\n"
        "//- /p/Cargo.toml",
    )
    names = def_map_of(text)
    assert names.ask("a", "types", "Here") == "type alias a::Here"
    assert names.ask("a::sub", "types", "There") == "struct b::Base"
    alias = next(one for one in names.map.defs if one.name == "Here")
    found = names.map.resolve(alias.scope, alias.item.type.path, 1)
    assert [one.path for one in found.defs] == ["b::Base"]


def test_what_a_macro_may_make_is_told_apart(check):
    gaps = check("//- /src/lib.rs\nmod m { regs! { pub Uart @ 0x0 } }\nuse m::{Uart, Other};\n", "")
    assert gaps == [
        "src/lib.rs:2 macro-item `m::Uart`: `regs!` may make `Uart`",
        "src/lib.rs:2 unresolved-import `m::Other`: `Other` is not in `k::m`",
    ]


def test_metavariables_are_replaced_where_they_stand(def_map_of):
    names = def_map_of(
        "//- /src/lib.rs\nmod a { pub struct S; }\nmacro_rules! make { ($n:ident, $t:ident) => {\n"
        " impl a::$t { fn $n(&self, t: u8) -> a::$t { let n = t; self.n(); self.$n(); n } } } }\n"
        "make!(run, S);\n"
    ).map
    (own,) = (one for one in names.defs if one.name == "run")
    assert own.item.ret.path.names == ("a", "S")
    assert own.item.params[0].pat.name == "t"
    first, *calls = own.item.body.stmts
    assert (first.pat.name, first.value.path.names) == ("n", ("t",))
    assert [one.expr.name for one in calls] == ["n", "run"]
    assert own.item.body.tail.path.names == ("n",)
    (imp,) = names.impls.all
    assert [names.defs[key].path for key in imp.types] == ["k::a::S"]


def test_what_a_build_may_make_is_told_apart(check):
    gaps = check(
        '//- /src/lib.rs\nmod g { include!(concat!(env!("OUT_DIR"), "/g.rs")); pub struct S; }\n'
        'mod h { include!("h.in"); }\nuse g::{Made, S};\nuse h::Other;\n'
        "//- /src/h.in.rs\n",
        "k types Made => missing\nk types g::More => missing\nk types S => struct k::g::S\n"
        "k types More => unknown",
    )
    assert gaps == [
        "src/lib.rs:3 included-item `g::Made`: a file that only a build makes may hold `Made`",
        "src/lib.rs:4 included-item `h::Other`: a file that only a build makes may hold `Other`",
    ]


def test_what_an_included_file_holds_is_named(check):
    gaps = check(
        '//- /src/lib.rs\nmod g { include!("g.rs"); }\nuse g::S;\nuse g::T;\n'
        "//- /src/g.rs\npub struct S;\n",
        "k types S => struct k::g::S\nk types T => unknown",
    )
    assert gaps == ["src/lib.rs:3 unresolved-import `g::T`: `T` is not in `k::g`"]
