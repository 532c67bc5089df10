"""Fingerprints: what a finding is recognised by survives what changes nothing about it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MANIFEST = '[package]\nname = "k"\nedition = "2024"\n[dependencies]\nspin = "0.9"\n'
TAKE = """\
pub fn take() -> u32 {
    let guard = QUEUE.lock();
    let copied = *guard;
    let _ = QUEUE.try_lock();
    copied
}
"""
DRAIN = """\
pub fn drain(at: *mut u32) {
    let length = take();
    unsafe { *at = length };
    *QUEUE.lock() = 0;
}
"""
HEAD = """\
#![feature(abi_x86_interrupt)]
use spin::Mutex;
static QUEUE: Mutex<u32> = Mutex::new(0);
pub static mut TICKS: u32 = 0;
extern "x86-interrupt" fn on_irq(_frame: u64) { *QUEUE.lock() += 1; }
"""
KERNEL = HEAD + TAKE + DRAIN


def found_in(folder: Path, text: str) -> dict[str, str]:
    """The rule of each finding, by its fingerprint."""
    (folder / "src").mkdir(exist_ok=True)
    (folder / "Cargo.toml").write_text(MANIFEST)
    (folder / "src/lib.rs").write_text(text)
    run = subprocess.run(
        [sys.executable, "-m", "soundcheck", "check", "--no-cache", "-o", "json", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    findings = json.loads(run.stdout)["findings"]
    return {one["fingerprint"]: one["rule"] for one in findings}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return found_in(tmp_path_factory.mktemp("kernel"), KERNEL)


def test_there_is_something_to_recognise(known: dict[str, str]) -> None:
    assert {
        "irq-unmasked-lock-shared-with-isr",
        "raw-pointer-arg-deref",
        "static-mut",
        "undocumented-unsafe",
    } <= set(known.values())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"//! What it is.\n\n\n{KERNEL}", id="lines above"),
        pytest.param(f"{KERNEL}\n\nfn more() {{}}\n", id="lines below"),
        pytest.param(KERNEL.replace("    ", "\t\t"), id="indented otherwise"),
        pytest.param(KERNEL.replace("guard", "held").replace("length", "n"), id="locals renamed"),
        pytest.param(HEAD + DRAIN + TAKE, id="functions exchanged"),
        pytest.param(KERNEL.replace("{ *at", "{\n        *at"), id="lines broken"),
    ],
)
def test_what_changes_no_fingerprint(tmp_path: Path, known: dict[str, str], text: str) -> None:
    assert found_in(tmp_path, text) == known


def test_another_item_is_another_finding(tmp_path: Path, known: dict[str, str]) -> None:
    found = found_in(tmp_path, KERNEL.replace("TICKS", "TOCKS"))

    assert [known[one] for one in known if one not in found] == ["static-mut"]
