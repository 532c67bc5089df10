"""Names asked about in trees written as one text.

A query is a line ``where namespace path => answer``. Where is a module's full path, or ``path@n``
for the place of the comment ``/*n*/`` in that module's file; a path may start with ``::``. Answers
are what the path means, sorted: ``kind full::name``, ``extern some::path`` (``extern?`` for a
guess), ``builtin u8``, each with `` + rest`` and `` if formula`` where there is any, or why not.
"""

import re
from types import SimpleNamespace

import pytest

from soundcheck.catalog.targets import NO_THEORY
from soundcheck.crates.definitions import MACROS, TYPES, VALUES, Def, External
from soundcheck.crates.defmap import build_def_map
from soundcheck.crates.files import FileIndex
from soundcheck.crates.formulas import Logic
from soundcheck.crates.manifests import read_manifests
from soundcheck.crates.modules import build_module_trees
from soundcheck.crates.stubs import stub_files, stub_packages
from soundcheck.source import SourceFile
from soundcheck.syntax.cfg import show_cfg
from soundcheck.syntax.items import Path, Segment
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file

MANIFEST = '//- /Cargo.toml\n[package]\nname = "k"\nedition = "2024"\n'
PRELUDE = {
    "Option": "core::option::Option",
    "Some": "core::option::Option::Some",
    "Vec": "alloc::vec::Vec",
    "Clone": "core::clone::Clone",
    "vec!": "alloc::vec",
    "panic!": "core::panic",
}
NAMESPACES = {"types": TYPES, "values": VALUES, "macros": MACROS}


def _def_map_of(text, stubs=()):
    if "Cargo.toml" not in text:
        text = MANIFEST + text
    files = []
    for part in re.split(r"^//- /", text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        files.append(SourceFile(name.strip(), body.encode()))
    rust = [file for file in files if file.path.endswith(".rs")]
    manifests = [file for file in files if file.path.endswith("Cargo.toml")]
    packages = read_manifests(manifests, FileIndex([f.path for f in files])).packages
    rust += stub_files(stubs)
    packages += stub_packages(stubs)
    trees = {file.path: lower(read_file(file)) for file in rust}
    texts = {file.path: file.data for file in rust}
    forest = build_module_trees(trees, packages)
    return build_def_map(forest, trees, texts, packages, PRELUDE, Logic(), NO_THEORY), texts


def _where(def_map, texts, name):
    path, _, mark = name.partition("@")
    module = next(one for one in def_map.forest.modules if one.path == path)
    if not mark:
        return module.index
    offset = texts[module.file].index(f"/*{mark}*/".encode())
    return def_map.scope_at(module.index, module.file, offset)


def _shown(candidate):
    target = candidate.target
    if isinstance(target, Def):
        text = f"{target.kind} {target.path}"
    elif isinstance(target, External):
        text = f"extern{'?' * target.is_guess} {target.path}"
    else:
        text = f"builtin {target.name}"
    text += "".join(f" + {'::'.join(candidate.rest)}" for _ in candidate.rest[:1])
    formula = show_cfg(candidate.cfg)
    return f"{text} if {formula}" if formula else text


def _ask(def_map, texts, where, namespace, path, cfg=None, own_names=frozenset()):
    names = [name for name in path.split("::") if name]
    written = Path(tuple(Segment(name) for name in names), is_global=path.startswith("::"))
    scope = _where(def_map, texts, where)
    found = def_map.resolve(scope, written, NAMESPACES[namespace], cfg, own_names)
    if not found.candidates:
        return found.why
    return ", ".join(sorted(_shown(one) for one in found.candidates))


@pytest.fixture
def check():
    """Ask the queries of one text about the tree of another, and tell the gaps."""

    def run(fixture, queries):
        def_map, texts = _def_map_of(fixture)
        expected, answers = [], []
        for line in queries.strip().splitlines():
            question, _, answer = (part.strip() for part in line.partition("=>"))
            expected.append(f"{question} => {answer}")
            answers.append(f"{question} => {_ask(def_map, texts, *question.split())}")
        assert answers == expected
        return [f"{gap.at.path}:{gap.at.line} {gap.kind} {gap.what}" for gap in def_map.gaps]

    return run


@pytest.fixture
def def_map_of():
    """The names of a tree, resolved, with what the tests ask about them."""

    def run(fixture, stubs=()):
        def_map, texts = _def_map_of(fixture, stubs)

        def ask(where, namespace, path, **options):
            return _ask(def_map, texts, where, namespace, path, **options)

        return SimpleNamespace(map=def_map, ask=ask)

    return run
