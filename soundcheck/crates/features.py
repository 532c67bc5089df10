"""Features of packages: what enabling one enables, here and in the packages it depends on.

The rules are those of the Cargo Book, "Features". A feature is an option whose scope is the
folder of its package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from soundcheck.catalog.targets import Theory
from soundcheck.crates.dependencies import Dependency
from soundcheck.crates.manifests import Package
from soundcheck.syntax.cfg import All, Any, Cfg, Flag, Not, conjoin, flags_of
from soundcheck.syntax.predicates import read_predicate

DEFAULT = "default"


def feature_flag(name: str, package: str) -> Flag:
    """The option of a feature of the package in a folder."""
    return Flag("feature", name, package)


def undeclared_features(formula: Cfg | None, package: Package) -> tuple[str, ...]:
    """The features in a formula, as written, that its package does not declare, sorted."""
    declared = {name for name, _ in package.features}
    asked = {flag.value for flag in flags_of(formula) if flag.key == "feature"}
    return tuple(sorted(asked - declared))


# -- one feature's value -----------------------------------------------------------------------


class _Part(NamedTuple):
    """One string of a feature's list: a feature, or a dependency and perhaps a feature of it.

    A weak one, ``name?/feature``, says something only where the dependency is there anyway.
    """

    feature: str
    dependency: str
    is_weak: bool


def _read_part(text: str) -> _Part:
    if text.startswith("dep:"):
        return _Part("", text.removeprefix("dep:"), is_weak=False)
    dependency, slash, feature = text.partition("/")
    if not slash:
        return _Part(text, "", is_weak=False)
    return _Part(feature, dependency.removesuffix("?"), is_weak=dependency.endswith("?"))


def _dependencies_by_key(package: Package) -> dict[str, list[Dependency]]:
    found: dict[str, list[Dependency]] = {}
    for dependency in package.dependencies:
        found.setdefault(dependency.key, []).append(dependency)
    return found


def _asked_of(dependency: Dependency) -> Iterator[str]:
    """The features that a dependency's own entry asks for."""
    if dependency.has_default_features:
        yield DEFAULT
    yield from (name for name in dependency.features if "/" not in name)


# -- what holds in every build -----------------------------------------------------------------


def implied_features(packages: Sequence[Package]) -> Mapping[Flag, tuple[Flag, ...]]:
    """Of each feature, those that it enables in every build."""
    implied: dict[Flag, tuple[Flag, ...]] = {}
    for package in packages:
        declared = {name for name, _ in package.features}
        dependencies = _dependencies_by_key(package)
        for name, parts in package.features:
            enabled: dict[Flag, None] = {}
            for part in map(_read_part, parts):
                if not part.dependency:
                    enabled[feature_flag(part.feature, package.folder)] = None
                    continue
                if part.feature and not part.is_weak and part.dependency in declared:
                    enabled[feature_flag(part.dependency, package.folder)] = None
                for dependency in dependencies.get(part.dependency, ()):
                    if part.feature and _is_certain(dependency, part):
                        enabled[feature_flag(part.feature, dependency.path or "")] = None
            implied[feature_flag(name, package.folder)] = tuple(enabled)
    return implied


def _is_certain(dependency: Dependency, part: _Part) -> bool:
    """Whether ``part`` reaches that dependency in every build that has the feature."""
    is_there = not (part.is_weak and dependency.is_optional)
    return dependency.path is not None and _is_plain(dependency) and is_there


def _is_plain(dependency: Dependency) -> bool:
    return dependency.kind == "normal" and not dependency.target


def link_formula(package: Package, dependency: Dependency, theory: Theory) -> Cfg | None:
    """What holds wherever a package's crates see that dependency of it; ``None`` for nothing.

    That is the predicate of its table, a feature that enables it if it is optional, and, for code
    in the tree, the features that it is asked for with.
    """
    features = [
        (feature_flag(name, package.folder), part)
        for name, parts in package.features
        for part in map(_read_part, parts)
        if part.dependency == dependency.key
    ]
    formulas: list[Cfg | None] = [_read_target(dependency.target, theory)]
    if dependency.is_optional:
        enabling = dict.fromkeys(flag for flag, part in features if not part.is_weak)
        formulas.append(next(iter(enabling)) if len(enabling) == 1 else Any(tuple(enabling)))
    if dependency.path is not None:
        formulas.extend(feature_flag(name, dependency.path) for name in _asked_of(dependency))
        formulas.extend(
            Any((Not(flag), feature_flag(part.feature, dependency.path)))
            for flag, part in features
            if part.feature
        )
    return conjoin(*formulas)


