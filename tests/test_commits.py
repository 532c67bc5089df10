"""The files of a commit, from git's objects: what a checkout would hold, without one."""

import os
import subprocess
from pathlib import Path

import pytest

from soundcheck.workspace import UnusableInputError, find_commit, read_commit

MANIFEST = '[package]\nname = "k"\n'


def git(folder: Path, *args: str) -> str:
    identity = ("-c", "user.name=n", "-c", "user.email=e", "-c", "protocol.file.allow=always")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    run = subprocess.run(
        ("git", *identity, *args),
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return run.stdout.strip()


def commit(root: Path, files: dict[str, str]) -> None:
    """Write files and commit all there is."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if not (root / ".git").exists():
        git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "more")


def texts(root: Path, revision: str = "HEAD", **options: object) -> dict[str, str]:
    space = read_commit(str(root), find_commit(str(root), revision), **options)
    files = (*space.files, *space.manifests, *space.assembly)
    return {file.path: file.data.decode() for file in files}


def test_it_holds_what_was_committed(tmp_path: Path) -> None:
    commit(tmp_path, {"Cargo.toml": MANIFEST, "src/lib.rs": "old", "boot.S": "nop", "notes": "no"})
    (tmp_path / "src/lib.rs").write_text("new")
    (tmp_path / "src/more.rs").write_text("untracked")

    assert texts(tmp_path) == {"Cargo.toml": MANIFEST, "src/lib.rs": "old", "boot.S": "nop"}


def test_nothing_is_checked_out(tmp_path: Path) -> None:
    commit(tmp_path, {"lib.rs": "one"})
    commit(tmp_path, {"lib.rs": "two"})

    assert texts(tmp_path, "HEAD~1") == {"lib.rs": "one"}
    assert git(tmp_path, "status", "--porcelain") == ""
    assert (tmp_path / "lib.rs").read_text() == "two"


def test_a_root_below_the_top_sees_its_part(tmp_path: Path) -> None:
    commit(tmp_path, {"a.rs": "a", "kernel/b.rs": "b"})

    assert texts(tmp_path / "kernel") == {"b.rs": "b"}


def test_three_dots_mean_where_the_branch_began(tmp_path: Path) -> None:
    commit(tmp_path, {"lib.rs": "base"})
    git(tmp_path, "checkout", "-qb", "topic")
    commit(tmp_path, {"lib.rs": "topic"})
    git(tmp_path, "checkout", "-q", "main")
    commit(tmp_path, {"other.rs": "main"})
    git(tmp_path, "checkout", "-q", "topic")

    assert texts(tmp_path, "main") == {"lib.rs": "base", "other.rs": "main"}
    assert texts(tmp_path, "main...") == {"lib.rs": "base"}


@pytest.mark.parametrize(
    "revision", ["nowhere", "--all", "-h", "HEAD:lib.rs", "", "a b", "HEAD~9", "nowhere..."]
)
def test_what_names_no_commit(tmp_path: Path, revision: str) -> None:
    commit(tmp_path, {"lib.rs": "one"})

    with pytest.raises(UnusableInputError):
        find_commit(str(tmp_path), revision)


def test_without_git_there_is_no_commit(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="no such commit here"):
        find_commit(str(tmp_path), "HEAD")


def test_links_lead_where_they_led(tmp_path: Path) -> None:
    (tmp_path / "arch").mkdir()
    (tmp_path / "arch/x86").mkdir()
    os.symlink("arch/x86", tmp_path / "machine")
    os.symlink("../a.rs", tmp_path / "arch/b.rs")
    os.symlink("b.rs", tmp_path / "arch/c.rs")
    os.symlink("/etc/passwd", tmp_path / "out.rs")
    os.symlink("nothing.rs", tmp_path / "broken.rs")
    os.symlink("loop.rs", tmp_path / "loop.rs")
    commit(tmp_path, {"a.rs": "a", "arch/x86/m.rs": "m"})

    space = read_commit(str(tmp_path), find_commit(str(tmp_path), "HEAD"))

    assert dict(space.links) == {"arch/b.rs": "a.rs", "arch/c.rs": "a.rs", "machine": "arch/x86"}
    assert [file.path for file in space.files] == ["a.rs", "arch/x86/m.rs"]


def test_a_submodule_is_read_at_its_commit(tmp_path: Path) -> None:
    top = tmp_path / "top"
    commit(tmp_path / "outside", {"s.rs": "old"})
    commit(top, {"a.rs": "a"})
    git(top, "submodule", "add", "-q", "../outside", "part")
    commit(top, {})
    (top / "part/s.rs").write_text("new")

    assert texts(top) == {"a.rs": "a", "part/s.rs": "old"}

    (top / "part/.git").unlink()
    space = read_commit(str(top), find_commit(str(top), "HEAD"))

    assert [(gap.kind, gap.at.path) for gap in space.gaps] == [("missing-submodule", "part")]


def test_what_is_reported_on(tmp_path: Path) -> None:
    vendor = {"vendor/d/Cargo.toml": MANIFEST, "vendor/d/lib.rs": "", "tools/t.rs": ""}
    commit(tmp_path, {"Cargo.toml": MANIFEST, "src/lib.rs": "", "src/a.rs": "", **vendor})
    name = find_commit(str(tmp_path), "HEAD")

    space = read_commit(str(tmp_path), name, named=["src/a.rs"])
    whole = read_commit(str(tmp_path), name, exclude=["/tools/"])

    assert space.reported == {"src/a.rs"}
    assert whole.reported == {"Cargo.toml", "src/a.rs", "src/lib.rs"}
    assert whole.vendored == {"vendor/d/Cargo.toml", "vendor/d/lib.rs"}


def test_a_name_that_is_not_utf8_is_a_gap(tmp_path: Path) -> None:
    commit(tmp_path, {"a.rs": "a", os.fsdecode(b"b\xff.rs"): "b"})
    space = read_commit(str(tmp_path), find_commit(str(tmp_path), "HEAD"))

    assert [file.path for file in space.files] == ["a.rs"]
    assert [gap.kind for gap in space.gaps] == ["unreadable-name"]
