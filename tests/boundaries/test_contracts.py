"""Which functions have a contract, and what it says."""

import pytest

from soundcheck.boundaries.contracts import is_open, section_of


def only(program, path):
    return next(one for one in program.world.defmap.defs if one.path == path)


SOURCE = """
pub fn plain() {}
pub unsafe fn unsafely() {}
/// # Safety
/// `addr` is mapped.
///
/// # Parameters
/// - `size`: how much
pub fn told(addr: usize, size: usize) {}
#[unsafe(no_mangle)]
pub fn exported() {}
pub extern "C" fn foreign() {}
#[safety::requires(ValidPtr)]
pub fn tagged() {}
/// Safety first.
pub fn spoken() {}

pub unsafe trait Frames {
    /// # Safety
    /// `range` is free.
    unsafe fn give(range: usize);
    fn count() -> usize;
}
pub struct Own;
unsafe impl Frames for Own {
    unsafe fn give(_range: usize) {}
    fn count() -> usize { 0 }
}
"""


@pytest.fixture(scope="module")
def program(program_of):
    return program_of({"src/lib.rs": SOURCE})


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("k::plain", True),
        ("k::spoken", True),
        ("k::unsafely", False),
        ("k::told", False),
        ("k::exported", False),
        ("k::foreign", False),
        ("k::tagged", False),
        ("k::Own::count", False),
    ],
)
def test_who_may_call(program, path, wanted):
    assert is_open(program.world.defmap, only(program, path)) is wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        pytest.param("k::told", "`addr` is mapped.", id="up to the next heading"),
        pytest.param("k::Own::give", "`range` is free.", id="that of the trait"),
        pytest.param("k::spoken", "", id="no heading"),
        pytest.param("k::unsafely", "", id="nothing"),
    ],
)
def test_sections(program, path, wanted):
    assert section_of(program.world.defmap, only(program, path)).strip() == wanted
