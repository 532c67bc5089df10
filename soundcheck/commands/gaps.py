"""``soundcheck gaps``: what was not understood, by kind and by module."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from soundcheck.commands.options import Common, Selected, takes_common, takes_selection
from soundcheck.commands.session import Session
from soundcheck.finding import Gap, order_gaps

if TYPE_CHECKING:
    from soundcheck.model import Model


@click.command(name="gaps", short_help="list what was not understood")
@takes_common
@takes_selection
@click.option(
    "--by",
    type=click.Choice(["place", "kind", "module"]),
    default="place",
    show_default=True,
    help="Each gap with its place, or how many there are.",
)
@click.option(
    "--output",
    "-o",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to show them.",
)
def command(common: Common, selected: Selected, by: str, form: str) -> None:
    """List what soundcheck did not understand of the workspace that PATHs belong to.

    Calls that lead nowhere known are among them, as `unresolved-call`, and what unsafe code leans
    on that nobody knows, as `unknown-operand`.
    """
    from soundcheck.model import unresolved_calls

    session = Session(common)
    model = session.model(selected)
    reported = session.input.reported
    gaps = tuple(
        gap
        for gap in order_gaps(
            (*model.gaps, *unresolved_calls(model), *model.program.boundaries.gaps())
        )
        if reported is None or gap.at.path in reported
    )
    if form == "json":
        click.echo(_as_json(gaps))
    elif by == "place":
        for gap in gaps:
            click.echo(f"{gap.at.path}:{gap.at.line}: {gap.kind}: {gap.what}")
    else:
        counts = Counter(gap.kind if by == "kind" else _module_of(model, gap) for gap in gaps)
        for name, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            click.echo(f"{number:7,}  {name}")
    if form == "text":
        click.echo(f"{len(gaps):,} gaps in {len(session.input.files):,} files", err=True)


def _module_of(model: "Model", gap: Gap) -> str:
    module = model.program.module_at(gap.at.path, gap.at.start)
    return gap.at.path if module is None else module.path


def _as_json(gaps: tuple[Gap, ...]) -> str:
    import msgspec

    rows = [
        {
            "kind": gap.kind,
            "what": gap.what,
            "path": gap.at.path,
            "line": gap.at.line,
            "item": gap.item,
        }
        for gap in gaps
    ]
    return msgspec.json.format(msgspec.json.encode({"gaps": rows}), indent=2).decode()
