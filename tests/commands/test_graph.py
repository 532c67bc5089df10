"""``graph``, ``explain`` and ``gaps``: the program model as people and programs see it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

MANIFEST = '[package]\nname = "k"\nedition = "2021"\n[features]\nsmp = []\n'
LIB = """
pub mod irq;
pub fn boot() { irq::init(); late(); unsafe { core::arch::asm!("nop") } }
#[cfg(target_arch = "x86_64")] fn late() { irq::enable() }
#[cfg(target_arch = "aarch64")] fn late() { irq::mask() }
pub fn alone() { nobody_knows_this() }
"""
IRQ = """
pub fn init() { with(|| enable()); }
fn with(f: impl FnOnce()) { f() }
pub fn enable() {}
pub fn mask() {}
"""


@pytest.fixture
def root(write: Write) -> Path:
    """A crate of two modules that call each other's functions."""
    return write({"Cargo.toml": MANIFEST, "src/lib.rs": LIB, "src/irq.rs": IRQ})


def edges(text: str) -> list[tuple[str, str]]:
    """The pairs that the text form shows, closures by their functions."""
    found = []
    for line in text.splitlines():
        caller, arrow, rest = line.partition(" -> ")
        if arrow:
            callee = rest.partition("  ")[0]
            found.append((caller.partition("::{")[0], callee.partition("::{")[0]))
    return found


def test_calls_of_all_configurations(run: Run, root: Path) -> None:
    """Twins under formulas that exclude each other are both callees of who sees both."""
    result = run("graph", "calls", root, "--from", "k::boot", "--depth", "1", "--cache-dir=shared")

    assert edges(result.stdout) == [
        ("k::boot", "k::irq::init"),
        ("k::boot", "k::late"),
        ("k::boot", "k::late#2"),
    ]


@pytest.mark.parametrize(
    ("target", "late"),
    [("x86_64-unknown-none", "k::late"), ("aarch64-unknown-none", "k::late#2")],
)
def test_calls_of_one_configuration(run: Run, root: Path, target: str, late: str) -> None:
    """A target leaves one of the twins."""
    result = run(
        "graph",
        "calls",
        root,
        "--from",
        "boot",
        "--depth",
        "1",
        "--target",
        target,
        "--cache-dir=shared",
    )

    assert edges(result.stdout) == [("k::boot", "k::irq::init"), ("k::boot", late)]


def test_shortest_path(run: Run, root: Path) -> None:
    """A closure runs where its callee calls its parameter."""
    result = run(
        "graph", "calls", root, "--from", "boot", "--to", "k::irq::mask", "--cache-dir=shared"
    )

    assert edges(result.stdout) == [("k::boot", "k::late#2"), ("k::late#2", "k::irq::mask")]
    through = run("graph", "calls", root, "--from", "init", "--to", "enable", "--cache-dir=shared")
    assert edges(through.stdout) == [
        ("k::irq::init", "k::irq::with"),
        ("k::irq::with", "k::irq::init"),
        ("k::irq::init", "k::irq::enable"),
    ]


@pytest.mark.parametrize("form", ["dot", "mermaid", "graphml"])
def test_forms_for_programs(run: Run, root: Path, form: str) -> None:
    """Every form names both ends."""
    text = run("graph", "calls", root, "-o", form, "--cache-dir=shared").stdout

    assert "k::boot" in text
    assert "k::irq::init" in text


def test_json_has_every_call(run: Run, root: Path) -> None:
    """Calls without a known callee are there too, with the reason."""
    value = json.loads(run("graph", "calls", root, "-o", "json", "--cache-dir=shared").stdout)

    unknown = [call for call in value["calls"] if call["resolution"] == "unknown"]
    assert [(call["caller"], call["name"], call["callee"]) for call in unknown] == [
        ("k::alone", "nobody_knows_this", None)
    ]
    assert value["statistics"]["unknown"] == 1


