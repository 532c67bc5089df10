"""``soundcheck graph``: who calls whom, and which modules do, for people and for programs."""

from typing import TYPE_CHECKING

import click

from soundcheck.commands.failures import RunError
from soundcheck.commands.options import Common, Selected, takes_common, takes_selection
from soundcheck.commands.session import Session

if TYPE_CHECKING:
    from soundcheck.calls.names import Names
    from soundcheck.calls.sites import BodyId

FORMATS = ("text", "json", "dot", "mermaid", "graphml")


@click.command(name="graph", short_help="show the graph of calls or modules")
@click.argument("what", type=click.Choice(["calls", "modules"]))
@takes_common
@takes_selection
@click.option("--from", "start", metavar="ITEM", help="Only what ITEM reaches.")
@click.option(
    "--to", "goal", metavar="ITEM", help="Only what reaches ITEM; with --from, the shortest path."
)
@click.option("--depth", type=click.IntRange(1), metavar="N", help="At most N calls away.")
@click.option(
    "--output",
    "-o",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to show it.",
)
def command(
    common: Common,
    selected: Selected,
    what: str,
    start: str | None,
    goal: str | None,
    depth: int | None,
    form: str,
) -> None:
    """Show the graph of calls, or of modules that call each other.

    The code of the workspace is shown. The JSON has every call; a callee outside is null there.
    """
    from soundcheck.calls.names import Names
    from soundcheck.render.graph import choose_edges, render_calls, render_modules

    model = Session(common).model(selected)
    names = Names(model.world)
    starts, goals = _bodies(names, start), _bodies(names, goal)
    edges = choose_edges(model.graph, names, starts, goals, depth)
    if start and goal and not edges:
        raise RunError(f"no chain of calls is known from {start} to {goal}")
    render = render_calls if what == "calls" else render_modules
    click.echo(render(model.world, model.graph, names, edges, form), nl=False)


def _bodies(names: "Names", item: str | None) -> "tuple[BodyId, ...] | None":
    if item is None:
        return None
    found = names.find(item)
    if not found:
        raise RunError(f"no item is called {item}{names.suggest(item)}")
    return found
