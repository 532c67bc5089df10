"""How far fields are seen, in a library and in a program."""

from functools import cache

import pytest

from soundcheck.calls.linking import read_links
from soundcheck.commands.policy import open_profiles, open_theory
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.model import build_model
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse
from soundcheck.types.reach import field_reach

SOURCE = b"""
pub struct AtRoot { pub all: u8, pub(crate) krate: u8, own: u8 }
pub mod outer {
    pub mod inner {
        pub struct Wide {
            pub all: u8,
            pub(crate) krate: u8,
            pub(super) above: u8,
            pub(in crate::outer) named: u8,
            pub(self) itself: u8,
            own: u8,
        }
        pub(super) struct Narrow { pub all: u8, pub(super) above: u8, own: u8 }
        struct Hidden { pub all: u8 }
        pub struct Tuple(pub u8, u8);
    }
}
"""

ROWS = [
    ("AtRoot", "all", "everybody", ""),
    ("AtRoot", "krate", "", ""),
    ("AtRoot", "own", "", ""),
    ("outer::inner::Wide", "all", "everybody", "all of `k`"),
    ("outer::inner::Wide", "krate", "all of `k`", "all of `k`"),
    ("outer::inner::Wide", "above", "all of `k::outer`", "all of `k::outer`"),
    ("outer::inner::Wide", "named", "all of `k::outer`", "all of `k::outer`"),
    ("outer::inner::Wide", "itself", "", ""),
    ("outer::inner::Wide", "own", "", ""),
    ("outer::inner::Narrow", "all", "all of `k::outer`", "all of `k::outer`"),
    ("outer::inner::Narrow", "above", "all of `k::outer`", "all of `k::outer`"),
    ("outer::inner::Narrow", "own", "", ""),
    ("outer::inner::Hidden", "all", "", ""),
    ("outer::inner::Tuple", "0", "everybody", "all of `k`"),
    ("outer::inner::Tuple", "1", "", ""),
]


def _parse(files, queries):
    return {file.path: parse(file, queries) for file in files}


def _link(world, facts, files):
    del facts
    return [read_links(world, targets) for path, targets in files if not is_stub(path)]


@cache
def _def_map(root):
    manifest = b'[package]\nname = "k"\nedition = "2024"\n'
    source = Input((SourceFile(root, SOURCE),), (SourceFile("Cargo.toml", manifest),))
    return build_model(source, open_profiles(), open_theory(), _parse, _link).world.defmap


def _reach(root, path, name):
    defmap = _def_map(root)
    (owner,) = (one for one in defmap.defs if one.path == f"k::{path}")
    (field,) = (field for field in owner.item.fields if field.name == name)
    return field_reach(defmap, owner, field)


@pytest.mark.parametrize(
    ("path", "name", "library", "program"),
    [pytest.param(*row, id=f"{row[0]}::{row[1]}") for row in ROWS],
)
def test_a_field_is_seen_as_far_as_it_and_its_type_are(path, name, library, program):
    assert _reach("src/lib.rs", path, name) == library
    assert _reach("src/main.rs", path, name) == program
