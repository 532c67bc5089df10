"""What lies between two commits: as text, as Markdown for a pull request, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from soundcheck.changes.counts import CountChange, ModuleChange
from soundcheck.changes.difference import Difference
from soundcheck.changes.locks import LockChange
from soundcheck.finding import PRECISIONS, SEVERITIES, Finding, Severity

# Counters as nouns, one and several.
_NOUNS = {
    "blocks": ("unsafe block", "unsafe blocks"),
    "functions": ("unsafe function", "unsafe functions"),
    "methods": ("unsafe method", "unsafe methods"),
    "impls": ("unsafe impl", "unsafe impls"),
    "traits": ("unsafe trait", "unsafe traits"),
    "externs": ("extern block", "extern blocks"),
    "attributes": ("unsafe attribute", "unsafe attributes"),
    "statics": ("mutable static", "mutable statics"),
    "asm": ("piece of assembly", "pieces of assembly"),
    "exprs": ("unsafe expression", "unsafe expressions"),
    "lines": ("line to read", "lines to read"),
    "leaks": ("leak", "leaks"),
    "context": ("site that rests on context", "sites that rest on context"),
    "unknown": ("site not understood", "sites not understood"),
}
_MINUS = "\N{MINUS SIGN}"
# Of a comment's rows so many are shown; a person reads no more.
_MOST_ROWS = 30
_MOST_PARTS = 8


def render_difference(difference: Difference, form: str) -> str:
    """The difference as ``text``, ``markdown`` or ``json``."""
    if form == "json":
        return _json(difference)
    lines = _markdown(difference) if form == "markdown" else _text(difference)
    return "".join(f"{line}\n" for line in lines)


def headline(difference: Difference) -> str:
    """One line: what changed most, or that nothing did."""
    rules = _by_rule(difference)
    parts = [
        *(_signed(change, rule) for rule, change in rules if change),
        *(_told(one) for one in _top(difference.counts) if one.counter == "blocks"),
        *(_told(one) for one in _top(difference.surface) if one.counter == "leaks"),
        *(one.what for one in difference.locks if one.kind in ("masking", "context")),
    ]
    if len(parts) > _MOST_PARTS:
        parts[_MOST_PARTS:] = [f"and {len(parts) - _MOST_PARTS:,} more"]
    return ", ".join(parts) or "no difference in findings, unsafe blocks and contexts of locks"


def _by_rule(difference: Difference) -> list[tuple[str, int]]:
    """How many findings of each rule there are more, the worst rules first."""
    balance: Counter[str] = Counter()
    rank: dict[str, int] = {}
    for sign, findings in ((1, difference.brought), (-1, difference.gone)):
        for finding in findings:
            balance[finding.rule] += sign
            rank[finding.rule] = SEVERITIES.index(finding.severity)
    return sorted(balance.items(), key=lambda pair: (rank[pair[0]], pair[0]))


def _signed(number: int, noun: str) -> str:
    return f"{_number(number)} {noun}"


def _number(number: int) -> str:
    return f"{number:+,}".replace("-", _MINUS)


def _told(change: CountChange) -> str:
    number = change.after - change.before
    return _signed(number, _NOUNS[change.counter][abs(number) != 1])


def _top(modules: Sequence[ModuleChange]) -> list[CountChange]:
    return [one for one in modules[0].changes if one.before != one.after]


def _text(difference: Difference) -> Iterator[str]:
    yield f"{difference.base} → {difference.head}: {headline(difference)}"
    yield ""
    before, after = difference.findings
    brought, gone = difference.brought, difference.gone
    yield f"findings: {before:,} → {after:,}, {len(brought):,} new, {len(gone):,} gone"
    yield from (f"  + {_finding(one)}" for one in _ordered(brought))
    yield from (f"  {_MINUS} {_finding(one)}" for one in _ordered(gone))
    for title, modules in _tables(difference):
        yield f"{title}: {_totals(modules)}"
        for module in modules[1:]:
            yield f"  {module.module}: {', '.join(map(_told, module.changes))}"
    yield f"locks: {len(difference.locks)} changes"
    for change in difference.locks:
        yield f"  {change.what}"
        yield from (f"    {one.at.path}:{one.at.line} in {one.item}" for one in change.places)
    yield _gaps(difference)


def _ordered(findings: Sequence[Finding]) -> list[Finding]:
    """The worst first."""
    return sorted(
        findings,
        key=lambda one: (
            SEVERITIES.index(one.severity),
            PRECISIONS.index(one.precision),
            one.at,
            one.rule,
        ),
    )


def _finding(one: Finding) -> str:
    return f"{one.severity}[{one.rule}] {one.at.path}:{one.at.line}: {one.message}"


def _tables(difference: Difference) -> tuple[tuple[str, Sequence[ModuleChange]], ...]:
    return ("unsafe code", difference.counts), ("audit surface", difference.surface)


def _totals(modules: Sequence[ModuleChange]) -> str:
    differing = _top(modules)
    return ", ".join(
        f"{_NOUNS[one.counter][1]} {one.before:,} → {one.after:,} "
        f"({_number(one.after - one.before)})"
        for one in differing
    ) or ("as before" if len(modules) == 1 else "as before in all")


def _gaps(difference: Difference) -> str:
    before, after = difference.gaps
    kinds = [_signed(one.after - one.before, one.kind) for one in difference.gap_kinds]
    return ", ".join([f"not understood: {before:,} → {after:,}", *kinds])


def _markdown(difference: Difference) -> Iterator[str]:
    yield f"## soundcheck: `{difference.base}` → `{difference.head}`"
    yield ""
    yield f"{_inline(headline(difference))}."
    worst = [one for one in difference.locks if one.kind in ("masking", "context")]
    rest = [one for one in difference.locks if one not in worst]
    for title, findings in (("New", difference.brought), ("Gone", difference.gone)):
        yield from _folded(
            f"{title}: {len(findings):,} {'finding' if len(findings) == 1 else 'findings'}",
            [_listed_finding(one) for one in _ordered(findings)],
            is_open=title == "New" and any(one.severity != Severity.NOTE for one in findings),
        )
    yield from _folded("Contexts of locks", [_listed_lock(one) for one in worst], is_open=True)
    yield from _folded("Other changes of locks", [_listed_lock(one) for one in rest])
    for title, modules in _tables(difference):
        rows = [f"| `{one.module}` | {', '.join(map(_told, one.changes))} |" for one in modules[1:]]
        if rows:
            yield ""
            yield f"<details><summary>{title.capitalize()}: {_totals(modules)}</summary>"
            yield from ("", "| module | change |", "|---|---|", *rows[:_MOST_ROWS])
            yield from _left(rows)
            yield from ("", "</details>")
    yield ""
    yield _inline(f"{_gaps(difference).capitalize()}.")


def _folded(title: str, rows: Sequence[str], *, is_open: bool = False) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"<details{' open' if is_open else ''}><summary>{title}</summary>"
    yield ""
    yield from rows[:_MOST_ROWS]
    yield from _left(rows)
    yield ""
    yield "</details>"


def _left(rows: Sequence[str]) -> Iterator[str]:
    if len(rows) > _MOST_ROWS:
        yield ""
        yield f"{len(rows) - _MOST_ROWS:,} more are in the other outputs."


def _listed_finding(one: Finding) -> str:
    place = f"`{one.at.path}:{one.at.line}`"
    return f"- {place} **{one.severity}** `{one.rule}`: {_inline(one.message)}"


def _listed_lock(one: LockChange) -> str:
    places = ", ".join(f"`{use.at.path}:{use.at.line}`" for use in one.places)
    return f"- {_inline(one.what)}{f' ({places})' if places else ''}"


def _inline(text: str) -> str:
    """Text in which only code spans are markup."""
    parts = " ".join(text.split()).split("`")
    for number in range(0, len(parts), 2):
        for char in "\\*_[]<>#|&":
            parts[number] = parts[number].replace(char, f"\\{char}")
    return "`".join(parts)


def _json(difference: Difference) -> str:
    value = {
        "base": difference.base,
        "head": difference.head,
        "findings": {
            "before": difference.findings[0],
            "after": difference.findings[1],
            "new": [_finding_value(one) for one in difference.brought],
            "gone": [_finding_value(one) for one in difference.gone],
        },
        "counts": {"counting": "soundcheck", **_modules_value(difference.counts)},
        "surface": _modules_value(difference.surface),
        "locks": [
            {
                "lock": one.lock,
                "kind": one.kind,
                "what": one.what,
                "places": [
                    {"path": use.at.path, "line": use.at.line, "item": use.item}
                    for use in one.places
                ],
            }
            for one in difference.locks
        ],
        "gaps": {
            "before": difference.gaps[0],
            "after": difference.gaps[1],
            "kinds": [one._asdict() for one in difference.gap_kinds],
        },
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _finding_value(one: Finding) -> dict[str, object]:
    return {
        "rule": one.rule,
        "severity": one.severity,
        "precision": one.precision,
        "path": one.at.path,
        "line": one.at.line,
        "item": one.item,
        "subject": one.subject,
        "message": one.message,
        "fingerprint": one.fingerprint,
    }


def _modules_value(modules: Sequence[ModuleChange]) -> dict[str, object]:
    total, *rest = modules
    return {
        "total": _counts_value(total),
        "modules": [{"item": one.module, **_counts_value(one)} for one in rest],
    }


def _counts_value(module: ModuleChange) -> dict[str, dict[str, int]]:
    return {one.counter: {"before": one.before, "after": one.after} for one in module.changes}
