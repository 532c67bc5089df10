"""What is kept of one commit to compare it with another."""

from __future__ import annotations

import msgspec

from soundcheck.changes.surface import Surface, read_surface
from soundcheck.contexts.lock_table import LockRow, lock_table
from soundcheck.contexts.masking import MaskRow, mask_table
from soundcheck.finding import Report
from soundcheck.inventory import Row, group, own_events
from soundcheck.program import Program
from soundcheck.syntax.columns import OWN_PROFILE


class Account(msgspec.Struct, frozen=True):
    """A commit: what is found, how much unsafe code each module has, its locks and maskings.

    ``surface`` is what has to be read to believe the unsafe code.
    """

    report: Report
    modules: tuple[Row, ...]
    surface: Surface
    locks: tuple[LockRow, ...]
    masking: tuple[MaskRow, ...]


def take_account(
    program: Program, report: Report, reported: frozenset[str] | None = None
) -> Account:
    """The account of a program and of what an audit of it says, as far as it is ``reported``."""

    def is_shown(path: str) -> bool:
        return reported is None or path in reported

    contexts, paths = program.contexts, filter(is_shown, program.paths)

    return Account(
        report,
        tuple(group(program, "module", own_events(program, paths), OWN_PROFILE)),
        read_surface(program, is_shown),
        tuple(
            row for row in lock_table(contexts) if any(is_shown(one.at.path) for one in row.places)
        ),
        tuple(
            row
            for row in mask_table(contexts)
            if any(is_shown(one.at.path) for one in (*row.masked, *row.open))
        ),
    )