def test_explain(run: Run, root: Path) -> None:
    """One item: its place, calls, callers and unsafe code."""
    text = run("explain", "k::boot", root, "--cache-dir=shared").stdout

    assert text.startswith("k::boot: function at src/lib.rs:3\n")
    assert "path irq::init: exact k::irq::init" in text
    assert "line 3: block, plain" in text
    callers = run("explain", "irq::init", root, "--cache-dir=shared").stdout
    assert "called by (1):\n  k::boot\n" in callers


def test_gaps_hold_unresolved_calls(run: Run, root: Path) -> None:
    """A call that leads nowhere known is a gap with its place and the reason."""
    lines = run("gaps", root, "--cache-dir=shared", "-q").stdout.splitlines()

    assert lines == ["src/lib.rs:6: unresolved-call: nobody_knows_this: name not found"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        pytest.param(["graph", "calls", "--from", "bot"], "bot", id="an item"),
        pytest.param(["explain", "k::bot"], "did you mean `k::boot`?", id="an item to explain"),
        pytest.param(["graph", "calls", "--target", "x86"], "unknown target", id="a target"),
        pytest.param(["graph", "calls", "--features", "smpp"], "mean `smp`?", id="a feature"),
        pytest.param(["graph", "calls", "--cfg", "a b"], "no option", id="an option"),
    ],
)
def test_what_is_not_there(run: Run, root: Path, args: list[str], words: str) -> None:
    """A name that is not there gets one sentence and exit code 2."""
    result = run(*args, "--cache-dir=shared", cwd=root)

    assert result.exit_code == 2
    assert words in str(result.exception)


def test_cache_and_jobs_change_nothing(run: Run, root: Path, tmp_path: Path) -> None:
    """Cold, warm, and after a body changed, the answer is that of a fresh run."""
    cache = ("--cache-dir", tmp_path / "cache")
    fresh = run("graph", "calls", root, "-o", "json", "--no-cache").stdout
    assert run("graph", "calls", root, "-o", "json", *cache, "-j", "2").stdout == fresh
    assert run("graph", "calls", root, "-o", "json", *cache, "-j", "1").stdout == fresh

    (root / "src/irq.rs").write_text(IRQ.replace("pub fn mask() {}", "pub fn mask() { enable() }"))

    fresh = run("graph", "calls", root, "-o", "json", "--no-cache").stdout
    assert run("graph", "calls", root, "-o", "json", *cache).stdout == fresh


FORMULAS = """
pub fn pick() {
    if cfg!(feature = "smp") { smp() } else { single() }
    #[cfg(target_arch = "aarch64")]
    arm();
    match 1 {
        #[cfg(target_arch = "x86_64")]
        1 => x86(),
        _ => {}
    }
}
fn smp() {}
fn single() {}
fn arm() {}
fn x86() {}
"""


@pytest.mark.parametrize(
    ("args", "callees"),
    [
        pytest.param([], ["smp", "single", "arm", "x86"], id="all configurations"),
        pytest.param(["--target", "x86_64-unknown-none"], ["smp", "single", "x86"], id="a target"),
        pytest.param(
            ["--target", "aarch64-unknown-none", "--features", "smp"], ["smp", "arm"], id="both"
        ),
        pytest.param(["--no-default-features"], ["single", "arm", "x86"], id="no features"),
    ],
)
def test_formulas_inside_bodies(
    run: Run, write: Write, args: list[str], callees: list[str]
) -> None:
    """Statements and arms under ``cfg``, and branches of ``if cfg!(…)``, go with their builds."""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": FORMULAS})

    result = run(
        "graph", "calls", root, "--from", "pick", "--depth", "1", "--cache-dir=shared", *args
    )

    assert [callee for _, callee in edges(result.stdout)] == [f"k::{one}" for one in callees]


ASSEMBLY = {
    "Cargo.toml": MANIFEST,
    "src/lib.rs": """
extern "C" { fn switch(); }
#[no_mangle] pub extern "C" fn start() { unsafe { switch() } }
#[no_mangle] pub extern "C" fn resume() { finish() }
pub fn finish() {}
""",
    "src/boot.S": "_start:\n    call start\nswitch:\n    la ra, resume\n    ret\n",
}


