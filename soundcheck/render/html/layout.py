"""A layered picture of a graph: callers above what they call, few crossings, no overlap.

Cycles are opened by the order of Eades, Lin and Smyth; layers are bounded in width, as Coffman
and Graham do it; in a layer, nodes stand near the middle of their neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from typing import NamedTuple

_SWEEPS = 8


class Arc(NamedTuple):
    """One edge, by the indices of its ends; ``weight`` says how much it should point down."""

    source: int
    target: int
    weight: int


def lay_out(count: int, arcs: Sequence[Arc]) -> list[list[int]]:
    """The nodes ``0..count`` by layer, from the top, and in each from the left."""
    widest = max(3, min(14, ceil(sqrt(count) * 0.8)))
    order = _order(count, arcs)
    place = {node: index for index, node in enumerate(order)}
    down = [arc for arc in arcs if place[arc.source] < place[arc.target]]
    layers = _layers(order, down, widest)
    _untangle(layers, down)
    return layers


def _order(count: int, arcs: Sequence[Arc]) -> list[int]:
    """The nodes so that most of the weight points from earlier to later ones."""
    out: list[dict[int, int]] = [{} for _ in range(count)]
    into: list[dict[int, int]] = [{} for _ in range(count)]
    for arc in arcs:
        if arc.source != arc.target:
            out[arc.source][arc.target] = out[arc.source].get(arc.target, 0) + arc.weight
            into[arc.target][arc.source] = into[arc.target].get(arc.source, 0) + arc.weight
    left = set(range(count))
    head: list[int] = []
    tail: list[int] = []

    def take(node: int) -> None:
        left.discard(node)
        for other in out[node]:
            into[other].pop(node, None)
        for other in into[node]:
            out[other].pop(node, None)

    while left:
        sinks = [node for node in sorted(left) if not out[node]]
        sources = [node for node in sorted(left) if not into[node] and out[node]]
        for node in sinks:
            take(node)
        tail += reversed(sinks)
        for node in sources:
            take(node)
        head += sources
        if not sinks and not sources:
            best = max(
                sorted(left), key=lambda node: sum(out[node].values()) - sum(into[node].values())
            )
            take(best)
            head.append(best)
    return head + tail[::-1]


def _layers(order: Sequence[int], down: Sequence[Arc], widest: int) -> list[list[int]]:
    """Each node below all that point to it, no layer wider than it may be."""
    above: dict[int, list[int]] = defaultdict(list)
    for arc in down:
        above[arc.target].append(arc.source)
    layer_of: dict[int, int] = {}
    layers: list[list[int]] = []
    for node in order:
        layer = max((layer_of[one] + 1 for one in above[node]), default=0)
        while layer < len(layers) and len(layers[layer]) >= widest:
            layer += 1
        while layer >= len(layers):
            layers.append([])
        layers[layer].append(node)
        layer_of[node] = layer
    return layers


def _untangle(layers: list[list[int]], down: Sequence[Arc]) -> None:
    """Move nodes in their layers towards the middle of what they are joined to."""
    near: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for arc in down:
        near[arc.source].append((arc.target, arc.weight))
        near[arc.target].append((arc.source, arc.weight))
    spot: dict[int, float] = {}
    for layer in layers:
        _place(layer, spot)
    for _ in range(_SWEEPS):
        for layer in layers:
            wanted = {node: _middle(node, near, spot) for node in layer}
            layer.sort(key=lambda node: (wanted[node], node))
            _place(layer, spot)


def _place(layer: Sequence[int], spot: dict[int, float]) -> None:
    for index, node in enumerate(layer):
        spot[node] = (index + 0.5) / len(layer)


def _middle(
    node: int, near: Mapping[int, Sequence[tuple[int, int]]], spot: Mapping[int, float]
) -> float:
    joined = near.get(node, ())
    total = sum(weight for _, weight in joined)
    if not total:
        return spot[node]
    return sum(spot[other] * weight for other, weight in joined) / total
