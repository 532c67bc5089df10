"""Which declarations of crates outside the workspace a workspace needs."""

import pytest

from soundcheck.crates.files import FileIndex
from soundcheck.crates.manifests import read_manifests
from soundcheck.crates.stubs import Stub, needed_stubs
from soundcheck.source import SourceFile

STUBS = (
    Stub("alloc", "2021", "pub struct Box<T>(T);"),
    Stub("core", "2021", "pub mod ptr {}"),
    Stub("lock_api", "2021", "pub struct Mutex<R>(R);"),
    Stub("log", "2021", "pub fn logger() -> &'static dyn Log;"),
    Stub("raw_lock", "2021", "pub struct Raw;"),
    Stub("spin", "2021", "pub type Mutex = lock_api::Mutex<Raw>;"),
    Stub("wide", "2021", "pub use spin::Mutex;"),
)
ALWAYS = ["alloc", "core"]


@pytest.mark.parametrize(
    ("dependencies", "needed"),
    [
        pytest.param("", [], id="the language's own"),
        pytest.param('log = "0.4"', ["log"], id="a dependency"),
        pytest.param('raw-lock = "1"', ["raw_lock"], id="a dash is an underscore"),
        pytest.param('l = { package = "log", version = "0.4" }', ["log"], id="renamed"),
        pytest.param('spin = "0.9"', ["lock_api", "spin"], id="what a stub names"),
        pytest.param('wide = "1"', ["lock_api", "spin", "wide"], id="what that names in turn"),
        pytest.param('unheard = "1"', [], id="no stub"),
    ],
)
def test_needed_stubs(dependencies: str, needed: list[str]) -> None:
    text = f'[package]\nname = "k"\nversion = "0.1.0"\n[dependencies]\n{dependencies}\n'
    files = [SourceFile("src/lib.rs", b"")]
    manifests = read_manifests(
        (SourceFile("Cargo.toml", text.encode()),), FileIndex([one.path for one in files], {}), ()
    )

    found = [stub.crate for stub in needed_stubs(STUBS, manifests.packages)]

    assert found == sorted(ALWAYS + needed)
