"""Terminals that open links, and the addresses they are given."""

import os
import threading
from pathlib import Path

import pytest

from soundcheck.commands.outputs import Target, linker, opens_links, write
from soundcheck.render.places import Place

PLACE = Place("src/a b\x1b.rs", 3, 5, 3, 9)
STDOUT = Target("text", None)


@pytest.mark.parametrize(
    ("environ", "opens"),
    [
        pytest.param({}, False, id="nothing-known"),
        pytest.param({"TERM": "xterm-256color"}, False, id="any-terminal"),
        pytest.param({"TERM": "xterm-kitty"}, True, id="kitty"),
        pytest.param({"TERM": "foot"}, True, id="foot"),
        pytest.param({"TERM_PROGRAM": "WezTerm"}, True, id="program"),
        pytest.param({"TERM_PROGRAM": "Apple_Terminal"}, False, id="another-program"),
        pytest.param({"TERM": "xterm-256color", "VTE_VERSION": "6003"}, True, id="vte"),
        pytest.param({"TERM": "xterm-256color", "VTE_VERSION": "4602"}, False, id="old-vte"),
        pytest.param({"TERM": "xterm-256color", "VTE_VERSION": "new"}, False, id="odd-vte"),
        pytest.param({"WT_SESSION": "1"}, True, id="windows-terminal"),
        pytest.param({"TERM": "xterm-kitty", "CI": "true"}, False, id="ci"),
        pytest.param({"TERM": "dumb", "VTE_VERSION": "6003"}, False, id="dumb"),
    ],
)
def test_which_terminals_open_links(environ: dict[str, str], opens: bool) -> None:
    assert opens_links(environ) == opens


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing of the terminal, but that links are wanted."""
    for name in ("TERM_PROGRAM", "TERM", "CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    return monkeypatch


def test_an_address_holds_nothing_a_terminal_obeys(plain: pytest.MonkeyPatch) -> None:
    link = linker("/k", "auto", STDOUT)
    assert link is not None

    assert link(PLACE).startswith("file://")
    assert link(PLACE).endswith("/k/src/a%20b%1B.rs")


@pytest.mark.parametrize(
    ("name", "value", "address"),
    [
        pytest.param("TERM", "xterm-kitty", "/k/src/a%20b%1B.rs#3", id="kitty"),
        pytest.param("TERM_PROGRAM", "vscode", "vscode://file/k/src/a%20b%1B.rs:3:5", id="vscode"),
    ],
)
def test_an_address_names_the_line_where_that_is_understood(
    plain: pytest.MonkeyPatch, name: str, value: str, address: str
) -> None:
    plain.setenv(name, value)
    link = linker("/k", "auto", STDOUT)
    assert link is not None

    assert link(PLACE).endswith(address)


def test_links_are_for_terminals_alone(plain: pytest.MonkeyPatch) -> None:
    assert linker("/k", "never", STDOUT) is None
    assert linker("/k", "auto", Target("text", Path("report.txt"))) is None
    plain.setenv("FORCE_HYPERLINK", "0")
    assert linker("/k", "always", STDOUT) is None
    plain.delenv("FORCE_HYPERLINK")
    assert linker("/k", "auto", STDOUT) is None


def test_nothing_takes_the_place_of_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()

    write(Target("text", pipe), "whole")

    reader.join(10)
    assert read == ["whole"]
    assert pipe.is_fifo()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to("real.txt")

    write(Target("text", link), "new")

    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
