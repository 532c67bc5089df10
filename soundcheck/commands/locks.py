"""``soundcheck locks``: who takes each lock, in which context, and under which other locks."""

import click

from soundcheck.commands.options import Common, Selected, takes_common, takes_selection
from soundcheck.commands.session import Session


@click.command(name="locks", short_help="list locks with the contexts that take them")
@takes_common
@takes_selection
@click.option(
    "--output",
    "-o",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to show them.",
)
def command(common: Common, selected: Selected, form: str) -> None:
    """List the locks of the workspace that PATHs belong to.

    For each: its primitive, what it masks, the highest context that takes it, every place that
    takes it with the contexts that place runs in and the locks that are held there or by its
    callers, and the locks that are taken under it, also in what is called meanwhile. A lock whose
    place is not known is named by its type.
    """
    from soundcheck.contexts.lock_table import lock_table
    from soundcheck.render.locks import render_locks

    session = Session(common)
    model = session.model(selected)
    reported = session.input.reported
    rows = [
        row
        for row in lock_table(model.program.contexts)
        if reported is None or any(one.at.path in reported for one in row.places)
    ]
    click.echo(render_locks(rows, form), nl=False)
