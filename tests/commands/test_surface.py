"""``surface`` and ``graph modules``: who has to be read to believe the unsafe code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

FILES: dict[str, str | bytes] = {
    "Cargo.toml": '[package]\nname = "k"\nedition = "2021"\n',
    "src/lib.rs": "mod uart;\npub fn boot(base: usize) -> u8 {\n    uart::status(base)\n}\n",
    "src/uart.rs": """pub fn status(base: usize) -> u8 {
    unsafe { *(base as *const u8) }
}
""",
}


@pytest.fixture
def root(write: Write) -> Path:
    """A crate whose driver believes what it is given."""
    return write(FILES)


def test_table(run: Run, root: Path) -> None:
    """A row a module, its name last."""
    result = run("surface", root, "--no-cache")

    header, row = result.stdout.splitlines()
    assert header.split() == [
        "lines", "functions", "sites", "leak", "context", "unknown", "owed", "due", "kept",
        "module",
    ]  # fmt: skip
    assert row.split() == ["6", "2", "1", "1", "0", "0", "1", "0", "0%", "k::uart"]


def test_one_site(run: Run, root: Path) -> None:
    """All that has to be read for it, and nothing else."""
    result = run("surface", root, "--site", "src/uart.rs:2", "--no-cache")

    assert result.stdout == (
        "src/uart.rs:2: block in k::uart::status: leaks\n"
        "  leans on:\n"
        "    leaks: parameter base\n"
        "  to read (2 functions, 6 lines of safe code):\n"
        "    src/uart.rs:1-3: k::uart::status: holds\n"
        "    src/lib.rs:2-4: k::boot: passes `base` of `k::uart::status`\n"
    )


def test_no_such_site(run: Run, root: Path) -> None:
    """A place without unsafe code is a mistake, and says so."""
    result = run("surface", root, "--site", "src/uart.rs:1", "--no-cache")

    assert result.exit_code == 2
    assert "no unsafe site is known at src/uart.rs:1" in str(result.exception)


def test_json(run: Run, root: Path) -> None:
    """Sites with their readers, and obligations with those who have them."""
    value = json.loads(run("surface", root, "-o", "json", "--no-cache").stdout)

    assert [one["module"] for one in value["modules"]] == ["k::uart"]
    (site,) = value["sites"]
    assert [(one["item"], one["does"]) for one in site["readers"]] == [
        ("k::uart::status", "holds"),
        ("k::boot", "passes"),
    ]
    (owed,) = value["obligations"]
    assert (owed["through"], owed["reach"], owed["state"]) == (
        "base of k::uart::status",
        "all of k",
        "not met",
    )
    assert [(one["item"], one["verdict"]) for one in owed["given"]] == [("k::boot", "leaks")]


def test_module_graph(run: Run, root: Path) -> None:
    """An edge from where safe code is to the unsafe code that it can break."""
    result = run("graph", "modules", root, "-o", "json", "--no-cache")

    edge = {"from": "k", "to": "k::uart", "through": "base of k::uart::status", "sites": 1}
    assert json.loads(result.stdout) == {"edges": [edge], "cycles": []}
    assert run("graph", "modules", root, "--no-cache").stdout == (
        "k -> k::uart  through base of k::uart::status (1)\n"
    )


@pytest.mark.parametrize("form", ["dot", "mermaid", "graphml"])
def test_module_graph_drawn(run: Run, root: Path, form: str) -> None:
    """Every form names both ends."""
    text = run("graph", "modules", root, "-o", form, "--no-cache").stdout

    assert "k::uart" in text
