"""Who sees a name."""

import pytest

from soundcheck.crates.visibility import is_visible, narrower, resolve_visibility, show_visibility

CODE = """//- /src/lib.rs
struct Private;
pub struct Public;
pub(crate) struct InCrate;
mod a {
    struct Private;
    pub(self) struct InSelf;
    pub(super) struct InSuper;
    pub mod b {
        pub(in crate::a) struct InPath;
        pub(super) struct InSuper;
        pub(in super::super) struct TwoUp;
        pub(in a) struct FromRoot;
        pub(in nowhere) struct Nowhere;
        pub enum E { V }
        enum Own { W }
        pub trait T { fn t(); }
        impl Public { fn own() {} pub fn open() {} }
    }
}
"""


@pytest.mark.parametrize(
    ("name", "visibility"),
    [
        ("k::Private", "pub(in k)"),
        ("k::Public", "pub"),
        ("k::InCrate", "pub(in k)"),
        ("k::a", "pub(in k)"),
        ("k::a::Private", "pub(in k::a)"),
        ("k::a::InSelf", "pub(in k::a)"),
        ("k::a::InSuper", "pub(in k)"),
        ("k::a::b", "pub"),
        ("k::a::b::InPath", "pub(in k::a)"),
        ("k::a::b::InSuper", "pub(in k::a)"),
        ("k::a::b::TwoUp", "pub(in k)"),
        ("k::a::b::FromRoot", "pub(in k::a)"),
        ("k::a::b::Nowhere", "pub(in k::a::b)"),
        ("k::a::b::E::V", "pub"),
        ("k::a::b::Own::W", "pub(in k::a::b)"),
        ("k::a::b::T::t", "pub"),
        ("k::a::b::Public::own", "pub(in k::a::b)"),
        ("k::a::b::Public::open", "pub"),
    ],
)
def test_visibility(def_map_of, name, visibility):
    names = def_map_of(CODE).map
    own = next(one for one in names.defs if one.path == name)
    assert show_visibility(names.forest, own.visibility) == visibility


def test_a_visibility_that_names_no_module_is_told(check):
    gaps = check(CODE, "")
    assert [gap for gap in gaps if "visibility" in gap] == [
        "src/lib.rs:13 unresolved-visibility `pub(in nowhere)` names no module"
    ]


def module(names, path):
    return next(one.index for one in names.forest.modules if one.path == path)


@pytest.mark.parametrize(
    ("visibility", "viewer", "is_seen"),
    [
        ("k::a", "k::a", True),
        ("k::a", "k::a::b", True),
        ("k::a", "k", False),
        ("k", "k::a::b", True),
        ("k::a::b", "k::a", False),
    ],
)
def test_what_is_private_to_a_module_is_seen_inside_it(def_map_of, visibility, viewer, is_seen):
    names = def_map_of(CODE).map
    seen = is_visible(names.forest.modules, module(names, visibility), module(names, viewer))
    assert seen is is_seen


def test_everybody_sees_what_is_public(def_map_of):
    names = def_map_of(CODE).map
    assert is_visible(names.forest.modules, -1, module(names, "k::a"))


def test_the_narrower_of_two(def_map_of):
    names = def_map_of(CODE).map
    modules, inner, outer = names.forest.modules, module(names, "k::a::b"), module(names, "k::a")
    assert narrower(modules, inner, outer) == narrower(modules, outer, inner) == inner
    assert narrower(modules, -1, outer) == narrower(modules, outer, -1) == outer
    assert narrower(modules, -1, -1) == -1


@pytest.mark.parametrize(
    ("written", "at", "expected"),
    [
        ("crate::a::a", "k::a::a", "k::a::a"),
        ("crate::a", "k::a::a", "k::a"),
        ("a", "k::a::a::b", "k::a"),
        ("b", "k::a::a::b", "k::a::a::b"),
        ("crate::b", "k::a::a", None),
        ("super", "k", "k"),
        ("super::x", "k::a", None),
    ],
)
def test_paths_of_visibilities(def_map_of, written, at, expected):
    names = def_map_of("//- /src/lib.rs\nmod a { mod a { mod b {} } }\n").map
    found = resolve_visibility(names.forest, written, module(names, at))
    assert found == (None if expected is None else module(names, expected))
