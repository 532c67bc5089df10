"""``soundcheck init``: the first run, and every further one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from soundcheck.catalog.settings import SETTING_KEYS, read_stated
from soundcheck.commands.init import template

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

MANIFEST = '[package]\nname = "k"\nedition = "2024"\n'
# Two rules that look at one file at a time.
SELECT = 'select = ["static-mut", "missing-safety-section"]\n'
QUICK = f"{MANIFEST}[package.metadata.soundcheck]\n{SELECT}"
FAULTY = "static mut TICKS: u64 = 0;\n"


def test_the_first_run(run: Run, write: Write) -> None:
    """It writes a configuration and a baseline, and tells what there is."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": FAULTY})

    result = run("init", "--cache-dir=shared", "-q", cwd=root)

    assert result.stdout.splitlines() == [
        "soundcheck.toml is new: every setting, commented out",
        "no profile knows this kernel: only facts that hold everywhere are used",
        "found: 0 errors, 1 warning, 0 notes",
        "soundcheck-baseline.toml is new: it accepts what was found, and `soundcheck check` tells "
        "what is new",
    ]
    check = ("check", root, "--cache-dir=shared", "-q", "--select", "static-mut")
    assert run(*check).exit_code == 0
    assert run(*check, "--no-baseline").exit_code == 1


def test_further_runs_change_nothing(run: Run, write: Write) -> None:
    """What is there is somebody's."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": FAULTY, "soundcheck.toml": SELECT})
    run("init", root, "--cache-dir=shared", "-q")
    (root / "src/lib.rs").write_text(FAULTY + "static mut MORE: u64 = 0;\n")
    before = {path.name: path.read_bytes() for path in root.glob("*.toml")}

    result = run("init", root, "--cache-dir=shared", "-q")

    assert "found: 0 errors, 1 warning, 0 notes, besides 1 that is accepted" in result.stdout
    assert "soundcheck.toml is there already" in result.stdout
    assert "soundcheck-baseline.toml is there already" in result.stdout
    assert {path.name: path.read_bytes() for path in root.glob("*.toml")} == before
    assert before["soundcheck.toml"] == SELECT.encode()


@pytest.mark.parametrize(
    ("files", "args", "there", "words"),
    [
        pytest.param(
            {"src/lib.rs": "pub fn f() {}\n", "soundcheck.toml": SELECT},
            [],
            ["soundcheck.toml"],
            "soundcheck-baseline.toml is not needed: there is nothing to accept",
            id="nothing-found",
        ),
        pytest.param(
            {"src/lib.rs": FAULTY, "Cargo.toml": QUICK},
            [],
            ["Cargo.toml", "soundcheck-baseline.toml"],
            "Cargo.toml holds the settings already",
            id="settings-in-the-manifest",
        ),
        pytest.param(
            {"src/lib.rs": FAULTY, "Cargo.toml": QUICK, "accepted.toml": "version = 1\nfindings=[]",
             "soundcheck.toml": 'baseline = "accepted.toml"'},
            [],
            ["Cargo.toml", "accepted.toml", "soundcheck.toml"],
            "accepted.toml is there already; `soundcheck baseline update` adds to it",
            id="a-baseline-of-another-name",
        ),
        pytest.param(
            {"a/lib.rs": FAULTY, "b/lib.rs": "", "soundcheck.toml": SELECT},
            ["b"],
            ["soundcheck-baseline.toml", "soundcheck.toml"],
            "1 warning",
            id="all-is-meant-whichever-part-is-named",
        ),
        pytest.param(
            {"src/lib.rs": "pub fn f() {}\n", "soundcheck.toml": "tests = true"},
            ["--isolated"],
            ["soundcheck.toml"],
            "soundcheck.toml is there already",
            id="a-configuration-that-is-not-to-be-read",
        ),
    ],
)  # fmt: skip
def test_what_is_there_stays(
    run: Run,
    write: Write,
    files: dict[str, str | bytes],
    args: list[str],
    there: list[str],
    words: str,
) -> None:
    root = write(files)

    result = run("init", "--cache-dir=shared", "-q", *args, cwd=root)

    assert words in result.stdout
    assert sorted(path.name for path in root.glob("*.toml")) == there
    for name, text in files.items():
        assert (root / name).read_text() == text


def test_the_profile_that_fits(run: Run, write: Write) -> None:
    """A profile knows a kernel by its packages, or is named."""
    profile = 'name = "ours"\nsummary = "x"\n[detect]\nmanifests = ["our-*"]\n'
    root = write(
        {
            "Cargo.toml": QUICK.replace('"k"', '"our-kernel"') + 'profiles = ["profiles"]\n',
            "profiles/ours.toml": profile,
            "src/lib.rs": "",
        }
    )

    assert (
        "the profile of this kernel: ours" in run("init", root, "--cache-dir=shared", "-q").stdout
    )


def test_a_run_that_fails_writes_nothing(run: Run, write: Write) -> None:
    root = write({"notes.txt": ""})

    assert run("init", root, "--cache-dir=shared", "-q").exit_code == 2
    assert [path.name for path in root.iterdir()] == ["notes.txt"]


# -- the file it writes ------------------------------------------------------------------------


def test_what_is_written_says_nothing_yet() -> None:
    stated, problems = read_stated("soundcheck.toml", "\n".join(template()))

    assert problems == []
    assert stated is not None
    assert stated.values == {}


def test_every_setting_is_shown_and_may_be_uncommented() -> None:
    lines = [line[1:] for line in template() if line.startswith("#") and line[1] != " "]

    stated, problems = read_stated("soundcheck.toml", "\n".join(lines))

    assert problems == []
    assert stated is not None
    assert list(stated.values) == list(SETTING_KEYS)
