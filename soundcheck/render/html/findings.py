"""Findings as the report shows them: each with its code, both ways to it, and what is related."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from soundcheck.finding import PRECISIONS, SEVERITIES, Finding, Severity, Step
from soundcheck.render.html.code import Code, prose

_MOST_RELATED = 5


class ShownStep(NamedTuple):
    """One numbered step of a proof."""

    message: Markup
    path: str
    line: int
    item: str
    code: Markup


class ShownSide(NamedTuple):
    """One side of a proof."""

    label: str
    steps: tuple[ShownStep, ...]


class Other(NamedTuple):
    """A finding about the same, or in the same item."""

    anchor: str
    rule: str
    line: int


class ShownFinding(NamedTuple):
    """One finding; ``site`` is the anchor of the unsafe site that it is about, if it is."""

    anchor: str
    fingerprint: str
    finding: Finding
    message: Markup
    help: Markup
    path: str
    line: int
    module: str
    code: Markup
    sides: tuple[ShownSide, ...]
    related: tuple[ShownStep, ...]
    others: tuple[Other, ...]
    site: str


def show_findings(
    findings: Iterable[Finding], code: Code, places: Mapping[str, tuple[str, str]]
) -> list[ShownFinding]:
    """The findings, the worst first.

    ``places`` are by fingerprint the module that a finding stands in and the anchor of its site.
    """
    ordered = sorted(findings, key=_rank)
    anchors = _anchors(ordered)
    by_subject, by_item = _groups(ordered)
    shown = []
    for finding, anchor in zip(ordered, anchors, strict=True):
        same = [
            *(by_subject[finding.subject] if finding.subject != finding.item else ()),
            *by_item[finding.item],
        ]
        others = dict.fromkeys(index for index in same if ordered[index] is not finding)
        module, site = places.get(anchor, ("", ""))
        shown.append(
            ShownFinding(
                anchor,
                finding.fingerprint,
                finding,
                prose(finding.message),
                prose(finding.help),
                finding.at.path,
                finding.at.line,
                module,
                code.around(finding.at, *_around(finding)),
                tuple(
                    ShownSide(side.label, tuple(_step(code, one) for one in side.steps))
                    for side in finding.sides
                ),
                tuple(_step(code, one) for one in finding.related),
                tuple(
                    Other(anchors[index], ordered[index].rule, ordered[index].at.line)
                    for index in list(others)[:_MOST_RELATED]
                    if finding.item or finding.subject
                ),
                site,
            )
        )
    return shown


def anchor_findings(findings: Iterable[Finding]) -> list[tuple[str, Finding]]:
    """The anchors of findings, the same in every run that finds them; the worst first."""
    ordered = sorted(findings, key=_rank)
    return list(zip(_anchors(ordered), ordered, strict=True))


def _rank(finding: Finding) -> tuple[object, ...]:
    return (
        SEVERITIES.index(finding.severity),
        PRECISIONS.index(finding.precision),
        finding.at,
        finding.rule,
        finding.message,
    )


def _anchors(ordered: Sequence[Finding]) -> list[str]:
    seen: dict[str, int] = {}
    anchors = []
    for finding in ordered:
        name = f"f-{finding.fingerprint}"
        seen[name] = seen.get(name, 0) + 1
        anchors.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return anchors


def _groups(
    ordered: Sequence[Finding],
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """The findings by subject and by item, as indices."""
    by_subject: dict[str, list[int]] = defaultdict(list)
    by_item: dict[str, list[int]] = defaultdict(list)
    for index, finding in enumerate(ordered):
        by_subject[finding.subject].append(index)
        by_item[finding.item].append(index)
    return by_subject, by_item


def _around(finding: Finding) -> tuple[int, int]:
    """How many lines are shown before and after the place: for a note few."""
    return (0, 1) if finding.severity == Severity.NOTE else (3, 3)


def _step(code: Code, step: Step) -> ShownStep:
    return ShownStep(
        prose(step.message or step.item),
        step.at.path,
        step.at.line,
        step.item,
        code.around(step.at, 0, 0),
    )
