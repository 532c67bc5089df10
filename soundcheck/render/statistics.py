"""How often each rule spoke and each kind of gap arose, and nothing else."""

from soundcheck.finding import Report
from soundcheck.render.summary import counts_by_rule, headline, read_line


def render_statistics(report: Report) -> str:
    """A line a rule, the worst first, then the lines that end every report for people."""
    rows = [
        f"{number:7,}  {severity.value:7}  {rule}\n"
        for severity, rule, number in counts_by_rule(report)
    ]
    return "".join(rows) + f"{headline(report)}\n{read_line(report)}\n"
