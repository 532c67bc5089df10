"""Features: what enabling one enables, and which are on in one build."""

import pytest

from soundcheck.catalog.targets import NO_THEORY, Theory
from soundcheck.crates.features import (
    implied_features,
    link_formula,
    switch_features,
    undeclared_features,
)
from soundcheck.crates.formulas import Logic
from soundcheck.syntax.cfg import Flag, Not, show_cfg
from soundcheck.syntax.lowering.attributes import read_predicate

TREE = """\
//- /Cargo.toml
[package]
name = "k"
[features]
default = ["smp"]
smp = ["sync/many"]
pci = ["dep:pci-ids", "acpi"]
acpi = []
net = ["net-stack?/log", "sync/log"]
trace = ["net-stack/trace"]
odd = ["missing", "nothing/x"]
[dependencies]
sync = { path = "sync", default-features = false, features = ["irq"] }
net-stack = { path = "net", optional = true }
pci-ids = { version = "1", optional = true }
[target.'cfg(unix)'.dependencies]
host = { path = "host" }
[target.oak-none.dependencies]
oak = "1"
[target.elm-none.dependencies]
elm = "1"
[dev-dependencies]
checks = { path = "checks" }
//- /src/lib.rs
//- /sync/Cargo.toml
[package]
name = "sync"
[features]
default = ["plain"]
plain = []
irq = []
many = ["atomic"]
atomic = []
log = []
//- /sync/src/lib.rs
//- /net/Cargo.toml
[package]
name = "net-stack"
[features]
log = []
trace = []
//- /net/src/lib.rs
//- /host/Cargo.toml
[package]
name = "host"
[features]
default = ["std"]
std = []
//- /host/src/lib.rs
//- /checks/Cargo.toml
[package]
name = "checks"
[features]
default = []
//- /checks/src/lib.rs
"""


@pytest.fixture
def packages(manifests_of):
    return manifests_of(TREE).packages


def named(text):
    """``many`` of the folder ``sync`` is written ``sync/many``."""
    folder, _, name = text.rpartition("/")
    return Flag("feature", name, folder)


# -- in every build ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feature", "implied"),
    [
        pytest.param("smp", ["sync/many", "sync/atomic"], id="of-a-dependency"),
        pytest.param("default", ["smp", "sync/many"], id="default"),
        pytest.param("pci", ["acpi"], id="its-own"),
        pytest.param("trace", ["net-stack", "net/trace"], id="optional-dependency"),
        pytest.param("net", ["sync/log"], id="plain-beside-weak"),
        pytest.param("sync/many", ["sync/atomic"], id="inside-the-dependency"),
    ],
)
def test_features_that_follow(packages, feature, implied):
    logic = Logic(NO_THEORY, implied_features(packages))

    for other in implied:
        assert logic.implies(named(feature), named(other)), other
        assert logic.excludes(named(feature), Not(named(other)))


@pytest.mark.parametrize(
    ("feature", "other"),
    [
        pytest.param("net", "net/log", id="weak"),
        pytest.param("net", "net-stack", id="weak-enables-nothing"),
        pytest.param("smp", "acpi", id="unrelated"),
        pytest.param("acpi", "pci", id="backwards"),
        pytest.param("smp", "sync/irq", id="asked-for-by-the-entry"),
        pytest.param("smp", "atomic", id="of-another-package"),
        pytest.param("odd", "acpi", id="nonsense"),
    ],
)
def test_features_that_do_not_follow(packages, feature, other):
    logic = Logic(NO_THEORY, implied_features(packages))

    assert logic.may_meet(named(feature), Not(named(other)))
    assert logic.may_meet(named(feature), named(other))


def test_features_that_nobody_declares(packages):
    formula = read_predicate('any(feature = "smp", not(feature = "spm"), feature = "a", x = "y")')

    assert undeclared_features(formula, packages[0]) == ("a", "spm")
    assert undeclared_features(None, packages[0]) == ()


