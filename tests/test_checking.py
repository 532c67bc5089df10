"""What was seen of a file before is believed only while nothing that it rests on has changed."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import pytest

from soundcheck.audit import Stages, audit
from soundcheck.bodies import read_bodies
from soundcheck.checking import NO_MEMORY, Memory
from soundcheck.checks import check_of
from soundcheck.checks.kinds import FileCheck
from soundcheck.commands.policy import open_catalog, open_theory
from soundcheck.finding import Report
from soundcheck.input import Input
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse
from soundcheck.triage import Terms

MANIFEST = '[package]\nname = "k"\nedition = "2021"\n[dependencies]\nx86 = "0.52"\n'
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
pub fn load(table: &[u8; 10]) { unsafe { core::arch::asm!("lgdt [{}]", in(reg) table.as_ptr()) } }
pub fn unmask() { unsafe { crate::b::enable() } }
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
pub use x86::irq::enable;
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
    pytest.param(
        {"src/b.rs": B.replace("pub use x86::irq::enable;", "pub unsafe fn enable() {}")},
        id="what another's name stands for",
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


def remembering() -> Callable[[Mapping[str, str]], Memory]:
    """A memory by path and text, as the cache is one, that lasts from run to run."""
    kept: dict[tuple[str, bytes, str, str], bytes] = {}

    def memory(texts: Mapping[str, str]) -> Memory:
        def recall(what: str, rest: bytes, paths: Sequence[str]) -> dict[str, bytes]:
            keys = {path: (what, rest, path, texts[path]) for path in paths}
            return {path: kept[key] for path, key in keys.items() if key in kept}

        def keep(what: str, rest: bytes, values: Mapping[str, bytes]) -> None:
            kept.update(((what, rest, path, texts[path]), one) for path, one in values.items())

        return Memory(recall, keep)

    return memory


@cache
def catalog():
    return open_catalog()


parsed = cache(parse)
theory = cache(open_theory)


@cache
def report_of_start() -> Report:
    return report(START, NO_MEMORY)


def report(texts: Mapping[str, str], memory: Memory) -> Report:
    files = tuple(SourceFile(path, text.encode()) for path, text in sorted(texts.items()))
    source = Input(files, (SourceFile("Cargo.toml", MANIFEST.encode()),))
    rules = [
        rule for rule in catalog().rules.values() if isinstance(check_of(rule.check), FileCheck)
    ]
    stages = Stages(
        lambda files, queries: {file.path: parsed(file, queries) for file in files},
        lambda world, _facts, files: [
            read_bodies(world, defs) for path, defs in files if path in texts
        ],
        theory(),
        memory=memory,
    )
    return audit(source, catalog(), rules, stages, terms=Terms("2026-01-01", with_tests=True))


def test_the_checks_speak_of_the_files():
    """Otherwise the edits below would show nothing."""
    texts = {**START, "src/b.rs": B + "pub static mut COUNT: u32 = 0;\n"}

    found = {one.rule for one in report(texts, NO_MEMORY).findings}

    wanted = {
        "static-mut-refs-laundered",
        "relaxed-publish",
        "invalid-transmute",
        "guard-dropped-at-once",
        "force-unlock",
        "static-mut",
        "borrow-kept-by-processor",
        "safe-irq-enable",
    }
    assert wanted <= found


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_changes_what_it_would_change_without_memory(edit):
    memory = remembering()
    report(START, memory(START))
    edited = {**START, **edit}

    assert report(edited, memory(edited)).findings == report(edited, NO_MEMORY).findings
    assert report(START, memory(START)).findings == report_of_start().findings


def test_a_look_is_kept_while_nothing_changes():
    recall, keep = remembering()(START)
    kept: list[Mapping[str, bytes]] = []

    def keep_and_tell(what: str, rest: bytes, values: Mapping[str, bytes]) -> None:
        if what == "looks":
            kept.append(values)
        keep(what, rest, values)

    report(START, Memory(recall, keep_and_tell))
    report(START, Memory(recall, keep_and_tell))

    assert [sorted(looks) for looks in kept] == [sorted(START), []]