def test_explain_tells_who_calls_from_assembly(run: Run, write: Write) -> None:
    root = write(ASSEMBLY)

    lines = run("explain", "k::resume", root, "--cache-dir=shared").stdout.splitlines()

    begin = lines.index("called by (1):")
    assert lines[begin : begin + 4] == [
        "called by (1):",
        "  k::switch",
        "called by assembly (1):",
        "  src/boot.S:4: la resume, in switch",
    ]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        pytest.param([], ["src/boot.S:2 -> k::start", "src/boot.S:4 -> k::resume"], id="all"),
        pytest.param(["--from", "start"], [], id="from an item"),
        pytest.param(
            ["--to", "finish"],
            ["src/boot.S:2 -> k::start", "src/boot.S:4 -> k::resume"],
            id="to an item",
        ),
        pytest.param(
            ["--to", "finish", "--depth", "2"], ["src/boot.S:4 -> k::resume"], id="not too far"
        ),
        pytest.param(["--to", "finish", "--depth", "1"], [], id="nearer than any"),
    ],
)
def test_calls_from_assembly(run: Run, write: Write, args: list[str], expected: list[str]) -> None:
    root = write(ASSEMBLY)

    lines = run("graph", "calls", root, *args, "--cache-dir=shared").stdout.splitlines()

    assert [line for line in lines if "boot.S" in line] == [
        f"{edge}  [assembly, exact]" for edge in expected
    ]
    assert lines[-1] == "2 calls from assembly"


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        pytest.param([], ["trap.S:1 -> k::trap"], id="all configurations"),
        pytest.param(["--target", "riscv64gc-unknown-none-elf"], ["trap.S:1 -> k::trap"], id="its"),
        pytest.param(["--target", "x86_64-unknown-none"], [], id="another"),
    ],
)
def test_calls_from_assembly_of_one_configuration(
    run: Run, write: Write, args: list[str], expected: list[str]
) -> None:
    lib = """
#[cfg(target_arch = "riscv64")]
core::arch::global_asm!(include_str!("../trap.S"));
#[no_mangle] extern "C" fn trap() {}
"""
    root = write({"Cargo.toml": MANIFEST, "src/lib.rs": lib, "trap.S": "entry: call trap\n"})

    lines = run("graph", "calls", root, *args, "--cache-dir=shared").stdout.splitlines()

    assert [line for line in lines if " -> " in line] == [
        f"{edge}  [assembly, exact]" for edge in expected
    ]


def test_json_has_calls_from_assembly(run: Run, write: Write) -> None:
    root = write(ASSEMBLY)

    value = json.loads(run("graph", "calls", root, "-o", "json", "--cache-dir=shared").stdout)

    assert value["assembly"][0] == {
        "symbol": "start",
        "how": "call",
        "routine": "_start",
        "callees": ["k::start"],
        "resolution": "exact",
        "reason": "",
        "path": "src/boot.S",
        "line": 2,
    }


@pytest.mark.parametrize("form", ["dot", "mermaid", "graphml"])
def test_files_of_assembly_are_nodes(run: Run, write: Write, form: str) -> None:
    root = write(ASSEMBLY)

    assert "src/boot.S" in run("graph", "calls", root, "-o", form, "--cache-dir=shared").stdout


def test_what_an_explanation_has_linked_serves_the_graph(
    run: Run, root: Path, tmp_path: Path
) -> None:
    """Calls are the same whether their bodies were walked for them alone or for all they do."""
    cache = ("--cache-dir", tmp_path / "cache")
    alone = run("graph", "calls", root, "--no-cache", "-o", "json")
    run("explain", "k::boot", root, *cache)
    served = run("graph", "calls", root, *cache, "-o", "json")

    assert alone.exit_code == served.exit_code == 0
    assert json.loads(alone.stdout)["calls"]
    assert served.stdout == alone.stdout
    # And what was linked for the graph does not pass for the whole.
    fresh = ("--cache-dir", tmp_path / "fresh")
    run("graph", "calls", root, *fresh)
    explained = run("explain", "k::boot", root, *fresh)
    assert explained.exit_code == 0
    assert explained.stdout == run("explain", "k::boot", root, "--no-cache").stdout
