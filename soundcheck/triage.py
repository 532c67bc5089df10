"""Findings as the checks yield them, to findings as a report holds them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from msgspec.structs import replace

from soundcheck.finding import Finding, Severity


def triage(findings: Iterable[Finding], severities: Mapping[str, Severity]) -> tuple[Finding, ...]:
    """The findings of the enabled rules, each once, in order of place, with fingerprints.

    ``severities`` holds the severity of every enabled rule, as the page or the configuration has
    it.
    """
    enabled = [
        replace(finding, severity=severities[finding.rule])
        for finding in findings
        if finding.rule in severities
    ]
    return _add_fingerprints(_drop_repeated(sorted(enabled, key=_order)))


def _order(finding: Finding) -> tuple[object, ...]:
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


def _add_fingerprints(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with fingerprints: rule, item, subject, kind of site, ordinal in the item.

    Places are not hashed, so that a fingerprint survives moved and re-indented code. The ordinal
    counts in order of place, before anything is suppressed: a suppression changes no other's.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    marked: list[Finding] = []
    for finding in findings:
        key = (finding.rule, finding.item, finding.subject, finding.site)
        digest = blake2b("\0".join((*key, str(seen[key]))).encode(), digest_size=8)
        seen[key] += 1
        marked.append(replace(finding, fingerprint=digest.hexdigest()))
    return tuple(marked)
