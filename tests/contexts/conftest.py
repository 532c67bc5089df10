"""Small kernels whose bodies are told step by step: what is held, what is masked, who runs where.

The function ``at()`` of ``kernel.rs`` is looked at wherever it is called; a mark at the end of its
line tells what is so there, parted by ``;``:

* ``//~ holds A, maybe Table.rows``: the locks that are held, on every way or on some, the oldest
  first; ``mask`` is a guard that only masks, ``?`` a lock without a name; ``nothing`` for none.
* ``//~ irq masked``, ``unmasked``, ``entry`` (as at the body's entry) or ``either``.
* ``//~ context interrupt masked, task unmasked``: each context that the body runs in, with what
  interrupts are there; ``none`` where no way leads.
* ``//~ never``: no way leads here.

On a line with an ``.await`` and no ``at()``, it is the ``.await`` that is looked at.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from soundcheck.catalog.profiles import Profile, read_profile
from soundcheck.commands.policy import open_profiles, open_theory
from soundcheck.contexts.scripts import Suspend
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.model import build_model
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse
from soundcheck.trials import link_reached

HERE = Path(__file__).parent
_MANIFEST = """
[package]
name = "k"
edition = "{}"
[dependencies]
buddy_system_allocator = "0.11"
linked_list_allocator = "0.10"
spin = "0.9"
talc = "5"
"""
_FILE = re.compile(r"^//- /", re.MULTILINE)
_MARK = re.compile(r"//~ (.*)$")


@cache
def _shipped(facts):
    """What ships with the program, and what is told of the kernel of these tests."""
    text = (HERE / "kernel.toml").read_text() + facts
    found = read_profile("kernel.toml", text)
    assert isinstance(found, Profile), found
    return {found.name: found, **open_profiles()}, open_theory()


@cache
def _facts_of(file):
    return parse(file, ())


def _parse(files, queries):
    assert queries == ()
    return {file.path: _facts_of(file) if is_stub(file.path) else parse(file, ()) for file in files}


def _input_of(fixture, edition):
    text = fixture if "//- /" in fixture else f"//- /src/lib.rs\n{fixture}"
    files = [
        SourceFile("Cargo.toml", _MANIFEST.format(edition).encode()),
        SourceFile("src/kernel.rs", (HERE / "kernel.rs").read_bytes()),
    ]
    for part in _FILE.split(text)[1:]:
        name, _, body = part.partition("\n")
        if name.strip() == "src/lib.rs":
            body = f"mod kernel; use kernel::*; {body}"
        files.append(SourceFile(name.strip(), body.encode()))
    rust = tuple(file for file in files if file.path.endswith(".rs"))
    manifests = tuple(file for file in files if file.path.endswith("Cargo.toml"))
    assembly = tuple(file for file in files if file.path.endswith(".S"))
    return Input(rust, manifests, assembly=assembly)


def _short(lock):
    return lock.removeprefix("k::").removeprefix("kernel::")


def _shown(hold):
    name = _short(hold.lock) or ("?" if hold.is_lock else "mask")
    return name if hold.sure else f"maybe {name}"


def _told(contexts, body, event, wanted):
    """What is so at a step, as far as a mark asks for it."""
    nodes = {(node.context, contexts.irq_at(node, event.state)) for node in contexts.nodes(body)}
    found = {
        "holds": ", ".join(map(_shown, event.state.holds)) or "nothing",
        "irq": event.state.mask("interrupts"),
        "context": ", ".join(f"{context} {irq}" for context, irq in sorted(nodes)) or "none",
    }
    keys = [one.split()[0] for one in wanted.split("; ")]
    return "; ".join(f"{key} {found[key]}" for key in keys)


@pytest.fixture
def contexts_of():
    """What is inferred of a fixture."""

    def run(fixture, edition="2024", facts=""):
        model = build_model(_input_of(fixture, edition), *_shipped(facts), _parse, link_reached)
        return model.program.contexts

    return run


@pytest.fixture
def check(contexts_of):
    """Compare what is inferred of a fixture with its marks."""

    def run(fixture, edition="2024"):
        source = _input_of(fixture, edition)
        marks = {
            (file.path, number): mark[1].strip()
            for file in source.files
            for number, line in enumerate(file.data.decode().splitlines(), start=1)
            if (mark := _MARK.search(line))
        }
        assert marks, "a fixture without a mark says nothing"
        contexts = contexts_of(fixture, edition)
        told = {place: set() for place in marks}
        for body, _, event in contexts.flows.events():
            place = _place(contexts, body, event)
            if place in marks and marks[place] != "never":
                told[place].add(_told(contexts, body, event, marks[place]))
            elif place in marks:
                told[place].add("reached")
        found = {place: " / ".join(sorted(one)) or "never" for place, one in told.items()}
        assert found == marks

    return run


def _place(contexts, body, event):
    """The line of a step that is looked at."""
    path = contexts.definition(body).file
    if is_stub(path):
        return None
    is_seen = event.site is not None and event.site.name in ("at", "crate::at")
    if not is_seen and not isinstance(event.op, Suspend):
        return None
    at = event.op.end - 1 if isinstance(event.op, Suspend) else event.op.start
    return path, contexts.world.trees[path].line_of(at)
