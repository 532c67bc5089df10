"""The module graph as pictures: the whole folded, each folder by itself, and every module."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log2
from typing import NamedTuple

from soundcheck.render.html.layout import Arc, lay_out
from soundcheck.render.html.modules import ShownModule, anchor_module, density
from soundcheck.render.summary import count_of
from soundcheck.survey.values import Use

WIDTH, HEIGHT = 184, 46
_GAP, _DROP, _MARGIN = 22, 58, 14
# In the font of the labels, so many characters fit into a box.
_LETTERS = 20
_FEW, _MANY = 40, 300
_EVERY = "g-every"
# Fewer than so many nodes are no picture: a folder is opened though it has many children.
_TOO_FEW = 4
# Below so many uses all are drawn; above, of each node the strongest.
_ALL_ARCS = 40
_STRONGEST = 2


class Box(NamedTuple):
    """One node: a module, or a folder with all modules in it."""

    path: str
    anchor: str
    is_folder: bool
    label: str
    detail: str
    title: str
    density: int
    errors: int
    x: int
    y: int


class Curve(NamedTuple):
    """One use, by the indices of its boxes; ``breaks`` are the sites that it can break."""

    source: int
    target: int
    path: str
    weight: int
    breaks: int
    is_up: bool
    is_weak: bool


class Picture(NamedTuple):
    """One picture; ``trail`` are the folders around it, from the outermost."""

    anchor: str
    path: str
    trail: tuple[tuple[str, str], ...]
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    width: int
    height: int

    @property
    def hidden(self) -> int:
        """How many uses are not drawn at first."""
        return sum(curve.is_weak for curve in self.curves)

    @property
    def weak(self) -> str:
        """The uses that are not drawn at first, as pairs of indices, for the script to draw."""
        return " ".join(f"{one.source}-{one.target}" for one in self.curves if one.is_weak)


class _Group(NamedTuple):
    """Modules that are shown as one node."""

    path: str
    modules: tuple[ShownModule, ...]
    is_folder: bool
    anchor: str = ""


def draw_pictures(modules: Sequence[ShownModule], uses: Sequence[Use]) -> list[Picture]:
    """The folded whole, then every folder, then all modules, as far as they can be told apart."""
    own = [one for one in modules if not one.module.is_test and one.module.crate]
    if not own:
        return []
    tree = _Tree(own)
    pictures = [_draw("g-all", "", (), tree.fold(_FEW), uses)]
    inside = _by_folder(uses)
    for path in sorted(tree.children):
        if path:
            trail = tuple((anchor_folder(one), one) for one in _around(path))
            groups = [
                *(_Group(path, (one,), is_folder=False) for one in tree.own.get(path, ())),
                *(tree.group(child) for child in tree.children[path]),
            ]
            pictures.append(_draw(anchor_folder(path), path, trail, groups, inside[path]))
    if len(own) > _FEW:
        pictures.append(_draw(_EVERY, "", (), tree.fold(_MANY), uses))
    return pictures


def _by_folder(uses: Iterable[Use]) -> dict[str, list[Use]]:
    """The uses by the innermost folder around both ends, in whose picture they are seen."""
    found: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        shared = []
        for one, other in zip(use.user.split("::"), use.used.split("::"), strict=False):
            if one != other:
                break
            shared.append(one)
        found["::".join(shared)].append(use)
    return found


def anchor_folder(path: str) -> str:
    """The anchor of the picture of a folder."""
    return "g-" + anchor_module(path).removeprefix("m-")


def _around(path: str) -> list[str]:
    parts = path.split("::")
    return ["::".join(parts[:depth]) for depth in range(1, len(parts))]


class _Tree:
    """Modules by their folders; the empty path holds the crates."""

    def __init__(self, modules: Sequence[ShownModule]) -> None:
        children: dict[str, dict[str, None]] = defaultdict(dict)
        self.own: dict[str, list[ShownModule]] = defaultdict(list)
        self._below: dict[str, list[ShownModule]] = defaultdict(list)
        for one in modules:
            path = one.module.path
            self.own[path].append(one)
            ways = ["", *_around(path), path]
            for folder, child in pairwise(ways):
                children[folder][child] = None
                self._below[child].append(one)
        self.children = {path: sorted(found) for path, found in sorted(children.items())}

    def group(self, path: str) -> _Group:
        """A module, or a folder with all that is in it."""
        return _Group(path, tuple(self._below[path]), path in self.children)

    def fold(self, most: int) -> list[_Group]:
        """At most so many groups, or a few more: the largest folder is opened while it fits."""
        lines = {
            path: sum(one.module.lines for one in found) for path, found in self._below.items()
        }
        shown = dict.fromkeys(self.children[""])
        opened: set[str] = set()
        while True:
            closed = [path for path in shown if path not in opened and path in self.children]
            if not closed:
                break
            best = max(closed, key=lambda path: (lines[path], path))
            grown = len(shown) + len(self.children[best]) - (best not in self.own)
            if grown > most and len(shown) >= _TOO_FEW:
                break
            opened.add(best)
            shown.update(dict.fromkeys(self.children[best]))
            if best not in self.own:
                shown.pop(best)
        groups = [
            _Group(path, tuple(self.own[path]), is_folder=False)
            if path in opened
            else self.group(path)
            for path in sorted(shown)
        ]
        return groups if len(groups) <= most or opened else _merged(groups, most)


def _merged(groups: Sequence[_Group], most: int) -> list[_Group]:
    """So many groups: those with unsafe code and the largest; the others are one."""

    def weight(group: _Group) -> tuple[bool, int]:
        return any(one.sites for one in group.modules), sum(
            one.module.lines for one in group.modules
        )

    ordered = sorted(groups, key=weight, reverse=True)
    kept = sorted(ordered[: most - 1], key=lambda group: group.path)
    rest = tuple(one for group in ordered[most - 1 :] for one in group.modules)
    name = f"{len(groups) - len(kept)} smaller crates"
    return [*kept, _Group(name, rest, is_folder=True, anchor=_EVERY)]


def _draw(
    anchor: str,
    path: str,
    trail: tuple[tuple[str, str], ...],
    groups: Sequence[_Group],
    uses: Sequence[Use],
) -> Picture:
    group_of = {
        one.module.path: index for index, group in enumerate(groups) for one in group.modules
    }
    calls: Counter[tuple[int, int]] = Counter()
    breaks: Counter[tuple[int, int]] = Counter()
    for use in uses:
        source, target = group_of.get(use.user), group_of.get(use.used)
        if source is not None and target is not None and source != target:
            calls[source, target] += use.calls
            breaks[source, target] += use.breaks
    arcs = [Arc(*pair, max(weight, 1)) for pair, weight in sorted(calls.items())]
    strong = _strong(arcs) | {arc for arc in arcs if breaks[arc.source, arc.target]}
    layers = lay_out(len(groups), [arc for arc in arcs if arc in strong])
    widest = max((len(layer) for layer in layers), default=1)
    width = 2 * _MARGIN + widest * WIDTH + (widest - 1) * _GAP
    height = 2 * _MARGIN + len(layers) * HEIGHT + (len(layers) - 1) * _DROP
    spots: dict[int, tuple[int, int]] = {}
    for row, layer in enumerate(layers):
        left = (width - len(layer) * WIDTH - (len(layer) - 1) * _GAP) // 2
        for column, node in enumerate(layer):
            spots[node] = (left + column * (WIDTH + _GAP), _MARGIN + row * (HEIGHT + _DROP))
    labels = _labels([group.path for group in groups])
    boxes = tuple(_box(group, labels[index], *spots[index]) for index, group in enumerate(groups))
    curves = tuple(
        _curve(arc, spots, breaks[arc.source, arc.target], is_weak=arc not in strong)
        for arc in arcs
    )
    return Picture(anchor, path, trail, boxes, curves, width, height)


def _strong(arcs: Sequence[Arc]) -> set[Arc]:
    """The uses that are drawn at first: all, or of each node those with the most calls."""
    if len(arcs) <= _ALL_ARCS:
        return set(arcs)
    strong: set[Arc] = set()
    by_source: dict[int, list[Arc]] = defaultdict(list)
    by_target: dict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        by_source[arc.source].append(arc)
        by_target[arc.target].append(arc)
    for found, most in ((by_source, _STRONGEST), (by_target, 1)):
        for same in found.values():
            strong.update(sorted(same, key=lambda arc: (-arc.weight, arc))[:most])
    return strong


def _box(group: _Group, label: str, x: int, y: int) -> Box:
    sites = sum(len(one.sites) for one in group.modules)
    lines = sum(one.module.lines for one in group.modules)
    errors, warnings, _ = map(sum, zip(*(one.levels() for one in group.modules), strict=True))
    many = len(group.modules)
    detail = f"{sites:,} unsafe" if sites else "no unsafe"
    if errors or warnings:
        detail += f" · {errors + warnings} found"
    title = f"{group.path}: {count_of(lines, 'line')}"
    if errors or warnings:
        title += f", {count_of(errors, 'error')}, {count_of(warnings, 'warning')}"
    if group.is_folder:
        title += f", {count_of(many, 'module')}"
    return Box(
        group.path,
        group.anchor
        or (anchor_folder(group.path) if group.is_folder else anchor_module(group.path)),
        group.is_folder,
        label,
        detail,
        title,
        density(sites, lines),
        errors + warnings,
        x,
        y,
    )


def _labels(paths: Sequence[str]) -> list[str]:
    """The last name of each path, or the last two where several have the same."""
    last = Counter(path.rpartition("::")[2] for path in paths)
    labels = []
    for path in paths:
        parts = path.split("::")
        text = parts[-1] if last[parts[-1]] == 1 else "::".join(parts[-2:])
        if len(text) > _LETTERS:
            half = (_LETTERS - 1) // 2
            text = f"{text[: _LETTERS - 1 - half]}…{text[-half:]}"
        labels.append(text)
    return labels


def _curve(arc: Arc, spots: Mapping[int, tuple[int, int]], breaks: int, *, is_weak: bool) -> Curve:
    (x, y), (other_x, other_y) = spots[arc.source], spots[arc.target]
    is_up = other_y <= y
    start_x, end_x = x + WIDTH // 2, other_x + WIDTH // 2
    if is_up:
        start_y, end_y = y, other_y + HEIGHT
        if other_y == y:
            start_y = end_y = y
        bend = -(_DROP if other_y == y else max(_DROP, (start_y - end_y) // 2))
        path = f"M{start_x} {start_y}C{start_x} {start_y + bend} {end_x} "
        path += f"{end_y + (bend if other_y == y else -bend)} {end_x} {end_y}"
    else:
        start_y, end_y = y + HEIGHT, other_y
        bend = max((end_y - start_y) // 2, 20)
        path = f"M{start_x} {start_y}C{start_x} {start_y + bend} {end_x} {end_y - bend} "
        path += f"{end_x} {end_y}"
    weight = min(1 + int(log2(arc.weight)), 5)
    return Curve(arc.source, arc.target, path, weight, breaks, is_up, is_weak)
