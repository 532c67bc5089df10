"""A report for people at a terminal, in the manner of rustc, with the proof below each finding."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from soundcheck.finding import SEVERITIES, Finding, Gap, Precision, Report, Severity, Step
from soundcheck.render.excerpt import Excerpt, excerpt, show_text
from soundcheck.render.places import Indexes, Place, index_sources, place_of
from soundcheck.render.summary import (
    closing_lines,
    count_of,
    counts_by_rule,
    findings_line,
    gaps_by_kind,
)
from soundcheck.source import Span

Link = Callable[[Place], str]
"""The address that a place is opened by."""

# So many notes are read; of more, the number by rule says more.
_MOST_NOTES = 20

_ANSI: Mapping[str, str] = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "gutter": "1;34",
    "strong": "1",
}


class _Canvas(NamedTuple):
    """What every part of the text is drawn with; without colours the table is empty.

    ``link`` makes places links where the terminal has such.
    """

    indexes: Indexes
    width: int
    colors: Mapping[str, str]
    link: Link | None

    def paint(self, role: str, text: str) -> str:
        """The text in the colour of its role."""
        code = self.colors.get(role)
        return f"\x1b[{code}m{text}\x1b[0m" if code else text


def render_text(
    report: Report,
    *,
    color: bool,
    width: int,
    all_notes: bool = False,
    link: Link | None = None,
) -> str:
    """The report as text: findings by file, the worst file first, then a summary.

    ``width`` is the terminal's, in cells: longer lines of code are cut around the place. Without
    ``all_notes``, more than a few notes are counted and not listed.
    """
    canvas = _Canvas(index_sources(report), width, _ANSI if color else {}, link)
    notes = sum(finding.severity == Severity.NOTE for finding in report.findings)
    hides_notes = notes > _MOST_NOTES and not all_notes
    helped: set[str] = set()
    lines: list[str] = []
    for finding in _worst_first(report.findings):
        if hides_notes and finding.severity == Severity.NOTE:
            continue
        lines += _finding(canvas, finding, helps=finding.help not in helped)
        lines.append("")
        helped.add(finding.help)
    lines += _summary(canvas, report, notes if hides_notes else 0)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by file, in a file by severity and place; files by their worst, then the most."""
    files: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        files[finding.at.path].append(finding)

    def badness(path: str) -> tuple[object, ...]:
        levels = [finding.severity for finding in files[path]]
        return (*(-levels.count(severity) for severity in SEVERITIES), path)

    def order(finding: Finding) -> tuple[object, ...]:
        return (SEVERITIES.index(finding.severity), finding.at, finding.rule, finding.message)

    return [f for path in sorted(files, key=badness) for f in sorted(files[path], key=order)]


def _finding(canvas: _Canvas, finding: Finding, *, helps: bool) -> Iterator[str]:
    """One finding; what helps is told the first time."""
    level = canvas.paint(finding.severity, f"{finding.severity}[{finding.rule}]")
    yield level + canvas.paint("strong", f": {show_text(finding.message)}")
    place = place_of(canvas.indexes, finding.at)
    pad = " " * len(str(place.line))
    bar = canvas.paint("gutter", f"{pad} |")
    yield f"{pad}{canvas.paint('gutter', '-->')} {_where(canvas, finding.at)}"
    if shown := excerpt(canvas.indexes, finding.at, canvas.width - len(pad) - 3):
        yield bar
        yield from _code(canvas, shown, "", finding.severity)
    if finding.help and helps:
        help_text = show_text(finding.help)
        yield f"{pad} {canvas.paint('gutter', '=')} {canvas.paint('strong', 'help')}: {help_text}"
    for label, text in _notes(finding):
        yield f"{pad} {canvas.paint('gutter', '=')} {canvas.paint('strong', label)}: {text}"
    inset = pad + "   "
    for side in finding.sides:
        yield f"{pad} {canvas.paint('gutter', '=')} {canvas.paint('strong', side.label)}:"
        for number, step in enumerate(side.steps, 1):
            yield from _step(canvas, step, inset, f"{number}. ")
    for step in finding.related:
        yield f"{pad} {canvas.paint('gutter', '=')} {canvas.paint('strong', 'related')}:"
        yield from _step(canvas, step, inset, "")
    for gap in finding.gaps:
        yield f"{pad} {canvas.paint('gutter', '=')} {_gap(canvas, gap)}"


def _notes(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.item:
        yield "item", show_text(finding.item)
    if finding.subject not in ("", finding.item):
        yield "about", show_text(finding.subject)
    if finding.precision != Precision.HIGH:
        yield "precision", finding.precision


def _step(canvas: _Canvas, step: Step, inset: str, number: str) -> Iterator[str]:
    """One step of a proof: what happens, where, and the code."""
    item = show_text(step.item)
    yield f"{inset}{number}{show_text(step.message) or item}"
    inset += " " * len(number)
    place = f"{inset}{canvas.paint('gutter', '-->')} {_where(canvas, step.at)}"
    yield f"{place} in {item}" if item and step.message else place
    room = canvas.width - len(inset) - len(str(step.at.line)) - 3
    if shown := excerpt(canvas.indexes, step.at, room):
        yield from _code(canvas, shown, inset, "gutter")


def _gap(canvas: _Canvas, gap: Gap) -> str:
    where = f"{show_text(gap.at.path)}:{gap.at.line}"
    return f"{canvas.paint('strong', 'gap')}: {gap.kind}: {show_text(gap.what)} ({where})"


def _code(canvas: _Canvas, shown: Excerpt, inset: str, role: str) -> Iterator[str]:
    """A line of code with its number, and the underline."""
    number = str(shown.line)
    bar = canvas.paint("gutter", " " * len(number) + " |")
    yield f"{inset}{canvas.paint('gutter', f'{number} |')} {shown.text}"
    underline = canvas.paint(role, "^" * shown.length + (" …" if shown.continues else ""))
    yield f"{inset}{bar} {' ' * shown.offset}{underline}"


def _where(canvas: _Canvas, at: Span) -> str:
    place = place_of(canvas.indexes, at)
    shown = f"{show_text(place.path)}:{place.line}:{place.column}"
    if canvas.link is None:
        return shown
    return f"\x1b]8;;{canvas.link(place)}\x1b\\{shown}\x1b]8;;\x1b\\"


def _summary(canvas: _Canvas, report: Report, hidden: int) -> Iterator[str]:
    """How often each rule spoke, what is not listed, and what was not understood."""
    yield canvas.paint("strong", findings_line(report))
    rows = [row for row in counts_by_rule(report) if row.reported]
    digits = max((len(f"{row.reported:,}") for row in rows), default=0)
    for row in rows:
        level = canvas.paint(row.severity, f"{row.severity:<7}")
        suppressed = f" ({row.suppressed:,} suppressed)" if row.suppressed else ""
        yield f"  {row.reported:>{digits},} {level}  {row.rule}{suppressed}"
    if hidden:
        yield f"{count_of(hidden, 'note')} not listed: --show-notes lists them"
    if rows:
        yield f"`soundcheck rule {rows[0].rule}` explains the first of these rules"
    yield f"not understood: {gaps_by_kind(report) or 'nothing'}"
    yield from closing_lines(report)
