"""``soundcheck diff``: what lies between two commits."""

from typing import TYPE_CHECKING

import click

from soundcheck.commands.auditing import Choice, run_audit, takes_choice
from soundcheck.commands.options import (
    Common,
    Selected,
    takes_common,
    takes_output,
    takes_selection,
)
from soundcheck.commands.outputs import read_targets, write
from soundcheck.commands.session import Session

if TYPE_CHECKING:
    from soundcheck.changes.account import Account

_FORMATS = ("text", "json", "markdown")


@click.command(name="diff", short_help="tell what changed between two commits")
@click.argument("base")
@click.argument("head")
@takes_common
@takes_selection
@takes_output(_FORMATS)
@takes_choice
def command(
    common: Common,
    selected: Selected,
    outputs: tuple[str, ...],
    choice: Choice,
    base: str,
    head: str,
) -> None:
    """Tell what changed from the commit BASE to the commit HEAD.

    Findings that are new and that are gone, the unsafe code of each module and the safe code that
    has to be read to believe it, the locks with the contexts that take them, and what was not
    understood. Both commits are analysed under the settings of the work tree, and the baseline is
    left aside. BASE may end in ..., which is where the work tree's HEAD has left that branch.
    """
    from soundcheck.changes.difference import tell_difference
    from soundcheck.render.difference import render_difference

    targets = read_targets(outputs, _FORMATS)
    session = Session(common, choice.profile)
    before, after = (_account(session, one, selected, choice) for one in (base, head))
    difference = tell_difference(base, before, head, after)
    for target in targets:
        write(target, render_difference(difference, target.form))


def _account(session: Session, revision: str, selected: Selected, choice: Choice) -> "Account":
    """The account of one commit."""
    from soundcheck.changes.account import take_account

    commit = session.at(revision, session.listing.named)
    audited = run_audit(commit, selected, choice, accepted=(), with_model=True)
    return take_account(audited.program, audited.report, commit.workspace.reported)
