"""``soundcheck explain``: all that is inferred of one item."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from soundcheck.commands.failures import RunError
from soundcheck.commands.options import Common, Selected, takes_common, takes_selection
from soundcheck.commands.session import Session

if TYPE_CHECKING:
    from soundcheck.calls.names import Names
    from soundcheck.calls.sites import BodyId, CallSite
    from soundcheck.crates.definitions import Def
    from soundcheck.model import Model


@click.command(name="explain", short_help="tell all that is inferred of an item")
@click.argument("item")
@takes_common
@takes_selection
def command(common: Common, selected: Selected, item: str) -> None:
    """Tell all that is inferred of ITEM: calls, contexts, locks, effects, unsafe code.

    Of unsafe code it tells what that leans on, and what it asks of who calls ITEM.

    Each context comes with the way to it, from the handler on.

    ITEM is a full name, `krate::module::Type::method`, or the end of one.
    """
    from soundcheck.calls.names import Names

    model = Session(common).model(selected)
    names = Names(model.world)
    found = names.find(item)
    if not found:
        raise RunError(f"no item is called {item}{names.suggest(item)}")
    for number, body in enumerate(found):
        if number:
            click.echo()
        for line in _explain(model, names, body):
            click.echo(line)


def _explain(model: "Model", names: "Names", body: "BodyId") -> Iterator[str]:
    from soundcheck.contexts.telling import tell_contexts, tell_effects

    target = model.world.defmap.defs[body.owner]
    yield from _head(model, target)
    calls = [site for site in model.graph.sites if site.caller.owner == body.owner]
    yield f"calls ({len(calls)}):"
    for site in calls:
        line = model.world.trees[target.file].line_of(site.start)
        yield f"  line {line}: {site.kind} {site.name}: {_callees(names, site)}"
    callers = sorted({names.name(edge.caller) for edge in model.graph.callers(body)})
    yield f"called by ({len(callers)}):"
    yield from (f"  {name}" for name in callers)
    named = model.graph.named_by_assembly(body)
    if named:
        yield f"called by assembly ({len(named)}):"
        for call in named:
            routine = f", in {call.routine}" if call.routine else ""
            yield f"  {call.at.path}:{call.at.line}: {call.how} {call.symbol}{routine}"
    yield from _boundaries(model, body)
    yield from tell_contexts(model.program.contexts, body)
    yield from tell_effects(model.program.contexts, body)
    values = [mention for mention in model.graph.mentions if mention.body == body]
    if values:
        yield f"used as a value ({len(values)}):"
        yield from sorted({f"  in {names.name(one.holder)}: {one.how}" for one in values})


def _head(model: "Model", target: "Def") -> Iterator[str]:
    from soundcheck.crates.visibility import show_visibility
    from soundcheck.syntax.cfg import show_cfg

    tree = model.world.trees[target.file]
    yield f"{target.path}: {target.kind} at {target.file}:{tree.line_of(target.start)}"
    yield f"visible: {show_visibility(model.world.defmap.forest, target.visibility)}"
    if target.cfg is not None:
        yield f"configured by: {show_cfg(target.cfg)}"
    item = target.item
    end = item.end if item is not None else target.start
    sites = [
        one.site
        for one in model.program.facts[target.file].sites
        if target.start <= one.site.start < end
    ]
    yield f"unsafe sites ({len(sites)}):"
    for site in sites:
        place = "in a macro" if site.in_macro else "plain"
        yield f"  line {tree.line_of(site.start)}: {site.kind}, {place}"


def _boundaries(model: "Model", body: "BodyId") -> Iterator[str]:
    """What the unsafe code of a function leans on, and what safe code has to see to for it."""
    from soundcheck.render.surface import tell_leans

    found = model.program.boundaries
    sites = [one for one in found.sites if one.func == body.owner and one.kind != "impl"]
    yield f"unsafe code leans on ({len(sites)}):"
    for site in sites:
        readers = found.readers(site)
        yield f"  line {site.line}: {site.verdict}, {len(readers)} functions to read"
        yield from (f"    {line}" for line in tell_leans(site.leans))
    owed = [one for one in model.program.obligations if one.item == body.owner]
    yield f"obligations that leave by it ({len(owed)}):"
    for one in owed:
        reach = found.reach.show(one.reach)
        yield f"  {found.show(one.key)}: {reach} can break it, {one.state} today"


def _callees(names: "Names", site: "CallSite") -> str:
    own = [names.name(callee) for callee in site.callees if names.is_own(callee)]
    reason = f" ({site.reason})" if site.reason else ""
    if own:
        return f"{site.resolution} {', '.join(own)}{reason if len(own) > 1 else ''}"
    return f"{site.resolution}{reason}"
