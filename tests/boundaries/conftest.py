"""Small kernels whose unsafe code is told by what it leans on.

A mark at the end of a line with an ``unsafe`` on it tells of the site there, parted by ``;``:

* ``//~ leaks: parameter addr, private field Ring::base``: the verdict, and what it leans on, each
  with its kind; what is ``local`` is left out. ``//~ encapsulated`` alone is for what leans on
  nothing else.
* ``; reads first, Ring::new``: the functions that have to be read besides its own.
"""

import re
from functools import cache

import pytest

from soundcheck.commands.policy import open_profiles, open_theory
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.model import build_model
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse
from soundcheck.trials import link_reached

_MARK = re.compile(r"//~ (.*)$")


@cache
def _shipped():
    return open_profiles(), open_theory()


@cache
def _facts_of(file):
    return parse(file, ())


def _parse(files, queries):
    assert queries == ()
    return {file.path: _facts_of(file) if is_stub(file.path) else parse(file, ()) for file in files}


def build(files):
    """The program of some files, by path."""
    manifest = SourceFile("Cargo.toml", b'[package]\nname = "k"\nedition = "2024"\n')
    rust = tuple(SourceFile(path, text.encode()) for path, text in files.items())
    return build_model(Input(rust, (manifest,)), *_shipped(), _parse, link_reached).program


@cache
def _program_of(sources):
    """One crate with a module for each of some sources, ``m0`` and so on."""
    modules = {f"src/m{number}.rs": text for number, text in enumerate(sources)}
    names = "".join(f"pub mod m{number};\n" for number in range(len(sources)))
    return build({"src/lib.rs": names, **modules})


def _short(name, row):
    return name.removeprefix(f"k::m{row}::")


def _told(found, site, row, wanted):
    """What is told of a site, as far as a mark asks for it."""
    leans = {
        f"{one.kind} {_short(one.what, row)}".rstrip() for one in site.leans if one.kind != "local"
    }
    text = f"{site.verdict}: {', '.join(sorted(leans))}" if leans else site.verdict
    if "; reads " in wanted:
        readers = [_short(one.item, row) for one in found.readers(site)[1:]]
        text += f"; reads {', '.join(readers) or 'nothing'}"
    return text


@pytest.fixture(scope="session")
def program_of():
    """The program of some files, linked."""
    return build


@pytest.fixture
def check():
    """Compare what the sites of one of several sources lean on with its marks."""

    def run(sources, row):
        texts = tuple(one.values[0] for one in sources)
        marks = {
            number: mark[1].strip()
            for number, line in enumerate(texts[row].splitlines(), start=1)
            if (mark := _MARK.search(line))
        }
        assert marks, "a fixture without a mark says nothing"
        found = _program_of(texts).boundaries
        told = {
            site.line: _told(found, site, row, marks.get(site.line, ""))
            for site in found.sites
            if site.path == f"src/m{row}.rs"
        }
        assert {line: told.get(line) for line in marks} == marks

    return run
