"""The hooks that we offer, run by the real pre-commit and by prek, on real commits.

They install soundcheck from this checkout as committed, so they need the network and take long:
`make outlets` runs them.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNNERS = [name for name in ("pre-commit", "prek") if shutil.which(name)]

pytestmark = [
    pytest.mark.outlets,
    pytest.mark.skipif(not RUNNERS, reason="neither pre-commit nor prek is installed"),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout"),
]

MANIFEST = '[package]\nname = "k"\nversion = "0.1.0"\nedition = "2024"\n'
CLEAN = "pub fn f() -> u32 {\n    1\n}\n"
FAULTY = "pub static mut TICKS: u32 = 0;\n"


def run(folder: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """A command in a folder, with its output."""
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=check, env=ENVIRONMENT
    )


ENVIRONMENT = {
    **os.environ,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


@pytest.fixture(scope="session")
def revision() -> str:
    return run(ROOT, "git", "rev-parse", "HEAD").stdout.strip()


@pytest.fixture(params=RUNNERS)
def kernel(request, tmp_path, tmp_path_factory, revision) -> Path:
    """A repository whose commits run the hooks."""
    home = tmp_path_factory.getbasetemp() / f"home-{request.param}"
    ENVIRONMENT["PRE_COMMIT_HOME"] = ENVIRONMENT["PREK_HOME"] = str(home)
    folder = tmp_path / "kernel"
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text(MANIFEST)
    (folder / "src/lib.rs").write_text(CLEAN)
    (folder / ".gitignore").write_text(".soundcheck_cache/\n")
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {ROOT}\n    rev: {revision}\n    hooks:\n"
        "      - id: soundcheck\n      - id: soundcheck-baseline\n"
    )
    run(folder, "git", "init", "-q")
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "-qm", "first", "--no-verify")
    run(folder, request.param, "install")
    return folder


def commit(kernel: Path) -> subprocess.CompletedProcess[str]:
    return run(kernel, "git", "commit", "-m", "more", check=False)


def test_a_clean_change_is_committed(kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text(f"{CLEAN}\n{CLEAN.replace('f()', 'g()')}")
    run(kernel, "git", "add", "-A")

    made = commit(kernel)

    assert made.returncode == 0, made.stdout + made.stderr


def test_a_fault_stops_the_commit(kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text(CLEAN + FAULTY)
    run(kernel, "git", "add", "-A")

    made = commit(kernel)

    assert made.returncode != 0
    assert "src/lib.rs:4:16: warning[static-mut]" in made.stdout + made.stderr


def test_faults_in_other_files_are_not_reported(kernel: Path) -> None:
    (kernel / "src/old.rs").write_text(FAULTY)
    (kernel / "src/lib.rs").write_text(f"pub mod old;\n{CLEAN}")
    run(kernel, "git", "add", "-A")
    run(kernel, "git", "commit", "-qm", "old", "--no-verify")
    (kernel / "src/lib.rs").write_text(f"pub mod old;\n{CLEAN}\n")
    run(kernel, "git", "add", "-A")

    assert commit(kernel).returncode == 0


def test_what_is_not_staged_is_not_seen(kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text(f"{CLEAN}// staged\n")
    run(kernel, "git", "add", "-A")
    (kernel / "src/lib.rs").write_text(f"{CLEAN}// staged\n{FAULTY}")

    assert commit(kernel).returncode == 0
    assert FAULTY in (kernel / "src/lib.rs").read_text()


def test_deleted_files(kernel: Path) -> None:
    (kernel / "src/other.rs").write_text(CLEAN)
    run(kernel, "git", "add", "-A")
    run(kernel, "git", "commit", "-qm", "other", "--no-verify")
    run(kernel, "git", "rm", "-q", "src/other.rs")

    assert commit(kernel).returncode == 0


def test_no_rust_at_all(kernel: Path) -> None:
    (kernel / "README.md").write_text("nothing\n")
    run(kernel, "git", "add", "-A")

    assert commit(kernel).returncode == 0


def test_a_submodule(kernel: Path) -> None:
    """What another repository holds is no part of the commit."""
    other = kernel.parent / "other"
    (other / "src").mkdir(parents=True)
    (other / "src/lib.rs").write_text(FAULTY)
    run(other, "git", "init", "-q")
    run(other, "git", "add", "-A")
    run(other, "git", "commit", "-qm", "other")
    add = ("submodule", "--quiet", "add", str(other), "other")
    run(kernel, "git", "-c", "protocol.file.allow=always", *add)

    assert commit(kernel).returncode == 0

    (kernel / "src/lib.rs").write_text(CLEAN + FAULTY)
    run(kernel, "git", "add", "-A")

    assert commit(kernel).returncode != 0


def test_more_files_than_one_command_line_names(kernel: Path) -> None:
    """pre-commit calls a hook several times then, and each call knows the whole workspace."""
    names = [f"part_{number}_{'x' * 40}" for number in range(3_000)]
    for name in names:
        (kernel / f"src/{name}.rs").write_text(CLEAN)
    (kernel / f"src/{names[-1]}.rs").write_text(FAULTY)
    declared = "".join(f"pub mod {name};\n" for name in names)
    (kernel / "src/lib.rs").write_text(declared + CLEAN)
    run(kernel, "git", "add", "-A")

    made = commit(kernel)

    assert made.returncode != 0
    assert (made.stdout + made.stderr).count("warning[static-mut]") == 1
    assert f"src/{names[-1]}.rs:1:16: warning[static-mut]" in made.stdout + made.stderr


def test_the_whole_workspace(kernel: Path, request: pytest.FixtureRequest) -> None:
    """The hook for a push reports on files that nobody has staged."""
    (kernel / "src/lib.rs").write_text(CLEAN + FAULTY)
    run(kernel, "git", "commit", "-qam", "old", "--no-verify")
    config = kernel / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("id: soundcheck\n", "id: soundcheck-workspace\n"))
    runner = request.node.callspec.params["kernel"]
    run(kernel, "git", "add", "-A")

    ran = run(kernel, runner, "run", "soundcheck-workspace", "--hook-stage", "manual", check=False)

    assert ran.returncode != 0
    assert "src/lib.rs:4:16: warning[static-mut]" in ran.stdout + ran.stderr
