"""``soundcheck check``: exit codes, outputs, what is reported, and what is only read."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

MANIFEST = '[package]\nname = "k"\nedition = "2024"\n'
CLEAN = "pub fn f() {}\n"
FAULTY = "static mut TICKS: u64 = 0;\n"
NOTED = "pub fn f() -> u8 { let x = 1; unsafe { core::ptr::read(&x) } }\n"


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

    assert run("check", root, "--cache-dir=shared", *args).exit_code == code


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

    result = run("check", "--cache-dir=shared", *args, cwd=root)

    assert result.exit_code == 2
    assert words in str(result.exception)


def test_path_without_rust(run: Run, write: Write) -> None:
    """A path without any Rust is no audit that found nothing."""
    root = write({"notes.txt": "no code"})

    assert run("check", root).exit_code == 2


def test_paths_restrict_the_report_only(run: Run, write: Write) -> None:
    """What is not below a PATH is read, and not reported."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": "mod a;\n" + FAULTY, "src/a.rs": FAULTY})

    result = run("check", root / "src/a.rs", "--cache-dir=shared", "-o", "json")

    findings = json.loads(result.stdout)["findings"]
    assert [(one["path"], one["item"]) for one in findings] == [("src/a.rs", "k::a::TICKS")]


def test_outputs_to_files(run: Run, write: Write, tmp_path: Path) -> None:
    """Several formats in one run, each to its file; nothing is left beside them."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": FAULTY})
    out = tmp_path / "out"
    out.mkdir()

    run(
        "check",
        root,
        "--cache-dir=shared",
        "-o",
        f"json={out}/a.json",
        "-o",
        f"concise={out}/a.txt",
    )

    assert sorted(file.name for file in out.iterdir()) == ["a.json", "a.txt"]
    assert json.loads((out / "a.json").read_text())["version"] == 1
    assert "src/lib.rs:1:12: warning[static-mut]" in (out / "a.txt").read_text()


def test_unreadable_source_is_a_gap(run: Run, write: Write) -> None:
    """A file found by walking that cannot be parsed is told, and 2 only with --strict."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": "mod a;\n", "src/a.rs": b"\xff\xfef\x00"})

    result = run("check", root, "--cache-dir=shared", "-o", "json")

    gaps = json.loads(result.stdout)["gaps"]
    assert [(gap["kind"], gap["path"]) for gap in gaps] == [("not-utf8", "src/a.rs")]
    assert result.exit_code == 0
    assert run("check", root, "--cache-dir=shared", "--strict").exit_code == 2


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


POKED = """\
pub struct Ring { base: usize }
impl Ring {
    pub(crate) fn at(base: usize) -> Self { Self { base } }
    pub(crate) fn head(&self) -> u32 { unsafe { *(self.base as *const u32) } }
}
pub(crate) fn poke(address: usize) { unsafe { *(address as *mut u8) = 0 } }
"""
EDITED = [
    "pub fn f(n: usize) { poke(n); }",
    "pub fn g(n: usize) -> usize { n } pub fn f() { poke(g(1)); }",
    "pub fn f(n: usize) -> u32 { Ring::at(n).head() }",
    "pub fn f() { poke(0xb8000); Ring::at(0xb8000).head(); }",
]


def test_a_warm_run_says_what_a_cold_one_does(run: Run, write: Write, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "Cargo.toml": MANIFEST,
        "src/lib.rs": "mod a;\nmod b;\nmod c;\n",
        "src/a.rs": POKED,
        "src/c.rs": "use crate::a::poke;\npub fn h(n: usize) { poke(n & 7); }\n",
    }
    chosen = ("-o", "json", "--select", "api,context,locks", "-j", "1")
    outputs = set()
    for text in EDITED:
        root = write({**files, "src/b.rs": f"use crate::a::{{Ring, poke}};\n{text}\n"})
        warm = run("check", root, "--cache-dir", tmp_path / "cache", *chosen).stdout
        assert warm == run("check", root, "--no-cache", *chosen).stdout
        outputs.add(warm)

    assert len(outputs) == len(EDITED)


CHEAP = ("--cache-dir=shared", "--select", "static-mut,undocumented-unsafe,meta")
EXCUSED = "// soundcheck: allow(static-mut) {}the boot CPU\n" + FAULTY


