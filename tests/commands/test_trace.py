"""``trace``: what was executed, held against the call graph."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

MANIFEST = '[package]\nname = "k"\nedition = "2021"\n'
LIB = """
pub fn boot() { prepare(); }
fn prepare() { unsafe { start() } }
unsafe fn start() {}
pub fn other() { unsafe { start() } }
"""


def chrome(*names: str) -> str:
    """A trace of calls inside each other, each as long as all inside."""
    events = [{"ph": "B", "name": name, "ts": n, "pid": 1} for n, name in enumerate(names)]
    events += [
        {"ph": "E", "name": name, "ts": len(names) + n, "pid": 1}
        for n, name in enumerate(reversed(names))
    ]
    return json.dumps({"traceEvents": events})


@pytest.fixture
def root(write: Write) -> Path:
    """A crate, and traces in formats good and bad."""
    return write(
        {
            "Cargo.toml": MANIFEST,
            "src/lib.rs": LIB,
            "good.json": chrome("k::boot", "k::start", "k::other", "k::gone", "core::fmt::write"),
            "good.txt": " k::boot() {\n   k::start();\n } /* k::boot */\n",
            "empty.json": '{"traceEvents": []}',
            "words.txt": "These are words.\n",
            "nothing/readme": "words",
            "broken/info": b"\xff\xfe",
        }
    )


def test_text(run: Run, root: Path) -> None:
    result = run("trace", "good.json", "--cache-dir=shared", "-q", cwd=root)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:4] == [
        "executed calls the graph has (1):",
        "  k::boot -> k::start, once: 2 calls, by k::prepare",
        "executed calls the graph lacks (1):",
        "  src/lib.rs:4: k::start -> k::other, once: observed",
    ]
    assert "unsafe sites in executed functions (2):" in lines
    assert "  src/lib.rs:4: function in k::start, entered once" in lines
    assert lines[lines.index("functions not matched (1):") + 1] == "  k::gone, entered once"
    assert "  core: 1" in lines
    assert "1 of 2 (50.0 %) of their calls of each other in the graph" in lines


def test_json(run: Run, root: Path) -> None:
    result = run("trace", "good.json", "--cache-dir=shared", "-q", "-o", "json", cwd=root)
    value = json.loads(result.output)
    first, second = value["calls"]
    assert (first["resolution"], first["calls"]) == ("known", 2)
    assert [link["callee"] for link in first["links"]] == ["k::prepare", "k::start"]
    assert [link["line"] for link in first["links"]] == [2, 3]
    assert (second["resolution"], second["calls"], second["links"]) == ("observed", None, [])
    assert (second["path"], second["line"]) == ("src/lib.rs", 4)
    assert value["statistics"] == {
        "functions": 3,
        "known": 1,
        "known_direct": 1,
        "observed": 1,
        "unlinked": 0,
        "sites": 2,
        "unmatched": 1,
    }


def test_calls_through_what_is_outside_are_gaps(run: Run, root: Path) -> None:
    (root / "through.json").write_text(chrome("k::start", "core::f", "core::g", "k::other"))

    lines = run("trace", "through.json", "--cache-dir=shared", "-q", cwd=root).output.splitlines()
    value = json.loads(
        run("trace", "through.json", "--cache-dir=shared", "-q", "-o", "json", cwd=root).output
    )

    assert "  src/lib.rs:4: k::start -> k::other, once through core::f … core::g: unlinked" in lines
    assert value["gaps"] == [
        {
            "kind": "unlinked-call",
            "what": "k::other was called through core::f",
            "path": "src/lib.rs",
            "line": 4,
            "item": "k::start",
        }
    ]


@pytest.mark.parametrize(
    ("args", "edge"),
    [
        pytest.param([], "k::start -> k::other  [observed, observed]", id="whole"),
        pytest.param(
            ["--from", "k::boot", "--to", "k::other"],
            "k::start -> k::other  [observed, observed]",
            id="path",
        ),
    ],
)
def test_observed_calls_in_the_graph(run: Run, root: Path, args: list[str], edge: str) -> None:
    lines = run(
        "graph", "calls", "--trace", "good.json", *args, "--cache-dir=shared", "-q", cwd=root
    ).output.splitlines()

    assert lines.count(edge) == 1


def test_observed_calls_in_the_json_of_the_graph(run: Run, root: Path) -> None:
    args = ("graph", "calls", "-o", "json", "--cache-dir=shared", "-q")
    plain = json.loads(run(*args, cwd=root).output)
    traced = json.loads(run(*args, "--trace", "good.json", cwd=root).output)

    added = [call for call in traced["calls"] if call not in plain["calls"]]
    assert added == [
        {
            "caller": "k::start",
            "callee": "k::other",
            "resolution": "observed",
            "kind": "observed",
            "path": "src/lib.rs",
            "line": 4,
            "name": "k::other",
            "reason": "executed once",
        }
    ]
    assert traced["statistics"] == plain["statistics"]


def test_the_text_of_a_replay(run: Run, root: Path) -> None:
    result = run("trace", "good.txt", "src", "--cache-dir=shared", "-q", cwd=root)
    assert result.exit_code == 0
    assert "executed calls the graph has (1):" in result.output


@pytest.mark.parametrize("name", ["empty.json", "words.txt", "nothing", "broken", "absent"])
def test_what_is_no_trace(run: Run, root: Path, name: str) -> None:
    result = run("trace", name, "--cache-dir=shared", "-q", cwd=root)
    assert result.exit_code == 2
    message = str(result.exception)
    assert message.startswith(name)
    assert "\n" not in message
