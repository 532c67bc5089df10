"""What a profile may say about locks, interrupts and contexts: the form of its tables.

Functions are named by paths and types by paths with arguments, as ``patterns`` reads them:
``lock_api::Mutex<RawTicketMutex>``, ``irq::disable*``.
"""

from __future__ import annotations

from collections.abc import Mapping

from soundcheck.catalog.schema import FactSpec, Flag, ListOf, Table, Text

CONTEXTS = ("task", "interrupt", "exception", "nmi", "bottom-half", "panic", "boot")
MASKABLE = ("interrupts", "preemption", "bottom-halves")
WAITS = ("spins", "sleeps", "suspends", "panics", "fails")
# What ``asks`` looks whether it may sleep, and does something else where it may not.
EFFECTS = (
    "sleeps",
    "allocates",
    "logs",
    "schedules",
    "polls",
    "panics",
    "diverges",
    "starts-cpus",
    "asks",
)

_LINE = Text(pattern=r"\S[^\n]*", form="one line of text")
_NAMES = FactSpec(ListOf(Text(pattern=r"\S(.*\S)?", form="a pattern")), default=())
_MASKS = FactSpec(ListOf(Text(choices=MASKABLE)), default=())
_UNMET = FactSpec(_LINE, default="")

ENTRY = Table(
    {
        "context": FactSpec(Text(choices=CONTEXTS), is_required=True),
        "why": FactSpec(_LINE, is_required=True),
        "masked": FactSpec(ListOf(Text(choices=MASKABLE))),
        "abis": _NAMES,
        "attributes": _NAMES,
        "symbols": _NAMES,
        "functions": _NAMES,
        "methods": _NAMES,
        "arguments": _NAMES,
        "casts": _NAMES,
        "macros": _NAMES,
        "statics": _NAMES,
        "types": _NAMES,
        "only": _NAMES,
        "unmet": _UNMET,
    }
)
LOCK = Table(
    {
        "name": FactSpec(_LINE, default=""),
        "types": FactSpec(ListOf(Text()), is_required=True),
        "waits": FactSpec(Text(choices=WAITS), is_required=True),
        "masks": _MASKS,
        "lock": _NAMES,
        "read": _NAMES,
        "write": _NAMES,
        "try": _NAMES,
        "closures": _NAMES,
        "unlock": _NAMES,
        "is_reentrant": FactSpec(Flag()),
        "unmet": _UNMET,
    }
)
ONCE = Table(
    {
        "types": FactSpec(ListOf(Text()), is_required=True),
        "waits": FactSpec(Text(choices=WAITS), is_required=True),
        "masks": _MASKS,
        "init": _NAMES,
        "deref": FactSpec(Flag()),
        "unmet": _UNMET,
    }
)
MASK = Table(
    {
        "masks": FactSpec(ListOf(Text(choices=MASKABLE)), is_required=True),
        "types": FactSpec(ListOf(Text()), default=()),
        "guards": _NAMES,
        "closures": _NAMES,
        "disable": _NAMES,
        "enable": _NAMES,
        "restore": _NAMES,
        "assembly_disable": _NAMES,
        "assembly_enable": _NAMES,
        "unmet": _UNMET,
    }
)
EFFECT = Table(
    {
        "does": FactSpec(Text(choices=EFFECTS), is_required=True),
        "functions": _NAMES,
        "macros": _NAMES,
        "unmet": _UNMET,
    }
)
CELL = Table(
    {
        "types": FactSpec(ListOf(Text()), is_required=True),
        "masks": _MASKS,
        "access": _NAMES,
        "unmet": _UNMET,
    }
)

KERNEL_KEYS: Mapping[str, FactSpec] = {
    "entry": FactSpec(ListOf(ENTRY)),
    "lock": FactSpec(ListOf(LOCK)),
    "once": FactSpec(ListOf(ONCE)),
    "mask": FactSpec(ListOf(MASK)),
    "effect": FactSpec(ListOf(EFFECT)),
    "cell": FactSpec(ListOf(CELL)),
    "runs_masked": FactSpec(Flag()),
}
