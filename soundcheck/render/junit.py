"""A report as JUnit's XML: a suite a rule, a case a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from soundcheck.finding import Finding, Report, Severity, Suppressed
from soundcheck.render.places import Indexes, index_sources, place_of


def render_junit(report: Report) -> str:
    """Errors and warnings fail; notes pass and say what they say; what is silenced is skipped."""
    indexes = index_sources(report)
    cases: dict[str, list[Finding | Suppressed]] = defaultdict(list)
    told: tuple[Finding | Suppressed, ...] = (*report.findings, *report.suppressed)
    for one in told:
        finding = one.finding if isinstance(one, Suppressed) else one
        cases[finding.rule].append(one)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="soundcheck" {_counts(told)}>',
    ]
    for rule in sorted(cases):
        lines.append(f"  <testsuite name={_quoted(rule)} {_counts(cases[rule])}>")
        for one in cases[rule]:
            lines += _case(indexes, one)
        lines.append("  </testsuite>")
    if not cases:
        lines.append(f'  <testsuite name="soundcheck" {_counts([])}/>')
    return "\n".join([*lines, "</testsuites>", ""])


def _counts(cases: Sequence[Finding | Suppressed]) -> str:
    skipped = sum(isinstance(one, Suppressed) for one in cases)
    failed = sum(isinstance(one, Finding) and _fails(one) for one in cases)
    return f'tests="{len(cases)}" failures="{failed}" skipped="{skipped}"'


def _fails(finding: Finding) -> bool:
    return finding.severity is not Severity.NOTE


def _case(indexes: Indexes, one: Finding | Suppressed) -> list[str]:
    finding = one.finding if isinstance(one, Suppressed) else one
    place = place_of(indexes, finding.at)
    name = f"{place.path}:{place.line}:{place.column}"
    opening = (
        f"    <testcase classname={_quoted(finding.rule)} name={_quoted(name)}"
        f' file={_quoted(place.path)} line="{place.line}">'
    )
    if isinstance(one, Suppressed):
        why = f"{one.by}: {one.reason}" if one.reason else one.by
        return [opening, f"      <skipped message={_quoted(why)}/>", "    </testcase>"]
    text = finding.message + (f"\nhelp: {finding.help}" if finding.help else "")
    if not _fails(finding):
        return [opening, f"      <system-out>{_text(text)}</system-out>", "    </testcase>"]
    failure = (
        f'      <failure type="{finding.severity.value}" message={_quoted(finding.message)}>'
        f"{_text(text)}</failure>"
    )
    return [opening, failure, "    </testcase>"]


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))


def _text(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "".join(char for char in text if char in "\t\n" or char >= " ").translate(
        {0xFFFE: None, 0xFFFF: None}
    )
