"""What a call means under the facts about a kernel: a lock taken, interrupts masked, an effect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.contexts.facts import (
    CellFact,
    EffectFact,
    Entry,
    FactPlace,
    KernelFacts,
    LockFact,
    MaskFact,
    OnceFact,
)
from soundcheck.contexts.scripts import Call
from soundcheck.crates.definitions import Def


class Taking(NamedTuple):
    """A lock is taken, or tried: in which mode, and whether whoever holds it is waited for.

    ``in_closure`` tells that it is held while a closure runs, not while a guard lives.
    """

    fact: LockFact
    mode: str
    is_attempt: bool
    in_closure: bool


class Masking(NamedTuple):
    """Something is masked or unmasked: ``guard``, ``closure``, ``disable``, ``enable``, ..."""

    how: str
    fact: MaskFact


class Meaning(NamedTuple):
    """All that facts say of one call."""

    taking: Taking | None = None
    once: OnceFact | None = None
    cell: CellFact | None = None
    maskings: tuple[Masking, ...] = ()
    effects: tuple[EffectFact, ...] = ()
    registers: tuple[Entry, ...] = ()
    unlocking: LockFact | None = None


NOTHING = Meaning()

# The kinds of calls that are known by a macro's name, or by the type that a method belongs to.
_BY_OTHER_NAMES = frozenset({"macro", "deref"})
_MODES = (("lock", "exclusive"), ("read", "shared"), ("write", "exclusive"))


class Meanings:
    """Calls held against facts, remembered by what is called on what."""

    def __init__(self, facts: KernelFacts, defs: Sequence[Def]) -> None:
        self.facts = facts
        self._defs = defs
        self._known: dict[tuple[tuple[str, ...], str, str], Meaning] = {}
        self._plain: dict[tuple[BodyId, ...], bool] = {}
        self._masking: dict[tuple[FactPlace, tuple[str, ...]], LockFact] = {}

    def paths_of(self, site: CallSite) -> tuple[str, ...]:
        """The full paths of what a call may run, or what is known of the name."""
        if site.callees:
            return tuple(self._defs[callee.owner].path for callee in site.callees)
        if site.resolution == "external" and site.reason:
            return (site.reason,)
        return (site.name,)

    def of(self, op: Call, site: CallSite | None, words: Sequence[str]) -> Meaning:
        """What a call means."""
        if site is None:
            return NOTHING
        known = self._called(site, words[op.type] if op.type >= 0 else "")
        given = self.facts.masking_by(words[op.result]) if op.result >= 0 else ()
        if given:
            guards = tuple(Masking("guard", fact) for fact in given)
            known = known._replace(maskings=(*known.maskings, *guards))
        return known

    def _called(self, site: CallSite, shown: str) -> Meaning:
        """What a call means by what is called, and on what."""
        # Facts tell of few names and types: what neither is among them means nothing.
        if self._is_plain(site) and not self.facts.is_known(shown):
            return NOTHING
        paths = self.paths_of(site)
        key = (paths, shown, site.kind)
        known = self._known.get(key)
        if known is None:
            found = self._meaning(paths, shown, site)
            known = self._known[key] = NOTHING if found == NOTHING else found
        return known

    def _is_plain(self, site: CallSite) -> bool:
        """Whether no fact tells of what a call may run, whatever it is called on."""
        if site.kind in _BY_OTHER_NAMES:
            return False
        known = self._plain.get(site.callees) if site.callees else None
        if known is None:
            known = not any(self.facts.functions.of(path) for path in self.paths_of(site))
            if site.callees:
                self._plain[site.callees] = known
        return known

    def _meaning(self, paths: tuple[str, ...], shown: str, site: CallSite) -> Meaning:
        facts = self.facts
        if site.kind == "macro":
            names = {site.name.rstrip("!"), *paths}
            found = [fact for name in sorted(names) for fact in facts.macros_doing.of(name)]
            return Meaning(effects=tuple(dict.fromkeys(found)))
        name = paths[0].rpartition("::")[2]
        if site.kind == "deref" and not shown:
            shown = paths[0].rpartition("::")[0]
        once = facts.once_of(shown) if shown else None
        if once is not None and not (name in once.init or (once.deref and site.kind == "deref")):
            once = None
        cell = facts.cell_of(shown) if shown and site.kind != "deref" else None
        if cell is not None and cell.access and name not in cell.access:
            cell = None
        return Meaning(
            self._taking(shown, name) if site.kind != "deref" else None,
            once,
            cell,
            tuple(
                dict.fromkeys(
                    Masking(how, fact) for path in paths for how, fact in facts.masking.of(path)
                )
            ),
            tuple(dict.fromkeys(fact for path in paths for fact in facts.doing.of(path))),
            tuple(dict.fromkeys(fact for path in paths for fact in facts.registering.of(path))),
            next((fact for fact in facts.locks_of(shown) if name in fact.unlock), None)
            if shown and site.kind != "deref"
            else None,
        )

    def masking(self, meaning: Meaning, taking: Taking, masks: tuple[str, ...]) -> Meaning:
        """What it means that a lock is taken whose own code masks more than facts tell."""
        fact = taking.fact
        if all(name in fact.masks for name in masks):
            return meaning
        key = (fact.place, masks)
        if key not in self._masking:
            more = tuple(name for name in masks if name not in fact.masks)
            self._masking[key] = replace(fact, masks=(*fact.masks, *more))
        return meaning._replace(taking=taking._replace(fact=self._masking[key]))

    def _taking(self, shown: str, name: str) -> Taking | None:
        """The first lock that a type may be and that a method of this name takes."""
        for fact in self.facts.locks_of(shown) if shown else ():
            in_closure = name in fact.closures
            for attribute, mode in _MODES:
                names: tuple[str, ...] = getattr(fact, attribute)
                if name in names:
                    return Taking(fact, mode, is_attempt=False, in_closure=in_closure)
            if name in fact.attempts:
                return Taking(fact, "exclusive", is_attempt=True, in_closure=in_closure)
            if in_closure:
                return Taking(fact, "exclusive", is_attempt=False, in_closure=True)
        return None


_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SEPARATOR = re.compile(r"\\n|\\t|;|\n")


def assembly_lines(tokens: str) -> list[str]:
    """The instructions in the templates of an assembly macro, blanks made single."""
    return [
        " ".join(line.split())
        for literal in _LITERAL.findall(tokens)
        for line in _SEPARATOR.split(literal)
        if line.strip()
    ]


def assembly_maskings(facts: KernelFacts, tokens: str) -> list[Masking]:
    """What assembly masks or unmasks, in order of its instructions."""
    found: list[Masking] = []
    for line in assembly_lines(tokens):
        for fact in facts.masks:
            if any(_begins(line, text) for text in fact.assembly_disable):
                found.append(Masking("disable", fact))
            elif any(_begins(line, text) for text in fact.assembly_enable):
                found.append(Masking("enable", fact))
    return found


def _begins(line: str, text: str) -> bool:
    return line == text or line.startswith((f"{text} ", f"{text},"))
