"""A report as Markdown, for the summary of a job or a comment."""

from __future__ import annotations

from collections import Counter

from soundcheck.finding import PRECISIONS, SEVERITIES, Finding, Report
from soundcheck.render.places import Indexes, index_sources, place_of

# GitHub drops a summary of a mebibyte and more.
MOST_BYTES = 900 * 1024
_MOST_FINDINGS = 50


def render_markdown(report: Report) -> str:
    """Counts by rule, the worst findings with their traces folded, and what was not understood."""
    indexes = index_sources(report)
    ordered = sorted(report.findings, key=_rank)
    counts = Counter(one.severity for one in ordered)
    words = ", ".join(
        f"{counts[one]} {one.value}{'' if counts[one] == 1 else 's'}"
        for one in SEVERITIES
        if counts[one]
    )
    parts = [f"## soundcheck\n\n{words or 'No findings'} in {report.files:,} files.\n"]
    if report.since:
        since = f"Only what is new since `{report.since.revision}`"
        parts.append(f"{since}; older and not shown: {report.since.older}.\n")
    if report.suppressed:
        parts.append(f"{len(report.suppressed)} more are suppressed or accepted.\n")
    if ordered:
        parts.append(_table(report))
    size = sum(len(part.encode()) for part in parts)
    shown = 0
    for finding in ordered[:_MOST_FINDINGS]:
        text = _finding(indexes, finding)
        size += len(text.encode())
        if size > MOST_BYTES:
            break
        parts.append(text)
        shown += 1
    if len(ordered) > shown:
        parts.append(f"{len(ordered) - shown} more are in the other outputs.\n")
    parts += _graph(report)
    gaps = Counter(gap.kind for gap in report.gaps)
    if gaps:
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(gaps.items()))
        parts.append(f"Not understood: {listed}.\n")
    return "\n".join(parts).rstrip("\n") + "\n"


def _graph(report: Report) -> list[str]:
    """The modules that break others', as a drawing that GitHub and GitLab show."""
    if not report.breakers:
        return []
    from soundcheck.render.graph import draw

    title = "Modules whose safe code can break unsafe code of others"
    drawn = draw(report.breakers, "mermaid")
    return [f"<details><summary>{title}</summary>\n\n```mermaid\n{drawn}```\n\n</details>\n"]


def _rank(finding: Finding) -> tuple[object, ...]:
    return (
        SEVERITIES.index(finding.severity),
        PRECISIONS.index(finding.precision),
        finding.at,
        finding.rule,
    )


def _table(report: Report) -> str:
    counts = Counter((SEVERITIES.index(one.severity), one.rule) for one in report.findings)
    rows = [
        f"| {SEVERITIES[rank].value} | `{rule}` | {count} |"
        for (rank, rule), count in sorted(counts.items(), key=lambda pair: (pair[0][0], -pair[1]))
    ]
    return "\n".join(["| severity | rule | findings |", "|---|---|---:|", *rows, ""])


def _finding(indexes: Indexes, finding: Finding) -> str:
    place = place_of(indexes, finding.at)
    head = f"`{place.path}:{place.line}` **{finding.severity.value}** `{finding.rule}`"
    lines = [f"- {head}: {_inline(finding.message)}"]
    if finding.sides:
        lines += ["  <details><summary>proof</summary>", ""]
        for side in finding.sides:
            lines.append(f"  {_inline(side.label)}:")
            for number, step in enumerate(side.steps, 1):
                at = place_of(indexes, step.at)
                lines.append(f"  {number}. `{at.path}:{at.line}` {_inline(step.message)}")
            lines.append("")
        lines.append("  </details>")
    return "\n".join([*lines, ""])


def _inline(text: str) -> str:
    """Text in which only code spans are markup."""
    parts = " ".join(text.split()).split("`")
    for number in range(0, len(parts), 2):
        for char in "\\*_[]<>#|&":
            parts[number] = parts[number].replace(char, f"\\{char}")
    return "`".join(parts)
