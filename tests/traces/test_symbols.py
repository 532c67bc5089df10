"""What the names in a symbol table stand for."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.traces.symbols import demangle, is_undecodable, respell
from soundcheck.traces.v0 import home_v0

LEGACY = {
    "_ZN4core3fmt5write17h0123456789abcdefE": "core::fmt::write",
    "__ZN4core3fmt5write17h0123456789abcdefE": "core::fmt::write",
    "_ZN4core3fmt5write17h0123456789abcdefE.llvm.18275711014265370878": "core::fmt::write",
    "_ZN4core3fmt5write17h0123456789abcdefE.0.0": "core::fmt::write",
    "_ZN6kernel4main28_$u7b$$u7b$closure$u7d$$u7d$17hb6acbbdd2c058b28E": (
        "kernel::main::{{closure}}"
    ),
    "_ZN50_$LT$T$u20$as$u20$core..convert..From$LT$T$GT$$GT$4from17h02b834388c5171a2E": (
        "<T as core::convert::From<T>>::from"
    ),
    "_ZN5alloc7raw_vec19RawVec$LT$T$C$A$GT$7reserve17hf9380d2e60e5ef95E": (
        "alloc::raw_vec::RawVec<T,A>::reserve"
    ),
    "_ZN4core3fmt3num3imp52_$LT$impl$u20$core..fmt..Display$u20$for$u20$u64$GT$3fmt"
    "17h1a91df3fb2cb4611E": "core::fmt::num::imp::<impl core::fmt::Display for u64>::fmt",
    "_ZN1q1b62_$LT$impl$u20$q..a..Tr$u20$for$u20$$u5b$u8$u3b$$u20$3$u5d$$GT$1f"
    "17h75a086473a4ae134E": "q::b::<impl q::a::Tr for [u8; 3]>::f",
    "_ZN4core3ops8function6FnOnce40call_once$u7b$$u7b$vtable.shim$u7d$$u7d$"
    "17h1e5347e1974bad2aE": "core::ops::function::FnOnce::call_once{{vtable.shim}}",
    "_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar"
    "17h930b740aa94f1d3aE": "<Test + 'static as foo::Bar<Test>>::bar",
    "_ZN8$RF$test5$BP$q8$LP$$RP$17h930b740aa94f1d3aE": "&test::*q::()",
    "_ZN6m$u6d$17h930b740aa94f1d3aE": "mm",
    "_ZN14m$no$u61$thing17h930b740aa94f1d3aE": "m$no$u61$thing",
    "_ZN5a$u7bE": "a$u7b",
    "_ZN4a$$b17h930b740aa94f1d3aE": "a$$b",
}  # fmt: skip

# The examples of the format's page, and symbols of a crate written to have one of each kind.
V0 = {
    "_RNvCs15kBYyAo9fc_7mycrate7example": "mycrate::example",
    "__RNvCs15kBYyAo9fc_7mycrate7example": "mycrate::example",
    "_RNvMsr_NtCs3ssYzQotkvD_3std4pathNtB5_7PathBuf3newCs15kBYyAo9fc_7mycrate": (
        "<std::path::PathBuf>::new"
    ),
    "_RNvMs_Cs4Cv8Wi1oAIB_7mycrateNtB4_7Example3foo": "<mycrate::Example>::foo",
    "_RNvXCs15kBYyAo9fc_7mycrateNtB2_7ExampleNtB2_5Trait3foo": (
        "<mycrate::Example as mycrate::Trait>::foo"
    ),
    "_RNvMCs7qp2U7fqm6G_7mycrateNtB2_7Example3foo": "<mycrate::Example>::foo",
    "_RNvMs_Cs7qp2U7fqm6G_7mycrateNtB4_7Example3bar": "<mycrate::Example>::bar",
    "_RNvYNtCs15kBYyAo9fc_7mycrate7ExampleNtB4_5Trait7exampleB4_": (
        "<mycrate::Example as mycrate::Trait>::example"
    ),
    "_RNCNvCsgStHSCytQ6I_7mycrate4main0B3_": "mycrate::main::{closure#0}",
    "_RNCNvCsgStHSCytQ6I_7mycrate4mains_0B3_": "mycrate::main::{closure#1}",
    "_RINvCsgStHSCytQ6I_7mycrate7examplelKj1_EB2_": "mycrate::example::<i32, 1>",
    "_RINvCs7qp2U7fqm6G_7mycrate7exampleFG0_RL1_hRL0_tEuEB2_": (
        "mycrate::example::<for<'a, 'b> fn(&'a u8, &'b u16)>"
    ),
    "_RINvCs7qp2U7fqm6G_7mycrate7exampleKy12345678_EB2_": "mycrate::example::<305419896>",
    "_RNvNvMCsd9PVOYlP1UU_7mycrateINtB4_7ExamplepKpE3foo14EXAMPLE_STATIC": (
        "<mycrate::Example<_, _>>::foo::EXAMPLE_STATIC"
    ),
    "_RINvCs7qp2U7fqm6G_7mycrate7exampleAtj8_EB2_": "mycrate::example::<[u16; 8]>",
    "_RINvCs7qp2U7fqm6G_7mycrate7exampleNtB2_7ExampleBw_EB2_": (
        "mycrate::example::<mycrate::Example, mycrate::Example>"
    ),
    "_RINvMsY_NtCseXNvpPnDBDp_3std4pathNtB6_4Path3neweECs7qp2U7fqm6G_7mycrate": (
        "<std::path::Path>::new::<str>"
    ),
    "_RNvNvNvCs7qp2U7fqm6G_7mycrate7EXAMPLE7___getit5___KEY$tlv$init": (
        "mycrate::EXAMPLE::__getit::__KEY"
    ),
    "_RNvNtNtCsgOH4LzxkuMq_7mycrateu8gdel_5qa6escher4bach": "mycrate::gödel::escher::bach",
    "_RNvC7mycrate3foo.llvm.9D1C9369": "mycrate::foo",
    "_RNvC6_123foo3bar": "123foo::bar",
    "_RC4f128": "f128",
    "_RNvXs2_NtCsj9tIkof7U9N_1q1bAhj3_NtNtB7_1a2Tr1f": "<[u8; 3] as q::a::Tr>::f",
    "_RINvNtCsj9tIkof7U9N_1q1a3runNCNvMB2_INtB2_1TReE3own0EB4_": (
        "q::a::run::<<q::a::T<&str>>::own::{closure#0}>"
    ),
    "_RNSNvYNCNvCsj9tIkof7U9N_1q4mains_0INtNtNtCs8NwYtU1Mohg_4core3ops8function6FnOnceThEE"
    "9call_once6vtableB8_": (
        "<q::main::{closure#1} as core::ops::function::FnOnce<(u8,)>>::call_once::{shim:vtable#0}"
    ),
    "_RNvCseulmdZsCeCG_7___rustc12___rust_alloc": "__rustc::__rust_alloc",
}

# A type in the place of `T` in `<T>`.
TYPES = {
    "u": "()",
    "z": "!",
    "v": "...",
    "Th": None,
    "ThE": "(u8,)",
    "ThtE": "(u8, u16)",
    "TE": "()",
    "Sh": "[u8]",
    "Re": "&str",
    "QL_h": "&mut u8",
    "PQh": "*const &mut u8",
    "Oh": "*mut u8",
    "FEu": "fn()",
    "FUKCyEh": 'unsafe extern "C" fn(u64) -> u8',
    "FK0Eu": None,
    "FKu3abcEu": None,
    "FK12aapcs_unwindEu": 'extern "aapcs-unwind" fn()',
    "FG_RL0_hERL0_t": "for<'a> fn(&'a u8) -> &'a u16",
    "FG_FG_RL0_RL1_hEuEu": "for<'a> fn(for<'b> fn(&'b &'a u8))",
    "RL0_h": None,
    "DNtC1k1TEL_": "dyn k::T",
    "DNtC1k1TNtC1k1UEL_": "dyn k::T + k::U",
    "DINtC1k1ThEp1OtEL_": "dyn k::T<u8, O = u16>",
    "DNtC1k1Tp1OtEL_": "dyn k::T<O = u16>",
    "DNtC1k1Tp1NKj0_EL_": "dyn k::T<N = 0>",
    "DG_INtC1k1TRL0_hEEL_": "dyn for<'a> k::T<&'a u8>",
    "DNtC1k1TE": None,
    "FG_DNtC1k1TEL0_Eu": "for<'a> fn(dyn k::T + 'a)",
    "INtC1k1TL_hE": "k::T<'_, u8>",
    "Ahj3_": "[u8; 3]",
    "Ahp": "[u8; _]",
    "WmRm1_m9_": "u32 is 1..=9",
    "WmORm1_m2_Rm5_m6_E": "u32 is 1..=2 | 5..=6",
    "ThB3_E": "(u8, u8)",
    "B9_": None,
}

# A constant in the place of `N` in `<N>`.
CONSTANTS = {
    "p": "_",
    "hb_": "11",
    "j_": "0",
    "anb_": "-11",
    "off00ff00ff00ff00ff_": "0xff00ff00ff00ff00ff",
    "b0_": "false",
    "b1_": "true",
    "b2_": None,
    "c76_": "'v'",
    "c27_": "'\\''",
    "c22_": "'\"'",
    "ca_": "'\\n'",
    "c2202_": "'∂'",
    "cd800_": None,
    "c110000_": None,
    "Re616263_": '"abc"',
    "e616263_": '{*"abc"}',
    "Re6_": None,
    "Reff_": None,
    "Rh7b_": "{&123}",
    "QAE": "{&mut []}",
    "Ah1_h2_h3_E": "{[1, 2, 3]}",
    "TE": "{()}",
    "Tj0_E": "{(0,)}",
    "VNvC1k1AU": "{k::A}",
    "VNvINtNtC4core6option6OptionjE4SomeTj0_E": "{core::option::Option::<usize>::Some(0)}",
    "VNtC3foo3BarS1sRe616263_2chc78_E": "{foo::Bar { s: \"abc\", ch: 'x' }}",
    "VNtC3foo3BarX": None,
    "hx_": None,
    "z0_": None,
}

OTHERS = (
    "",
    "memcpy",
    "sys_spawn2",
    "_start",
    "_R",
    "_RA",
    "_R0NvC1k1f",
    "_RNvC1k",
    "_RNvC1k1fzz",
    "_RNvC1k9f",
    "_RNvB_1f",
    "_RNvB2_1f",
    "_Rust",
    "_ZN",
    "_ZNE",
    "_ZNSt6vectorIiE4sizeEv",
    "_ZN4core3fmt9write17h0123456789abcdefE",
    "_ZN9123456789",
    "anon.609feeb0019d0961b3674c277ec48ac1.29",
    "core::fmt::write",
)


@pytest.mark.parametrize(
    ("symbol", "text"), [pytest.param(*one, id=one[1]) for one in LEGACY.items()]
)
def test_legacy(symbol: str, text: str) -> None:
    assert demangle(symbol) == text
    assert not is_undecodable(symbol)


@pytest.mark.parametrize(("symbol", "text"), [pytest.param(*one, id=one[1]) for one in V0.items()])
def test_v0(symbol: str, text: str) -> None:
    assert demangle(symbol) == text
    assert not is_undecodable(symbol)


@pytest.mark.parametrize(
    ("symbol", "text"), [pytest.param(*one, id=one[0]) for one in TYPES.items()]
)
def test_v0_types(symbol: str, text: str | None) -> None:
    whole = f"_RMC0{symbol}"

    assert demangle(whole) == (whole if text is None else f"<{text}>")
    assert is_undecodable(whole) == (text is None)


@pytest.mark.parametrize(
    ("symbol", "text"), [pytest.param(*one, id=one[0]) for one in CONSTANTS.items()]
)
def test_v0_constants(symbol: str, text: str | None) -> None:
    whole = f"_RIC0K{symbol}E"

    assert demangle(whole) == (whole if text is None else f"::<{text}>")


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        pytest.param("u6f_5gaa", "føø", id="mixed"),
        pytest.param("u6n84amf", "铁锈", id="none-plain"),
        pytest.param("u6_2xaedc", "ρυστ", id="digit-first"),
        pytest.param("u7___ylb7e", "α_ω", id="underscore-first"),  # noqa: RUF001
        pytest.param("2_5a", "5a", id="plain-digit-first"),
        pytest.param("2ö", "ö", id="length-in-bytes"),
        pytest.param("u4zzzz", "punycode{zzzz}", id="undecodable"),
        pytest.param("u2a_", None, id="nothing-coded"),
        pytest.param("u9_ylb7e", None, id="too-long"),
        pytest.param("99999999999999999999a", None, id="far-too-long"),
    ],
)
def test_v0_identifiers(symbol: str, text: str | None) -> None:
    whole = f"_RNvC1k{symbol}"

    assert demangle(whole) == (whole if text is None else f"k::{text}")


@pytest.mark.parametrize("symbol", OTHERS)
def test_other_names_pass_through(symbol: str) -> None:
    assert demangle(symbol) == symbol


@pytest.mark.parametrize(
    ("symbol", "is_broken"),
    [
        pytest.param("_RNvC1k9f", True, id="v0"),
        pytest.param("__RNvC1k9f", True, id="mach-o"),
        pytest.param("_ZN1k9f17h0123456789abcdefE", True, id="legacy"),
        pytest.param("_RNvC1k1f", False, id="readable"),
        pytest.param("_RX_IRQ", False, id="plain-name"),
        pytest.param("_Reset", False, id="another"),
        pytest.param("__RESERVED1", False, id="a-third"),
        pytest.param("_ZNSt6vectorIiE4sizeEv", False, id="c++"),
        pytest.param("memcpy", False, id="c"),
    ],
)
def test_broken_symbols_are_told_from_other_names(symbol: str, is_broken: bool) -> None:
    assert is_undecodable(symbol) == is_broken


def test_backreferences_cannot_make_a_symbol_of_any_length() -> None:
    doubled = "T" * 40 + "p" + "".join(f"B{i}_E" for i in "fedcba9876543210") + "pE" * 24

    assert len(demangle(f"_RMC0{doubled}")) < 1_000_000


def test_nesting_has_an_end() -> None:
    deep = "_RMC0" + "R" * 5_000 + "h"

    assert demangle(deep) == deep
    assert demangle("_RMC0" + "R" * 150 + "h") == f"<{'&' * 150}u8>"


@pytest.mark.parametrize(
    ("symbol", "home"),
    [
        pytest.param("_RNvXs2_NtCsj9tIkof7U9N_1q1bAhj3_NtNtB7_1a2Tr1f", "q::b", id="trait"),
        pytest.param("_RNvMs_NtCsj9tIkof7U9N_1q1bINtNtB6_1a1TtE9elsewhere", "q::b", id="inherent"),
        pytest.param("_RNCNvMNtCsj9tIkof7U9N_1q1aINtB4_1TReE3own0B6_", "q::a", id="closure"),
        pytest.param("_RNvNvXNtCsj9tIkof7U9N_1q1bINtNtB6_1a1ThENtBr_2Tr1f5inner", "q::b", id="in"),
        pytest.param("_RNvYINtNtCsj9tIkof7U9N_1q1a1ThENtB5_2Tr4provB7_", None, id="definition"),
        pytest.param("_RNvCsj9tIkof7U9N_1q4main", None, id="function"),
        pytest.param("_RNvM", None, id="cut-short"),
        pytest.param("memcpy", None, id="plain"),
    ],
)
def test_the_module_of_an_impl(symbol: str, home: str | None) -> None:
    assert home_v0(symbol) == home


@pytest.mark.parametrize(
    ("written", "text"),
    [
        pytest.param("_<a..b..T as c..D>::f", "<a::b::T as c::D>::f", id="dots"),
        pytest.param("a::_<impl b..C for d..E<F>>::h", "a::<impl b::C for d::E<F>>::h", id="in"),
        pytest.param("_<&a::T>::f", "<&a::T>::f", id="trait-left-out"),
        pytest.param("<[u8]>go", "<[u8]>::go", id="colons-left-out"),
        pytest.param("<fn(u8)->u8>go", "<fn(u8)->u8>::go", id="arrow"),
        pytest.param(
            "_$LT$a::T$u20$as$u20$b::C$GT$::f::h0123456789abcdef", "<a::T as b::C>::f", id="for-c++"
        ),
        pytest.param("_RNvC1k1f", "k::f", id="mangled"),
        pytest.param("a::b", "a::b", id="as-it-is"),
        pytest.param("a::range<0..=9>", "a::range<0..=9>", id="no-colons"),
        pytest.param("h0123456789abcdef", "h0123456789abcdef", id="no-hash"),
        pytest.param("cost$in$", "cost$in$", id="no-escape"),
    ],
)
def test_spellings_of_tools(written: str, text: str) -> None:
    assert respell(written) == text


@given(st.text(alphabet="_RZNCMXYIBKDFTSAuvhjlepEs0123456789abL.$G", max_size=60))
def test_any_symbol_is_read_or_passes_through(tail: str) -> None:
    for prefix in ("_R", "_ZN"):
        assert isinstance(demangle(prefix + tail), str)
        is_undecodable(prefix + tail)
        home_v0(prefix + tail)
        respell(prefix + tail)


@pytest.mark.skipif(shutil.which("c++filt") is None, reason="binutils are not installed")
def test_binutils_read_the_same() -> None:
    symbols = [symbol for symbol in (*LEGACY, *V0) if "17h" in symbol or symbol in V0]
    # Mach-O's underscore and suffix, and an escape that does not exist, binutils do not read so.
    symbols = [
        one for one in symbols if not (one.startswith("__") or "$no$" in one or "$tlv" in one)
    ]
    told = subprocess.run(
        ["c++filt", "-i", "-s", "rust"],
        input="\n".join(symbols),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    differing = {
        symbol: (demangle(symbol), text)
        for symbol, text in zip(symbols, told, strict=True)
        if demangle(symbol) != text
    }
    assert differing == {}
