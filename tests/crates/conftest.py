"""Trees written as one text: ``//- /src/lib.rs`` starts a file."""

import re

import pytest

from soundcheck.crates.files import FileIndex
from soundcheck.crates.manifests import read_manifests
from soundcheck.crates.modules import build_module_trees
from soundcheck.source import SourceFile
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file

PACKAGE = '//- /Cargo.toml\n[package]\nname = "k"\nedition = "2024"\n'


def _sources(text):
    parts = re.split(r"^//- /", text, flags=re.MULTILINE)[1:]
    files = (part.partition("\n") for part in parts)
    return [SourceFile(name.strip(), body.encode()) for name, _, body in files]


def _manifests_of(text, vendored=(), links=()):
    files = _sources(text)
    manifests = [file for file in files if file.path.endswith("Cargo.toml")]
    index = FileIndex([file.path for file in files], links)
    return read_manifests(manifests, index, frozenset(vendored))


def _bare_forest_of(text, links=()):
    rust = [file for file in _sources(text) if file.path.endswith(".rs")]
    trees = {file.path: lower(read_file(file)) for file in rust}
    return build_module_trees(trees, _manifests_of(text, links=links).packages, links)


def _forest_of(text, links=()):
    return _bare_forest_of(text if "Cargo.toml" in text else PACKAGE + text, links)


@pytest.fixture
def manifests_of():
    """What the manifests of a tree declare."""
    return _manifests_of


@pytest.fixture
def bare_forest_of():
    """The module forest of a tree."""
    return _bare_forest_of


@pytest.fixture
def forest_of():
    """The module forest of a tree; without a manifest, that of a package ``k``."""
    return _forest_of
