"""A report as SARIF 2.1.0, made for GitHub code scanning: what it reads, and within its limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import attr
import msgspec
import sarif_om as om

from soundcheck.catalog import Rule
from soundcheck.finding import (
    PRECISIONS,
    SEVERITIES,
    Finding,
    Gap,
    Harm,
    Report,
    Severity,
    Side,
    Step,
    Suppressed,
)
from soundcheck.render.line_hash import line_hashes
from soundcheck.render.places import Indexes, index_sources, place_of
from soundcheck.source import Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# What GitHub shows of one run; of the rest it keeps nothing.
MOST_RESULTS = 5_000
_MOST_GAPS = 500
_MOST_STEPS = 1_000
_MOST_RELATED = 100
_MOST_TEXT = 1_024
# GitHub calls an alert critical above 9, high from 7, medium from 4, low above 0.
_SECURITY = {
    (Harm.UNSOUND, Severity.ERROR): "8.0",
    (Harm.UNSOUND, Severity.WARNING): "5.5",
    (Harm.UNSOUND, Severity.NOTE): "3.0",
    (Harm.DEADLOCK, Severity.ERROR): "6.5",
    (Harm.DEADLOCK, Severity.WARNING): "4.5",
    (Harm.DEADLOCK, Severity.NOTE): "2.0",
}
_PROBLEM = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "recommendation",
}


def render_sarif(
    report: Report,
    rules: Sequence[Rule],
    *,
    version: str,
    category: str = "",
    with_suppressed: bool = False,
) -> str:
    """The report as one SARIF run; ``rules`` are all that the run used.

    Suppressed findings are left out unless asked for: GitHub would open an alert for each.
    ``category`` tells several runs on one commit apart.
    """
    indexes = index_sources(report)
    hashes = _Hashes(report)
    order = {rule.name: number for number, rule in enumerate(rules)}
    groups = _merged([(one, None) for one in report.findings])
    if with_suppressed:
        groups += _merged([(one.finding, one) for one in report.suppressed])
    groups.sort(key=lambda group: _rank(group[0][0]))
    shown = [
        _result(indexes, hashes, order, [one for one, _ in group], group[0][1])
        for group in groups[:MOST_RESULTS]
    ]
    notes = [_gap_note(indexes, gap) for gap in report.gaps[:_MOST_GAPS]]
    for what, count in (
        ("findings", len(groups) - len(shown)),
        ("gaps", len(report.gaps) - len(notes)),
    ):
        if count > 0:
            text = f"{count} more {what} are left out; the other formats have them"
            notes.append(om.Notification(message=om.Message(text=text), level="warning"))
    driver = om.ToolComponent(
        name="soundcheck",
        semantic_version=version,
        rules=[_rule(rule) for rule in rules],
        properties={"profiles": list(report.profiles), "rulesHash": report.rules_hash},
    )
    run = om.Run(
        tool=om.Tool(driver=driver),
        results=shown,
        column_kind="utf16CodeUnits",
        invocations=[om.Invocation(execution_successful=True, tool_execution_notifications=notes)],
        automation_details=om.RunAutomationDetails(id=f"{category}/") if category else None,
    )
    log = om.SarifLog(schema_uri=_SCHEMA, version="2.1.0", runs=[run])
    encoded = msgspec.json.encode(_encode(log))
    return msgspec.json.format(encoded, indent=1).decode() + "\n"


class _Hashes:
    """The line hashes of files, made where a finding asks for them."""

    def __init__(self, report: Report) -> None:
        self._sources = report.sources
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, path: str, line: int) -> str:
        known = self._known.get(path)
        if known is None:
            source = self._sources.get(path)
            known = self._known[path] = () if source is None else line_hashes(source.data)
        return known[line - 1] if line <= len(known) else ""


Group = list[tuple[Finding, Suppressed | None]]


def _merged(findings: Iterable[tuple[Finding, Suppressed | None]]) -> list[Group]:
    """The findings, those of one rule on one line together: GitHub would make one alert of them."""
    groups: dict[tuple[str, str, int], Group] = defaultdict(list)
    for finding, held in findings:
        groups[(finding.at.path, finding.rule, finding.at.line)].append((finding, held))
    return list(groups.values())


def _rank(finding: Finding) -> tuple[object, ...]:
    """The worst first, and of those the surest."""
    return (
        SEVERITIES.index(finding.severity),
        PRECISIONS.index(finding.precision),
        finding.at,
        finding.rule,
    )


def _rule(rule: Rule) -> Any:
    properties: dict[str, object] = {
        "tags": [rule.family, rule.harm.value, "rust", "unsafe"],
        "precision": rule.precision.value,
    }
    security = _SECURITY.get((rule.harm, rule.severity))
    if security is None:
        properties["problem.severity"] = _PROBLEM[rule.severity]
    else:
        properties["tags"] = ["security", rule.family, rule.harm.value, "rust", "unsafe"]
        properties["security-severity"] = security
    finds = next((one.text for one in rule.sections if one.heading == "What it finds"), "")
    full = " ".join(finds.split()) or rule.summary
    return om.ReportingDescriptor(
        id=rule.name,
        short_description=om.MultiformatMessageString(text=_sentence(rule.summary)),
        full_description=om.MultiformatMessageString(text=_cut(full)),
        help=om.MultiformatMessageString(text=_cut(full), markdown=_page(rule)),
        default_configuration=om.ReportingConfiguration(level=rule.severity.value),
        properties=properties,
    )


def _page(rule: Rule) -> str:
    """A rule's page without its title and its table, which are for programs."""
    return "\n\n".join(f"## {one.heading}\n{one.text.strip()}" for one in rule.sections)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def _result(
    indexes: Indexes,
    hashes: _Hashes,
    order: Mapping[str, int],
    findings: Sequence[Finding],
    held: Suppressed | None,
) -> Any:
    """One result for the findings of a rule on a line; the first of them is what it is about."""
    first = findings[0]
    place = place_of(indexes, first.at)
    fingerprints = {"soundcheckFingerprint/v1": first.fingerprint}
    if line_hash := hashes.of(place.path, place.line):
        fingerprints["primaryLocationLineHash"] = line_hash
    text = "\n".join(_plain(one.message) for one in findings)
    if first.help:
        text += f"\n{_sentence(_plain(first.help))}"
    related = first.related[:_MOST_RELATED]
    links = [f"[{_plain(step.message)}]({number})" for number, step in enumerate(related, 1)]
    if links:
        text += f"\nSee also: {'; '.join(links[:10])}."
    flows = [_flow(indexes, side) for side in first.sides if side.steps]
    properties: dict[str, object] = {
        "item": first.item,
        "subject": first.subject,
        "precision": first.precision.value,
    }
    return om.Result(
        rule_id=first.rule,
        rule_index=order.get(first.rule, -1),
        level=first.severity.value,
        message=om.Message(text=text),
        locations=[_location(indexes, first.at)],
        related_locations=[
            _location(indexes, step.at, message=step.message, number=number)
            for number, step in enumerate(related, 1)
        ]
        or None,
        code_flows=flows or None,
        partial_fingerprints=fingerprints,
        suppressions=None if held is None else [_suppression(held)],
        properties=properties,
    )


