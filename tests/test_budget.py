"""The budget as a text: what it says, and all that can be wrong with it, each on its line."""

from textwrap import dedent

import pytest

from soundcheck.budget import Budget, find_unmet, read_budget, unsafe_columns
from soundcheck.syntax.columns import GEIGER_COUNTERS, OWN_COUNTERS, PROFILES


def read(text: str) -> Budget:
    found = read_budget("budget.toml", dedent(text))
    assert isinstance(found, Budget), found
    return found


def problems_of(text: str) -> list[str]:
    found = read_budget("budget.toml", dedent(text))
    assert isinstance(found, tuple)
    return [str(problem).removeprefix("budget.toml:") for problem in found]


def test_everything_that_can_be_said():
    budget = read("""\
        counting = "geiger-next"

        [modules."kernel::mm"]
        exprs = 12
        methods = 0
        reason = "page tables"
        known.exprs = { map = 8, "kernel::mm::unmap" = 4 }

        [paths]
        "src/drivers" = { functions = 3, reason = "registers" }

        [allowed.modules]
        "kernel::mm" = "here"

        [allowed.paths]
        "src/lib.rs" = "and here"
    """)

    assert budget.counting == "geiger-next"
    assert [(one.place.name, one.counter, one.most) for one in budget.ceilings] == [
        ("kernel::mm", "exprs", 12),
        ("kernel::mm", "methods", 0),
        ("src/drivers", "functions", 3),
    ]
    assert [one.known for one in budget.ceilings] == [
        {"map": 8, "kernel::mm::unmap": 4},
        None,
        None,
    ]
    assert [(one.name, one.is_module, one.reason) for one in budget.allowed or ()] == [
        ("kernel::mm", True, "here"),
        ("src/lib.rs", False, "and here"),
    ]
    assert [(one.name, one.line) for one in budget.places] == [
        ("kernel::mm", 3),
        ("src/drivers", 10),
        ("kernel::mm", 13),
        ("src/lib.rs", 16),
    ]


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("[modules]\n[paths]\n", None, id="no-list"),
        pytest.param("[allowed]\n", (), id="empty-list"),
        pytest.param("[allowed.modules]\n", (), id="list-without-modules"),
    ],
)
def test_what_is_not_said(text: str, allowed: tuple[()] | None):
    budget = read(text)

    assert (budget.counting, budget.ceilings, budget.allowed) == ("soundcheck", (), allowed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[modules", ["1: not TOML: Expected ']' at the end of a table declaration"],
                     id="no-toml"),
        pytest.param("path = 1", ["1: unknown key `path`; did you mean `paths`?"], id="key"),
        pytest.param('counting = "geiger"', ["1: `counting` is one of `soundcheck`, `geiger-next`, "
                     "`geiger-0.5`, `geiger-0.4`, not `geiger`; did you mean `geiger-0.5`?"],
                     id="counting"),
        pytest.param('[modules]\na = {blocks = 1}', ["2: missing key `reason`"], id="no-reason"),
        pytest.param('[modules]\na = {blocks = 1, reason = " "}',
                     ["2: `reason` takes a reason, on one line, not ` `"], id="empty-reason"),
        pytest.param('[paths]\na = {blocks = "1", reason = "b"}',
                     ["2: `blocks` takes an integer, not a string"], id="no-number"),
        pytest.param('[paths]\na = {blocks = -1, reason = "b"}', ["2: `blocks` is at least 0"],
                     id="negative"),
        pytest.param('[paths.a]\nblock = 1\nblocks = 2\nreason = "b"',
                     ["2: unknown key `block`; did you mean `blocks`?"], id="counter"),
        pytest.param('counting = "geiger-0.5"\n[paths.a]\nexprs = 1\nblocks = 2\nreason = "b"',
                     ["4: unknown key `blocks`"], id="counter-of-another-profile"),
        pytest.param('[paths.a]\nasm = 1\nreason = "b"\nknown.asm = {c = 0}',
                     ["4: `c` is at least 1"], id="known-to-be-none"),
        pytest.param('[paths.a]\nasm = 1\nreason = "b"\nknown.c = {d = 1}',
                     ["4: unknown key `c`"], id="known-counter"),
        pytest.param('[modules]\n"a:b" = {asm = 1, reason = "b"}',
                     ["2: `a:b` is no path of a module, like `krate::module`"], id="module"),
        pytest.param('[allowed.modules]\n"a/b" = "c"',
                     ["2: `a/b` is no path of a module, like `krate::module`"], id="allowed"),
        pytest.param('[allowed.paths]\n"/a" = "b"\n"../c" = "d"\n"e\\\\f" = "g"',
                     ["2: `/a` is no path below the root, like `src/drivers`",
                      "3: `../c` is no path below the root, like `src/drivers`",
                      "4: `e\\f` is no path below the root, like `src/drivers`"], id="paths"),
        pytest.param('[allowed]\nmodules = ["a"]', ["2: `modules` takes a table, not a list"],
                     id="list"),
        pytest.param('[allowed.paths]\na = ""', ["2: `a` takes a reason, on one line, not ``"],
                     id="allowed-without-reason"),
    ],
)  # fmt: skip
def test_problems(text: str, expected: list[str]):
    assert problems_of(text) == expected


