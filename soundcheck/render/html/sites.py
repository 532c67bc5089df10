"""The unsafe inventory: every site with its argument, what it leans on, and what must be read."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from soundcheck.finding import SEVERITIES, Finding
from soundcheck.render.html.code import Code, prose
from soundcheck.source import Span
from soundcheck.survey.values import Act, Leaning, RunsIn, Site

_KINDS = {
    "block": "unsafe block",
    "function": "unsafe function",
    "method": "unsafe method",
    "impl": "unsafe impl",
    "trait": "unsafe trait",
    "extern": "unsafe extern block",
    "attribute": "unsafe attribute",
    "static": "mutable static",
    "asm": "assembly",
}
# A body is read in its file; a block is short enough to be read here.
_MOST_LINES = {"block": 14, "asm": 14, "static": 6, "attribute": 3}
_DOES = {
    "dereference": "dereferences",
    "call": "calls",
    "static": "uses the static",
    "union": "reads the union field",
    "assembly": "runs",
}


class Done(NamedTuple):
    """One thing that is done, on which lines."""

    what: Markup
    lines: tuple[int, ...]
    is_certain: bool


class ShownAct(NamedTuple):
    """The operations that lean on the same, like ones as one."""

    done: tuple[Done, ...]
    leanings: tuple[Leaning, ...]


class ShownSite(NamedTuple):
    """One site; ``findings`` are the anchors of those on it, the worst first."""

    anchor: str
    site: Site
    kind: str
    name: str
    code: Markup
    acts: tuple[ShownAct, ...]
    contexts: tuple[str, ...]
    findings: tuple[tuple[str, Finding], ...]

    @property
    def has_argument(self) -> bool:
        """Whether somebody wrote why it is sound."""
        return bool(self.site.argument)


def show_sites(
    sites: Iterable[Site], code: Code, findings: Mapping[str, Sequence[tuple[str, Finding]]]
) -> list[ShownSite]:
    """The sites, each with the findings that stand in it; ``findings`` are by key of a site."""
    return [
        ShownSite(
            f"s-{site.key}",
            site,
            _KINDS.get(site.kind, site.kind),
            name_in(site.module, site.item),
            code.whole(_extent(site), _MOST_LINES.get(site.kind, 8)),
            _acts(site.acts),
            tuple(dict.fromkeys(one.context for one in site.contexts)),
            tuple(findings.get(site.key, ())),
        )
        for site in sites
    ]


def badness(shown: ShownSite) -> tuple[object, ...]:
    """What orders sites by how much a reviewer should hurry: the worst is the greatest."""
    levels = [finding.severity for _, finding in shown.findings]
    return (
        *(levels.count(severity) for severity in SEVERITIES[:2]),
        bool(shown.site.readings),
        any(act.is_certain and act.leanings for act in shown.site.acts),
        not shown.has_argument,
        len(shown.site.readings),
        len(shown.site.acts),
    )


def site_of_findings(
    sites: Iterable[Site], findings: Iterable[tuple[str, Finding]]
) -> dict[str, str]:
    """For the anchor of each finding the key of the innermost site around it, if there is one."""
    by_path: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        by_path[site.at.path].append(site)
    starts = {path: [site.at.start for site in found] for path, found in by_path.items()}
    keys: dict[str, str] = {}
    for anchor, finding in findings:
        found = by_path.get(finding.at.path, [])
        nth = bisect_right(starts.get(finding.at.path, []), finding.at.start)
        for site in reversed(found[:nth]):
            if site.at.end > finding.at.start:
                keys[anchor] = site.key
                break
    return keys


def name_in(module: str, item: str) -> str:
    """The name of an item in its module."""
    return item.removeprefix(f"{module}::") if item != module else item.rpartition("::")[2]


def tell_context(one: RunsIn) -> str:
    """A context with the state of interrupts in it."""
    return f"{one.context.replace('-', ' ')}, interrupts {one.interrupts}"


def _extent(site: Site) -> Span:
    """All of a site; an attribute with the line that it is about."""
    if site.kind != "attribute":
        return site.at
    return Span(site.at.path, site.at.line, site.at.start, site.at.end + 2)


def _acts(acts: Sequence[Act]) -> tuple[ShownAct, ...]:
    """Operations that lean on the same together, those that do the same once."""
    found: dict[tuple[Leaning, ...], dict[tuple[str, str, bool], dict[int, None]]] = {}
    for act in acts:
        like = found.setdefault(act.leanings, {})
        like.setdefault((act.kind, act.name, act.is_certain), {})[act.at.line] = None
    return tuple(
        ShownAct(
            tuple(
                Done(_what(kind, name), tuple(lines), is_certain)
                for (kind, name, is_certain), lines in like.items()
            ),
            leanings,
        )
        for leanings, like in found.items()
    )


def _what(kind: str, name: str) -> Markup:
    if kind == "dereference":
        known = name not in ("", "_")
        return prose(f"dereferences a pointer to `{name}`" if known else "dereferences a pointer")
    return prose(f"{_DOES.get(kind, kind)} `{name}`")
