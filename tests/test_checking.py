"""What was seen of a file before is believed only while nothing that it rests on has changed."""

from collections.abc import Callable, Mapping
from functools import cache

import pytest

from soundcheck.audit import Stages, audit
from soundcheck.checking import Recall, recall_nothing
from soundcheck.checks import check_of
from soundcheck.checks.kinds import FileCheck
from soundcheck.commands.policy import open_catalog, open_theory
from soundcheck.finding import Report
from soundcheck.input import Input
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse
from soundcheck.triage import Terms

MANIFEST = '[package]\nname = "k"\nedition = "2021"\n'
LIB = "mod a;\nmod b;\n"
A = """\
use core::sync::atomic::Ordering::*;
pub fn read() -> u32 {
    let it = unsafe { &*core::ptr::addr_of!(COUNT) };
    *it
}
pub fn wait() { while !crate::b::READY.load(Relaxed) {} }
pub fn kind(n: u8) -> crate::b::Kind { unsafe { core::mem::transmute::<u8, crate::b::Kind>(n) } }
pub fn lock() { let _ = crate::b::GATE.lock(); }
pub fn bypass() { unsafe { crate::b::GATE.force_unlock() } }
"""
B = """\
use core::sync::atomic::{AtomicBool, Ordering::*};
pub static READY: AtomicBool = AtomicBool::new(false);
pub static GATE: Gate = Gate;
pub struct Gate;
pub struct GateGuard;
impl Gate { pub fn lock(&self) -> GateGuard { GateGuard } }
impl Drop for GateGuard { fn drop(&mut self) {} }
#[repr(u8)] pub enum Kind { One, Two }
pub fn ready() { READY.store(true, Release); }
"""
START: Mapping[str, str] = {"src/lib.rs": LIB, "src/a.rs": A, "src/b.rs": B}

EDITS = [
    pytest.param({}, id="nothing"),
    pytest.param({"src/a.rs": A.replace("*it", "*it + 1")}, id="a body"),
    pytest.param({"src/a.rs": "\n\n" + A}, id="lines"),
    pytest.param({"src/b.rs": B + "pub static mut COUNT: u32 = 0;\n"}, id="another's static"),
    pytest.param({"src/b.rs": B.replace("Release", "Relaxed")}, id="another's ordering"),
    pytest.param({"src/b.rs": B.replace("One, Two", "One(u8), Two")}, id="another's enum"),
    pytest.param({"src/b.rs": B.replace("-> GateGuard", "-> ()")}, id="another's result"),
    pytest.param(
        {"src/b.rs": B.replace("impl Gate {", "impl Gate { pub unsafe fn force_unlock(&self) {}")},
        id="another's method",
    ),
    pytest.param({"src/lib.rs": "#[cfg(test)]\nmod a;\nmod b;\n"}, id="a test"),
    pytest.param(
        {"src/lib.rs": '#[path = "a.rs"]\nmod c;\n#[path = "b.rs"]\nmod b;\n'}, id="a name"
    ),
    pytest.param({"src/lib.rs": "mod b;\n"}, id="a file that no module reaches"),
    pytest.param({"src/b.rs": B + "fn f() { static mut COUNT: u8 = 0; }"}, id="a static in a body"),
    pytest.param({"src/a.rs": A + "static mut SEEN: u8 = 0;"}, id="a static that nobody names"),
    pytest.param(
        {
            "src/a.rs": A + "pub static mut SEEN: u8 = 0;",
            "src/b.rs": B + "fn g() -> u8 { unsafe { crate::a::SEEN } }",
        },
        id="a static that another file reads",
    ),
]


def remembering() -> Recall:
    """Recall by path, text and what else a look rests on, as the cache does."""
    known: dict[tuple[str, bytes], bytes] = {}

    def recall(files: Mapping[str, bytes], look: Callable[[str], bytes]) -> dict[str, bytes]:
        for path, rest in files.items():
            if (path, rest) not in known:
                known[path, rest] = look(path)
        return {path: known[path, rest] for path, rest in files.items()}

    return recall


def with_texts(recall: Recall, texts: Mapping[str, str]) -> Recall:
    """A recall that takes the texts of files into account."""

    def recalled(files: Mapping[str, bytes], look: Callable[[str], bytes]) -> Mapping[str, bytes]:
        return recall({path: rest + texts[path].encode() for path, rest in files.items()}, look)

    return recalled


@cache
def catalog():
    return open_catalog()


def report(texts: Mapping[str, str], recall: Recall) -> Report:
    files = tuple(SourceFile(path, text.encode()) for path, text in sorted(texts.items()))
    source = Input(files, (SourceFile("Cargo.toml", MANIFEST.encode()),))
    rules = [
        rule for rule in catalog().rules.values() if isinstance(check_of(rule.check), FileCheck)
    ]
    stages = Stages(
        lambda files, queries: {file.path: parse(file, queries) for file in files},
        lambda _world, _facts, _files: (),
        open_theory(),
        recall=with_texts(recall, texts),
    )
    return audit(source, catalog(), rules, stages, terms=Terms("2026-01-01", with_tests=True))


def test_the_checks_speak_of_the_files():
    """Otherwise the edits below would show nothing."""
    texts = {**START, "src/b.rs": B + "pub static mut COUNT: u32 = 0;\n"}

    found = {one.rule for one in report(texts, recall_nothing).findings}

    wanted = {
        "static-mut-refs-laundered",
        "relaxed-publish",
        "invalid-transmute",
        "guard-dropped-at-once",
        "force-unlock",
        "static-mut",
    }
    assert wanted <= found


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_changes_what_it_would_change_without_memory(edit):
    recall = remembering()
    report(START, recall)
    edited = {**START, **edit}

    assert report(edited, recall).findings == report(edited, recall_nothing).findings
    assert report(START, recall).findings == report(START, recall_nothing).findings
