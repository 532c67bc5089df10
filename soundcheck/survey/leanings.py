"""Whence the operands of unsafe operations come, in words."""

from __future__ import annotations

from soundcheck.boundaries.operations import SELF, Origin
from soundcheck.contexts.proofs import short
from soundcheck.program import Program
from soundcheck.survey.values import Leaning

_WORDS = {
    "closure": "what the closure is called with",
    "memory": "a value read through a raw pointer",
    "fresh": "a value made here",
    "assembly": "a register",
    "unknown": "a value that was not followed",
}


def lean_on(program: Program, origin: Origin) -> Leaning | None:
    """What an origin is, as a clause; ``None`` for constants, on which nothing can go wrong."""
    if origin.kind == "constant":
        return None
    return Leaning(origin.kind, _field(program, origin, _what(origin)), origin.checks)


def _what(origin: Origin) -> str:
    match origin.kind:
        case "parameter" if origin.param == SELF:
            return "`self`"
        case "parameter":
            return f"the parameter `{origin.name}`"
        case "static":
            return f"the static `{short(origin.name)}`"
        case "borrow":
            return f"a reference to `{origin.name}`, made here"
        case "call":
            return f"what `{short(origin.name)}` gives" if origin.name else "what a call gives"
    return _WORDS.get(origin.kind, origin.kind)


def _field(program: Program, origin: Origin, what: str) -> str:
    if not origin.field:
        return what
    owner = program.world.defmap.defs[origin.owner].path if origin.owner >= 0 else ""
    place = f"`{short(owner)}::{origin.field}`" if owner else f"`{origin.field}`"
    return f"the field {place} of {what}"
