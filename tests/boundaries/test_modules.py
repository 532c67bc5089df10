"""Obligations that leave functions and types, who meets them, and what modules make of it."""

import pytest

from soundcheck.boundaries.modules import build_modules

RING = """
pub struct Ring { base: usize }
impl Ring {
    pub fn new(base: usize) -> Self { Self { base } }
    pub fn first(&self) -> u8 { unsafe { *(self.base as *const u8) } }
}
"""


def told(program):
    """Each obligation: through what, how far it goes, and whether it is met."""
    found = program.boundaries
    return {
        found.show(one.key).replace("`", ""): (found.reach.show(one.reach), one.state)
        for one in program.obligations
    }


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        pytest.param(
            "mod ring; fn boot() { ring::Ring::new(0x1000).first(); }",
            {"base of k::ring::Ring::new": ("all of `k`", "met")},
            id="a constructor whose callers see to it",
        ),
        pytest.param(
            "pub mod ring; pub fn boot(at: usize) { ring::Ring::new(at).first(); }",
            {"base of k::ring::Ring::new": ("everybody", "not met")},
            id="a constructor that a public function hands on to",
        ),
        pytest.param(
            "mod ring; fn boot(at: usize) { ring::Ring::new(at).first(); }"
            " fn start() { boot(0x1000); }",
            {"base of k::ring::Ring::new": ("all of `k`", "met")},
            id="handed on to a private function whose callers see to it",
        ),
        pytest.param(
            "mod ring; fn boot(at: &[usize]) { nobody_knows(ring::Ring::new); }",
            {"base of k::ring::Ring::new": ("all of `k`", "unknown")},
            id="passed on as a value",
        ),
        pytest.param(
            "mod ring;",
            {"base of k::ring::Ring::new": ("all of `k`", "unused")},
            id="nobody calls it",
        ),
        pytest.param(
            "mod ring; pub use ring::Ring;",
            {"base of k::ring::Ring::new": ("everybody", "unused")},
            id="a private module that is re-exported",
        ),
    ],
)
def test_obligations(program_of, source, wanted):
    program = program_of({"src/lib.rs": source, "src/ring.rs": RING})
    assert told(program) == wanted


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            "pub struct R { base: usize } impl R { pub fn new() -> Self { Self { base: 8 } }"
            " pub fn get(&self) -> u8 { unsafe { *(self.base as *const u8) } } }",
            id="a type that makes its own values",
        ),
        pytest.param(
            "/// # Safety\n/// `at` is mapped.\npub unsafe fn get(at: usize) -> u8"
            " { unsafe { *(at as *const u8) } }",
            id="a contract",
        ),
        pytest.param(
            "pub fn get(at: &u8) -> u8 { let at: *const u8 = at; unsafe { *at } }",
            id="a reference",
        ),
    ],
)
def test_nothing_leaves(program_of, source):
    assert told(program_of({"src/lib.rs": source})) == {}


def graph_of(program):
    found = program.boundaries
    return build_modules(found, found.sites, program.obligations)


def test_module_rows(program_of):
    lib = "mod ring;\nfn boot() {\n    ring::Ring::new(0x1000).first();\n}\n"
    graph = graph_of(program_of({"src/lib.rs": lib, "src/ring.rs": RING}))

    (row,) = graph.rows
    assert (row.path, row.sites, row.verdicts) == ("k::ring", 1, (("encapsulated", 1),))
    # `first` and `new` have a line each, `boot` has three.
    assert (row.functions, row.surface) == (3, 5)
    assert (row.owed, row.due, row.ratio, row.cycle) == (1, 0, 0.0, 0)


def test_a_module_that_keeps_to_itself(program_of):
    ring = RING.replace("new(base: usize)", "new()").replace("{ base }", "{ base: 0x1000 }")
    lib = "mod ring; fn boot() { ring::Ring::new().first(); }"
    graph = graph_of(program_of({"src/lib.rs": lib, "src/ring.rs": ring}))

    assert [(row.path, row.functions, row.ratio) for row in graph.rows] == [("k::ring", 2, 1.0)]
    assert graph.edges == ()


def test_modules_that_can_break_each_other(program_of):
    first = """
        pub(crate) fn read(at: usize) -> u8 { unsafe { *(at as *const u8) } }
        pub(crate) fn other() -> u8 { crate::b::read(8) }
    """
    second = first.replace("crate::b", "crate::a")
    program = program_of({"src/lib.rs": "mod a; mod b;", "src/a.rs": first, "src/b.rs": second})
    graph = graph_of(program)
    modules = program.world.defmap.forest.modules

    assert [
        (modules[one.breaker].path, modules[one.broken].path, one.through) for one in graph.edges
    ] == [
        ("k::a", "k::b", "`at` of `k::b::read`"),
        ("k::b", "k::a", "`at` of `k::a::read`"),
    ]
    assert [[modules[index].path for index in some] for some in graph.cycles] == [["k::a", "k::b"]]
    assert {row.cycle for row in graph.rows} == {1}


def test_order_of_files_changes_nothing(program_of):
    files = {
        "src/lib.rs": "mod ring; mod b; fn boot() { ring::Ring::new(8); b::go(8); }",
        "src/ring.rs": RING,
        "src/b.rs": "pub fn go(at: usize) { unsafe { *(at as *mut u8) = 0 } }",
    }
    one, other = program_of(files), program_of(dict(reversed(files.items())))
    shown = [
        (
            [(site.item, site.verdict) for site in program.boundaries.sites],
            told(program),
            [msg.path for msg in graph_of(program).rows],
        )
        for program in (one, other)
    ]
    assert shown[0] == shown[1]


def test_what_is_not_known_is_a_gap(program_of):
    source = "pub fn each() {\n    nobody_knows(|at| unsafe { *(at as *mut u32) = 0 });\n}\n"
    found = program_of({"src/lib.rs": source}).boundaries

    gaps = [(gap.kind, gap.what, gap.at.line, gap.item) for gap in found.gaps()]
    assert gaps == [("unknown-operand", "at", 2, "k::each")]