@pytest.mark.parametrize(
    ("key", "formula"),
    [
        pytest.param(
            "sync",
            'all(feature = "irq", any(not(feature = "smp"), feature = "many"), '
            'any(not(feature = "net"), feature = "log"))',
            id="features",
        ),
        pytest.param(
            "net-stack",
            'all(any(feature = "trace", feature = "net-stack"), feature = "default", '
            'any(not(feature = "net"), feature = "log"), '
            'any(not(feature = "trace"), feature = "trace"))',
            id="optional",
        ),
        pytest.param("pci-ids", 'feature = "pci"', id="optional-elsewhere"),
        pytest.param("host", 'all(unix, feature = "default")', id="target"),
        pytest.param("oak", 'all(arch = "oak", os = "none")', id="triple"),
        pytest.param("elm", 'target = "elm-none"', id="unknown-triple"),
        pytest.param("checks", 'feature = "default"', id="for-tests"),
    ],
)
def test_what_holds_where_a_dependency_is_seen(packages, key, formula):
    theory = Theory({}, {}, {"oak-none": {"arch": ("oak",), "os": ("none",)}}, {})
    dependency = next(d for d in packages[0].dependencies if d.key == key)

    assert show_cfg(link_formula(packages[0], dependency, theory)) == formula


def test_a_dependency_that_nothing_enables(manifests_of):
    tree = """\
//- /Cargo.toml
[package]
name = "k"
[features]
a = ["x?/y"]
b = ["dep:z"]
[dependencies]
x = { version = "1", optional = true }
z = { version = "1", optional = true }
plain = "1"
//- /src/lib.rs
"""
    package = manifests_of(tree).packages[0]
    formulas = [link_formula(package, d, NO_THEORY) for d in package.dependencies]

    assert [show_cfg(formula) for formula in formulas] == ['feature = "x"', 'feature = "b"', ""]


# -- in one build ------------------------------------------------------------------------------


def switched(packages, *asked):
    wanted = {}
    for text in asked:
        folder, _, name = text.rpartition("/")
        wanted.setdefault(folder, set()).add(name)
    found = switch_features(packages, wanted)
    on = {f"{folder}/{name}" for folder, one in found.items() for name in one.on}
    possible = {f"{folder}/{name}" for folder, one in found.items() for name in one.possible}
    return {name.lstrip("/") for name in on}, {name.lstrip("/") for name in possible - on}


def test_without_any_feature(packages):
    on, possible = switched(packages)

    assert on == {"sync/irq"}
    assert possible == {"host/default", "host/std", "checks/default"}


def test_a_feature_reaches_its_dependencies(packages):
    on, possible = switched(packages, "smp", "net")

    assert on == {"smp", "net", "sync/irq", "sync/many", "sync/atomic", "sync/log"}
    assert "net/log" not in possible


def test_a_weak_feature_reaches_a_dependency_that_is_there(packages):
    on, _ = switched(packages, "net", "trace")

    assert {"net-stack", "net/log", "net/trace", "net/default"} <= on


def test_the_default_of_a_dependency_is_its_users_choice(packages):
    on, possible = switched(packages, "default", "sync/default", "host/default")

    assert {"default", "smp", "host/std"} <= on
    assert {"sync/default", "sync/plain"} <= possible
    assert not {"sync/default", "sync/plain"} & on


def test_a_feature_named_for_a_dependency_is_on(packages):
    on, _ = switched(packages, "sync/plain")

    assert {"sync/plain", "sync/irq"} <= on


def test_packages_that_depend_on_each_other_in_tests(manifests_of):
    tree = """\
//- /a/Cargo.toml
[package]
name = "a"
[features]
default = ["f"]
f = []
[dev-dependencies]
b = { path = "../b" }
//- /a/src/lib.rs
//- /b/Cargo.toml
[package]
name = "b"
[dependencies]
a = { path = "../a", default-features = false }
//- /b/src/lib.rs
"""
    on, possible = switched(manifests_of(tree).packages, "a/default", "b/default")

    assert on == {"b/default"}
    assert possible == {"a/default", "a/f"}
