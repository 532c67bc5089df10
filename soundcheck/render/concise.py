"""A report with one line a finding, for editors, problem matchers and ``grep``."""

from soundcheck.finding import Report
from soundcheck.render.excerpt import show_text
from soundcheck.render.places import index_sources, place_of
from soundcheck.render.summary import headline, unmet_line


def render_concise(report: Report) -> str:
    """A line ``path:line:column: severity[rule] message`` for each finding, then the summary."""
    indexes = index_sources(report)
    lines = []
    for finding in report.findings:
        place = place_of(indexes, finding.at)
        where = f"{show_text(place.path)}:{place.line}:{place.column}"
        level = f"{finding.severity}[{finding.rule}]"
        lines.append(f"{where}: {level} {show_text(finding.message)}")
    return "\n".join([*lines, headline(report), *unmet_line(report)]) + "\n"
