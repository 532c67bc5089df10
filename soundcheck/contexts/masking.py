"""State that may be masked: the uses around which interrupts are masked, and the open ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.flows import MASKED, UNMASKED, Event
from soundcheck.contexts.infer import INTERRUPTS, Contexts, Node
from soundcheck.contexts.proofs import name_of, place_of
from soundcheck.source import Span

# By its kind or its method, or by what stands around it in the same function.
MEANS = ("kind", "surroundings")


class Use(NamedTuple):
    """A use of a lock or cell: where, and in which function."""

    at: Span
    item: str


class MaskRow(NamedTuple):
    """One lock or cell: the uses around which interrupts are masked, and those that are open.

    A use is open where a task comes to it with interrupts on.
    """

    state: str
    masked: tuple[Use, ...]
    open: tuple[Use, ...]


def uses(contexts: Contexts) -> Iterator[tuple[BodyId, Event]]:
    """Every use of a cell, or of a lock whose waiters do not sleep: these may be masked."""
    for body, _, event in contexts.own(contexts.index.told):
        taking = event.meaning.taking
        is_waited_for = taking is not None and taking.fact.waits != "sleeps"
        if event.lock and (event.meaning.cell is not None or is_waited_for):
            yield body, event


def is_masked(contexts: Contexts, body: BodyId, event: Event, means: Collection[str]) -> bool:
    """Whether a use itself sees to it that interrupts are masked, by one of some ``MEANS``."""
    taking, cell = event.meaning.taking, event.meaning.cell
    masks = (*(taking.fact.masks if taking else ()), *(cell.masks if cell else ()))
    if "kind" in means and INTERRUPTS in masks:
        return True
    if "surroundings" not in means:
        return False
    nodes = contexts.nodes(body)
    in_closure = body.closure >= 0 and nodes and all(node.irq == MASKED for node in nodes)
    return bool(in_closure) or event.state.mask(INTERRUPTS) == MASKED


def open_node(contexts: Contexts, body: BodyId, event: Event) -> Node | None:
    """The nearest way on which a task comes to a use with interrupts on; none where none does."""
    taking = event.meaning.taking
    if taking is not None and INTERRUPTS in taking.fact.masks:
        return None
    nodes = [
        node
        for node in contexts.nodes(body)
        if node.context == "task" and contexts.irq_at(node, event.state) == UNMASKED
    ]
    return min(nodes, key=lambda node: (contexts.ways[node].length, node), default=None)


def mask_table(contexts: Contexts) -> tuple[MaskRow, ...]:
    """Every lock and cell that has a name and may be masked, in order of names."""
    masked: dict[str, list[Use]] = defaultdict(list)
    bare: dict[str, list[Use]] = defaultdict(list)
    for body, event in uses(contexts):
        use = Use(place_of(contexts, body, event), name_of(contexts, body))
        if is_masked(contexts, body, event, MEANS):
            masked[event.lock].append(use)
        elif open_node(contexts, body, event) is not None:
            bare[event.lock].append(use)
    return tuple(
        MaskRow(state, tuple(sorted(masked[state])), tuple(sorted(bare[state])))
        for state in sorted({*masked, *bare})
    )
