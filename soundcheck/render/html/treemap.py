"""A map of the code: areas by lines, as square as they can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


def squarify(sizes: Sequence[int], box: Box) -> list[Box]:
    """A rectangle for each size, the largest first; together they fill ``box``."""
    total = sum(sizes)
    if not total or box.width <= 0 or box.height <= 0:
        return [Box(box.x, box.y, 0, 0) for _ in sizes]
    scale = box.width * box.height / total
    return list(_fill([size * scale for size in sizes], box))


def _fill(areas: Sequence[float], box: Box) -> Iterator[Box]:
    """Row by row along the shorter side, as long as that makes the row squarer."""
    start = 0
    while start < len(areas):
        side = min(box.width, box.height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(
            areas[start:end], side
        ):
            end += 1
        depth = sum(areas[start:end]) / side if side else 0
        at = 0.0
        for area in areas[start:end]:
            length = area / depth if depth else 0
            if box.width >= box.height:
                yield Box(box.x, box.y + at, depth, length)
            else:
                yield Box(box.x + at, box.y, length, depth)
            at += length
        if box.width >= box.height:
            box = Box(box.x + depth, box.y, max(box.width - depth, 0), box.height)
        else:
            box = Box(box.x, box.y + depth, box.width, max(box.height - depth, 0))
        start = end


def _worst(areas: Sequence[float], side: float) -> float:
    """The longest of a row's rectangles, as a ratio of its sides."""
    total = sum(areas)
    if not total or not side:
        return float("inf")
    depth = total / side
    return max(max(depth * depth / area, area / (depth * depth)) if area else 1e9 for area in areas)