def test_a_line_needs_a_ceiling():
    (problem,) = problems_of('[modules.a]\nreason = "b"')

    assert problem.startswith("1: no ceiling; there are `blocks`, ")


def test_all_problems_are_told_at_once():
    assert [one.partition(":")[0] for one in problems_of("""\
        counting = 5
        [modules.a]
        blocks = -1
        reasn = "a"
        [allowed]
        path = 1
    """)] == ["1", "2", "3", "4", "6"]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "name", "module", "path", "is_held"),
    [
        pytest.param("modules", "a::b", "a::b", "x.rs", True, id="module"),
        pytest.param("modules", "a::b", "a::b::c", "x.rs", True, id="module-inside"),
        pytest.param("modules", "a::b", "a::bc", "x.rs", False, id="longer-name"),
        pytest.param("modules", "a::b", "a", "x.rs", False, id="module-around"),
        pytest.param("modules", "a", "", "a", False, id="no-module"),
        pytest.param("paths", "a/b.rs", "m", "a/b.rs", True, id="file"),
        pytest.param("paths", "a", "m", "a/b.rs", True, id="folder"),
        pytest.param("paths", "a/", "m", "a/b/c.rs", True, id="folder-with-slash"),
        pytest.param("paths", "a", "m", "ab/c.rs", False, id="longer-folder"),
        pytest.param("paths", "a/b", "m", "a/b.rs", False, id="file-of-the-folder's-name"),
        pytest.param("paths", "a", "a", "b.rs", False, id="path-called-as-a-module"),
    ],
)
def test_what_a_place_holds(table: str, name: str, module: str, path: str, is_held: bool):
    budget = read(f'[allowed.{table}]\n"{name}" = "c"')

    assert [place.holds(module, path) for place in budget.places] == [is_held]


def test_what_a_budget_speaks_of_and_nobody_finds():
    budget = read("""\
        [modules."a::b"]
        asm = 0
        externs = 0
        reason = "c"
        [modules."a::x"]
        asm = 0
        reason = "c"
        [paths]
        "src/x" = { asm = 0, reason = "c" }
        "src/b.rs" = { asm = 0, reason = "c" }
        [allowed.modules]
        a = "c"
        y = "c"
    """)
    gaps = find_unmet(budget, {"a", "a::b", "a::b::z"}, ["src/b.rs"])

    assert [(gap.at.path, gap.at.line, gap.what) for gap in gaps] == [
        ("budget.toml", 5, "the budget speaks of `a::x`, which is no module; did you mean `a::b`?"),
        ("budget.toml", 9, "the budget speaks of `src/x`, where no Rust is"),
        ("budget.toml", 13, "the budget speaks of `y`, which is no module"),
    ]
    assert {gap.kind for gap in gaps} == {"unmet-budget"}


@pytest.mark.parametrize("counting", PROFILES)
def test_every_counter_has_columns_of_its_own(counting: str):
    counters = OWN_COUNTERS if counting == "soundcheck" else GEIGER_COUNTERS
    columns = [column for one in counters for column in unsafe_columns(counting, one)]

    assert (
        len(columns) == len(set(columns)) == (2 if counting == "soundcheck" else 1) * len(counters)
    )
