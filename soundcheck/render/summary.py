"""The last lines of a report for people: how much was found, and how much was not understood."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from soundcheck.finding import SEVERITIES, Report, Severity


class RuleCount(NamedTuple):
    """How often a rule spoke at a severity, and how often it was silenced."""

    severity: Severity
    rule: str
    reported: int
    suppressed: int


def headline(report: Report) -> str:
    """One line: findings by severity, what is suppressed, and gaps by kind."""
    findings = count_of(len(report.findings), _noun(report))
    if by_severity := _by_severity(report):
        findings += f" ({by_severity})"
    if report.since:
        findings += f", {report.since.older:,} older"
    if report.drawn_from:
        findings += f" drawn from {report.drawn_from:,}"
    suppressed = [f"{len(report.suppressed):,} suppressed"] if report.suppressed else []
    return ", ".join([findings, *suppressed, gaps_by_kind(report) or "0 gaps"])


def findings_line(report: Report) -> str:
    """One line: the findings by severity."""
    findings = count_of(len(report.findings), _noun(report))
    if report.drawn_from:
        findings += f", a sample of {report.drawn_from:,}"
    by_severity = _by_severity(report)
    return f"{findings}: {by_severity}" if by_severity else findings


def _noun(report: Report) -> str:
    return f"finding that {report.since.revision} does not have" if report.since else "finding"


def _by_severity(report: Report) -> str:
    severities = Counter(finding.severity for finding in report.findings)
    return ", ".join(count_of(severities[s], s) for s in SEVERITIES if severities[s])


def gaps_by_kind(report: Report) -> str:
    """What was not understood, the most frequent kind first; nothing where there is none."""
    kinds = Counter(gap.kind for gap in report.gaps)
    return ", ".join(count_of(number, _noun_of(kind)) for kind, number in _most_first(kinds))


# Kinds of gaps whose words are no noun.
_NOUNS = {
    "no-git": "folder listed without git",
    "not-a-file": "entry that is no file",
    "not-utf8": "file not in UTF-8",
    "opaque": "opaque expression",
    "too-deep": "too deep nesting",
    "unparsed": "unparsed region",
    "manifest": "manifest problem",
}


def _noun_of(kind: str) -> str:
    return _NOUNS.get(kind, kind.replace("-", " "))


def counts_by_rule(report: Report) -> list[RuleCount]:
    """How often each rule spoke at each severity, the worst first, then the most frequent."""
    spoken = Counter((finding.severity, finding.rule) for finding in report.findings)
    silenced = Counter((one.finding.severity, one.finding.rule) for one in report.suppressed)
    rows = [RuleCount(*key, spoken[key], silenced[key]) for key in {**spoken, **silenced}]
    return sorted(rows, key=lambda row: (SEVERITIES.index(row.severity), -row.reported, row.rule))


def closing_lines(report: Report) -> list[str]:
    """What was read, what is suppressed and by what, and what the baseline need not hold."""
    lines = [f"{count_of(report.files, 'file')}, {count_of(report.lines, 'line')} read"]
    if report.since:
        older = count_of(report.since.older, "finding")
        lines.append(f"{older} not shown: older than the change since {report.since.revision}")
    if report.suppressed:
        ways = Counter(suppressed.by for suppressed in report.suppressed)
        by = ", ".join(f"{number:,} {_WAYS[way]}" for way, number in sorted(ways.items()))
        lines.append(f"{count_of(len(report.suppressed), 'finding')} suppressed: {by}")
    return lines + unmet_line(report)


def unmet_line(report: Report) -> list[str]:
    """One line, or none: how many entries of the baseline no finding meets."""
    if not report.unmet:
        return []
    is_one = len(report.unmet) == 1
    entries = count_of(len(report.unmet), "entry")
    return [
        f"{entries} of the baseline {'is' if is_one else 'are'} met by no finding any more: "
        f"`soundcheck baseline prune` drops {'it' if is_one else 'them'}"
    ]


_WAYS = {"baseline": "by the baseline", "inline": "by comments in the source"}


def count_of(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it is not one."""
    if number == 1:
        return f"1 {noun}"
    first, _, rest = noun.partition(" ")
    if rest.partition(" ")[0] in ("listed", "not", "that"):
        return f"{count_of(number, first)} {rest}"
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{number:,} {noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}s"


def _most_first(counts: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
