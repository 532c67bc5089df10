"""Small crates linked against the declarations that ship, and their calls told line by line.

A mark at the end of a line tells what is called on it: ``//~ exact k::f``,
``//~ candidates k::A::m, k::B::m``, ``//~ external core::option::Option::unwrap`` or
``//~ unknown name``; several stand with ``;`` between them, and ``//~ nothing`` says that nothing
of the crate is called. Calls into the crate are told whole or the check fails; external ones only
where somebody wants to see them. A call that the language makes by itself has its kind in front:
``//~ exact drop k::Guard::drop``.
"""

import re
from collections import defaultdict
from functools import cache

import pytest

from soundcheck.calls.linking import read_links
from soundcheck.calls.sites import WRITTEN
from soundcheck.commands.policy import open_profiles, open_theory
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.model import build_model
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse

MANIFEST = """//- /Cargo.toml
[package]
name = "k"
edition = "2024"
[dependencies]
bitflags = "2"
elsewhere = "1"
smoltcp = "1"
spin = "1"
volatile = "1"
"""
_FILE = re.compile(r"^//- /", re.MULTILINE)
_MARK = re.compile(r"//~ (.*)$")


@cache
def _shipped():
    return open_profiles(), open_theory()


@cache
def _stub_facts(file):
    return parse(file, ())


def _parse(files, queries):
    assert queries == ()
    return {
        file.path: _stub_facts(file) if is_stub(file.path) else parse(file, ()) for file in files
    }


def _link(world, facts, files):
    del facts
    return [read_links(world, targets) for path, targets in files if not is_stub(path)]


def _link_stubs_too(world, facts, files):
    del facts
    return [read_links(world, targets) for _, targets in files]


def _input_of(fixture):
    text = fixture if "//- /" in fixture else f"//- /src/lib.rs\n{fixture}"
    if "Cargo.toml" not in text:
        text = MANIFEST + text
    files = []
    for part in _FILE.split(text)[1:]:
        name, _, body = part.partition("\n")
        files.append(SourceFile(name.strip(), body.encode()))
    rust, manifests, assembly = (
        tuple(file for file in files if file.path.endswith(endings))
        for endings in (".rs", "Cargo.toml", (".s", ".S", ".asm"))
    )
    return Input(rust, manifests, assembly=assembly)


def _name(world, body):
    name = world.defmap.defs[body.owner].path
    return name if body.closure < 0 else f"{name}::{{closure}}"


def _shown(world, site):
    kind = "" if site.kind in WRITTEN else f"{site.kind} "
    match site.resolution:
        case "external":
            return f"external {kind}{site.reason}"
        case "unknown":
            return f"unknown {kind}{site.name}"
        case resolution:
            names = ", ".join(sorted(_name(world, body) for body in site.callees))
            return f"{resolution} {kind}{names}"


def _calls_by_line(model):
    found = defaultdict(set)
    for site in model.graph.sites:
        path = model.world.defmap.defs[site.caller.owner].file
        callees = [model.world.defmap.defs[body.owner].file for body in site.callees]
        is_glue_outside = site.kind == "drop" and all(is_stub(file) for file in callees)
        if not is_stub(path) and not is_glue_outside:
            line = model.world.trees[path].line_of(site.start)
            found[(path, line)].add(_shown(model.world, site))
    return found


def _marks(source):
    found = {}
    for file in source.files:
        for number, line in enumerate(file.data.decode().splitlines(), start=1):
            mark = _MARK.search(line)
            if mark is not None:
                wanted = {one.strip() for one in mark[1].split(";")} - {"nothing"}
                found[(file.path, number)] = wanted
    return found


@pytest.fixture
def model_of():
    """The program model of a fixture."""

    def run(fixture):
        return build_model(_input_of(fixture), *_shipped(), _parse, _link)

    return run


@pytest.fixture(scope="session")
def whole_model_of():
    """The program model of a fixture, with what is called in the bodies of stubs."""

    @cache
    def run(fixture):
        return build_model(_input_of(fixture), *_shipped(), _parse, _link_stubs_too)

    return run


@pytest.fixture
def check(model_of):
    """Link a fixture and compare its calls with its marks."""

    def run(fixture):
        marks = _marks(_input_of(fixture))
        calls = _calls_by_line(model_of(fixture))
        assert marks, "a fixture without a mark says nothing"
        told = {}
        for place, wanted in marks.items():
            told[place] = {
                one
                for one in calls.get(place, ())
                if one in wanted or not one.startswith("external")
            }
        assert told == marks

    return run