@pytest.mark.parametrize(
    ("source", "args", "code"),
    [
        pytest.param(EXCUSED.format(""), [], 0, id="suppressed"),
        pytest.param(EXCUSED.format(""), ["--no-inline-suppressions"], 1, id="not to be heeded"),
        pytest.param(EXCUSED.format("until=2020-01-01 "), [], 1, id="ended"),
        pytest.param(
            EXCUSED.format("until=2020-01-01 "), ["--today", "2019-12-31"], 0, id="on its last day"
        ),
        pytest.param("// soundcheck: allow(static-mut)\n" + FAULTY, [], 1, id="without a reason"),
        pytest.param("// soundcheck: allow(static-mut) it was\n" + CLEAN, [], 1, id="unused"),
        pytest.param(
            "// soundcheck: allow(static-mut) it was\n" + CLEAN,
            ["--ignore", "static-mut"],
            0,
            id="of a rule that does not run",
        ),
    ],
)
def test_suppressions(run: Run, write: Write, source: str, args: list[str], code: int) -> None:
    """A comment with a reason silences, and one that does nothing is told."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": source})

    assert run("check", root, *CHEAP, *args).exit_code == code


def test_the_day_comes_from_the_environment(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that is to be the same again names its day in SOURCE_DATE_EPOCH."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": EXCUSED.format("until=2020-01-01 ")})

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1577836800")
    assert run("check", root, *CHEAP).exit_code == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1577923200")
    assert run("check", root, *CHEAP).exit_code == 1
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
    assert run("check", root, *CHEAP).exit_code == 2


def test_a_suppression_changes_no_fingerprint(run: Run, write: Write) -> None:
    """What is beside a suppressed finding keeps the name that baselines know it by."""
    source = "pub fn f() {\n    static mut A: u8 = 0;\n    static mut B: u8 = 0;\n}\n"
    comment = "    // soundcheck: allow(static-mut) why\n"

    def fingerprints(text: str) -> set[str]:
        root = write({"Cargo.toml": MANIFEST, "src/lib.rs": text})
        report = json.loads(run("check", root, *CHEAP, "-o", "json").stdout)
        return {one["fingerprint"] for one in (*report["findings"], *report["suppressed"])}

    assert fingerprints(source) == fingerprints(source.replace("{\n", "{\n" + comment, 1))


def test_paths_and_tests_change_no_fingerprint(run: Run, write: Write) -> None:
    """What a run reports on is no part of what a finding is recognised by."""
    source = "mod a;\n" + FAULTY + "#[cfg(test)] mod t { static mut A: u8 = 0; }\n"
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": source, "src/a.rs": FAULTY})

    def fingerprints(*args: str | Path) -> set[str]:
        report = json.loads(run("check", *args, *CHEAP, "-o", "json").stdout)
        return {one["fingerprint"] for one in report["findings"]}

    every = fingerprints(root, "--tests")
    assert len(every) == 3
    assert fingerprints(root) < every
    assert fingerprints(root / "src/a.rs") < fingerprints(root)


def test_sample(run: Run, write: Write) -> None:
    """A sample is of the size asked for, notes included, and the same the next time."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": FAULTY + NOTED * 40})

    def sample(*args: str) -> str:
        return run("check", root, *CHEAP, "--sample", "5", *args).stdout

    assert sample() == sample("--seed", "1") != sample("--seed", "2")
    assert "5 findings, a sample of " in sample()
    report = json.loads(sample("-o", "json"))
    assert (len(report["findings"]), report["drawn_from"] > 40) == (5, True)
    assert run("check", root, *CHEAP, "--sample", "1").exit_code == 1


@pytest.mark.parametrize(
    ("args", "listed"),
    [
        pytest.param([], False, id="by default"),
        pytest.param(["--show-notes"], True, id="asked for"),
        pytest.param(["-v"], True, id="verbose"),
        pytest.param(["--fail-on", "note"], True, id="notes fail"),
        pytest.param(["--select", "undocumented-unsafe"], True, id="selected"),
    ],
)
def test_many_notes(run: Run, write: Write, args: list[str], listed: bool) -> None:
    """Many notes are listed where somebody asked for notes, and else counted."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": NOTED * 40})

    output = run("check", root, "--cache-dir=shared", *args).stdout

    assert ("note[undocumented-unsafe]" in output) == listed
    assert ("--show-notes lists them" in output) != listed


@pytest.mark.parametrize(
    ("args", "names"),
    [
        pytest.param([], ["ALONE", "LOG", "SMP"], id="every build"),
        pytest.param(["--features", "log"], ["LOG", "SMP"], id="and the default ones"),
        pytest.param(["--no-default-features"], ["ALONE"], id="none"),
    ],
)
def test_features_narrow_what_is_told(
    run: Run, write: Write, args: list[str], names: list[str]
) -> None:
    """The default features hold where others are named, whatever the rules need."""
    root = write(
        {
            "Cargo.toml": MANIFEST + '[features]\ndefault = ["smp"]\nsmp = []\nlog = []\n',
            "src/lib.rs": (
                '#[cfg(feature = "smp")] static mut SMP: u8 = 0;\n'
                '#[cfg(not(feature = "smp"))] static mut ALONE: u8 = 0;\n'
                '#[cfg(feature = "log")] pub fn f() { static mut LOG: u8 = 0; }\n'
            ),
        }
    )
    result = run("check", root, *CHEAP, *args, "-o", "json")

    told = [one["message"] for one in json.loads(result.stdout)["findings"]]
    assert sorted(re.search("[A-Z]+", one)[0] for one in told) == names


def test_help_names_what_it_is_about(run: Run, write: Write) -> None:
    """The placeholders of a rule's help are filled in as those of its message are."""
    source = (
        "pub struct Mailbox<T> { value: Option<T> }\n"
        "unsafe impl<T> Send for Mailbox<T> {}\n"
        "impl<T> Mailbox<T> {\n"
        "    pub const fn new() -> Self { Self { value: None } }\n"
        "    pub fn put(&mut self, value: T) { self.value = Some(value); }\n"
        "}\n"
    )
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": source})
    result = run("check", root, "--no-cache", "-o", "json")
    helps = {one["rule"]: one["help"] for one in json.loads(result.stdout)["findings"]}

    assert helps["unbounded-generic-send-sync"].startswith("bound the impl: `T: Send`")