def _read_target(target: str, theory: Theory) -> Cfg | None:
    """The formula of a target table: ``cfg(…)`` as written, or a triple's values."""
    if not target:
        return None
    if target.startswith("cfg("):
        return read_predicate(target[4:-1])
    row = theory.targets.get(target)
    if row is None:
        return Flag("target", target)
    return All(tuple(Flag(key, value) for key, values in row.items() for value in values))


# -- one build ---------------------------------------------------------------------------------


class Switched(NamedTuple):
    """The features of a package in one build: those surely on, and those that may be."""

    on: frozenset[str]
    possible: frozenset[str]


def switch_features(
    packages: Sequence[Package], asked: Mapping[str, Iterable[str]]
) -> Mapping[str, Switched]:
    """The features of each package, by its folder, where a build asks for some of each.

    Sure is what the packages on which no other depends get, and what they make of the others;
    possible, what all get if each is built for itself too, tests and build scripts included.
    """
    used = {
        dependency.path
        for package in packages
        for dependency in package.dependencies
        if _is_plain(dependency) and dependency.path != package.folder
    }
    built = {package.folder for package in packages}
    surely = {
        folder: {name for name in names if name != DEFAULT or folder not in used}
        for folder, names in asked.items()
    }
    on = _spread(packages, surely, built - used, _is_plain)
    possible = _spread(packages, asked, built, lambda _: True)
    return {f: Switched(frozenset(on[f]), frozenset(possible[f])) for f in sorted(built)}


def _spread(
    packages: Sequence[Package],
    asked: Mapping[str, Iterable[str]],
    built: Iterable[str],
    reaches: Callable[[Dependency], bool],
) -> Mapping[str, set[str]]:
    """The features of each package, where those in ``built`` are, and those they ``reach``."""
    state = _Build(
        {p.folder: set(asked.get(p.folder, ())) for p in packages}, set(built), set(), reaches
    )
    before = -1
    while before != state.size():
        before = state.size()
        for package in packages:
            _spread_inside(package, state)
            if package.folder in state.built:
                _spread_outside(package, state)
    return state.features


class _Build(NamedTuple):
    """What is on so far: features by package, packages, and optional dependencies by their key."""

    features: dict[str, set[str]]
    built: set[str]
    enabled: set[tuple[str, str]]
    reaches: Callable[[Dependency], bool]

    def size(self) -> int:
        return len(self.built) + len(self.enabled) + sum(map(len, self.features.values()))


def _spread_inside(package: Package, state: _Build) -> None:
    """Switch on what the features of a package enable in that package."""
    on = state.features[package.folder]
    declared = dict(package.features)
    pending = [name for name in on if name in declared]
    while pending:
        for part in map(_read_part, declared.get(pending.pop(), ())):
            if part.dependency and not part.is_weak:
                state.enabled.add((package.folder, part.dependency))
            name = part.dependency if part.feature and part.dependency else part.feature
            if name in declared and name not in on and not part.is_weak:
                on.add(name)
                pending.append(name)


def _spread_outside(package: Package, state: _Build) -> None:
    """Switch on what a package and its features ask of the packages it depends on."""
    own = state.features[package.folder]
    parts = [_read_part(text) for name, texts in package.features if name in own for text in texts]
    for dependency in package.dependencies:
        is_there = not dependency.is_optional or (package.folder, dependency.key) in state.enabled
        if dependency.path not in state.features or not is_there or not state.reaches(dependency):
            continue
        state.built.add(dependency.path)
        on = state.features[dependency.path]
        on.update(_asked_of(dependency))
        on.update(p.feature for p in parts if p.feature and p.dependency == dependency.key)
