"""A report in reviewdog's diagnostic format, as one JSON document."""

from __future__ import annotations

import json

from soundcheck.finding import Report, Severity
from soundcheck.render.places import Indexes, index_sources, place_of
from soundcheck.source import Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render_rdjson(report: Report) -> str:
    """Every finding, with its related places."""
    indexes = index_sources(report)
    diagnostics = []
    for finding in report.findings:
        one: dict[str, object] = {
            "message": finding.message,
            "location": _location(indexes, finding.at),
            "severity": _SEVERITIES[finding.severity],
            "code": {"value": finding.rule},
        }
        if finding.related:
            one["relatedLocations"] = [
                {"message": step.message, "location": _location(indexes, step.at)}
                for step in finding.related
            ]
        diagnostics.append(one)
    document = {"source": {"name": "soundcheck"}, "diagnostics": diagnostics}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _location(indexes: Indexes, at: Span) -> dict[str, object]:
    # Columns are bytes of UTF-8 there, from 1.
    index = indexes.get(at.path)
    place = place_of(indexes, at)
    column, end_column = place.column, place.end_column
    if index is not None:
        column = at.start - index.start_of(place.line) + 1
        end_column = max(at.end, at.start) - index.start_of(place.end_line) + 1
    return {
        "path": place.path,
        "range": {
            "start": {"line": place.line, "column": column},
            "end": {"line": place.end_line, "column": end_column},
        },
    }
