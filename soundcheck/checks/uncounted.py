"""Unsafe code where counters of it do not look: macros, attributes, extern blocks, traits."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.finding import Finding, Step
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax.facts import UnsafeSite
from soundcheck.syntax.items import MacroDef, Trait

SPEC = CheckSpec(
    facts={"kinds": FactSpec(ListOf(Text()), is_required=True)},
    placeholders=("what",),
)

_WORDS = {
    "block": "unsafe block",
    "function": "unsafe function",
    "method": "unsafe method",
    "impl": "unsafe impl",
    "trait": "unsafe trait",
    "extern": "unsafe extern block",
    "attribute": "unsafe attribute",
}
_MOST_RELATED = 20


class _Hiding(NamedTuple):
    """How unsafe code hides, and in which module, or in which macro's definition."""

    subject: str
    how: str
    kind: str
    is_test: bool


def find_uncounted(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding for all sites of a kind that hide alike in one module, or in one macro."""
    kinds = frozenset(rule.texts("kinds"))
    found: dict[_Hiding, list[Step]] = {}
    for path in program.paths:
        macros = [one for one in program.items(path) if isinstance(one.item, MacroDef)]
        for commented in program.facts[path].sites:
            site = commented.site
            hiding = _hiding(program, path, site, macros) if site.kind in kinds else None
            if hiding is not None:
                at = program.span(path, site.token_start, site.token_end)
                step = Step(at, program.name_at(path, site.start), _WORDS[site.kind])
                found.setdefault(hiding, []).append(step)
    for hiding, steps in found.items():
        word = _WORDS[hiding.kind]
        what = f"{len(steps)} {word}s" if len(steps) > 1 else f"an {word}"
        yield program.claim(
            rule,
            steps[0].at,
            site=f"{hiding.kind} {hiding.how}".strip(),
            subject=hiding.subject,
            values={"what": f"{what} {hiding.how}".strip()},
            related=tuple(steps[1:_MOST_RELATED]),
        )


def _hiding(
    program: Program, path: str, site: UnsafeSite, macros: Sequence[ProgramItem]
) -> _Hiding | None:
    """How a site hides; ``None`` for one that every counter sees."""
    module = program.module_at(path, site.token_start)
    name = path if module is None else module.path
    is_test = program.is_test_at(path, site.token_start)
    if site.in_macro:
        for macro in macros:
            if macro.item.start <= site.start < macro.item.end:
                return _Hiding(macro.name, "in a macro's definition", site.kind, is_test)
        return _Hiding(name, "among the tokens of macros", site.kind, is_test)
    if site.kind in ("attribute", "extern"):
        return _Hiding(name, "", site.kind, is_test)
    one = program.item_at(path, site.token_start)
    if site.kind == "method" and one is not None and isinstance(one.container, Trait):
        return _Hiding(name, "of traits", site.kind, is_test)
    return None


CHECK = Check(SPEC, find_uncounted)