def _suppression(held: Suppressed) -> Any:
    kind = "inSource" if held.by == "inline" else "external"
    return om.Suppression(kind=kind, justification=held.reason or None)


def _plain(text: str) -> str:
    """A message in which nothing is a link: brackets would be read as one."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _flow(indexes: Indexes, side: Side) -> Any:
    steps = list(side.steps[:_MOST_STEPS])
    first = Step(steps[0].at, steps[0].item, f"{side.label}: {steps[0].message}")
    locations = [
        om.ThreadFlowLocation(location=_location(indexes, step.at, message=step.message))
        for step in (first, *steps[1:])
    ]
    return om.CodeFlow(thread_flows=[om.ThreadFlow(locations=locations)])


def _location(indexes: Indexes, at: Span, *, message: str = "", number: int = -1) -> Any:
    place = place_of(indexes, at)
    region = om.Region(
        start_line=place.line,
        start_column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
    )
    physical = om.PhysicalLocation(
        artifact_location=om.ArtifactLocation(uri=quote(place.path, safe="/")),
        region=region,
    )
    return om.Location(
        id=number,
        physical_location=physical,
        message=om.Message(text=message) if message else None,
    )


def _gap_note(indexes: Indexes, gap: Gap) -> Any:
    return om.Notification(
        message=om.Message(text=f"{gap.kind}: {gap.what}"),
        level="note",
        locations=[_location(indexes, gap.at)],
        descriptor=om.ReportingDescriptorReference(id=gap.kind),
    )


# A level that equals the schema's default is written all the same: a reader that takes the
# rule's default for a result without one would change it.
_ALWAYS = {(om.Result, "level"), (om.Notification, "level"), (om.ReportingConfiguration, "level")}


@cache
def _attributes(kind: type) -> tuple[tuple[str, str, object, bool], ...] | None:
    """The attributes of a type of the library: name, key in the schema, default, always written.

    ``None`` for any other type.
    """
    if not attr.has(kind):
        return None
    found = []
    for field in attr.fields(kind):
        default = field.default
        if isinstance(default, attr.Factory):  # type: ignore[arg-type]
            default = default.factory()
        key = field.metadata["schema_property_name"]
        found.append((field.name, key, default, (kind, field.name) in _ALWAYS))
    return tuple(found)


def _encode(value: Any) -> Any:
    """An object of the library as JSON: attributes by their names in the schema, defaults left out.

    Raises:
        TypeError: for a value of a type that SARIF does not have.
    """
    kind: Any = type(value)
    attributes = _attributes(kind)
    if attributes is not None:
        return {
            key: _encode(one)
            for name, key, default, is_always in attributes
            if (one := getattr(value, name)) is not None and (is_always or one != default)
        }
    if isinstance(value, Mapping):
        return {str(key): _encode(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(one) for one in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"no SARIF value: {type(value).__name__}")
