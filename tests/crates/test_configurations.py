"""Formulas in their places, and runs narrowed to one configuration."""

from pathlib import Path

import pytest

from soundcheck.catalog.targets import NO_THEORY, Theory, read_theory
from soundcheck.crates.configurations import (
    Asked,
    Selection,
    holds,
    narrow,
    place,
    read_selection,
)
from soundcheck.crates.features import implied_features
from soundcheck.crates.formulas import Logic
from soundcheck.syntax.cfg import Flag, show_cfg
from soundcheck.syntax.lowering.attributes import read_predicate

TARGETS = Path(__file__).parents[2] / "rules" / "targets.toml"
TREE = """\
//- /Cargo.toml
[workspace]
//- /kernel/Cargo.toml
[package]
name = "kernel"
[features]
default = ["smp"]
smp = ["sync/many"]
pci = []
[dependencies]
sync = { path = "../sync", default-features = false }
//- /kernel/src/lib.rs
//- /sync/Cargo.toml
[package]
name = "sync"
[features]
default = ["plain"]
plain = []
many = []
trace = []
//- /sync/src/lib.rs
"""
SPEC = '{"arch": "aarch64", "target-pointer-width": 64, "os": "none"}'


@pytest.fixture(scope="module")
def theory():
    found = read_theory("rules/targets.toml", TARGETS.read_text(encoding="utf-8"))
    assert isinstance(found, Theory), found
    return found


@pytest.fixture
def packages(manifests_of):
    return manifests_of(TREE).packages


def cfg(text):
    return read_predicate(text) if text else None


# -- places ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "scope"),
    [
        pytest.param('feature = "smp"', "sync", id="feature"),
        pytest.param("test", "sync/src/lib.rs", id="test"),
        pytest.param("loom", "sync", id="unknown"),
        pytest.param('board = "a"', "sync", id="unknown-with-a-value"),
        pytest.param('target_arch = "x86_64"', "", id="target"),
        pytest.param("unix", "", id="shorthand"),
        pytest.param("debug_assertions", "", id="build"),
    ],
)
def test_how_far_an_option_reaches(theory, option, scope):
    flag = cfg(option)

    placed = place(flag, theory, "sync", "sync/src/lib.rs")

    assert placed == Flag(flag.key, flag.value, scope)


def test_a_placed_formula_looks_the_same(theory):
    text = 'all(unix, not(feature = "a"), any(test, x), any())'

    assert show_cfg(place(cfg(text), theory, "p", "p/src/lib.rs")) == text
    assert place(None, theory, "p", "p/src/lib.rs") is None


def test_features_of_two_packages_may_differ(theory):
    logic = Logic(theory)
    here = place(cfg('feature = "smp"'), theory, "kernel", "kernel/src/lib.rs")
    there = place(cfg('not(feature = "smp")'), theory, "sync", "sync/src/lib.rs")
    inside = place(cfg('not(feature = "smp")'), theory, "kernel", "kernel/src/main.rs")

    assert logic.may_meet(here, there)
    assert logic.excludes(here, inside)


def test_a_library_is_no_test_where_its_tests_are(theory):
    logic = Logic(theory)
    library = place(cfg("not(test)"), theory, "p", "p/src/lib.rs")

    assert logic.may_meet(place(cfg("test"), theory, "p", "p/tests/all.rs"), library)
    assert logic.excludes(place(cfg("test"), theory, "p", "p/src/lib.rs"), library)


# -- narrowing ---------------------------------------------------------------------------------

X86 = Asked(target="x86_64-unknown-none")


