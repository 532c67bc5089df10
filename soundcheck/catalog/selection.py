"""Which rules are on, and how bad their findings are: everywhere, and path by path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from soundcheck.catalog.library import Catalog
from soundcheck.catalog.problems import Problem, unknown
from soundcheck.catalog.rules import Rule, Status
from soundcheck.catalog.settings import PathSettings, Settings, Stated
from soundcheck.catalog.toml import KeyPath
from soundcheck.finding import PRECISIONS, Severity

Covers = Callable[[str], bool]
"""Whether a path is among those that some globs are about."""


class Selectors(NamedTuple):
    """Names of rules, families, classes or severities that turn rules on and off."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


NOTHING_ASKED = Selectors()


class Decision(NamedTuple):
    """The rules that are on somewhere, in order of names, and the severity of each at a path.

    There is no severity where a rule is off.
    """

    rules: tuple[Rule, ...]
    severity_of: Callable[[str, str], Severity | None]


def names_of(rule: Rule) -> frozenset[str]:
    """All that a rule is selected by."""
    own = (rule.name, *rule.formerly)
    return frozenset((*own, rule.family, rule.harm.value, rule.severity.value))


def decide(
    rules: Iterable[Rule],
    settings: Settings,
    asked: Selectors = NOTHING_ASKED,
    covers: Callable[[Sequence[str]], Covers] | None = None,
) -> Decision:
    """Decide what is on: the stable rules, then what settings say, then what is ``asked``.

    Tables for paths come last, but turn on nothing that a command line, which ``asked`` is, has
    not selected or has ignored. ``covers`` makes the globs of such a table into a question.
    """
    live = [rule for rule in rules if rule.status != Status.RETIRED]
    least = PRECISIONS.index(settings.min_precision)
    live = _with_severities(
        [rule for rule in live if PRECISIONS.index(rule.precision) <= least], settings.severity
    )

    def narrow(on: frozenset[str], selectors: Selectors) -> frozenset[str]:
        return _narrow(live, on, selectors, has_previews=settings.preview)

    default = frozenset(
        rule.name for rule in live if _is_default(rule, has_previews=settings.preview)
    )
    everywhere = narrow(narrow(default, _selectors(settings)), asked)
    limit = everywhere if asked.select else frozenset(rule.name for rule in live)

    def limited(on: frozenset[str]) -> frozenset[str]:
        return narrow(on, Selectors(ignore=asked.ignore)) & limit

    tables = [(table, covers(table.paths)) for table in settings.per_path] if covers else []
    somewhere = everywhere.union(
        *(limited(narrow(frozenset(), _selectors(table))) for table, _ in tables)
    )

    def state(applied: Sequence[PathSettings]) -> Mapping[str, Severity]:
        on, judged = everywhere, live
        for table in applied:
            on = narrow(on, _selectors(table))
            judged = _with_severities(judged, table.severity)
        on = limited(on)
        return {rule.name: rule.severity for rule in judged if rule.name in on}

    return Decision(tuple(rule for rule in live if rule.name in somewhere), _by_path(tables, state))


def _by_path(
    tables: Sequence[tuple[PathSettings, Covers]],
    state: Callable[[Sequence[PathSettings]], Mapping[str, Severity]],
) -> Callable[[str, str], Severity | None]:
    """The answer for a rule at a path, worked out once for each path and each set of tables."""
    paths: dict[str, Mapping[str, Severity]] = {}
    states: dict[tuple[int, ...], Mapping[str, Severity]] = {}

    def severity_of(rule: str, path: str) -> Severity | None:
        known = paths.get(path)
        if known is None:
            numbers = tuple(n for n, (_, covers) in enumerate(tables) if covers(path))
            known = states.get(numbers)
            if known is None:
                known = states[numbers] = state([tables[n][0] for n in numbers])
            paths[path] = known
        return known.get(rule)

    return severity_of


def _selectors(settings: Settings | PathSettings) -> Selectors:
    return Selectors(settings.select, settings.extend_select, settings.ignore)


def _is_default(rule: Rule, *, has_previews: bool) -> bool:
    return rule.status == Status.STABLE or has_previews


def _narrow(
    rules: Iterable[Rule], on: frozenset[str], selectors: Selectors, *, has_previews: bool
) -> frozenset[str]:
    """The names of the rules that are on after ``selectors``, ``on`` being those before.

    ``select`` begins anew, the others add and take away. A rule that is named itself is on
    whatever its status, one of a family, class or severity only where its status lets it.
    """
    select, extended, ignored = (frozenset(names) for names in selectors)
    kept = set()
    for rule in rules:
        names = names_of(rule)
        is_on = rule.name in on
        if select:
            is_named = not select.isdisjoint((rule.name, *rule.formerly))
            is_on = is_named or (
                _is_default(rule, has_previews=has_previews) and bool(names & select)
            )
        if (is_on or names & extended) and not names & ignored:
            kept.add(rule.name)
    return frozenset(kept)


def _with_severities(rules: Iterable[Rule], severities: Mapping[str, Severity]) -> list[Rule]:
    """The rules with the severities that are given to their names, former ones included."""
    changed = []
    for rule in rules:
        given = [severities[name] for name in (rule.name, *rule.formerly) if name in severities]
        changed.append(msgspec.structs.replace(rule, severity=given[0]) if given else rule)
    return changed


# -- names held against the rules there are ----------------------------------------------------


def unknown_names(stated: Stated, catalog: Catalog) -> list[Problem]:
    """The rules and profiles that a text names and the catalogue does not have."""
    rules = tuple(catalog.rules.values())
    profiles = tuple(catalog.profiles)
    faults = list(_unknown_rules(stated.values, rules, ()))
    for number, name in enumerate(_elements(stated.values.get("profile"))):
        if name not in profiles:
            faults.append((("profile", number), unknown("profile", str(name), profiles)))
    return stated.problems(faults)


def selector_fault(name: str, rules: Iterable[Rule], *, is_wanted: bool) -> str:
    """Why a name selects nothing; empty where it selects a rule.

    A retired rule may still be ignored, but not be ``wanted``: it would find nothing.
    """
    known: set[str] = set()
    for rule in rules:
        if rule.status != Status.RETIRED:
            known |= names_of(rule)
        elif name in (rule.name, *rule.formerly):
            return f"the rule `{name}` is retired and finds nothing" if is_wanted else ""
    return "" if name in known else unknown("rule, family, class or severity", name, known)


def _unknown_rules(
    values: Mapping[str, object], rules: Sequence[Rule], at: KeyPath
) -> Iterator[tuple[KeyPath, str]]:
    for key in ("select", "extend-select", "ignore"):
        for number, name in enumerate(_elements(values.get(key))):
            fault = selector_fault(str(name), rules, is_wanted=key != "ignore")
            if fault:
                yield (*at, key, number), fault
    known = {name for rule in rules for name in (*rule.formerly, rule.name)}
    severities = values.get("severity")
    for name in severities if isinstance(severities, dict) else ():
        if name not in known:
            yield (*at, "severity", name), unknown("rule", name, known)
    for number, table in enumerate(_elements(values.get("per-path"))):
        if isinstance(table, dict):
            yield from _unknown_rules(table, rules, ("per-path", number))


def _elements(value: object) -> Sequence[object]:
    return value if isinstance(value, tuple) else ()
