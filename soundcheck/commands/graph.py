"""``soundcheck graph``: who calls whom, who can break whom, for people and for programs."""

from typing import TYPE_CHECKING

import click

from soundcheck.commands.failures import RunError
from soundcheck.commands.options import Common, Selected, takes_common, takes_selection
from soundcheck.commands.session import Session
from soundcheck.commands.trace import open_trace

if TYPE_CHECKING:
    from soundcheck.calls.graph import CallGraph
    from soundcheck.calls.names import Names
    from soundcheck.calls.sites import BodyId
    from soundcheck.model import Model
    from soundcheck.traces.trace import Trace

FORMATS = ("text", "json", "dot", "mermaid", "graphml")


@click.command(name="graph", short_help="show the graph of calls, modules, contexts or locks")
@click.argument("what", type=click.Choice(["calls", "modules", "contexts", "locks"]))
@takes_common
@takes_selection
@click.option("--from", "start", metavar="ITEM", help="Only what ITEM reaches.")
@click.option(
    "--to", "goal", metavar="ITEM", help="Only what reaches ITEM; with --from, the shortest path."
)
@click.option("--depth", type=click.IntRange(1), metavar="N", help="At most N calls away.")
@click.option(
    "--trace", metavar="TRACE", help="Add what was executed and the graph lacks, as `observed`."
)
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
    trace: str | None,
    form: str,
) -> None:
    """Show the graph of calls, of modules, of contexts or of locks.

    That of modules has an edge where safe code of one can break unsafe code of another, with what
    it is through, and the modules that can all break each other.

    That of contexts has the ways by which a handler's context reaches what it calls; that of
    locks an edge from each lock to those that are taken while it is held.

    The code of the workspace is shown, and where assembly calls it. The JSON has every call; a
    callee outside is null there.
    """
    from soundcheck.calls.names import Names
    from soundcheck.render.graph import choose_assembly, choose_edges, render_calls

    read = None if trace is None else open_trace(trace)
    session = Session(common)
    model = session.call_model(selected) if what == "calls" else session.model(selected)
    graph = model.graph if read is None else _with_observed(model, read)
    if what == "modules":
        click.echo(_modules(model, form), nl=False)
        return
    if what in ("contexts", "locks"):
        click.echo(_inferred(model, what, form), nl=False)
        return
    names = Names(model.world)
    starts, goals = _bodies(names, start), _bodies(names, goal)
    edges = choose_edges(graph, names, starts, goals, depth)
    if start and goal and not edges:
        raise RunError(f"no chain of calls is known from {start} to {goal}")
    assembly = choose_assembly(graph, starts, goals, depth)
    click.echo(render_calls(model.world, graph, names, edges, assembly, form), nl=False)


def _modules(model: "Model", form: str) -> str:
    """Whose safe code can break whose unsafe code."""
    from soundcheck.boundaries.modules import build_modules
    from soundcheck.render.graph import draw
    from soundcheck.render.surface import edge_rows, render_boundaries

    found = model.program.boundaries
    graph = build_modules(found, found.sites, model.program.obligations)
    if form in ("text", "json"):
        return render_boundaries(found, graph, form)
    return draw(edge_rows(found, graph), form)


def _inferred(model: "Model", what: str, form: str) -> str:
    """The graph of contexts or of locks: both are inferred, and small enough to be shown whole."""
    from soundcheck.contexts.lock_table import lock_table
    from soundcheck.contexts.telling import context_edges
    from soundcheck.render.graph import render_rows

    contexts = model.program.contexts
    if what == "contexts":
        return render_rows(sorted(context_edges(contexts)), what, form)
    rows = [(row.lock, then, row.highest) for row in lock_table(contexts) for then in row.then]
    return render_rows(rows, what, form)


def _with_observed(model: "Model", trace: "Trace") -> "CallGraph":
    from soundcheck.witness import hear, with_observed

    testimony = hear(trace, model.world, model.graph, model.program.facts)
    return with_observed(model.graph, model.world, testimony)


def _bodies(names: "Names", item: str | None) -> "tuple[BodyId, ...] | None":
    if item is None:
        return None
    found = names.find(item)
    if not found:
        raise RunError(f"no item is called {item}{names.suggest(item)}")
    return found
