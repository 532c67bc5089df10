"""Suppressions held against claims: what each silences, and what is to be said of it itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from soundcheck.catalog import Rule, Status, suggest
from soundcheck.checks.kinds import Judged
from soundcheck.finding import Finding
from soundcheck.syntax.facts import Suppression
from soundcheck.triage.claims import SeverityOf


class Names(msgspec.Struct, frozen=True):
    """The names that suppressions may use: of ``rules``, with their former ones, and others.

    ``lasting`` are the rules about suppressions, which no suppression silences.
    """

    rules: Mapping[str, Rule]
    families: frozenset[str]
    lasting: frozenset[str]


def read_names(rules: Iterable[Rule], checks: Iterable[str]) -> Names:
    """The names of ``rules``, some of whose ``checks`` are about suppressions."""
    rules, checks = tuple(rules), frozenset(checks)
    names = {name: rule for rule in rules for name in (*rule.formerly, rule.name)}
    families = frozenset(rule.family for rule in rules)
    return Names(names, families, frozenset(r.name for r in rules if r.check in checks))


class Silence(msgspec.Struct, frozen=True):
    """Why claims are silenced, by their index, and what is to be said of the suppressions."""

    reasons: Mapping[int, str]
    judged: tuple[Judged, ...]


def find_silence(
    claims: Sequence[Finding],
    suppressions: Mapping[str, Sequence[Suppression]],
    names: Names,
    severity_of: SeverityOf,
    today: str,
) -> Silence:
    """Hold the suppressions of each file against the claims about it.

    ``severity_of`` tells the rules that ran; ``today`` is the day, by which suppressions end.
    """
    by_path: dict[str, list[int]] = {}
    for index, claim in enumerate(claims):
        by_path.setdefault(claim.at.path, []).append(index)
    reasons: dict[int, str] = {}
    judged: list[Judged] = []
    for path, asked in sorted(suppressions.items()):
        ran = {r.name for r in names.rules.values() if severity_of(r.name, path) is not None}
        met: set[tuple[int, str]] = set()
        for index in by_path.get(path, ()):
            number = _nearest(claims[index], asked, names, today)
            if number is None:
                continue
            met.add((number, claims[index].rule))
            if not _has_ended(asked[number], today):
                reasons[index] = asked[number].reason
        for number, suppression in enumerate(asked):
            used = {rule for one, rule in met if one == number}
            judged += _judge(path, suppression, names, used, ran, today)
    return Silence(reasons, tuple(judged))


def _has_ended(suppression: Suppression, today: str) -> bool:
    return bool(suppression.until) and suppression.until < today


def _nearest(claim: Finding, asked: Sequence[Suppression], names: Names, today: str) -> int | None:
    """The number of the suppression around a claim of its rule; of several, the nearest.

    One that has ended counts only where there is no other.
    """
    covering = [
        (_has_ended(one, today), one.last - one.first, -one.start, number)
        for number, one in enumerate(asked)
        if one.covers(claim.at.start) and one.reason and not one.fault
        if any(_rule_of(name, names) == claim.rule for name, _ in one.rules)
    ]
    return min(covering)[-1] if covering else None


def _rule_of(name: str, names: Names) -> str:
    rule = names.rules.get(name)
    return "" if rule is None else rule.name


def _judge(
    path: str,
    suppression: Suppression,
    names: Names,
    used: set[str],
    ran: set[str],
    today: str,
) -> Iterator[Judged]:
    """What is to be said of one suppression; of one that does its work, nothing."""
    start, end, until = suppression.start, suppression.end, suppression.until
    rules = ", ".join(name for name, _ in suppression.rules)
    if suppression.fault:
        yield Judged(path, start, end, "unread", rules, until, suppression.fault)
        return
    if not suppression.reason:
        yield Judged(path, start, end, "without-reason", rules, until, "")
        return
    waits = False
    for name, offset in suppression.rules:
        rule = names.rules.get(name)
        why = _why_none(name, rule, names)
        if not why and rule is not None and rule.name not in used:
            waits = waits or rule.name not in ran
            why = f"`{name}` finds nothing here" if rule.name in ran else ""
        if why:
            yield Judged(path, offset, offset + len(name.encode()), "unused", name, until, why)
    if (used or waits) and _has_ended(suppression, today):
        yield Judged(path, start, end, "expired", rules, until, "")


def _why_none(name: str, rule: Rule | None, names: Names) -> str:
    """Why a name can silence nothing at all."""
    if rule is None:
        if name in names.families:
            return f"`{name}` is a family; name the rule"
        return f"no rule is called `{name}`{suggest(name, names.rules)}"
    if rule.name in names.lasting:
        return f"`{name}` is about suppressions, and none silences it"
    return f"`{name}` is retired and finds nothing" if rule.status == Status.RETIRED else ""
