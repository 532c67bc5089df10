"""A report as JUnit's XML: a suite a rule, a case a finding."""

from __future__ import annotations

from collections import defaultdict
from xml.sax.saxutils import escape, quoteattr

from soundcheck.finding import Finding, Report, Severity
from soundcheck.render.places import Indexes, index_sources, place_of


def render_junit(report: Report) -> str:
    """Errors and warnings fail; notes pass, with what they say as output."""
    indexes = index_sources(report)
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_rule[finding.rule].append(finding)
    failures = sum(_fails(one) for one in report.findings)
    total = len(report.findings)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="soundcheck" tests="{total}" failures="{failures}">',
    ]
    for rule in sorted(by_rule):
        findings = by_rule[rule]
        failed = sum(_fails(one) for one in findings)
        lines.append(
            f'  <testsuite name={_quoted(rule)} tests="{len(findings)}" failures="{failed}">'
        )
        for finding in findings:
            lines += _case(indexes, finding)
        lines.append("  </testsuite>")
    if not by_rule:
        lines.append('  <testsuite name="soundcheck" tests="0" failures="0"/>')
    return "\n".join([*lines, "</testsuites>", ""])


def _fails(finding: Finding) -> bool:
    return finding.severity is not Severity.NOTE


def _case(indexes: Indexes, finding: Finding) -> list[str]:
    place = place_of(indexes, finding.at)
    name = f"{place.path}:{place.line}:{place.column}"
    opening = (
        f"    <testcase classname={_quoted(finding.rule)} name={_quoted(name)}"
        f' file={_quoted(place.path)} line="{place.line}">'
    )
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
