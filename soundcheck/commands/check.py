"""``soundcheck check``: audit a workspace and report."""

from collections.abc import Sequence

import click

from soundcheck import __version__
from soundcheck.commands.failures import RunError
from soundcheck.commands.options import (
    Common,
    Selected,
    takes_common,
    takes_output,
    takes_selection,
)
from soundcheck.commands.outputs import (
    Target,
    note,
    read_targets,
    terminal_width,
    use_color,
    write,
)
from soundcheck.commands.policy import choose_rules, open_catalog, open_theory
from soundcheck.commands.session import Session
from soundcheck.finding import PRECISIONS, SEVERITIES, Precision, Report

FORMATS = ("text", "concise", "json")


@click.command(name="check", short_help="audit a workspace and report")
@takes_common
@takes_selection
@takes_output(FORMATS)
@click.option(
    "--select",
    multiple=True,
    metavar="NAME",
    help="Only these rules, families, classes or severities.",
)
@click.option(
    "--extend-select", multiple=True, metavar="NAME", help="These too, previews included."
)
@click.option("--ignore", multiple=True, metavar="NAME", help="All but these.")
@click.option("--preview", is_flag=True, help="Rules in preview too.")
@click.option(
    "--min-precision",
    type=click.Choice([one.value for one in PRECISIONS]),
    default="low",
    show_default=True,
    help="Only findings at least this sure.",
)
@click.option(
    "--fail-on",
    type=click.Choice([*(one.value for one in SEVERITIES), "never"]),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--tests", "with_tests", is_flag=True, help="Report on test code too.")
@click.option("--statistics", is_flag=True, help="Only how often each rule spoke.")
@click.option(
    "--strict", is_flag=True, help="Exit with 2 where a file could not be read or parsed."
)
def command(
    common: Common,
    selected: Selected,
    outputs: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    preview: bool,
    min_precision: str,
    fail_on: str,
    exit_zero: bool,
    with_tests: bool,
    statistics: bool,
    strict: bool,
) -> int:
    """Audit the workspace that PATHs belong to, and report on what lies below them.

    PATHs restrict what is reported, never what is read.
    """
    from soundcheck.audit import Stages, audit
    from soundcheck.model import UnusableSelectionError

    targets = read_targets(outputs, FORMATS)
    catalog = open_catalog()
    rules = choose_rules(
        catalog, select=select, extend=extend_select, ignore=ignore, preview=preview
    )
    least = PRECISIONS.index(Precision(min_precision))
    rules = [rule for rule in rules if PRECISIONS.index(rule.precision) <= least]
    session = Session(common)
    stages = Stages(session.parse, session.link, open_theory())
    asked = session.asked(selected)
    try:
        report = audit(session.input, catalog, rules, stages, asked=asked, with_tests=with_tests)
    except UnusableSelectionError as error:
        raise RunError(str(error)) from error
    finally:
        session.store.close()
    for target in targets:
        write(target, _render(target, report, color=common.color, statistics=statistics))
    if common.verbose and not common.quiet:
        note(f"the rules: {', '.join(rule.name for rule in rules)}")
    return _exit_code(report, fail_on=fail_on, exit_zero=exit_zero, strict=strict)


def _render(target: Target, report: Report, *, color: str, statistics: bool) -> str:
    if statistics and target.form in ("text", "concise"):
        from soundcheck.render.statistics import render_statistics

        return render_statistics(report)
    if target.form == "json":
        from soundcheck.render.json import render_json

        return render_json(report, version=__version__)
    if target.form == "concise":
        from soundcheck.render.concise import render_concise

        return render_concise(report)
    from soundcheck.render.text import render_text

    return render_text(report, color=use_color(color, target), width=terminal_width())


def _exit_code(report: Report, *, fail_on: str, exit_zero: bool, strict: bool) -> int:
    broken = {"unreadable-file", "not-a-file", "not-utf8", "unparsed"}
    if strict and any(gap.kind in broken for gap in report.gaps):
        note("--strict: some files could not be read or parsed; see the gaps")
        return 2
    if exit_zero or fail_on == "never":
        return 0
    least = [severity.value for severity in SEVERITIES].index(fail_on)
    worst: Sequence[int] = [SEVERITIES.index(finding.severity) for finding in report.findings]
    return 1 if any(rank <= least for rank in worst) else 0
