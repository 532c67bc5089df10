"""The formats that ``check`` writes, each rendered by a module that only it loads."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from soundcheck import __version__
from soundcheck.catalog import Rule
from soundcheck.commands.outputs import Target, linker, terminal_width, use_color
from soundcheck.finding import Report

if TYPE_CHECKING:
    from soundcheck.survey import Survey

# Those that show a report as it is, with nothing to choose.
_PLAIN = ("concise", "github", "gitlab", "markdown", "rdjson", "junit")
FORMATS = ("text", "concise", "json", "sarif", "html", *_PLAIN[1:])


class Look(NamedTuple):
    """How results are to look, what SARIF is to hold, and what the HTML report tells besides."""

    root: str
    color: str
    statistics: bool
    all_notes: bool
    category: str = ""
    with_suppressed: bool = False
    survey: "Survey | None" = None


def render(target: Target, report: Report, rules: Sequence[Rule], look: Look) -> str:
    """The report in the format of a target."""
    if look.statistics and target.form in ("text", "concise"):
        from soundcheck.render.statistics import render_statistics

        return render_statistics(report)
    if target.form == "json":
        from soundcheck.render.json import render_json

        return render_json(report, version=__version__)
    if target.form == "sarif":
        from soundcheck.render.sarif import render_sarif

        return render_sarif(
            report,
            rules,
            version=__version__,
            category=look.category,
            with_suppressed=look.with_suppressed,
        )
    if target.form == "html":
        from soundcheck.render.html import render_html
        from soundcheck.resources import read_face

        assert look.survey is not None
        return render_html(report, look.survey, rules, read_face(), version=__version__)
    if target.form in _PLAIN:
        module = import_module(f"soundcheck.render.{target.form}")
        return str(getattr(module, f"render_{target.form}")(report))
    from soundcheck.render.text import render_text

    return render_text(
        report,
        color=use_color(look.color, target),
        width=terminal_width(),
        all_notes=look.all_notes or report.drawn_from > 0,
        link=linker(look.root, look.color, target),
    )
