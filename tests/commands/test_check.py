"""``soundcheck check``: exit codes, outputs, what is reported, and what is only read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

MANIFEST = '[package]\nname = "k"\nedition = "2024"\n'
CLEAN = "pub fn f() {}\n"
FAULTY = "static mut TICKS: u64 = 0;\n"
NOTED = "pub fn f(p: *const u8) -> u8 { unsafe { *p } }\n"


@pytest.mark.parametrize(
    ("source", "args", "code"),
    [
        pytest.param(CLEAN, [], 0, id="clean"),
        pytest.param(NOTED, [], 0, id="a note is below the default"),
        pytest.param(NOTED, ["--fail-on", "note"], 1, id="a note where notes count"),
        pytest.param(FAULTY, [], 1, id="a warning"),
        pytest.param(FAULTY, ["--fail-on", "error"], 0, id="a warning where errors count"),
        pytest.param(FAULTY, ["--exit-zero"], 0, id="told to exit with zero"),
        pytest.param(FAULTY, ["--ignore", "static-mut"], 0, id="ignored by name"),
        pytest.param(FAULTY, ["--ignore", "statics"], 0, id="ignored by family"),
        pytest.param(FAULTY, ["--ignore", "unsound,audit"], 0, id="ignored by class"),
        pytest.param(FAULTY, ["--select", "docs"], 0, id="not selected"),
        pytest.param(FAULTY, ["--select", "warning"], 1, id="selected by severity"),
        pytest.param("#[cfg(test)] mod t { static mut A: u8 = 0; }", [], 0, id="in a test"),
        pytest.param(
            "#[cfg(test)] mod t { static mut A: u8 = 0; }", ["--tests"], 1, id="in a test, asked"
        ),
    ],
)
def test_exit_code(run: Run, write: Write, source: str, args: list[str], code: int) -> None:
    """Findings at or above the threshold make 1, none make 0."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": source})

    assert run("check", root, "--no-cache", *args).exit_code == code


@pytest.mark.parametrize(
    ("args", "words"),
    [
        pytest.param(["nowhere"], "nowhere", id="a path that is missing"),
        pytest.param([".", "--select", "static-mutt"], "did you mean `static-mut`?", id="a rule"),
        pytest.param([".", "-o", "jsn"], "did you mean `json`?", id="a format"),
        pytest.param([".", "-o", "json="], "no file is named", id="a format without its file"),
        pytest.param([".", "-o", "json", "-o", "text"], "cannot both go", id="two on stdout"),
        pytest.param([".", "-o", "json=no/such/folder/x"], "cannot write", id="an output"),
        pytest.param([".", "--root", "nowhere"], "nowhere", id="a root that is missing"),
    ],
)
def test_run_that_cannot_be_trusted(run: Run, write: Write, args: list[str], words: str) -> None:
    """Bad usage gets one clear sentence and exit code 2."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": CLEAN})

    result = run("check", "--no-cache", *args, cwd=root)

    assert result.exit_code == 2
    assert words in str(result.exception)


def test_path_without_rust(run: Run, write: Write) -> None:
    """A path without any Rust is no audit that found nothing."""
    root = write({"notes.txt": "no code"})

    assert run("check", root).exit_code == 2


def test_paths_restrict_the_report_only(run: Run, write: Write) -> None:
    """What is not below a PATH is read, and not reported."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": "mod a;\n" + FAULTY, "src/a.rs": FAULTY})

    result = run("check", root / "src/a.rs", "--no-cache", "-o", "json")

    findings = json.loads(result.stdout)["findings"]
    assert [(one["path"], one["item"]) for one in findings] == [("src/a.rs", "k::a::TICKS")]


def test_outputs_to_files(run: Run, write: Write, tmp_path: Path) -> None:
    """Several formats in one run, each to its file; nothing is left beside them."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": FAULTY})
    out = tmp_path / "out"
    out.mkdir()

    run("check", root, "--no-cache", "-o", f"json={out}/a.json", "-o", f"concise={out}/a.txt")

    assert sorted(file.name for file in out.iterdir()) == ["a.json", "a.txt"]
    assert json.loads((out / "a.json").read_text())["version"] == 1
    assert "src/lib.rs:1:12: warning[static-mut]" in (out / "a.txt").read_text()


def test_unreadable_source_is_a_gap(run: Run, write: Write) -> None:
    """A file found by walking that cannot be parsed is told, and 2 only with --strict."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": "mod a;\n", "src/a.rs": b"\xff\xfef\x00"})

    result = run("check", root, "--no-cache", "-o", "json")

    gaps = json.loads(result.stdout)["gaps"]
    assert [(gap["kind"], gap["path"]) for gap in gaps] == [("not-utf8", "src/a.rs")]
    assert result.exit_code == 0
    assert run("check", root, "--no-cache", "--strict").exit_code == 2


def test_cache_and_jobs_change_nothing(run: Run, write: Write, tmp_path: Path) -> None:
    """The same bytes come out cold, warm, without a cache, and with other numbers of processes."""
    files: dict[str, str | bytes] = {"Cargo.toml": MANIFEST}
    names = [f"m{i}" for i in range(40)]
    files["src/lib.rs"] = "".join(f"mod {name};\n" for name in names)
    files |= {f"src/{name}.rs": FAULTY + NOTED + "// filler\n" * 900 for name in names}
    root = write(files)
    cache = tmp_path / "cache"

    outputs = {
        run("check", root, "-o", "json", *args).stdout
        for args in (
            ("--no-cache", "-j", "1"),
            ("--no-cache", "-j", "2"),
            ("--cache-dir", cache, "-j", "2"),
            ("--cache-dir", cache, "-j", "1"),
        )
    }

    assert len(outputs) == 1
    assert (cache / "cache.sqlite").is_file()
