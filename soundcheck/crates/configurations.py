"""Where a formula stands, and the one configuration that a user may narrow a run to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from soundcheck.catalog.problems import Problem, unknown
from soundcheck.catalog.targets import Option, Theory, Values, read_target_spec
from soundcheck.crates.features import DEFAULT, Switched, switch_features
from soundcheck.crates.formulas import Logic
from soundcheck.crates.manifests import Package
from soundcheck.syntax.cfg import NEVER, All, Any, Cfg, Flag, Not, conjoin, negate
from soundcheck.syntax.predicates import read_predicate

_UNQUOTED = re.compile(r'(\w+)=([^"\s].*)')


def place(formula: Cfg | None, theory: Theory, package: str, root: str) -> Cfg | None:
    """A formula with the scope of each option in it, as it stands in a crate.

    ``package`` is the folder of the crate's package, or its root file without one; ``root`` is
    its root file. Formulas of different packages can be compared only if each is placed.
    """
    return None if formula is None else _place(formula, theory, package, root)


def _place(formula: Cfg, theory: Theory, package: str, root: str) -> Cfg:
    if isinstance(formula, Flag):
        key = theory.keys.get(formula.key)
        reach = "package" if key is None else key.scope
        if formula.key in theory.shorthands or reach == "build":
            return formula
        return Flag(formula.key, formula.value, package if reach == "package" else root)
    if isinstance(formula, Not):
        return Not(_place(formula.part, theory, package, root))
    return type(formula)(tuple(_place(part, theory, package, root) for part in formula.parts))


class Asked(NamedTuple):
    """What a command line asks for.

    ``target`` is a triple, or the path of a target specification whose text is ``spec``;
    ``features`` are names, or ``package/name``; ``cfgs`` are options as rustc takes them.
    """

    target: str = ""
    spec: str = ""
    features: tuple[str, ...] = ()
    cfgs: tuple[str, ...] = ()
    is_without_defaults: bool = False
    has_all_features: bool = False


class Selection(msgspec.Struct, frozen=True):
    """The configurations that a run is narrowed to; without anything, all of them.

    ``features`` are those of each package, by its folder, and ``named`` those on in any other;
    both are ``None`` where nobody asked for features.
    """

    theory: Theory
    target: Values | None = None
    given: frozenset[Option] = frozenset()
    features: Mapping[str, Switched] | None = None
    named: frozenset[str] | None = None


def read_selection(
    asked: Asked, theory: Theory, packages: Sequence[Package]
) -> Selection | tuple[str, ...]:
    """The selection that a command line asks for, or all that is wrong with it."""
    faults: list[str] = []
    target = _read_target(asked, theory, faults)
    given = frozenset(_read_options(asked.cfgs, theory, faults))
    faults += _contradictions(given, target, theory)
    features, named = _read_features(asked, packages, faults)
    if faults:
        return tuple(faults)
    return Selection(theory, target, given, features, named)


def _read_target(asked: Asked, theory: Theory, faults: list[str]) -> Values | None:
    if not asked.target:
        return None
    if asked.spec:
        values = read_target_spec(theory, asked.target, asked.spec)
        if isinstance(values, Problem):
            faults.append(str(values))
            return None
        return values
    if asked.target not in theory.targets:
        faults.append(unknown("target", asked.target, theory.targets))
    return theory.targets.get(asked.target)


def _read_options(texts: Sequence[str], theory: Theory, faults: list[str]) -> Iterator[Option]:
    for text in texts:
        unquoted = _UNQUOTED.fullmatch(text.strip())
        flag = Flag(unquoted[1], unquoted[2]) if unquoted else read_predicate(text)
        if not isinstance(flag, Flag) or not re.fullmatch(r"\w+", flag.key):
            faults.append(f'`{text}` is no option; write `name` or `key="value"`')
            continue
        yield theory.shorthands.get(flag.key, (flag.key, flag.value))


def _contradictions(
    given: frozenset[Option], target: Values | None, theory: Theory
) -> Iterator[str]:
    for key, value in sorted(given):
        if target is not None and key in target and value not in target[key]:
            yield f'`{key} = "{value}"` does not hold on that target'
    if not Logic(theory).is_possible(All(tuple(Flag(*option) for option in sorted(given)))):
        yield "the options exclude each other"


def _read_features(
    asked: Asked, packages: Sequence[Package], faults: list[str]
) -> tuple[Mapping[str, Switched] | None, frozenset[str] | None]:
    names = [name for text in asked.features for name in re.split(r"[,\s]+", text) if name]
    if not names and not asked.is_without_defaults and not asked.has_all_features:
        return None, None
    wanted: dict[str, set[str]] = {}
    for package in packages:
        declared = {name for name, _ in package.features}
        wanted[package.folder] = declared if asked.has_all_features else set()
        if not asked.is_without_defaults:
            wanted[package.folder].add(DEFAULT)
        for name in names:
            owner, slash, feature = name.rpartition("/")
            if feature in declared and (not slash or owner == package.name):
                wanted[package.folder].add(feature)
    known = {name for package in packages for name, _ in package.features}
    known |= {f"{package.name}/{name}" for package in packages for name, _ in package.features}
    if packages:
        faults.extend(unknown("feature", name, known) for name in names if name not in known)
    return switch_features(packages, wanted), frozenset(names)


# -- narrowing ---------------------------------------------------------------------------------


def holds(formula: Cfg | None, selection: Selection, logic: Logic) -> bool | None:
    """Whether a placed formula holds in all selected builds; ``None`` where only in some."""
    left = narrow(formula, selection, logic)
    return True if left is None else False if left == NEVER else None


def narrow(formula: Cfg | None, selection: Selection, logic: Logic) -> Cfg | None:
    """What is left of a placed formula in the selected builds.

    ``None`` if it holds in all of them, ``NEVER`` if in none.
    """
    left = _substitute(formula, selection, logic)
    if not logic.is_possible(left):
        return NEVER
    return None if logic.implies(None, left) else left


def _substitute(formula: Cfg | None, selection: Selection, logic: Logic) -> Cfg | None:
    """The formula without the options whose value is known."""
    if formula is None:
        return None
    if isinstance(formula, Flag):
        value = _value_of(formula, selection, logic)
        return formula if value is None else None if value else NEVER
    if isinstance(formula, Not):
        left = _substitute(formula.part, selection, logic)
        return None if left == NEVER else negate(left)
    parts = [_substitute(part, selection, logic) for part in formula.parts]
    if isinstance(formula, All):
        return NEVER if NEVER in parts else conjoin(*parts)
    if None in parts:
        return None
    some = tuple(part for part in parts if part is not None and part != NEVER)
    return some[0] if len(some) == 1 else Any(some)


def _value_of(flag: Flag, selection: Selection, logic: Logic) -> bool | None:
    """Whether an option is set in the selected builds; ``None`` where it depends."""
    key, value = selection.theory.shorthands.get(flag.key, (flag.key, flag.value))
    if (key, value) in selection.given:
        return True
    if selection.target is not None and key in selection.target:
        return value in selection.target[key]
    if key == "feature" and selection.named is not None:
        switched = (selection.features or {}).get(flag.scope)
        if switched is None:
            return value in selection.named
        return True if value in switched.on else None if value in switched.possible else False
    for option in selection.given:
        given = _place(Flag(*option), selection.theory, flag.scope, flag.scope)
        if logic.excludes(given, flag):
            return False
        if logic.implies(given, flag):
            return True
    return None
