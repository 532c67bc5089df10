"""A first guess at the facts of an unknown kernel, from what its own code does.

Nothing here is believed by any rule: it is a profile to be read and mended by somebody who knows
the kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.flows import ENTRY, MASKED, UNMASKED
from soundcheck.contexts.infer import INTERRUPTS, Contexts
from soundcheck.contexts.scripts import Loop
from soundcheck.crates.definitions import Def
from soundcheck.crates.stubs import is_stub
from soundcheck.syntax import items as it
from soundcheck.types.show import show_type
from soundcheck.types.ty import Adt

_EXCLUSIVE, _READ, _WRITE = ("lock",), ("read",), ("write",)
_HANDLERS = ("interrupt", "irq", "trap", "isr", "exception", "vector")


class Guess(NamedTuple):
    """One table of a profile: its name, its keys, and the reason for it."""

    table: str
    keys: tuple[tuple[str, object], ...]
    why: str


def guess_facts(contexts: Contexts) -> tuple[Guess, ...]:
    """Tables for locks, masking functions, guards and entries that no fact tells of yet."""
    return (*_entries(contexts), *_locks(contexts), *_masks(contexts))


def _functions(contexts: Contexts) -> Iterator[tuple[Def, it.Function]]:
    for target in contexts.world.defmap.defs:
        item = target.item
        if isinstance(item, it.Function) and target.is_primary and not is_stub(target.file):
            yield target, item


def _locks(contexts: Contexts) -> Iterator[Guess]:
    """Types with a ``lock`` that gives out something that is dropped and dereferenced."""
    methods = contexts.world.methods
    found: dict[str, dict[str, Def]] = {}
    for target, item in _functions(contexts):
        if target.impl < 0 or not item.receiver.startswith("&self"):
            continue
        name = target.name
        if not name.startswith(("lock", "try_lock", "read", "write", "try_read", "try_write")):
            continue
        header = methods.declared.header_of(target.impl)
        result = methods.declared.signature_of(target).ret
        if header.trait is not None or not isinstance(header.self_type, Adt):
            continue
        if "Guard" in show_type(result, contexts.world.defmap.defs):
            found.setdefault(contexts.world.defmap.defs[header.self_type.def_id].path, {})[name] = (
                target
            )
    for path in sorted(found):
        taking = found[path]
        if "lock" not in taking and not {"read", "write"} <= set(taking):
            continue
        if contexts.facts.locks_of(path):
            continue
        first = taking.get("lock") or taking["write"]
        masks = contexts.flows.summary(BodyId(first.index)).bases[0] == MASKED
        keys: list[tuple[str, object]] = [
            ("types", [path]),
            ("waits", "spins" if _spins(contexts, first) else "sleeps"),
            ("masks", ["interrupts"] if masks else []),
        ]
        for key, names in (("lock", _EXCLUSIVE), ("read", _READ), ("write", _WRITE)):
            chosen = [name for name in sorted(taking) if name in names]
            if chosen:
                keys.append((key, chosen))
        tries = [name for name in sorted(taking) if name.startswith("try")]
        if tries:
            keys.append(("try", tries))
        yield Guess("lock", tuple(keys), f"`{first.path}` gives out a guard")


def _spins(contexts: Contexts, target: Def) -> bool:
    """Whether a function, or one it calls, goes round in a loop."""
    seen = {BodyId(target.index)}
    stack = list(seen)
    while stack and len(seen) < 40:
        body = stack.pop()
        for flow in contexts.flows.of.get(body, ()):
            if any(isinstance(op, Loop) for op in flow.script.ops):
                return True
        for callee, _ in contexts.sure_calls(body):
            if callee not in seen:
                seen.add(callee)
                stack.append(callee)
    return False


def _masks(contexts: Contexts) -> Iterator[Guess]:
    """Functions that leave interrupts masked or unmasked behind them."""
    known = contexts.facts.masking
    disable: list[str] = []
    enable: list[str] = []
    for target, _ in _functions(contexts):
        if known.of(target.path):
            continue
        base = contexts.flows.summary(BodyId(target.index)).bases[0]
        if base == MASKED:
            disable.append(target.path)
        elif base == UNMASKED:
            enable.append(target.path)
    if disable or enable:
        keys = (("masks", [INTERRUPTS]), ("disable", sorted(disable)), ("enable", sorted(enable)))
        yield Guess("mask", keys, f"they leave interrupts other than at {ENTRY}")


def _entries(contexts: Contexts) -> Iterator[Guess]:
    """Exported functions that are named like handlers, and that nobody calls."""
    rooted = {root.body for root in contexts.roots}
    names = []
    for target, item in _functions(contexts):
        body = BodyId(target.index)
        exported = any(one.path in ("no_mangle", "export_name") for one in item.attributes)
        if not exported or body in rooted or contexts.graph.callers(body):
            continue
        if any(word in target.name.lower() for word in _HANDLERS):
            names.append(target.name)
    if names:
        keys = (
            ("context", "interrupt"),
            ("why", "assembly calls it on an interrupt"),
            ("symbols", sorted(names)),
        )
        yield Guess("entry", keys, "exported, never called from Rust, and named like handlers")
