"""``soundcheck baseline``: what is accepted, what is added and dropped, and when it complains."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

FILE = "soundcheck-baseline.toml"
MANIFEST = '[package]\nname = "k"\nedition = "2024"\n'
TWO = "static mut TICKS: u64 = 0;\nstatic mut BOOTED: bool = false;\n"
NOTED = "pub fn f(p: *const u8) -> u8 { unsafe { *p } }\n"
FLAGS = ("--cache-dir=shared", "--select", "static-mut,undocumented-unsafe,meta")


@pytest.fixture
def kernel(write: Write) -> Path:
    """A crate with two warnings and a note."""
    return write({"Cargo.toml": MANIFEST, "src/lib.rs": TWO + NOTED})


def lines_of(root: Path) -> list[str]:
    return [line for line in (root / FILE).read_text().splitlines() if line.startswith("  {")]


def check(run: Run, root: Path, *args: str) -> tuple[int, dict[str, list[dict[str, object]]]]:
    result = run("check", root, *FLAGS, "-o", "json", *args)
    return result.exit_code, json.loads(result.stdout)


def test_what_is_accepted_is_counted_and_not_reported(run: Run, kernel: Path) -> None:
    result = run("baseline", "create", kernel, *FLAGS, "--reason", "from before")

    assert (result.exit_code, result.stdout) == (0, f"{FILE}: 3 entries, 3 new, 0 dropped\n")
    code, report = check(run, kernel)
    assert (code, report["findings"], report["unmet"]) == (0, [], [])
    assert {(one["by"], one["reason"]) for one in report["suppressed"]} == {
        ("baseline", "from before")
    }
    assert "3 findings suppressed: 3 by the baseline" in run("check", kernel, *FLAGS).stdout


def test_the_baseline_is_heeded_unless_told_otherwise(run: Run, kernel: Path) -> None:
    elsewhere = kernel / "accepted.toml"
    run("baseline", "create", kernel, *FLAGS, "--baseline", elsewhere)

    assert check(run, kernel)[0] == 1
    assert check(run, kernel, "--baseline", str(elsewhere))[0] == 0
    (kernel / FILE).write_bytes(elsewhere.read_bytes())
    assert check(run, kernel)[0] == 0
    assert check(run, kernel, "--no-baseline")[0] == 1


def test_only_what_is_bad_enough_is_accepted(run: Run, kernel: Path) -> None:
    run("baseline", "create", kernel, *FLAGS, "--min-severity", "warning")

    assert len(lines_of(kernel)) == 2
    assert run("baseline", "check", kernel, *FLAGS).exit_code == 1
    assert run("baseline", "check", kernel, *FLAGS, "--min-severity", "warning").exit_code == 0


def test_lines_move_and_entries_stay(run: Run, kernel: Path) -> None:
    run("baseline", "create", kernel, *FLAGS)
    before = (kernel / FILE).read_bytes()
    source = kernel / "src/lib.rs"
    source.write_text("//! Words.\n\n" + source.read_text().replace("u64 = 0", "u64  =  0"))

    assert run("baseline", "check", kernel, *FLAGS).exit_code == 0
    run("baseline", "update", kernel, *FLAGS)
    assert (kernel / FILE).read_bytes() == before


def test_what_is_new_is_told_and_added(run: Run, kernel: Path) -> None:
    run("baseline", "create", kernel, *FLAGS, "--reason", "from before")
    with (kernel / "src/lib.rs").open("a") as source:
        source.write("static mut LATER: u8 = 0;\n")

    result = run("baseline", "check", kernel, *FLAGS)
    assert result.exit_code == 1
    assert "src/lib.rs:4: warning[static-mut] `LATER` is a `static mut`" in result.stdout
    assert result.stdout.endswith("3 entries: 1 new, 0 unmet\n")
    assert check(run, kernel)[0] == 1

    run("baseline", "update", kernel, *FLAGS)
    assert [line.count('reason = "from before"') for line in lines_of(kernel)].count(1) == 3
    assert run("baseline", "check", kernel, *FLAGS).exit_code == 0


def test_what_is_mended_is_told_and_pruned(run: Run, kernel: Path) -> None:
    run("baseline", "create", kernel, *FLAGS, "--reason", "from before")
    (kernel / "src/lib.rs").write_text(NOTED)

    result = run("baseline", "check", kernel, *FLAGS)
    assert result.exit_code == 1
    assert f"{FILE}: static-mut of k::TICKS in src/lib.rs: no finding meets it" in result.stdout
    assert "2 entries of the baseline are met by no finding" in run("check", kernel, *FLAGS).stdout
    assert [entry["item"] for entry in check(run, kernel)[1]["unmet"]] == ["k::BOOTED", "k::TICKS"]

    result = run("baseline", "update", kernel, *FLAGS)
    assert "2 entries met by no finding any more: `prune` drops them" in result.stdout
    assert len(lines_of(kernel)) == 3
    assert run("baseline", "prune", kernel, *FLAGS).stdout == f"{FILE}: 1 entry, 0 new, 2 dropped\n"
    assert run("baseline", "check", kernel, *FLAGS).exit_code == 0


def test_what_did_not_run_is_neither_told_nor_pruned(run: Run, kernel: Path) -> None:
    run("baseline", "create", kernel, *FLAGS)
    (kernel / "src/lib.rs").write_text("pub fn f() {}\n")

    assert run("baseline", "check", kernel, "--cache-dir=shared", "--select", "docs").exit_code == 1
    run("baseline", "prune", kernel, "--cache-dir=shared", "--select", "docs")
    assert len(lines_of(kernel)) == 2


def test_paths_restrict_what_is_accepted(run: Run, write: Write) -> None:
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": "mod a;\n" + TWO, "src/a.rs": TWO})
    run("baseline", "create", root / "src/a.rs", *FLAGS)

    assert len(lines_of(root)) == 2
    assert run("baseline", "check", root / "src/a.rs", *FLAGS).exit_code == 0
    assert check(run, root)[1]["unmet"] == []
    assert run("baseline", "check", root, *FLAGS).exit_code == 1


def test_a_comment_makes_its_entry_idle(run: Run, kernel: Path) -> None:
    run("baseline", "create", kernel, *FLAGS)
    source = kernel / "src/lib.rs"
    source.write_text("// soundcheck: allow(static-mut) the boot CPU\n" + source.read_text())

    assert "k::TICKS" in run("baseline", "check", kernel, *FLAGS).stdout
    assert check(run, kernel)[0] == 0


def test_a_review_is_imported_with_its_notes(run: Run, kernel: Path) -> None:
    found = {str(one["item"]): one["fingerprint"] for one in check(run, kernel)[1]["findings"]}
    rows = [
        {
            "fingerprint": found["k::TICKS"],
            "state": "false-alarm",
            "note": "one CPU",
            "reviewer": "ada",
        },
        {"fingerprint": found["k::BOOTED"], "state": "unsound", "note": "a bug"},
        {"fingerprint": "ffffffffffffffff", "state": "sound"},
    ]
    review = kernel / "review.json"
    review.write_text(json.dumps({"version": 1, "reviews": rows}))

    result = run("baseline", "import", review, kernel, *FLAGS)

    assert result.stdout == (
        f"{FILE}: 1 entry, 1 new, 0 dropped\n1 of the reviews are about no finding that is there\n"
    )
    (line,) = lines_of(kernel)
    assert line.endswith('reason = "one CPU", reviewer = "ada" },')
    assert check(run, kernel)[1]["suppressed"][0]["reason"] == "one CPU"

    rows[0]["note"] = "still one CPU"
    review.write_text(json.dumps({"version": 1, "reviews": rows}))
    run("baseline", "import", review, kernel, *FLAGS)
    (line,) = lines_of(kernel)
    assert 'reason = "still one CPU"' in line


CONFLICT = "<<<<<<< HEAD\n=======\n>>>>>>> topic\n"


@pytest.mark.parametrize(
    ("args", "content", "words"),
    [
        pytest.param(["baseline", "create"], "version = 1\nfindings = []\n", "--force", id="there"),
        pytest.param(["baseline", "update"], None, "`soundcheck baseline create`", id="not-there"),
        pytest.param(["baseline", "check"], None, "is not there", id="nothing-to-check"),
        pytest.param(["baseline", "check"], CONFLICT, ":1: an unresolved merge", id="conflict"),
        pytest.param(["check"], CONFLICT, "unresolved merge conflict", id="conflict-in-a-check"),
        pytest.param(["check"], "version = 1\n", "missing key `findings`", id="incomplete"),
        pytest.param(["check"], b"\xff\xfe", "not UTF-8", id="no-text"),
        pytest.param(["check", "--baseline", "no.toml"], None, "no.toml: there is no", id="file"),
        pytest.param(["check", "--today", "soon"], None, "--today soon: no day", id="today"),
        pytest.param(["baseline", "import", "no.json"], None, "no.json: no such", id="review"),
        pytest.param(["baseline", "import", "Cargo.toml"], None, "no reviews", id="no-review"),
    ],
)
def test_what_cannot_be_trusted(
    run: Run, kernel: Path, args: list[str], content: str | bytes | None, words: str
) -> None:
    if content is not None:
        data = content if isinstance(content, bytes) else content.encode()
        (kernel / FILE).write_bytes(data)

    result = run(*args, "--cache-dir=shared", cwd=kernel)

    assert result.exit_code == 2
    assert words in str(result.exception)