@pytest.mark.parametrize(
    ("asked", "formula", "left"),
    [
        pytest.param(Asked(), 'target_arch = "arm"', 'target_arch = "arm"', id="nothing-asked"),
        pytest.param(Asked(), "any(x, not(x))", "", id="always"),
        pytest.param(Asked(), "all(unix, windows)", "any()", id="never"),
        pytest.param(X86, "", "", id="no-formula"),
        pytest.param(X86, 'target_arch = "x86_64"', "", id="arch"),
        pytest.param(X86, 'target_arch = "aarch64"', "any()", id="other-arch"),
        pytest.param(X86, 'not(target_arch = "aarch64")', "", id="not-another-arch"),
        pytest.param(X86, 'target_endian = "big"', "any()", id="endian"),
        pytest.param(X86, 'target_env = ""', "", id="no-env"),
        pytest.param(X86, "unix", "any()", id="shorthand"),
        pytest.param(X86, 'target_has_atomic = "64"', "", id="atomics"),
        pytest.param(X86, 'target_has_atomic = "128"', "any()", id="wide-atomics"),
        pytest.param(X86, 'target_feature = "avx"', 'target_feature = "avx"', id="compiler-flags"),
        pytest.param(X86, "debug_assertions", "debug_assertions", id="profile"),
        pytest.param(X86, 'feature = "smp"', 'feature = "smp"', id="feature"),
        pytest.param(X86, "test", "test", id="test"),
        pytest.param(X86, "any(unix, x)", "x", id="part-of-any"),
        pytest.param(X86, "all(not(unix), x)", "x", id="part-of-all"),
        pytest.param(X86, "all(x, any(unix, windows))", "any()", id="never-inside"),
        pytest.param(X86, "any(all(unix, x), not(windows))", "", id="always-inside"),
        pytest.param(X86, "not(any(unix, x))", "not(x)", id="inside-not"),
        pytest.param(Asked(target="k.json", spec=SPEC), 'target_arch = "aarch64"', "", id="spec"),
        pytest.param(Asked(target="k.json", spec=SPEC), "unix", "any()", id="spec-default"),
        pytest.param(Asked(cfgs=("x",)), "all(x, y)", "y", id="given"),
        pytest.param(Asked(cfgs=("x",)), "all(not(x), y)", "any()", id="given-not"),
        pytest.param(Asked(cfgs=("unix",)), 'target_family = "unix"', "", id="given-shorthand"),
        pytest.param(Asked(cfgs=("test",)), "test", "", id="given-test"),
        pytest.param(Asked(cfgs=('x = "a"',)), 'x = "b"', 'x = "b"', id="given-of-many"),
        pytest.param(
            Asked(cfgs=('panic="abort"',)), 'panic = "unwind"', "any()", id="given-of-one"
        ),
        pytest.param(
            Asked(cfgs=('curve25519_dalek_bits="32"',)),
            'curve25519_dalek_bits = "64"',
            "any()",
            id="given-of-one-in-a-package",
        ),
        pytest.param(
            Asked(cfgs=("target_arch=riscv32",)),
            'any(target_pointer_width = "64", target_os = "none")',
            'target_os = "none"',
            id="given-decides",
        ),
        pytest.param(Asked(features=("pci",)), 'feature = "pci"', "", id="named"),
        pytest.param(Asked(features=("pci",)), 'feature = "smp"', "", id="by-default"),
        pytest.param(Asked(features=("pci",)), 'feature = "default"', "", id="default"),
        pytest.param(Asked(features=("pci",)), 'feature = "spm"', "any()", id="undeclared"),
        pytest.param(Asked(features=("smp",)), 'feature = "pci"', "any()", id="not-named"),
        pytest.param(
            Asked(features=("pci",), is_without_defaults=True),
            'all(feature = "pci", not(feature = "smp"))',
            "",
            id="without-defaults",
        ),
        pytest.param(Asked(is_without_defaults=True), 'feature = "smp"', "any()", id="no-features"),
        pytest.param(Asked(features=("kernel/pci",)), 'feature = "pci"', "", id="of-a-package"),
        pytest.param(Asked(features=("pci smp",)), 'feature = "smp"', "", id="by-spaces"),
        pytest.param(Asked(features=("smp,pci",)), 'feature = "pci"', "", id="by-commas"),
        pytest.param(Asked(has_all_features=True), 'feature = "pci"', "", id="all-features"),
    ],
)
def test_what_is_left_of_a_formula(theory, packages, asked, formula, left):
    selection = read_selection(asked, theory, packages)
    assert isinstance(selection, Selection), selection
    logic = Logic(theory, implied_features(packages))
    placed = place(cfg(formula), theory, "kernel", "kernel/src/lib.rs")

    assert show_cfg(narrow(placed, selection, logic)) == left
    assert holds(placed, selection, logic) is {"": True, "any()": False}.get(left)


