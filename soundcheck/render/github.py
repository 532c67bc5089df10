"""A report as workflow commands of GitHub Actions: annotations, the worst first."""

from __future__ import annotations

from collections import Counter

from soundcheck.finding import PRECISIONS, SEVERITIES, Finding, Report, Severity
from soundcheck.render.places import Indexes, index_sources, place_of
from soundcheck.render.summary import count_of

# GitHub shows ten of each kind a step, in the order of printing.
MOST_OF_A_KIND = 10
_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render_github(report: Report) -> str:
    """One command a finding, ten of each kind, and one that tells of the rest and the silenced."""
    indexes = index_sources(report)
    ordered = sorted(report.findings, key=_rank)
    printed: Counter[Severity] = Counter()
    lines: list[str] = []
    for finding in ordered:
        # The last notice is kept for what is left out.
        most = MOST_OF_A_KIND - (finding.severity is Severity.NOTE)
        if printed[finding.severity] < most:
            printed[finding.severity] += 1
            lines.append(_command(indexes, finding))
    left = len(ordered) - len(lines)
    told = [f"{count_of(left, 'more finding')} in the other outputs"] if left else []
    told += [f"{count_of(len(report.suppressed), 'finding')} suppressed"] * bool(report.suppressed)
    if told:
        lines.append(f"::notice title=soundcheck::{', '.join(told)}")
    return "".join(f"{line}\n" for line in lines)


def _rank(finding: Finding) -> tuple[object, ...]:
    return (
        SEVERITIES.index(finding.severity),
        PRECISIONS.index(finding.precision),
        finding.at,
        finding.rule,
    )


def _command(indexes: Indexes, finding: Finding) -> str:
    place = place_of(indexes, finding.at)
    properties = {
        "title": f"soundcheck {finding.rule}",
        "file": place.path,
        "line": str(place.line),
        "endLine": str(place.last_line),
    }
    if place.line == place.end_line:
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    text = finding.message if not finding.help else f"{finding.message}\nhelp: {finding.help}"
    return f"::{_KINDS[finding.severity]} {shown}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
