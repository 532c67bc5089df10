"""A report for programs: JSON, version 1, and its schema."""

from typing import Any

import msgspec

from soundcheck.finding import Finding, Gap, Report, Step
from soundcheck.render import json_v1
from soundcheck.render.places import Indexes, index_sources, place_of
from soundcheck.triage.reviews import Reviews


def render_json(report: Report, *, version: str) -> str:
    """The report as JSON; ``version`` is the program's own."""
    indexes = index_sources(report)
    document = json_v1.Document(
        version=1,
        tool=json_v1.Tool("soundcheck", version, report.profiles, report.rules_hash),
        findings=tuple(json_v1.Finding(**_fields(indexes, finding)) for finding in report.findings),
        suppressed=tuple(
            json_v1.Suppressed(**_fields(indexes, held.finding), by=held.by, reason=held.reason)
            for held in report.suppressed
        ),
        unmet=tuple(
            json_v1.Unmet(entry.fingerprint, entry.rule, entry.path, entry.item, entry.reason)
            for entry in report.unmet
        ),
        drawn_from=report.drawn_from,
        since=_since(report),
        gaps=tuple(_gap(indexes, gap) for gap in report.gaps),
        inventory=report.inventory,
    )
    # Mappings have no order of their own, so that equal reports have equal bytes.
    return _lay_out(msgspec.json.encode(document, order="deterministic"))


def render_schema() -> str:
    """The JSON Schema of the format, as ``reports/json/check-v1.schema.json`` holds it."""
    return _schema(json_v1.Document, "check-v1", "soundcheck check, version 1")


def render_review_schema() -> str:
    """The JSON Schema of reviews, as ``reports/json/review-v1.schema.json`` holds it."""
    return _schema(Reviews, "review-v1", "soundcheck baseline import, version 1")


def _schema(document: type, name: str, title: str) -> str:
    _, types = msgspec.json.schema_components([document], ref_template="#/$defs/{name}")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:soundcheck:{name}",
        **types.pop(document.__name__),
        "title": title,
        "$defs": dict(sorted(types.items())),
    }
    return _lay_out(msgspec.json.encode(schema))


def _lay_out(data: bytes) -> str:
    return msgspec.json.format(data, indent=2).decode() + "\n"


def _since(report: Report) -> json_v1.Since | None:
    since = report.since
    return None if since is None else json_v1.Since(since.revision, since.older)


def _fields(indexes: Indexes, finding: Finding) -> dict[str, Any]:
    place = place_of(indexes, finding.at)
    return {
        "rule": finding.rule,
        "family": finding.family,
        "harm": finding.harm,
        "severity": finding.severity,
        "precision": finding.precision,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "item": finding.item,
        "subject": finding.subject,
        "message": finding.message,
        "help": finding.help,
        "trace": tuple(
            json_v1.Step(side.label, **_step(indexes, step))
            for side in finding.sides
            for step in side.steps
        ),
        "related": tuple(json_v1.Related(**_step(indexes, step)) for step in finding.related),
        "fingerprint": finding.fingerprint,
    }


def _step(indexes: Indexes, step: Step) -> dict[str, Any]:
    place = place_of(indexes, step.at)
    return {
        "path": place.path,
        "line": place.line,
        "end_line": place.last_line,
        "item": step.item,
        "message": step.message,
    }


def _gap(indexes: Indexes, gap: Gap) -> json_v1.Gap:
    place = place_of(indexes, gap.at)
    return json_v1.Gap(gap.kind, gap.what, place.path, place.line, place.last_line, gap.item)