@pytest.mark.parametrize(
    ("asked", "feature", "is_on"),
    [
        pytest.param(Asked(), "many", None, id="nothing-asked"),
        pytest.param(Asked(features=("smp",)), "many", True, id="enabled-by-its-user"),
        pytest.param(Asked(features=("pci",)), "plain", None, id="if-it-is-built-for-itself"),
        pytest.param(Asked(features=("pci",)), "trace", False, id="of-nobody"),
        pytest.param(Asked(features=("trace",)), "trace", True, id="named"),
        pytest.param(Asked(features=("sync/trace",)), "trace", True, id="named-with-its-package"),
        pytest.param(Asked(is_without_defaults=True), "many", False, id="without-defaults"),
        pytest.param(Asked(is_without_defaults=True), "plain", False, id="without-its-default"),
    ],
)
def test_features_of_a_dependency(theory, packages, asked, feature, is_on):
    selection = read_selection(asked, theory, packages)
    logic = Logic(theory, implied_features(packages))

    assert holds(Flag("feature", feature, "sync"), selection, logic) is is_on


def test_features_without_manifests():
    selection = read_selection(Asked(features=("smp",)), NO_THEORY, ())
    logic = Logic()

    assert holds(Flag("feature", "smp", "main.rs"), selection, logic) is True
    assert holds(Flag("feature", "pci", "main.rs"), selection, logic) is False


@pytest.mark.parametrize(
    ("asked", "faults"),
    [
        pytest.param(
            Asked(target="x86_64-unknown-non"),
            ["unknown target `x86_64-unknown-non`; did you mean `x86_64-unknown-none`?"],
            id="triple",
        ),
        pytest.param(
            Asked(target="k.json", spec="{}"),
            ["k.json:1: a target specification without `arch`"],
            id="spec",
        ),
        pytest.param(
            Asked(features=("spm",)), ["unknown feature `spm`; did you mean `smp`?"], id="feature"
        ),
        pytest.param(
            Asked(features=("sync/smp",)), ["unknown feature `sync/smp`; did"], id="of-another"
        ),
        pytest.param(Asked(cfgs=("not(x)",)), ["`not(x)` is no option; write"], id="formula"),
        pytest.param(Asked(cfgs=("",)), ["`` is no option; write"], id="empty"),
        pytest.param(Asked(cfgs=("x y",)), ["`x y` is no option; write"], id="two-words"),
        pytest.param(
            Asked(target="x86_64-unknown-none", cfgs=("unix",)),
            ['`target_family = "unix"` does not hold on that target'],
            id="against-the-target",
        ),
        pytest.param(
            Asked(cfgs=("unix", "windows")), ["the options exclude each other"], id="each-other"
        ),
        pytest.param(
            Asked(target="a", features=("b",), cfgs=("c d",)),
            ["unknown target `a`", "`c d` is no option", "unknown feature `b`"],
            id="all-at-once",
        ),
    ],
)
def test_mistakes_of_a_command_line(theory, packages, asked, faults):
    found = read_selection(asked, theory, packages)

    assert isinstance(found, tuple)
    assert len(found) == len(faults)
    assert all(one.startswith(start) for one, start in zip(found, faults, strict=True)), found
