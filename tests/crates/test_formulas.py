"""What follows from what among cfg formulas."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.catalog.targets import Theory, read_theory
from soundcheck.crates.formulas import Logic
from soundcheck.syntax.cfg import ALWAYS, NEVER, All, Any, Cfg, Flag, Not, show_cfg
from soundcheck.syntax.lowering.attributes import read_predicate

TARGETS = Path(__file__).parents[2] / "rules" / "targets.toml"

THEORY = """\
[keys.arch]
takes = "one"

[keys.width]
takes = "one"
decided_by = "arch"

[keys.endian]
takes = "one"
either = ["little", "big"]
decided_by = "arch"

[keys.os]
takes = "one"
default = "none"

[keys.family]
exclusive = ["fruit", "nut"]
decided_by = "os"
default = []

[shorthands]
fruit = { family = "fruit" }

[targets]
oak = { arch = "oak", width = "64", endian = "little" }
fig = { arch = "fig", width = "32", endian = "little", os = "plum", family = "fruit" }
elm = { arch = "elm", width = "32", endian = "big", os = "hazel", family = "nut" }
elm-le = { arch = "elm", width = "32", endian = "little", os = "hazel", family = ["nut", "tall"] }
"""
IMPLIED = {
    Flag("feature", "f"): (Flag("feature", "g"), Flag("feature", "i")),
    Flag("feature", "g"): (Flag("feature", "h"),),
}


def theory() -> Theory:
    found = read_theory("targets.toml", THEORY)
    assert isinstance(found, Theory), found
    return found


def logic() -> Logic:
    return Logic(theory(), IMPLIED)


def cfg(text: str) -> Cfg | None:
    if not text:
        return None
    formula = read_predicate(text)
    assert formula is not None
    return formula


# -- by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("", "", id="always"),
        pytest.param("", "x", id="always-and-one"),
        pytest.param("x", "x", id="one-and-itself"),
        pytest.param("x", "not(y)", id="two-flags"),
        pytest.param('feature = "a"', 'not(feature = "b")', id="two-features"),
        pytest.param('feature = "f"', 'feature = "h"', id="implied"),
        pytest.param('feature = "h"', 'not(feature = "f")', id="what-implies-may-be-off"),
        pytest.param("x", 'x = "x"', id="a-name-is-no-value"),
        pytest.param('k = "1"', 'k = "2"', id="keys-nobody-listed"),
        pytest.param("test", "not(debug_assertions)", id="test"),
        pytest.param('arch = "oak"', "fruit", id="arch-and-family"),
        pytest.param('arch = "elm"', 'endian = "big"', id="either-endian"),
        pytest.param('arch = "ash"', 'endian = "big"', id="an-arch-no-target-has"),
        pytest.param('os = "pear"', "fruit", id="an-os-no-target-has"),
        pytest.param('os = "hazel"', 'family = "tall"', id="targets-differ"),
        pytest.param('not(arch = "oak")', 'not(arch = "fig")', id="some-other-arch"),
        pytest.param('any(arch = "oak", x)', 'any(arch = "fig", x)', id="by-another-case"),
        pytest.param('any(arch = "oak", arch = "fig")', 'arch = "fig"', id="one-case-of-two"),
        pytest.param("not(all(x, y))", "x", id="one-is-off"),
        pytest.param("any(x, not(y))", "any(not(x), y)", id="both-or-none"),
        pytest.param('target(os = "linux")', 'not(target(os = "none"))', id="opaque"),
    ],
)
def test_formulas_that_may_meet(a: str, b: str) -> None:
    ours = logic()

    assert ours.may_meet(cfg(a), cfg(b))
    assert ours.may_meet(cfg(b), cfg(a))
    assert not ours.excludes(cfg(a), cfg(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("x", "not(x)", id="negation"),
        pytest.param("", "any()", id="never"),
        pytest.param("any()", "any()", id="never-and-never"),
        pytest.param("", "all(x, not(x))", id="contradiction"),
        pytest.param("any(x, y)", "not(any(y, z, x))", id="none-of-them"),
        pytest.param("all(x, y)", "any(not(x), not(y))", id="not-both"),
        pytest.param('arch = "oak"', 'arch = "fig"', id="one-value"),
        pytest.param('arch = "oak"', 'arch = "ash"', id="one-value-unlisted"),
        pytest.param('arch = "oak"', 'width = "32"', id="decided"),
        pytest.param('arch = "oak"', 'not(width = "64")', id="decided-negated"),
        pytest.param('width = "16"', 'any(arch = "oak", arch = "fig")', id="by-all-cases"),
        pytest.param('not(endian = "little")', 'not(endian = "big")', id="either"),
        pytest.param('arch = "oak"', 'not(endian = "little")', id="either-decided"),
        pytest.param("fruit", 'not(family = "fruit")', id="shorthand"),
        pytest.param("fruit", 'family = "nut"', id="exclusive"),
        pytest.param('os = "none"', "fruit", id="os-without-family"),
        pytest.param('os = "plum"', "not(fruit)", id="os-with-family"),
        pytest.param('os = "plum"', 'os = "hazel"', id="two-os"),
        pytest.param('feature = "f"', 'not(feature = "g")', id="feature-implies"),
        pytest.param('feature = "f"', 'not(feature = "h")', id="through-another"),
        pytest.param('all(feature = "f", x)', 'all(y, not(feature = "i"))', id="inside-all"),
    ],
)
def test_formulas_that_exclude_each_other(a: str, b: str) -> None:
    ours = logic()

    assert ours.excludes(cfg(a), cfg(b))
    assert ours.excludes(cfg(b), cfg(a))
    assert not ours.may_meet(cfg(a), cfg(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("", "", id="always"),
        pytest.param("x", "", id="anything-implies-always"),
        pytest.param("any()", "x", id="never-implies-anything"),
        pytest.param("all(x, y)", "any(x, z)", id="parts"),
        pytest.param('os = "plum"', "fruit", id="family"),
        pytest.param('not(endian = "big")', 'endian = "little"', id="either"),
        pytest.param('not(feature = "h")', 'not(feature = "f")', id="features-backwards"),
    ],
)
def test_implications(a: str, b: str) -> None:
    assert logic().implies(cfg(a), cfg(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("", "x", id="always-implies-nothing"),
        pytest.param("x", "any()", id="nothing-implies-never"),
        pytest.param("any(x, y)", "x", id="parts"),
        pytest.param("fruit", 'os = "plum"', id="family-of-many"),
        pytest.param('width = "64"', 'arch = "oak"', id="width-of-an-unknown-arch"),
        pytest.param('feature = "h"', 'feature = "f"', id="features-backwards"),
    ],
)
def test_no_implications(a: str, b: str) -> None:
    assert not logic().implies(cfg(a), cfg(b))


def test_options_of_different_scopes_are_different() -> None:
    ours = logic()

    assert ours.may_meet(Flag("feature", "a", "one"), Not(Flag("feature", "a", "two")))
    assert ours.excludes(Flag("feature", "a", "one"), Not(Flag("feature", "a", "one")))


@pytest.mark.parametrize(
    ("formula", "simple"),
    [
        pytest.param("x", "x", id="flag"),
        pytest.param("fruit", "fruit", id="as-written"),
        pytest.param("all()", "", id="all-of-none"),
        pytest.param("any()", "any()", id="any-of-none"),
        pytest.param("any(x, not(x))", "", id="always"),
        pytest.param("all(x, not(x), y)", "any()", id="never"),
        pytest.param("not(not(x))", "x", id="double"),
        pytest.param("all(all(x, y), all(y, z))", "all(x, y, z)", id="flat"),
        pytest.param("all(x, any(x, y))", "x", id="absorbed"),
        pytest.param("any(x, all(x, y))", "x", id="absorbed-by-any"),
        pytest.param("all(x, any(y, any()))", "all(x, y)", id="never-inside"),
        pytest.param('all(fruit, os = "plum")', 'os = "plum"', id="family"),
        pytest.param('all(not(arch = "oak"), arch = "fig")', 'arch = "fig"', id="ladder"),
        pytest.param('any(arch = "fig", width = "32")', 'width = "32"', id="implies-the-other"),
        pytest.param('all(feature = "f", feature = "h")', 'feature = "f"', id="feature"),
        pytest.param("all(x, not(y), any(z, w))", "all(x, not(y), any(z, w))", id="nothing-to-do"),
    ],
)
def test_simplified(formula: str, simple: str) -> None:
    assert show_cfg(logic().simplify(cfg(formula))) == simple


# -- big formulas ------------------------------------------------------------------------------


def names(prefix: str, count: int) -> list[Cfg]:
    return [Flag(f"{prefix}{i}") for i in range(count)]


def test_formulas_with_more_cases_than_we_keep() -> None:
    ours = Logic()
    big = All(tuple(Any((x, y)) for x, y in zip(names("x", 9), names("y", 9), strict=True)))
    neither = Not(Any((Flag("x4"), Flag("y4"))))

    assert ours.may_meet(big, None)
    assert ours.may_meet(big, big)
    assert ours.may_meet(big, Not(Flag("x4")))
    assert ours.excludes(big, neither)
    assert ours.excludes(neither, big)


def test_a_hard_formula_is_settled_by_an_easy_one() -> None:
    ours = Logic()
    big = Any(tuple(All((x, y)) for x, y in zip(names("x", 70), names("y", 70), strict=True)))

    assert ours.is_hard(big)
    assert ours.implies(All((Flag("x69"), Flag("y69"))), big)
    assert not ours.implies(Flag("x69"), big)
    assert ours.excludes(big, Not(Any(tuple(names("x", 70)))))
    assert ours.may_meet(big, Not(Any(tuple(names("x", 69)))))


def test_what_takes_too_long_to_tell_may_meet() -> None:
    # Each of nine birds in one of eight holes, and no two in the same: there is no such build.
    birds, holes = range(9), range(8)
    in_hole = {(b, h): Flag(f"bird{b}", str(h)) for b in birds for h in holes}
    housed = [Any(tuple(in_hole[b, h] for h in holes)) for b in birds]
    apart = [
        Not(All((in_hole[a, h], in_hole[b, h])))
        for h in holes
        for a in birds
        for b in birds
        if a < b
    ]
    ours = Logic()

    assert ours.may_meet(All(tuple(housed)), All(tuple(apart)))
    assert not ours.implies(All(tuple(housed)), Not(All(tuple(apart))))


def test_deeply_nested_formulas() -> None:
    formula: Cfg = Flag("x")
    for i in range(60):
        formula = Not(All((formula, Flag(f"y{i}"))))
    ours = Logic()

    assert ours.excludes(formula, Not(formula))


# -- against all builds ------------------------------------------------------------------------

OPTIONS = [
    *(Flag("arch", value) for value in ("oak", "fig", "elm", "ash")),
    *(Flag("width", value) for value in ("32", "64")),
    *(Flag("endian", value) for value in ("little", "big")),
    *(Flag("os", value) for value in ("none", "plum")),
    *(Flag("family", value) for value in ("fruit", "nut")),
    *(Flag("feature", value) for value in "fgh"),
    Flag("x"),
]


def is_build(build: dict[Flag, bool]) -> bool:
    """What the theory above says, in other words."""

    def on(key: str, *values: str) -> int:
        return sum(build[Flag(key, value)] for value in values)

    return (
        on("arch", "oak", "fig", "elm", "ash") <= 1
        and on("width", "32", "64") <= 1
        and on("endian", "little", "big") == 1
        and on("os", "none", "plum") <= 1
        and on("family", "fruit", "nut") <= 1
        and on("arch", "oak") <= on("width", "64")
        and on("arch", "fig", "elm") <= on("width", "32")
        and on("arch", "oak", "fig") <= on("endian", "little")
        and on("os", "plum") <= on("family", "fruit")
        and on("os", "none") + on("family", "fruit", "nut") <= 1
        and on("feature", "f") <= on("feature", "g") <= on("feature", "h")
    )


ALL_BUILDS = (
    dict(zip(OPTIONS, values, strict=True))
    for values in product((False, True), repeat=len(OPTIONS))
)
BUILDS = [build for build in ALL_BUILDS if is_build(build)]

formulas = st.recursive(
    st.sampled_from([*OPTIONS, Flag("fruit"), ALWAYS, NEVER]),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Any(tuple(parts))),
    ),
    max_leaves=6,
)


def holds(formula: Cfg | None, build: dict[Flag, bool]) -> bool:
    if formula is None:
        return True
    if isinstance(formula, Flag):
        return build[Flag("family", "fruit") if formula.key == "fruit" else formula]
    if isinstance(formula, Not):
        return not holds(formula.part, build)
    combine = all if isinstance(formula, All) else any
    return combine(holds(part, build) for part in formula.parts)


@given(formulas, formulas)
def test_as_all_builds_have_it(a: Cfg, b: Cfg) -> None:
    ours = logic()
    both = any(holds(a, build) and holds(b, build) for build in BUILDS)
    implied = all(holds(b, build) for build in BUILDS if holds(a, build))

    assert ours.may_meet(a, b) is both
    assert ours.may_meet(b, a) is both
    assert ours.implies(a, b) is implied


@given(st.lists(formulas, max_size=5), formulas)
def test_growing_by_one_part_is_as_having_all(parts: list[Cfg], other: Cfg) -> None:
    for word in (All, Any):
        ours = logic()
        grown = [word(tuple(parts[:i])) for i in range(len(parts) + 1)]

        assert [ours.may_meet(one, other) for one in grown] == [
            logic().may_meet(one, other) for one in grown
        ]


@given(formulas)
def test_nothing_meets_its_negation(formula: Cfg) -> None:
    ours = logic()

    assert ours.excludes(formula, Not(formula))
    assert ours.is_possible(formula) or ours.is_possible(Not(formula))


@given(formulas)
def test_simplifying_keeps_the_meaning(formula: Cfg) -> None:
    simple = logic().simplify(formula)

    assert all(holds(formula, build) == holds(simple, build) for build in BUILDS)
    assert logic().simplify(simple) == simple


@given(st.lists(formulas, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_questions_changes_nothing(some: list[Cfg], random) -> None:
    pairs = [(a, b) for a in some for b in some]
    shuffled = random.sample(pairs, len(pairs))
    ours, other = logic(), logic()

    assert {pair: ours.may_meet(*pair) for pair in pairs} == {
        pair: other.may_meet(*pair) for pair in shuffled
    }


# -- with the theory that we ship --------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "meet"),
    [
        ('target_arch = "x86_64"', 'target_arch = "aarch64"', False),
        ('target_arch = "x86_64"', 'not(target_pointer_width = "64")', False),
        ('target_arch = "riscv64"', 'target_arch = "riscv32"', False),
        ('target_arch = "aarch64"', 'target_endian = "big"', True),
        ("unix", "windows", False),
        ("unix", 'target_os = "none"', False),
        ("not(unix)", 'target_os = "linux"', False),
        ("unix", 'target_os = "horizon"', True),
        ('target_os = "none"', 'target_os = "linux"', False),
        ('target_os = "none"', 'target_env = "gnu"', True),
        ('target_env = "gnu"', 'target_env = "musl"', False),
        ('target_feature = "sse"', 'target_feature = "avx"', True),
        ('target_has_atomic = "8"', 'target_has_atomic = "64"', True),
        ('panic = "abort"', 'panic = "unwind"', False),
        ('feature = "a"', 'feature = "b"', True),
        ("test", 'target_os = "none"', True),
    ],
)
def test_with_the_targets_that_there_are(a: str, b: str, meet: bool) -> None:
    found = read_theory("rules/targets.toml", TARGETS.read_text(encoding="utf-8"))
    assert isinstance(found, Theory), found

    assert Logic(found).may_meet(cfg(a), cfg(b)) is meet
