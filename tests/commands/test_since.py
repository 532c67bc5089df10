"""``soundcheck check --since``: only what a change brought, wherever it shows."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

MANIFEST = '[package]\nname = "k"\nedition = "2024"\n[dependencies]\nspin = "0.9"\n'
OLD = "pub static mut OLD: u8 = 0;\n"
NEW = "pub static mut NEW: u8 = 0;\n"
LOCK = """\
use spin::Mutex;
static QUEUE: Mutex<u32> = Mutex::new(0);
pub fn drain() {
    *QUEUE.lock() = 0;
}
pub fn push() {
    *QUEUE.lock() += 1;
}
"""
HANDLER = 'pub extern "x86-interrupt" fn on_irq(_frame: u64) { crate::queue::drain() }\n'


def git(folder: Path, *args: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ("-c", "user.name=n", "-c", "user.email=e")
    subprocess.run(
        ("git", *identity, *args), cwd=folder, check=True, capture_output=True, env=environment
    )


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A repository with one commit that has a finding."""
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(MANIFEST)
    (tmp_path / ".gitignore").write_text(".soundcheck_cache/\n")
    (tmp_path / "src/lib.rs").write_text(f"pub mod queue;\n{OLD}")
    (tmp_path / "src/queue.rs").write_text(LOCK)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def new(run: Run, kernel: Path, *args: str, select: str = "statics") -> dict[str, object]:
    since = ("--since", "HEAD", "--select", select)
    return json.loads(run("check", kernel, *since, "-o", "json", *args).stdout)


def places(report: dict[str, object]) -> list[tuple[str, str, int]]:
    return [(one["rule"], one["path"], one["line"]) for one in report["findings"]]


def test_nothing_changed(run: Run, kernel: Path) -> None:
    report = new(run, kernel)

    assert places(report) == []
    assert report["since"] == {"revision": "HEAD", "older": 1}


def test_a_changed_line(run: Run, kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text(f"// more\n{NEW}\npub mod queue;\n{OLD}")

    assert places(new(run, kernel)) == [("static-mut", "src/lib.rs", 2)]


def test_a_line_that_a_change_elsewhere_made_wrong(run: Run, kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text(f"pub mod queue;\npub mod irq;\n{OLD}")
    (kernel / "src/irq.rs").write_text(HANDLER)

    found = places(new(run, kernel, select="irq"))

    assert ("irq-unmasked-lock-shared-with-isr", "src/queue.rs", 7) in found
    assert all(path == "src/queue.rs" for _, path, _ in found)


def test_a_comment_that_is_gone_is_a_change(run: Run, kernel: Path) -> None:
    silenced = f"pub mod queue;\n// soundcheck: allow(static-mut) boot only\n{OLD}"
    (kernel / "src/lib.rs").write_text(silenced)
    git(kernel, "commit", "-qam", "silenced")
    (kernel / "src/lib.rs").write_text(f"pub mod queue;\n{OLD}")

    assert places(new(run, kernel)) == [("static-mut", "src/lib.rs", 2)]


@pytest.mark.parametrize(
    ("text", "code"),
    [pytest.param(OLD, 0, id="old findings"), pytest.param(OLD + NEW, 1, id="new ones")],
)
def test_exit_code(run: Run, kernel: Path, text: str, code: int) -> None:
    (kernel / "src/lib.rs").write_text(f"pub mod queue;\n{text}")

    result = run("check", kernel, "--since", "HEAD")

    assert result.exit_code == code
    assert "1 finding not shown: older than the change since HEAD" in result.stdout


def test_a_second_run_says_the_same(run: Run, kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text(f"pub mod queue;\n{OLD}{NEW}")

    assert new(run, kernel) == new(run, kernel) == new(run, kernel, "--cache-dir=shared")


def test_settings_are_the_work_trees(run: Run, kernel: Path) -> None:
    """A rule that is turned on makes no old code new."""
    (kernel / "soundcheck.toml").write_text('[severity]\nstatic-mut = "error"\n')

    assert places(new(run, kernel)) == []


def test_only_what_is_below_a_path(run: Run, kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text(f"pub mod queue;\n{OLD}{NEW}")

    result = run("check", kernel / "src/queue.rs", "--since", "HEAD", "-o", "json")

    assert places(json.loads(result.stdout)) == []


def test_a_commit_that_is_not_there(run: Run, kernel: Path) -> None:
    result = run("check", kernel, "--since", "nowhere")

    assert result.exit_code == 2
    assert "nowhere: no such commit here" in str(result.exception)
