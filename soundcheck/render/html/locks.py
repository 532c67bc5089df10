"""Locks as the report lists them: who takes each, where that runs, and what is taken under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from soundcheck.contexts.lock_table import LockRow
from soundcheck.contexts.proofs import short
from soundcheck.finding import Finding


class ShownLock(NamedTuple):
    """One lock, with the anchors of the locks taken under it and of the findings about it."""

    anchor: str
    row: LockRow
    path: str
    name: str
    contexts: tuple[tuple[str, int], ...]
    then: tuple[tuple[str, str], ...]
    findings: tuple[tuple[str, Finding], ...]


def show_locks(rows: Sequence[LockRow], findings: Sequence[tuple[str, Finding]]) -> list[ShownLock]:
    """The locks in the order given."""
    shown = []
    for row in rows:
        path = plain(row.lock)
        states = Counter(
            f"{context.replace('-', ' ')}, interrupts {irq}"
            for one in row.places
            for context, irq in one.states
        )
        dotted = path.replace(".", "::")
        shown.append(
            ShownLock(
                anchor_lock(row.lock),
                row,
                path,
                short(path),
                tuple(states.items()),
                tuple((anchor_lock(one), plain(one)) for one in row.then),
                tuple(
                    (anchor, one)
                    for anchor, one in findings
                    if one.subject in (path, dotted, row.lock)
                ),
            )
        )
    return shown


def plain(lock: str) -> str:
    """The name of a lock without the word that tells what kind of place it is."""
    return lock.rpartition(" ")[2]


def anchor_lock(name: str) -> str:
    """The anchor of a lock."""
    return "l-" + blake2b(name.encode("utf-8", "replace"), digest_size=6).hexdigest()
