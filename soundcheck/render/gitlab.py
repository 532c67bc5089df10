"""A report as GitLab's code quality report."""

from __future__ import annotations

import json

from soundcheck.finding import Report, Severity
from soundcheck.render.places import index_sources, place_of

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render_gitlab(report: Report) -> str:
    """A list of all findings; fingerprints are our own, which no line number goes into."""
    indexes = index_sources(report)
    entries = []
    for finding in report.findings:
        place = place_of(indexes, finding.at)
        entries.append(
            {
                "description": finding.message,
                "check_name": finding.rule,
                "fingerprint": finding.fingerprint,
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": place.path,
                    "lines": {"begin": place.line, "end": place.last_line},
                },
            }
        )
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"
