"""Findings as the checks yield them, to findings as a report holds them.

Nothing is dropped but repetitions, and what another rule says better of the same place. What a
suppression in the source covers and what the baseline accepts is told apart from what is
reported, and what is wrong with the suppressions themselves is found last.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from soundcheck.catalog import Status
from soundcheck.checks.kinds import Judged
from soundcheck.finding import Accepted, Finding, Suppressed
from soundcheck.syntax.facts import Suppression
from soundcheck.triage.claims import (
    SeverityOf,
    former_fingerprints,
    leave_to_others,
    make_claims,
    order_of,
)
from soundcheck.triage.silence import Names, find_silence, read_names

__all__ = [
    "DEFAULT_TERMS",
    "Case",
    "Names",
    "SeverityOf",
    "Terms",
    "Triaged",
    "read_names",
    "triage",
]


class Terms(msgspec.Struct, frozen=True):
    """What a run was told about silence.

    ``today`` is the day, ``2027-01-31``, on which suppressions may have ended; without one none
    has. ``accepted`` is the baseline. Without ``heeds_comments`` suppressions in the source
    silence nothing. ``with_tests`` reports on test code too.
    """

    today: str = ""
    accepted: tuple[Accepted, ...] = ()
    heeds_comments: bool = True
    with_tests: bool = False


DEFAULT_TERMS = Terms()


class Case(msgspec.Struct, frozen=True):
    """What a run has before it besides findings.

    ``names`` are what suppressions may name, ``severity_of`` tells which rules ran and how bad
    their findings are, ``is_shown`` which findings the run reports on at all. A run that is
    ``is_narrowed`` to one build does not see everything, and judges nothing unused.
    """

    names: Names
    severity_of: SeverityOf
    suppressions: Mapping[str, tuple[Suppression, ...]]
    is_shown: Callable[[Finding], bool]
    is_narrowed: bool = False


class Triaged(msgspec.Struct, frozen=True):
    """Findings that are reported, those that are not, and the entries that no finding meets."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    unmet: tuple[Accepted, ...]


def triage(
    found: Iterable[Finding],
    case: Case,
    terms: Terms,
    speak: Callable[[Sequence[Judged]], Iterable[Finding]],
) -> Triaged:
    """Tell what is reported from what is silenced; ``speak`` makes findings about suppressions."""
    made = make_claims(found, case.severity_of)
    claims = leave_to_others(made, _better_rules(case.names))
    silence = find_silence(claims, case.suppressions, case.names, case.severity_of, terms.today)
    judged = [one for one in silence.judged if not (case.is_narrowed and one.state == "unused")]
    late = make_claims(speak(judged), case.severity_of)
    claims += late
    reasons = silence.reasons if terms.heeds_comments else {}
    renamed = former_fingerprints((*made, *late), _former_names(case.names))
    baseline = {renamed.get(e.fingerprint, e.fingerprint): e for e in terms.accepted}
    loud: list[Finding] = []
    suppressed: list[Suppressed] = []
    met: set[str] = set()
    for index, claim in enumerate(claims):
        entry = baseline.get(claim.fingerprint)
        if index in reasons:
            suppressed.append(Suppressed(claim, "inline", reasons[index]))
        elif entry is not None:
            suppressed.append(Suppressed(claim, "baseline", entry.reason, entry))
            met.add(entry.fingerprint)
        else:
            loud.append(claim)
    return Triaged(
        tuple(sorted(filter(case.is_shown, loud), key=order_of)),
        tuple(
            sorted(
                (one for one in suppressed if case.is_shown(one.finding)),
                key=lambda one: order_of(one.finding),
            )
        ),
        tuple(e for e in terms.accepted if e.fingerprint not in met and _is_judged(case, e)),
    )


def _former_names(names: Names) -> dict[str, tuple[str, ...]]:
    return {rule.name: rule.formerly for rule in names.rules.values() if rule.formerly}


def _better_rules(names: Names) -> dict[str, tuple[str, ...]]:
    return {rule.name: rule.yields_to for rule in names.rules.values() if rule.yields_to}


def _is_judged(case: Case, entry: Accepted) -> bool:
    """Whether this run would have met an entry: its rule ran, or there is no such rule any more."""
    if case.is_narrowed:
        return False
    rule = case.names.rules.get(entry.rule)
    if rule is None or rule.status == Status.RETIRED:
        return True
    return case.severity_of(rule.name, entry.path) is not None
