"""The table of locks, as text for people and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from soundcheck.contexts.lock_table import LockRow, TakenAt


def render_locks(rows: Sequence[LockRow], form: str) -> str:
    """The rows as ``text`` or ``json``."""
    if form == "json":
        return json.dumps({"locks": [_as_json(row) for row in rows]}, indent=2) + "\n"
    return "".join(f"{line}\n" for row in rows for line in _lines(row))


def _as_json(row: LockRow) -> dict[str, object]:
    return {
        "lock": row.lock,
        "primitive": row.primitive,
        "waits": row.waits,
        "masks": list(row.masks),
        "highest": row.highest,
        "aliases": list(row.aliases),
        "has_place": row.has_place,
        "then": list(row.then),
        "taken": [
            {
                "path": one.at.path,
                "line": one.at.line,
                "item": one.item,
                "method": one.method,
                "mode": one.mode,
                "attempt": one.is_attempt,
                "states": [{"context": context, "interrupts": irq} for context, irq in one.states],
                "under": list(one.under),
                "under_in_callers": list(one.beneath),
            }
            for one in row.places
        ],
    }


def _lines(row: LockRow) -> Iterator[str]:
    masks = f"masks {' and '.join(row.masks)}" if row.masks else "masks nothing"
    yield f"{row.lock}"
    if row.aliases:
        yield f"  also: {', '.join(row.aliases)}"
    if not row.has_place:
        yield "  named by its type: where it lies is not known"
    yield f"  {row.primitive}: {row.waits}, {masks}; highest context: {row.highest or 'none known'}"
    for one in row.places:
        yield f"  {one.at.path}:{one.at.line}: {one.method} in {one.item}{_states(one)}"
        if one.under:
            yield f"    under {', '.join(one.under)}"
        if one.beneath:
            yield f"    called under {', '.join(one.beneath)}"
    if row.then:
        yield f"  then: {', '.join(row.then)}"
    yield ""


def _states(one: TakenAt) -> str:
    if not one.states:
        return ": nothing that is known runs it"
    words = (f"{context} with interrupts {irq}" for context, irq in one.states)
    return f": {', '.join(words)}"
