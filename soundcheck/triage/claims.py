"""Claims: the findings of the checks, each once, in order of place, with fingerprints."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import blake2b

from msgspec.structs import replace

from soundcheck.finding import Finding, Severity
from soundcheck.source import Span

SeverityOf = Callable[[str, str], Severity | None]
"""The severity of a rule at a path; none where the rule is off."""

_Key = tuple[str, str, str, str]


def make_claims(findings: Iterable[Finding], severity_of: SeverityOf) -> tuple[Finding, ...]:
    """The findings of rules that are on where they stand, with the severity they have there."""
    enabled = []
    for finding in findings:
        severity = severity_of(finding.rule, finding.at.path)
        if severity is not None:
            known = Severity.NOTE if finding.is_mild else severity
            enabled.append(replace(finding, severity=known))
    claims = _drop_repeated(sorted(enabled, key=order_of))
    return tuple(
        replace(claim, fingerprint=_fingerprint(key, ordinal))
        for claim, key, ordinal in _number(claims)
    )


def leave_to_others(
    claims: Iterable[Finding], yields: Mapping[str, Collection[str]]
) -> tuple[Finding, ...]:
    """The claims without those that another rule makes better of the same place.

    ``yields`` are the rules that each rule leaves a place to. A place is where a claim points, or
    one of those it relates to.
    """
    claims = tuple(claims)
    better = frozenset(name for names in yields.values() for name in names)
    taken: dict[tuple[str, str], list[Span]] = {}
    for claim in claims:
        for at in _places(claim) if claim.rule in better else ():
            taken.setdefault((claim.rule, at.path), []).append(at)
    return tuple(
        claim
        for claim in claims
        if not any(
            at.start < other.end and other.start < at.end
            for at in (_places(claim) if claim.rule in yields else ())
            for name in yields[claim.rule]
            for other in taken.get((name, at.path), ())
        )
    )


def _places(claim: Finding) -> list[Span]:
    return [claim.at, *(step.at for step in claim.related)]


def former_fingerprints(
    claims: Iterable[Finding], formerly: Mapping[str, Iterable[str]]
) -> dict[str, str]:
    """What claims were recognised by under the former names of their rules, to what they are by.

    ``formerly`` are the former names of each rule.
    """
    return {
        _fingerprint((name, *key[1:]), ordinal): claim.fingerprint
        for claim, key, ordinal in _number(claims)
        for name in formerly.get(claim.rule, ())
    }


def order_of(finding: Finding) -> tuple[object, ...]:
    """By place, and of two proofs of one claim the shorter first."""
    at = finding.at
    steps = sum(len(side.steps) for side in finding.sides)
    places = tuple(step.at for side in finding.sides for step in side.steps)
    return (
        (at.path, at.start, at.end, finding.rule, finding.site, finding.message),
        (steps, len(finding.gaps), finding.item, finding.subject, places),
    )


def _drop_repeated(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first of those that make one claim about one place.

    A file that two crates include is seen twice, and one site may have several proofs.
    """
    first: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        first.setdefault((finding.rule, finding.at, finding.site, finding.message), finding)
    return tuple(first.values())


def _number(claims: Iterable[Finding]) -> Iterator[tuple[Finding, _Key, int]]:
    """What is hashed of each claim: rule, item, subject, kind of site, and ordinal in the item.

    Places are not, so that a fingerprint survives moved and re-indented code. The ordinal counts
    in order of place, whatever is suppressed or reported: a suppression changes no other's.
    """
    seen: Counter[_Key] = Counter()
    for claim in claims:
        key = (claim.rule, claim.item, claim.subject, claim.site)
        yield claim, key, seen[key]
        seen[key] += 1


def _fingerprint(key: _Key, ordinal: int) -> str:
    return blake2b("\0".join((*key, str(ordinal))).encode(), digest_size=8).hexdigest()
