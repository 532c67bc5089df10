"""``soundcheck check``: audit a workspace and report."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from soundcheck.commands.auditing import Choice, read_accepted, run_audit, takes_choice
from soundcheck.commands.formats import FORMATS, Look, render
from soundcheck.commands.options import (
    Common,
    Selected,
    takes_common,
    takes_output,
    takes_selection,
)
from soundcheck.commands.outputs import note, read_targets, write
from soundcheck.commands.session import Session
from soundcheck.finding import SEVERITIES, Report

if TYPE_CHECKING:
    from soundcheck.program import Program
    from soundcheck.survey import Survey


@click.command(name="check", short_help="audit a workspace and report")
@takes_common
@takes_selection
@takes_output(FORMATS)
@takes_choice
@click.option(
    "--since",
    default="",
    metavar="REV",
    help="Only findings that the commit REV does not have; REV... is where HEAD has left it.",
)
@click.option(
    "--fail-on",
    type=click.Choice([*(one.value for one in SEVERITIES), "never"]),
    show_default="warning",
    help="The least severity that makes the exit code 1.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option(
    "--show-notes", is_flag=True, help="List every note in the text, however many there are."
)
@click.option("--statistics", is_flag=True, help="Only how often each rule spoke.")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="Only N of the findings, drawn at random from all severities, for review.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="What --sample draws by.")
@click.option(
    "--no-inline-suppressions", is_flag=True, help="Report what comments in the source suppress."
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What is accepted for now; otherwise soundcheck-baseline.toml in the root.",
)
@click.option("--no-baseline", is_flag=True, help="Report what the baseline accepts.")
@click.option(
    "--sarif-category",
    default="",
    metavar="NAME",
    help="What tells this run from others of the same commit, in SARIF.",
)
@click.option(
    "--sarif-include-suppressed",
    is_flag=True,
    help="Write suppressed and accepted findings into SARIF too; GitHub opens alerts for them.",
)
@click.option(
    "--strict", is_flag=True, help="Exit with 2 where a file could not be read or parsed."
)
def command(
    common: Common,
    selected: Selected,
    outputs: tuple[str, ...],
    choice: Choice,
    since: str,
    fail_on: str | None,
    exit_zero: bool,
    show_notes: bool,
    statistics: bool,
    sample: int | None,
    seed: int,
    no_inline_suppressions: bool,
    baseline: Path | None,
    no_baseline: bool,
    sarif_category: str,
    sarif_include_suppressed: bool,
    strict: bool,
) -> int:
    """Audit the workspace that PATHs belong to, and report on what lies below them.

    PATHs restrict what is reported, never what is read.
    """
    targets = read_targets(outputs, FORMATS)
    session = Session(common, choice.profile)
    fail_on = fail_on or session.configuration.settings.fail_on
    accepted = () if no_baseline else read_accepted(session, baseline)
    heeds = not no_inline_suppressions
    is_surveyed = any(target.form == "html" for target in targets)
    is_drawn = any(target.form == "markdown" for target in targets)
    report, rules, program = run_audit(
        session,
        selected,
        choice,
        accepted=accepted,
        heeds_comments=heeds,
        with_model=is_surveyed or is_drawn,
    )
    if is_drawn:
        from soundcheck.changes.surface import heaviest_breakers

        report = replace(report, breakers=heaviest_breakers(program, session.input.is_reported))
    if since:
        from soundcheck.commands.since import Manner, only_new

        report = only_new(session, report, since, Manner(selected, choice, accepted, heeds))
    code = _exit_code(report, fail_on=fail_on, exit_zero=exit_zero, strict=strict)
    if sample is not None:
        from soundcheck.triage.sampling import draw_sample

        report = draw_sample(report, sample, seed)
    asks_for_notes = show_notes or common.verbose or fail_on == "note" or bool(choice.select)
    look = Look(
        session.root,
        common.color,
        statistics,
        asks_for_notes,
        sarif_category,
        sarif_include_suppressed,
        _survey(session, program) if is_surveyed else None,
    )
    for target in targets:
        write(target, render(target, report, rules, look))
    for finding in report.findings:
        if finding.rule == "no-interrupt-entry-known" and not common.quiet:
            note(finding.message)
    if common.verbose and not common.quiet:
        note(f"the rules: {', '.join(rule.name for rule in rules)}")
    return code


def _survey(session: Session, program: "Program") -> "Survey":
    from soundcheck.audit import read_argument_marks
    from soundcheck.survey import take_survey

    return take_survey(session.input, program, read_argument_marks(session.catalog))


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
