"""``soundcheck diff``: what lies between two commits, in three formats."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

MANIFEST = """\
[package]
name = "k"
edition = "2024"
[dependencies]
spin = "0.9"
x86_64 = "0.15"
"""
LIB = """\
pub mod irq;
pub mod mm;
pub static mut OLD: u8 = 0;
"""
MM = """\
use core::cell::RefCell;
use spin::Mutex;
use x86_64::instructions::interrupts::without_interrupts;

pub static TICKET_LOCK: Mutex<u32> = Mutex::new(0);
struct Shared(RefCell<u32>);
// SAFETY: used with interrupts off only
unsafe impl Sync for Shared {}
static OBJECTS: Shared = Shared(RefCell::new(0));

pub fn insert() {
    without_interrupts(|| *OBJECTS.0.borrow_mut() += 1);
}
pub fn take() {
    *TICKET_LOCK.lock() += 1;
}
"""
IRQ = 'pub extern "x86-interrupt" fn on_irq(_frame: u64) {}\n'
READ = "pub fn read(at: &u8) -> u8 {\n    unsafe { core::ptr::read(at) }\n}\n"


def git(folder: Path, *args: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ("-c", "user.name=n", "-c", "user.email=e")
    subprocess.run(
        ("git", *identity, *args), cwd=folder, check=True, capture_output=True, env=environment
    )


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose second commit masks less, takes a lock in a handler, and adds unsafe."""
    root = tmp_path_factory.mktemp("kernel")
    (root / "src").mkdir()
    files = {"Cargo.toml": MANIFEST, "src/lib.rs": LIB, "src/mm.rs": MM, "src/irq.rs": IRQ}
    for name, text in files.items():
        (root / name).write_text(text)
    (root / ".gitignore").write_text(".soundcheck_cache/\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    unmasked = MM.replace("without_interrupts(|| *OBJECTS.0.borrow_mut() += 1)", "bump()")
    bump = "fn bump() {\n    *OBJECTS.0.borrow_mut() += 1;\n}\n"
    (root / "src/mm.rs").write_text(f"{unmasked}{bump}{READ}")
    (root / "src/irq.rs").write_text(IRQ.replace("{}", "{ crate::mm::take() }"))
    (root / "src/lib.rs").write_text(LIB.replace("pub static mut OLD: u8 = 0;\n", ""))
    git(root, "commit", "-qam", "second")
    return root


def test_text(run: Run, kernel: Path) -> None:
    result = run("diff", "HEAD~1", "HEAD", kernel)

    assert result.exit_code == 0
    first = result.stdout.splitlines()[0]
    assert first.startswith("HEAD~1 → HEAD: ")
    for words in (
        "\N{MINUS SIGN}1 static-mut",
        "+1 unsafe block",
        "the only masking around `mm::Shared.0` was removed: one use was masked",
        "`mm::TICKET_LOCK` is now taken in an interrupt",
    ):
        assert words in first
    assert "  k::mm: +1 unsafe block" in result.stdout
    assert "    src/mm.rs:18 in k::mm::bump" in result.stdout


def test_json(run: Run, kernel: Path) -> None:
    value = json.loads(run("diff", "HEAD~1", "HEAD", kernel, "-o", "json").stdout)

    assert [one["rule"] for one in value["findings"]["gone"]] == ["static-mut"]
    assert value["counts"]["total"]["blocks"] == {"before": 0, "after": 1}
    assert {
        "item": "k::mm",
        "blocks": {"before": 0, "after": 1},
        "exprs": {"before": 0, "after": 1},
    } in value["counts"]["modules"]
    assert value["surface"]["total"]["leaks"] == {"before": 0, "after": 0}
    assert value["surface"]["modules"] == [{"item": "k::mm", "lines": {"before": 0, "after": 3}}]
    kinds = [(one["kind"], one["lock"]) for one in value["locks"]]
    assert kinds == [("masking", "k::mm::Shared.0"), ("context", "k::mm::TICKET_LOCK")]


def test_markdown(run: Run, kernel: Path) -> None:
    text = run("diff", "HEAD~1", "HEAD", kernel, "-o", "markdown").stdout

    assert text.startswith("## soundcheck: `HEAD~1` → `HEAD`\n")
    assert "| `k::mm` | +1 unsafe block, +1 unsafe expression |" in text
    assert "- `mm::TICKET_LOCK` is now taken in an interrupt (`src/mm.rs:15`)" in text
    assert text.count("<details") == text.count("</details>")


def test_both_ways(run: Run, kernel: Path) -> None:
    """What is new one way is gone the other way."""
    there = json.loads(run("diff", "HEAD~1", "HEAD", kernel, "-o", "json").stdout)
    back = json.loads(run("diff", "HEAD", "HEAD~1", kernel, "-o", "json").stdout)

    assert there["findings"]["new"] == back["findings"]["gone"]
    assert there["findings"]["gone"] == back["findings"]["new"]


def test_nothing_between_a_commit_and_itself(run: Run, kernel: Path) -> None:
    (kernel / "src/new.rs").write_text("pub static mut UNTRACKED: u8 = 0;\n")

    result = run("diff", "HEAD", "HEAD", kernel)

    assert "no difference in findings, unsafe blocks and contexts of locks" in result.stdout


def test_only_what_is_below_a_path(run: Run, kernel: Path) -> None:
    result = run("diff", "HEAD~1", "HEAD", kernel / "src/irq.rs", "-o", "json")

    value = json.loads(result.stdout)
    assert (value["findings"]["gone"], value["counts"]["modules"]) == ([], [])


def test_a_commit_that_is_not_there(run: Run, kernel: Path) -> None:
    assert run("diff", "nowhere", "HEAD", kernel).exit_code == 2
