"""``soundcheck count``: the profiles, the groups, and count-unsafe's own words."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

MANIFEST = '[package]\nname = "k"\nedition = "2021"\n'
LIB = """
mod a;
pub unsafe fn f(p: *const u8) -> u8 { unsafe { *p } }
macro_rules! read { ($p:expr) => { unsafe { $p.read() } }; }
pub fn g(p: *const u8) -> u8 { read!(p) + id(unsafe { *p }) }
unsafe extern "C" { pub fn h(); }
#[unsafe(no_mangle)] pub extern "C" fn entry() {}
static mut S: u8 = 0;
#[cfg(test)] mod tests { #[test] fn t() { unsafe { super::h() } } }
"""
A = """
pub struct T;
unsafe impl Send for T {}
pub unsafe trait U { unsafe fn m(&self); }
impl T { pub fn n(&self) { unsafe { core::arch::asm!("nop") } } }
"""


@pytest.fixture
def root(write: Write) -> Path:
    """A small crate with one of everything."""
    return write({"Cargo.toml": MANIFEST, "src/lib.rs": LIB, "src/a.rs": A})


def counted(run: Run, *args: str | Path) -> dict[str, object]:
    """The JSON that a count prints."""
    result = run("count", *args, "--cache-dir=shared", "-q", "-o", "json")
    assert result.exit_code == 0
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    ("counter", "plain", "macros", "tests"),
    [
        ("blocks", 3, 1, 1),
        ("functions", 1, 0, 0),
        ("methods", 1, 0, 0),
        ("impls", 1, 0, 0),
        ("traits", 1, 0, 0),
        ("externs", 1, 0, 0),
        ("attributes", 1, 0, 0),
        ("statics", 1, 0, 0),
        ("asm", 1, 0, 0),
    ],
)
def test_own_profile(
    run: Run, root: Path, counter: str, plain: int, macros: int, tests: int
) -> None:
    """Our profile sees every kind, in plain code, in macros and in tests."""
    total = counted(run, root, "--by", "total")["total"]

    assert isinstance(total, dict)
    found = {bucket: pair["unsafe_"] for bucket, pair in total[counter].items()}
    assert found == {"plain": plain, "macros": macros, "tests": tests}


@pytest.mark.parametrize(
    ("profile", "functions"),
    [
        pytest.param("geiger-0.5", [3, 1], id="the released one does not see the attribute"),
        pytest.param("geiger-next", [2, 2], id="the unreleased one does"),
    ],
)
def test_geiger_profiles(run: Run, root: Path, profile: str, functions: list[int]) -> None:
    """The profiles of geiger differ as their versions do."""
    value = counted(run, root, "--counting", profile)

    assert list(value) == ["counting", "total", "gaps"]
    total = value["total"]
    assert isinstance(total, dict)
    assert list(total["functions"].values()) == functions


@pytest.mark.parametrize("profile", ["soundcheck", "geiger-0.4", "geiger-0.5", "geiger-next"])
@pytest.mark.parametrize(
    ("by", "key", "names"),
    [
        ("crate", "crates", ["k"]),
        ("module", "modules", ["k", "k::a", "k::tests"]),
        ("file", "files", ["src/a.rs", "src/lib.rs"]),
    ],
)
def test_groups_add_up(
    run: Run, root: Path, profile: str, by: str, key: str, names: list[str]
) -> None:
    """Every group has the same total, and its rows add up to it."""
    whole = counted(run, root, "--counting", profile, "--by", "total")["total"]
    value = counted(run, root, "--counting", profile, "--by", by)

    rows = value[key]
    assert isinstance(rows, list)
    label = "path" if by == "file" else "item"
    assert [row[label] for row in rows] == names
    assert value["total"] == whole
    assert _sum([_numbers(row, label) for row in rows]) == _numbers({"total": whole}, label)


def _numbers(value: object, label: str) -> list[int]:
    if isinstance(value, int):
        return [value]
    assert isinstance(value, dict)
    parts = [part for name, part in value.items() if name != label]
    return [number for part in parts for number in _numbers(part, label)]


def _sum(rows: list[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def test_items(run: Run, root: Path) -> None:
    """By item, what is counted goes to the function or type it stands in."""
    value = counted(run, root, "--by", "item")

    rows = value["items"]
    assert isinstance(rows, list)
    blocks = {row["item"]: row["blocks"] for row in rows}
    assert blocks["k::g"]["plain"]["unsafe_"] == 1
    assert blocks["k::read!"]["macros"]["unsafe_"] == 1
    assert blocks["k::a::T::n"]["plain"]["unsafe_"] == 1
    assert blocks["k::tests::t"]["tests"]["unsafe_"] == 1


def test_like_count_unsafe(run: Run, root: Path) -> None:
    """To the byte: serde's pretty form, no line end, hidden and ignored files counted too."""
    (root / ".hidden").mkdir()
    (root / ".hidden" / "b.rs").write_text("fn b() { unsafe { c() } }")

    result = run("count", "--like", "count-unsafe", root, "--cache-dir=shared")

    assert result.stdout == (
        '{\n  "functions": {\n    "safe": 4,\n    "unsafe_": 1\n  },\n'
        '  "exprs": {\n    "safe": 3,\n    "unsafe_": 5\n  },\n'
        '  "item_impls": {\n    "safe": 1,\n    "unsafe_": 1\n  },\n'
        '  "item_traits": {\n    "safe": 0,\n    "unsafe_": 1\n  },\n'
        '  "methods": {\n    "safe": 1,\n    "unsafe_": 0\n  }\n}'
    )


