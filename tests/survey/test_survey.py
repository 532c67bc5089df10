"""What there is to review in a small crate."""

from collections.abc import Callable
from functools import cache

import pytest

from soundcheck.audit import Stages, examine, read_argument_marks
from soundcheck.bodies import read_bodies
from soundcheck.commands.policy import open_catalog, open_theory
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.source import SourceFile
from soundcheck.survey import Survey, take_survey
from soundcheck.survey.values import Site
from soundcheck.syntax.reading import parse

MANIFEST = SourceFile("Cargo.toml", b'[package]\nname = "k"\nedition = "2024"\n')
Look = Callable[..., Survey]


@pytest.fixture(scope="module")
def look() -> Look:
    """Call ``look(text)`` for the survey of a crate with that one file."""
    catalog, theory = open_catalog(), open_theory()
    declared = cache(lambda file: parse(file, ()))
    stages = Stages(
        lambda files, queries: {
            file.path: declared(file) if is_stub(file.path) else parse(file, queries)
            for file in files
        },
        lambda world, _facts, files: [read_bodies(world, bodies) for _, bodies in files],
        theory,
    )

    def look(text: str, reported: frozenset[str] | None = None) -> Survey:
        file = SourceFile("src/lib.rs", text.encode())
        source = Input((file,), (MANIFEST,), reported=reported)
        program = examine(source, catalog, (), stages, with_model=True).program
        return take_survey(source, program, read_argument_marks(catalog))

    return look


def only(survey: Survey, kind: str) -> Site:
    found = [one for one in survey.sites if one.kind == kind]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("code", "kind", "argument"),
    [
        pytest.param("// SAFETY: p is ours\n unsafe { g() }", "block", "p is ours", id="comment"),
        pytest.param("// Safety:\n unsafe { g() }", "block", "", id="empty"),
        pytest.param("// careful\n unsafe { g() }", "block", None, id="other words"),
        pytest.param("unsafe { g() }", "block", None, id="nothing"),
    ],
)
def test_arguments(look: Look, code: str, kind: str, argument: str | None) -> None:
    survey = look(f"unsafe fn g() {{}}\nfn f() {{\n {code} }}\n")

    assert only(survey, kind).argument == argument


def test_the_documentation_of_a_function_argues(look: Look) -> None:
    survey = look("/// Does it.\n/// # Safety\n/// Only once.\npub unsafe fn f() {}\n")

    assert only(survey, "function").argument == "Only once."


@pytest.mark.parametrize(
    ("code", "act", "verdict", "leanings"),
    [
        pytest.param(
            "pub fn f(p: *const u8) -> u8 { unsafe { *p } }",
            "dereference",
            "leaks",
            [("parameter", "`p` of `k::f`", "everybody")],
            id="a parameter",
        ),
        pytest.param(
            "fn f() -> u8 { let x = 1; unsafe { *(&x as *const u8) } }",
            "dereference",
            "encapsulated",
            [("local", "`&x`", "")],
            id="a local",
        ),
        pytest.param(
            "static mut S: u8 = 0; fn f() -> u8 { unsafe { S } }",
            "static",
            "context",
            [("static", "`k::S`", "")],
            id="a static",
        ),
    ],
)
def test_leanings(
    look: Look, code: str, act: str, verdict: str, leanings: list[tuple[str, str, str]]
) -> None:
    site = only(look(code), "block")

    assert [one.kind for one in site.acts] == [act]
    assert site.verdict == verdict
    assert [(one.kind, one.what, one.reach) for one in site.leanings] == leanings


def test_duties(look: Look) -> None:
    code = "pub fn f(p: *const u8) -> u8 { unsafe { *p } }\nfn g(q: *const u8) { f(q); }\n"
    duties = only(look(code), "block").duties

    assert [(one.through, one.reach, one.given) for one in duties] == [
        ("`p` of `k::f`", "everybody", 1)
    ]


def test_modules_that_can_break_others(look: Look) -> None:
    survey = look(
        "mod a { pub(crate) fn f(p: *const u8) -> u8 { unsafe { *p } } }\n"
        "mod b { pub fn g(q: *const u8) { crate::a::f(q); } }\n"
        "mod c { pub fn h() { crate::b::g(core::ptr::null()) } }\n"
    )
    surfaces = {one.path: one.surface for one in survey.modules}

    assert [(one.user, one.used) for one in survey.uses if one.breaks] == [
        ("k::b", "k::a"),
        ("k::c", "k::a"),
    ]
    assert surfaces["k::a"] > surfaces["k::b"] == 0


def test_who_must_be_read(look: Look) -> None:
    survey = look(
        "static mut S: u8 = 0;\n"
        "fn f(p: *const u8) -> u8 { unsafe { *p } }\n"
        "fn one() -> u8 { f(&1) }\n"
        "fn other() -> u8 { f(&2) }\n"
        "fn stranger() {}\n"
        "fn user() { unsafe { S = 1 } }\n"
    )
    by_item = {one.item: one for one in survey.sites}

    assert [(one.item, one.why) for one in by_item["k::f"].readings] == [
        ("k::f", ""),
        ("k::one", "passes `p` of `k::f`"),
        ("k::other", "passes `p` of `k::f`"),
    ]
    assert [(one.item, one.why) for one in by_item["k::S"].readings] == [("k::user", "uses it")]


def test_where_it_runs(look: Look) -> None:
    survey = look(
        "#![feature(abi_x86_interrupt)]\n"
        'extern "x86-interrupt" fn tick(_frame: u64) { f() }\n'
        "fn f() { unsafe { g() } }\n"
        "unsafe fn g() {}\n"
    )
    contexts = only(survey, "block").contexts

    assert [(one.context, one.way) for one in contexts] == [("interrupt", ("k::tick", "k::f"))]


def test_modules_have_their_own_lines(look: Look) -> None:
    survey = look("fn a() { b::f() }\nmod b {\n    pub fn f() {}\n}\n#[cfg(test)]\nmod t {\n}\n")

    assert [(one.path, one.lines, one.is_test) for one in survey.modules] == [
        ("k", 2, False),
        ("k::b", 3, False),
        ("k::t", 2, True),
    ]
    assert [tuple(use.user for use in survey.uses), [use.used for use in survey.uses]] == [
        ("k",),
        ["k::b"],
    ]


def test_keys_stay_when_lines_move(look: Look) -> None:
    code = "fn f() { unsafe { g() }; unsafe { g() } }\nunsafe fn g() {}\n"
    before, after = look(code), look(f"// one more line\nfn new() {{}}\n\n{code}")
    keys = [one.key for one in before.sites]

    assert [one.key for one in after.sites] == keys
    assert len(set(keys)) == 3


def test_what_is_not_reported_is_not_surveyed(look: Look) -> None:
    survey = look("fn f() { unsafe { g() } }\nunsafe fn g() {}\n", reported=frozenset({"other.rs"}))

    assert (survey.sites, survey.modules, survey.locks, survey.uses) == ((), (), (), ())


def test_calls_that_lead_nowhere_are_counted(look: Look) -> None:
    survey = look("fn f(x: impl Fn()) { nowhere::to_be_found(); here() }\nfn here() {}\n")

    assert survey.calls["exact"] == 1
    assert sum(survey.calls.values()) == sum((survey.calls["unknown"], survey.calls["exact"],
                                              survey.calls["external"]))  # fmt: skip
    assert dict(survey.blind) == ({"k": survey.calls["unknown"]} if survey.calls["unknown"] else {})
