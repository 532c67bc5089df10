"""The first page: what there is, where to begin, and what the tool did not see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from soundcheck.finding import SEVERITIES, Gap, Report
from soundcheck.render.html.modules import ShownModule, density
from soundcheck.render.html.treemap import Box, squarify
from soundcheck.survey.values import Survey

MAP_WIDTH, MAP_HEIGHT = 1200, 520
_HEAD = 18
_PAD = 2
_LETTER = 6.7


class RuleRow(NamedTuple):
    """How often a rule spoke."""

    name: str
    severity: str
    times: int


class KindRow(NamedTuple):
    """How many sites there are of a kind, and how many of them are argued for."""

    kind: str
    sites: int
    argued: int
    tests: int


class Tile(NamedTuple):
    """One module on the map; without an anchor it is a folder's frame."""

    box: Box
    anchor: str
    label: str
    title: str
    density: int


def count_rules(report: Report) -> list[RuleRow]:
    """The rules that spoke, the worst first, then the most frequent."""
    counts = Counter((SEVERITIES.index(one.severity), one.rule) for one in report.findings)
    return [
        RuleRow(name, SEVERITIES[rank].value, times)
        for (rank, name), times in sorted(
            counts.items(), key=lambda row: (row[0][0], -row[1], row[0][1])
        )
    ]


def count_kinds(survey: Survey) -> list[KindRow]:
    """The sites by kind, the most frequent first; what stands in tests is counted apart."""
    sites: Counter[str] = Counter()
    argued: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for site in survey.sites:
        (tests if site.is_test else sites)[site.kind] += 1
        argued[site.kind] += bool(site.argument) and not site.is_test
    kinds = sorted({*sites, *tests}, key=lambda kind: (-sites[kind], kind))
    return [KindRow(kind, sites[kind], argued[kind], tests[kind]) for kind in kinds]


def group_gaps(gaps: Sequence[Gap]) -> list[tuple[str, list[Gap]]]:
    """The gaps by kind, the most frequent first."""
    kinds: dict[str, list[Gap]] = defaultdict(list)
    for gap in gaps:
        kinds[gap.kind].append(gap)
    return sorted(kinds.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def draw_map(modules: Sequence[ShownModule]) -> list[Tile]:
    """A map of the code: folders as frames, in them modules with areas by their lines."""
    folders: dict[str, list[ShownModule]] = defaultdict(list)
    for one in modules:
        if one.module.crate and not one.module.is_test:
            folders["::".join(one.module.path.split("::")[:2])].append(one)
    lines = {path: sum(one.module.lines for one in found) for path, found in folders.items()}
    ordered = sorted(folders, key=lambda path: (-lines[path], path))
    frames = squarify([lines[path] for path in ordered], Box(0, 0, MAP_WIDTH, MAP_HEIGHT))
    tiles: list[Tile] = []
    for path, frame in zip(ordered, frames, strict=True):
        found = sorted(folders[path], key=lambda one: (-one.module.lines, one.module.path))
        if len(found) == 1:
            tiles.append(_tile(found[0], _inset(frame, 0), path))
            continue
        has_head = frame.height > 3 * _HEAD and frame.width > 60
        label = _fit(path, frame.width) if has_head else ""
        tiles.append(Tile(_inset(frame, 0), "", label, path, 0))
        inner = _inset(frame, _HEAD if has_head else 0)
        boxes = squarify([one.module.lines for one in found], inner)
        tiles += [_tile(one, _inset(box, 0), path) for one, box in zip(found, boxes, strict=True)]
    return tiles


def _inset(box: Box, head: float) -> Box:
    return Box(
        round(box.x + _PAD / 2, 1),
        round(box.y + _PAD / 2 + head, 1),
        round(max(box.width - _PAD, 0), 1),
        round(max(box.height - _PAD - head, 0), 1),
    )


def _tile(one: ShownModule, box: Box, folder: str) -> Tile:
    sites = len(one.sites)
    name = one.module.path.removeprefix(f"{folder}::")
    title = f"{one.module.path}: {one.module.lines:,} lines, {sites:,} unsafe sites"
    label = _fit(name, box.width) if box.height > _HEAD else ""
    return Tile(box, one.anchor, label, title, density(sites, one.module.lines))


def _fit(text: str, width: float) -> str:
    """As much of a name as fits, its end; nothing where that would tell nothing."""
    room = int((width - 8) / _LETTER)
    if len(text) <= room:
        return text
    last = text.rpartition("::")[2]
    if len(last) <= room:
        return last
    return f"{last[: room - 1]}…" if room > 4 else ""