def test_file_that_cannot_be_counted(run: Run, write: Write) -> None:
    """count-unsafe stops there; we count on and say so, and stop only where told to."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": "fn f( {}", "src/main.rs": "fn main() {}"})

    result = run("count", "--like", "count-unsafe", root, "--cache-dir=shared")
    strict = run("count", "--like", "count-unsafe", root, "--cache-dir=shared", "--strict")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["functions"]["safe"] >= 1
    assert "src/lib.rs:1" in result.stderr
    assert strict.exit_code == 2
    assert strict.stdout == ""


def test_text(run: Run, root: Path) -> None:
    """The table for people: a row a crate, the sum, and how much hides where."""
    result = run("count", root, "--cache-dir=shared", "--color", "never")

    lines = result.stdout.splitlines()
    assert lines[0].split()[:3] == ["crate", "blocks", "functions"]
    assert lines[1].split()[:3] == ["k", "5", "1"]
    assert any(line.split() == ["blocks", "3", "1", "1"] for line in lines)


BUILDS = {
    "Cargo.toml": MANIFEST + '[features]\ndefault = ["smp"]\nsmp = []\nlog = []\n',
    "src/lib.rs": """
#[cfg(target_arch = "x86_64")] pub fn a() { unsafe { x() } }
#[cfg(target_arch = "aarch64")] pub fn b() { unsafe { x() } }
#[cfg(feature = "smp")] pub fn c() { unsafe { x() } }
#[cfg(not(feature = "smp"))] pub fn d() { unsafe { x() } }
pub fn e() {
    #[cfg(feature = "log")]
    unsafe { x() }
    #[cfg(not(feature = "log"))]
    { fn inner() { unsafe { x() } } }
    match 1 { #[cfg(target_arch = "x86_64")] 1 => unsafe { x() }, _ => {} }
}
""",
}
X86 = ("--target", "x86_64-unknown-none")
RISCV = ("--target", "riscv64gc-unknown-none-elf")
BARE = "--no-default-features"


@pytest.mark.parametrize(
    ("args", "blocks"),
    [
        pytest.param((), 7, id="every build"),
        pytest.param(X86, 6, id="a target"),
        pytest.param((*RISCV, "--features", "log"), 2, id="a feature, and those by default"),
        pytest.param((*RISCV, BARE), 2, id="no feature"),
        pytest.param((*X86, BARE, "--features", "log"), 4, id="a feature alone"),
        pytest.param(("--cfg", 'target_arch="aarch64"', BARE), 3, id="an option"),
    ],
)
def test_one_configuration(run: Run, write: Write, args: tuple[str, ...], blocks: int) -> None:
    """What a build leaves out counts nowhere, down to statements, in every profile."""
    root = write(BUILDS)
    own, geiger = counted(run, root, *args), counted(run, root, *args, "--counting", "geiger-0.5")

    assert own["total"]["blocks"]["plain"]["unsafe_"] == blocks  # type: ignore[index]
    assert geiger["total"]["exprs"]["unsafe_"] == blocks  # type: ignore[index]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--target", "x86"), "unknown target"),
        (("--features", "none"), "unknown feature"),
        (("--like", "count-unsafe", *X86), "cannot be narrowed"),
    ],
)
def test_no_such_configuration(run: Run, write: Write, args: tuple[str, ...], said: str) -> None:
    result = run("count", write(BUILDS), *args, "--cache-dir=shared")

    assert result.exit_code == 2
    assert said in str(result.exception)


def test_settings_narrow_a_count(run: Run, write: Write) -> None:
    root = write({**BUILDS, "soundcheck.toml": 'target = "riscv64gc-unknown-none-elf"\n'})

    assert counted(run, root)["total"] == counted(run, root, *RISCV)["total"]
    assert counted(run, root)["total"] != counted(run, root, *X86)["total"]
