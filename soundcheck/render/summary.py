"""The last lines of a report for people: how much was found, and how much was not understood."""

from collections import Counter
from collections.abc import Iterable

from soundcheck.finding import SEVERITIES, Report, Severity


def headline(report: Report) -> str:
    """One line: the findings by severity and the gaps by kind, ``0 findings, 3 lost calls``."""
    severities = Counter(finding.severity for finding in report.findings)
    by_severity = [count_of(severities[s], s) for s in SEVERITIES if severities[s]]
    findings = count_of(len(report.findings), "finding")
    if by_severity:
        findings += f" ({', '.join(by_severity)})"
    kinds = Counter(gap.kind for gap in report.gaps)
    gaps = [count_of(number, _noun_of(kind)) for kind, number in _most_first(kinds)]
    return ", ".join([findings, *(gaps or ["0 gaps"])])


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


def counts_by_rule(report: Report) -> list[tuple[Severity, str, int]]:
    """How often each rule spoke at each severity, the worst first, then the most frequent."""
    counts = Counter((finding.severity, finding.rule) for finding in report.findings)
    rows = [(severity, rule, number) for (severity, rule), number in counts.items()]
    return sorted(rows, key=lambda row: (SEVERITIES.index(row[0]), -row[2], row[1]))


def read_line(report: Report) -> str:
    """One line: what was read, and what was found but is not reported."""
    line = f"{count_of(report.files, 'file')}, {count_of(report.lines, 'line')} read"
    if not report.suppressed:
        return line
    ways = Counter(suppressed.by for suppressed in report.suppressed)
    by = ", ".join(f"{number} {way}" for way, number in sorted(ways.items()))
    return f"{line}; {count_of(len(report.suppressed), 'finding')} suppressed: {by}"


def count_of(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it is not one."""
    if number == 1:
        return f"1 {noun}"
    first, _, rest = noun.partition(" ")
    if rest.partition(" ")[0] in ("listed", "not", "that"):
        return f"{count_of(number, first)} {rest}"
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{number} {noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{number} {noun[:-1]}ies"
    return f"{number} {noun}s"


def _most_first(counts: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
