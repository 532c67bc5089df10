"""The unsafe inventory: every site with its argument, what it leans on, and what must be read."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from soundcheck.contexts.proofs import short
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
# What the boundaries say of a leaning, from the worst to the best.
VERDICTS = {
    "leaks": "can be broken elsewhere",
    "context": "resting on order or state",
    "unknown": "not followed",
    "declared": "a contract asks for it",
    "encapsulated": "kept inside",
}
_LEANS = {
    "local": "",
    "type": "the type of",
    "parameter": "the parameter",
    "private field": "the private field",
    "visible field": "the visible field",
    "static": "the static",
    "register": "a register",
    "memory": "memory behind a raw pointer",
    "state": "the state of things at",
    "contract": "the contract of",
    "trait": "what an implementor gives for",
    "call": "the result of",
    "outside": "the result of",
    "impl": "all functions of",
    "unknown": "something",
}
_MOST_KEPT = 5
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


class ShownLeaning(NamedTuple):
    """What a site leans on with one verdict: one thing, or all that is kept inside."""

    verdict: str
    words: str
    what: Markup


class ShownSite(NamedTuple):
    """One site; ``findings`` are the anchors of those on it, the worst first.

    ``runs_as`` is the anchor of the one before it in the same item that runs in the same contexts.
    """

    anchor: str
    site: Site
    kind: str
    name: str
    code: Markup
    acts: tuple[Done, ...]
    leanings: tuple[ShownLeaning, ...]
    contexts: tuple[str, ...]
    runs_as: str
    findings: tuple[tuple[str, Finding], ...]

    @property
    def has_argument(self) -> bool:
        """Whether somebody wrote why it is sound."""
        return bool(self.site.argument)

    @property
    def surface(self) -> int:
        """The lines of safe code that must be read to believe it."""
        return sum(one.safe_lines for one in self.site.readings)

    @property
    def verdict(self) -> str:
        """What is wrong with what it leans on, in words; empty where nothing is."""
        is_worth = self.site.verdict in ("leaks", "context", "unknown")
        return VERDICTS[self.site.verdict] if is_worth else ""


def show_sites(
    sites: Iterable[Site], code: Code, findings: Mapping[str, Sequence[tuple[str, Finding]]]
) -> list[ShownSite]:
    """The sites, each with the findings that stand in it; ``findings`` are by key of a site."""
    shown = []
    known: dict[tuple[str, tuple[RunsIn, ...]], str] = {}
    for site in sites:
        anchor = f"s-{site.key}"
        first = known.setdefault((site.item, site.contexts), anchor)
        shown.append(
            ShownSite(
                anchor,
                site,
                _KINDS.get(site.kind, site.kind),
                name_in(site.module, site.item),
                code.whole(_extent(site), _MOST_LINES.get(site.kind, 8)),
                _acts(site.acts),
                _leanings(site.leanings),
                tuple(dict.fromkeys(one.context for one in site.contexts)),
                "" if first == anchor else first,
                tuple(findings.get(site.key, ())),
            )
        )
    return shown


def badness(shown: ShownSite) -> tuple[object, ...]:
    """What orders sites by how much a reviewer should hurry: the worst is the greatest."""
    levels = [finding.severity for _, finding in shown.findings]
    return (
        *(levels.count(severity) for severity in SEVERITIES[:2]),
        bool(shown.site.readings),
        -list(VERDICTS).index(shown.site.verdict or "encapsulated"),
        shown.surface,
        not shown.has_argument,
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


def _acts(acts: Sequence[Act]) -> tuple[Done, ...]:
    """Operations, those that do the same as one."""
    lines: dict[tuple[str, str, bool], dict[int, None]] = {}
    for act in acts:
        lines.setdefault((act.kind, act.name, act.is_certain), {})[act.at.line] = None
    return tuple(
        Done(_what(kind, name), tuple(found), is_certain)
        for (kind, name, is_certain), found in lines.items()
    )


def _leanings(leanings: Sequence[Leaning]) -> tuple[ShownLeaning, ...]:
    """What can be broken one by one, then in one line what is kept inside."""
    shown = [
        ShownLeaning(one.verdict, VERDICTS[one.verdict], prose(_lean(one)))
        for one in leanings
        if one.verdict != "encapsulated"
    ]
    kept = dict.fromkeys(_lean(one) for one in leanings if one.verdict == "encapsulated")
    if kept:
        told = list(kept)[:_MOST_KEPT]
        more = len(kept) - len(told)
        text = ", ".join(told) + (f" and {more} more" if more else "")
        shown.append(ShownLeaning("encapsulated", VERDICTS["encapsulated"], prose(text)))
    return tuple(shown)


def _lean(one: Leaning) -> str:
    words = f"{_LEANS.get(one.kind, one.kind)} {one.what}".strip()
    return f"{words}, seen by {one.reach}" if one.reach else words


def _what(kind: str, name: str) -> Markup:
    if kind == "dereference":
        known = name not in ("", "_")
        return prose(
            f"dereferences a pointer to `{short(name)}`" if known else "dereferences a pointer"
        )
    return prose(f"{_DOES.get(kind, kind)} `{short(name)}`")
