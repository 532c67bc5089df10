"""How often each rule spoke and each kind of gap arose, and nothing else."""

from collections.abc import Iterator

from soundcheck.finding import Report
from soundcheck.render.summary import closing_lines, counts_by_rule, headline


def render_statistics(report: Report) -> str:
    """A line a rule, the worst first, then the lines that end every report for people."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    for row in counts_by_rule(report):
        suppressed = f"  ({row.suppressed:,} suppressed)" if row.suppressed else ""
        yield f"{row.reported:7,}  {row.severity.value:7}  {row.rule}{suppressed}"
    yield headline(report)
    yield from closing_lines(report)
