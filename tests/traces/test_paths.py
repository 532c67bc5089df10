"""From a symbol's path to the item."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.traces.paths import ItemPath, item_path, krate_of, name_of, names_of


def brief(path: ItemPath) -> tuple[str, dict[str, object]]:
    """The name, and whatever else is told."""
    told = msgspec.structs.asdict(path)
    return name_of(path), {
        key: value for key, value in told.items() if value and key not in ("krate", "segments")
    }


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        pytest.param("core::fmt::write", "core::fmt::write", {}, id="function"),
        pytest.param("memcpy", "memcpy", {}, id="plain-name"),
        pytest.param("__rustc::__rust_alloc", "__rust_alloc", {}, id="in-no-crate"),
        pytest.param("k::m::Type::f", "k::m::Type::f", {}, id="legacy-inherent"),
        pytest.param("k::f::inner", "k::f::inner", {}, id="nested"),
        pytest.param("k::f::<u8, k::T>", "k::f", {}, id="generic"),
        pytest.param("k::f::<u8>::{closure#0}", "k::f", {"is_closure": True}, id="closure"),
        pytest.param("k::f::{{closure}}", "k::f", {"is_closure": True}, id="legacy-closure"),
        pytest.param(
            "k::f::{closure#0}::{closure#1}", "k::f", {"is_closure": True}, id="closure-in-closure"
        ),
        pytest.param("k::f::{closure#0}::g", "k::f::g", {}, id="item-in-closure"),
        pytest.param("k::S::{K#0}::X", "k::S::X", {}, id="constant-block"),
        pytest.param("k::f.cold", "k::f", {}, id="suffix"),
        pytest.param("k::f.llvm.1234", "k::f", {}, id="llvm"),
        pytest.param("k::f.part.0.isra.1", "k::f", {}, id="gcc"),
        pytest.param("<k::T>::f", "k::T::f", {"self_type": "k::T", "self_text": "k::T"}, id="own"),
        pytest.param(
            "<k::T<u8>>::f::<u16>",
            "k::T::f",
            {"self_type": "k::T", "self_text": "k::T<u8>"},
            id="generic-type",
        ),
        pytest.param(
            "k::T<A,B>::f",
            "k::T::f",
            {"self_type": "k::T", "self_text": "k::T<A,B>"},
            id="legacy-generic-type",
        ),
        pytest.param(
            "k::T<X>::f::{{closure}}",
            "k::T::f",
            {"self_type": "k::T", "self_text": "k::T<X>", "is_closure": True},
            id="closure-in-a-method",
        ),
        pytest.param(
            "<k::m::T as core::fmt::Debug>::fmt",
            "k::m::T::fmt",
            {"self_type": "k::m::T", "self_text": "k::m::T", "trait": "core::fmt::Debug"},
            id="trait",
        ),
        pytest.param(
            "<&mut k::T<u8> as k::Tr<u8>>::f",
            "k::T::f",
            {"self_type": "k::T", "self_text": "&mut k::T<u8>", "trait": "k::Tr"},
            id="reference",
        ),
        pytest.param(
            "<dyn k::A + core::marker::Send>::f",
            "k::A::f",
            {"self_type": "k::A", "self_text": "dyn k::A + core::marker::Send"},
            id="trait-object",
        ),
        pytest.param(
            "<(dyn k::A+'a) as k::B>::f",
            "k::A::f",
            {"self_type": "k::A", "self_text": "(dyn k::A+'a)", "trait": "k::B"},
            id="trait-object-in-parentheses",
        ),
        pytest.param(
            "<[k::m::T; 3] as k::m::Tr>::f",
            "k::m::[T]::f",
            {"self_type": "[T]", "self_text": "[k::m::T; 3]", "trait": "k::m::Tr"},
            id="array",
        ),
        pytest.param(
            "<(k::T, u8) as k::m::Tr>::f",
            "k::m::(T, u8)::f",
            {"self_type": "(T, u8)", "self_text": "(k::T, u8)", "trait": "k::m::Tr"},
            id="tuple",
        ),
        pytest.param(
            '<unsafe extern "C" fn(k::T) -> k::U as k::m::Tr>::f',
            "k::m::fn::f",
            {
                "self_type": "fn",
                "self_text": 'unsafe extern "C" fn(k::T) -> k::U',
                "trait": "k::m::Tr",
            },
            id="function-pointer",
        ),
        pytest.param(
            "<T as core::convert::From<T>>::from",
            "core::convert::T::from",
            {"self_type": "T", "self_text": "T", "trait": "core::convert::From"},
            id="blanket",
        ),
        pytest.param(
            "k::a::<impl k::b::T<u8>>::f",
            "k::b::T::f",
            {"self_type": "k::b::T", "self_text": "k::b::T<u8>", "home": "k::a"},
            id="inherent-elsewhere",
        ),
        pytest.param(
            "k::a::<impl for<'a> k::Tr<'a> for k::b::T>::f::g",
            "k::b::T::f::g",
            {"self_type": "k::b::T", "self_text": "k::b::T", "trait": "k::Tr", "home": "k::a"},
            id="trait-elsewhere",
        ),
        pytest.param(
            "k::a::f::{{closure}}::<impl k::Tr for u8>::g",
            "k::a::f::u8::g",
            {"self_type": "u8", "self_text": "u8", "trait": "k::Tr", "home": "k::a::f"},
            id="primitive-in-a-function",
        ),
        pytest.param(
            "<<k::T<A> as k::Tr>::f::Local as core::fmt::Debug>::fmt",
            "k::T::f::Local::fmt",
            {
                "self_type": "k::T::f::Local",
                "self_text": "<k::T<A> as k::Tr>::f::Local",
                "trait": "core::fmt::Debug",
            },
            id="type-in-a-method",
        ),
        pytest.param("k::m::{{impl}}::fmt", "k::m::fmt", {}, id="impl-of-an-old-compiler"),
        pytest.param(
            "core::ops::function::FnOnce::call_once{{vtable.shim}}",
            "core::ops::function::FnOnce::call_once",
            {"is_shim": True},
            id="legacy-shim",
        ),
        pytest.param(
            "<k::f::{closure#0} as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}",
            "k::f",
            {"is_closure": True, "is_shim": True},
            id="closure-as-a-value",
        ),
        pytest.param(
            "<k::f::{closure}>::call_once::vtable",
            "k::f",
            {"is_closure": True},
            id="closure-as-a-value-by-uftrace",
        ),
        pytest.param(
            "<k::f as core::ops::function::Fn<(u8,)>>::call",
            "k::f",
            {"is_shim": True},
            id="function-as-a-value",
        ),
        pytest.param(
            "<alloc::boxed::Box<dyn core::ops::function::FnOnce<()>> as "
            "core::ops::function::FnOnce<()>>::call_once",
            "alloc::boxed::Box::call_once",
            {
                "self_type": "alloc::boxed::Box",
                "self_text": "alloc::boxed::Box<dyn core::ops::function::FnOnce<()>>",
                "trait": "core::ops::function::FnOnce",
            },
            id="box-as-a-function",
        ),
        pytest.param(
            "core::ptr::drop_in_place",
            "core::ptr::drop_in_place",
            {"is_drop_glue": True},
            id="glue-of-who-knows",
        ),
        pytest.param(
            "core::ptr::drop_in_place::<k::T<u8>>",
            "core::ptr::drop_in_place",
            {"self_type": "k::T", "self_text": "k::T<u8>", "is_drop_glue": True},
            id="glue",
        ),
        pytest.param(
            "core::ptr::drop_glue<[alloc::boxed::Box<dyn k::Tr>]>",
            "core::ptr::drop_glue",
            {
                "self_type": "[Box]",
                "self_text": "[alloc::boxed::Box<dyn k::Tr>]",
                "is_drop_glue": True,
            },
            id="glue-of-a-slice",
        ),
        pytest.param(
            "core::ptr::mut_ptr::<impl *mut T>::drop_in_place",
            "core::ptr::mut_ptr::T::drop_in_place",
            {"self_type": "T", "self_text": "*mut T", "home": "core::ptr::mut_ptr"},
            id="no-glue",
        ),
        pytest.param("", "", {}, id="nothing"),
        pytest.param("<", "", {"self_text": None}, id="open"),
        pytest.param("<" * 500 + "a::b", "<" * 500 + "a::b", {}, id="deep"),
    ],
)
def test_items(text: str, name: str, told: dict[str, object]) -> None:
    found = brief(item_path(text))

    assert found == (name, {key: value for key, value in told.items() if value})


@pytest.mark.parametrize(
    ("legacy", "v0"),
    [
        pytest.param(
            "_ZN1q1a10T$LT$X$GT$3own17h43d80f6fcf8e9a9eE",
            "_RNvMNtCsj9tIkof7U9N_1q1aINtB2_1ThE3ownB4_",
            id="inherent",
        ),
        pytest.param(
            "_ZN1q1a10T$LT$X$GT$3own28_$u7b$$u7b$closure$u7d$$u7d$17h515b106a0c7d864eE",
            "_RNCNvMNtCsj9tIkof7U9N_1q1aINtB4_1ThE3own0B6_",
            id="closure",
        ),
        pytest.param(
            "_ZN1q1b36_$LT$impl$u20$q..a..T$LT$u16$GT$$GT$9elsewhere17h0e2f588a43797a08E",
            "_RNvMs_NtCsj9tIkof7U9N_1q1bINtNtB6_1a1TtE9elsewhere",
            id="inherent-elsewhere",
        ),
        pytest.param(
            "_ZN1q1b56_$LT$impl$u20$q..a..Tr$u20$for$u20$q..a..T$LT$u8$GT$$GT$1f5inner"
            "17hb8b71b4326db23a8E",
            "_RNvNvXNtCsj9tIkof7U9N_1q1bINtNtB6_1a1ThENtBr_2Tr1f5inner",
            id="in-a-method",
        ),
        pytest.param(
            "_ZN1q1b45_$LT$impl$u20$q..a..Tr$u20$for$u20$$RF$u8$GT$1f17ha3739ec58e5ab114E",
            "_RNvXs0_NtCsj9tIkof7U9N_1q1bRhNtNtB7_1a2Tr1f",
            id="reference",
        ),
        pytest.param(
            "_ZN49_$LT$q..a..E$u20$as$u20$core..ops..drop..Drop$GT$4drop17hdb81f6d09744810dE",
            "_RNvXs0_NtCsj9tIkof7U9N_1q1aNtB5_1ENtNtNtCs8NwYtU1Mohg_4core3ops4drop4Drop4drop",
            id="drop",
        ),
        pytest.param(
            "_ZN1q1b3asy28_$u7b$$u7b$closure$u7d$$u7d$17hd3b1e22bcf4860d9E",
            "_RNCNvNtCsj9tIkof7U9N_1q1b3asy0B5_",
            id="async-body",
        ),
    ],
)
def test_both_manglings_mean_the_same_item(legacy: str, v0: str) -> None:
    old, new = item_path(legacy), item_path(v0)

    assert name_of(old) == name_of(new)
    assert (old.self_type, old.trait, old.is_closure) in {
        (new.self_type, new.trait, new.is_closure),
        (None, None, new.is_closure),
    }
    assert krate_of(old) == krate_of(new) == "q"


@pytest.mark.parametrize(
    ("symbol", "names", "krate"),
    [
        pytest.param("memcpy", ("memcpy",), "", id="plain-name"),
        pytest.param("k::m::f", ("k::m::f",), "k", id="function"),
        pytest.param("<k::T>::f", ("k::T::f",), "k", id="own"),
        pytest.param(
            "k::a::<impl k::b::T>::f", ("k::b::T::f", "k::a::T::f"), "k", id="inherent-elsewhere"
        ),
        pytest.param(
            "_RNvMs_NtCsj9tIkof7U9N_1q1bINtNtB6_1a1TtE9elsewhere",
            ("q::a::T::elsewhere", "q::b::T::elsewhere"),
            "q",
            id="inherent-elsewhere-v0",
        ),
        pytest.param(
            "<k::m::T as k::n::Tr>::f",
            ("k::m::T::f", "k::n::T::f", "k::n::Tr::f"),
            "k",
            id="trait",
        ),
        pytest.param(
            "k::a::<impl core::fmt::Debug for alloc::vec::Vec<T>>::fmt::g",
            ("alloc::vec::Vec::fmt::g", "k::a::Vec::fmt::g", "core::fmt::Debug::fmt::g"),
            "k",
            id="foreign-type",
        ),
        pytest.param(
            "<alloc::vec::Vec<T> as k::m::Tr>::f",
            ("alloc::vec::Vec::f", "k::m::Vec::f", "k::m::Tr::f"),
            "k",
            id="foreign-type-untold",
        ),
        pytest.param(
            "<k::T as core::clone::Clone>::clone",
            ("k::T::clone", "core::clone::T::clone", "core::clone::Clone::clone"),
            "k",
            id="foreign-trait",
        ),
        pytest.param(
            "<alloc::rc::Rc<T> as core::ops::drop::Drop>::drop",
            ("alloc::rc::Rc::drop", "core::ops::drop::Rc::drop", "core::ops::drop::Drop::drop"),
            "alloc",
            id="foreign",
        ),
        pytest.param("<[u8] as k::m::Tr>::f", ("k::m::[u8]::f", "k::m::Tr::f"), "k", id="slice"),
        pytest.param(
            "core::ptr::drop_in_place::<k::T>", ("core::ptr::drop_in_place",), "core", id="glue"
        ),
    ],
)
def test_names_an_item_may_have(symbol: str, names: tuple[str, ...], krate: str) -> None:
    path = item_path(symbol)

    assert names_of(path) == names
    assert krate_of(path) == krate


@given(st.text(alphabet="<>()[]{}: +asfor&dynimpl#.'_TuK8", max_size=80))
def test_any_text_means_something(text: str) -> None:
    path = item_path(text)

    assert names_of(path)
    assert krate_of(path) is not None
