"""What is inferred of one body, as lines for people: contexts with their ways, locks, effects."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.effects import locks_taken, things_done
from soundcheck.contexts.flows import ENTRY
from soundcheck.contexts.infer import INTERRUPTS, Contexts, Node
from soundcheck.contexts.proofs import name_of, place_of, short, side_of


def tell_contexts(contexts: Contexts, body: BodyId) -> Iterator[str]:
    """The contexts in which a body runs, each with the shortest way to it."""
    nodes = sorted(contexts.nodes(body), key=lambda node: node[1:])
    yield f"contexts ({len(nodes)}):"
    at = contexts.span(body, max(body.closure, contexts.definition(body).start), 0)
    for node in nodes:
        guess = "" if contexts.is_sure(node) else ", by calls that may lead elsewhere"
        quiet = ", bottom halves masked" if node.is_quiet else ""
        types = _types(contexts, node)
        yield f"  {node.context}, interrupts {node.irq}{quiet} at entry{types}{guess}"
        for step in side_of(contexts, node.context, node, at, "").steps[:-1]:
            yield f"    {step.at.path}:{step.at.line}: {step.message}"


def _types(contexts: Contexts, node: Node) -> str:
    """What the type parameters stand for there that choose what runs."""
    defs = contexts.world.defmap.defs
    known = ", ".join(f"{name} is `{short(defs[ty].path)}`" for name, ty in node.types)
    return f" where {known}" if known else ""


def tell_effects(contexts: Contexts, body: BodyId) -> Iterator[str]:
    """The locks a body takes, what it masks, and what calls of it may do."""
    lines: list[str] = []
    for _, event in contexts.events(body):
        taking = event.meaning.taking
        at = place_of(contexts, body, event)
        if taking is not None:
            irq = event.state.mask(INTERRUPTS)
            how = "tries" if taking.is_attempt else "takes"
            name = event.lock or f"a {taking.fact.name} without a name"
            under = [hold.lock for hold in event.state.holds if hold.lock]
            more = f", under {', '.join(map(short, under))}" if under else ""
            state = "as at entry" if irq == ENTRY else irq
            lines.append(f"  line {at.line}: {how} {name}, interrupts {state}{more}")
        lines += [
            f"  line {at.line}: {how} of {', '.join(fact.masks)}"
            for how, fact in event.meaning.maskings
        ]
    yield f"locks and masking ({len(lines)}):"
    yield from lines
    keys = sorted({*locks_taken(contexts).of(body), *things_done(contexts).of(body)})
    yield f"may do before it returns ({len(keys)}):"
    yield from (f"  {key}" for key in keys)
    summary = contexts.flows.summary(body)
    for hold in summary.returned:
        yield f"gives back what holds {hold.lock or 'a guard'}"
    if summary.bases[0] != ENTRY:
        yield f"leaves interrupts {summary.bases[0]}"


def context_edges(contexts: Contexts) -> Iterator[tuple[str, str, str]]:
    """The ways by which contexts spread: from, to, and the context, names of bodies."""
    for node, way in contexts.ways.items():
        to = name_of(contexts, node.body)
        if way.parent is not None:
            yield name_of(contexts, way.parent.body), to, node.context
        elif way.root is not None and way.root.entry.context != "task":
            yield f"({node.context})", to, node.context
