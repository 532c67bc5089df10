"""What a change did: to what is found, to the unsafe code, and to the locks."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import msgspec

from soundcheck.changes.account import Account
from soundcheck.changes.counts import ModuleChange, compare_counts
from soundcheck.changes.locks import LockChange, compare_locks, compare_masking
from soundcheck.changes.surface import compare_surface
from soundcheck.finding import Finding
from soundcheck.triage.comparing import compare


class KindChange(NamedTuple):
    """How often a rule spoke, or a kind of gap stood, before and after."""

    kind: str
    before: int
    after: int


class Difference(msgspec.Struct, frozen=True):
    """What lies between two commits, called ``base`` and ``head``.

    ``findings`` and ``gaps`` are how many there were and are; the gaps also by kind, where they
    differ.
    """

    base: str
    head: str
    findings: tuple[int, int]
    brought: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    counts: tuple[ModuleChange, ...]
    surface: tuple[ModuleChange, ...]
    locks: tuple[LockChange, ...]
    gaps: tuple[int, int]
    gap_kinds: tuple[KindChange, ...]


def tell_difference(base: str, before: Account, head: str, after: Account) -> Difference:
    """Compare the accounts of two commits."""
    compared = compare(before.report, after.report)
    locks = (
        *compare_masking(before.masking, after.masking),
        *compare_locks(before.locks, after.locks),
    )
    kinds = [Counter(gap.kind for gap in one.report.gaps) for one in (before, after)]
    return Difference(
        base=base,
        head=head,
        findings=(len(before.report.findings), len(after.report.findings)),
        brought=compared.brought,
        gone=compared.gone,
        surface=compare_surface(before.surface, after.surface),
        counts=compare_counts(before.modules, after.modules),
        locks=locks,
        gaps=(kinds[0].total(), kinds[1].total()),
        gap_kinds=tuple(
            KindChange(kind, kinds[0][kind], kinds[1][kind])
            for kind in sorted({*kinds[0], *kinds[1]})
            if kinds[0][kind] != kinds[1][kind]
        ),
    )
