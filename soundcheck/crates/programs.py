"""Which crates can come together in one program, by which of them depends on which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from soundcheck.crates.definitions import Def
from soundcheck.crates.externs import Externs
from soundcheck.crates.modules import LOOSE, ModuleForest
from soundcheck.crates.stubs import is_stub

# Of a crate that no manifest tells about: it may be used everywhere, and use all.
_ANYWHERE = -1


class Programs(NamedTuple):
    """Who can meet whom.

    ``users`` are, for each crate, those that depend on it, itself among them, as bits by their
    index; one bit more stands for what somebody out of sight puts together. ``tests`` tells of each
    crate whether no kernel contains it.
    """

    users: Sequence[int]
    tests: Sequence[bool]


def find_programs(forest: ModuleForest, externs: Sequence[Externs]) -> Programs:
    """The programs that crates can be part of, by the crates that each can name."""
    used = [_used_by(forest, one) for one in externs]
    for crate, other in _sharing(forest):
        used[crate].add(other)
    users = [1 << crate.index for crate in forest.crates]
    for crate in _left_over(forest, used):
        users[crate] |= 1 << len(users)
    pending = list(range(len(users)))
    while pending:
        crate = pending.pop()
        for other in used[crate]:
            joined = users[other] | users[crate]
            if joined != users[other]:
                users[other] = joined
                pending.append(other)
    for crate_ in forest.crates:
        if crate_.package is None or crate_.kind == LOOSE or is_stub(crate_.package):
            users[crate_.index] = _ANYWHERE
    return Programs(users, [crate_.is_test_only for crate_ in forest.crates])


def _used_by(forest: ModuleForest, externs: Externs) -> set[int]:
    """The crates whose code comes along; a procedural macro's stays with the compiler."""
    named = {
        forest.modules[entry.target.module].crate
        for entries in externs.values()
        for entry in entries
        if isinstance(entry.target, Def)
    }
    return {one for one in named if forest.crates[one].kind != "proc-macro"}


def _left_over(forest: ModuleForest, used: Sequence[set[int]]) -> set[int]:
    """The libraries that nothing here uses: a kernel loads them, or somebody links them into one.

    A library is not used by what tests it.
    """
    others = (
        other
        for crate, named in zip(forest.crates, used, strict=True)
        for other in named
        if other != crate.index and not crate.is_test_only and crate.kind != "example"
    )
    return {one.index for one in forest.crates if one.kind == "lib"} - set(others)


def _sharing(forest: ModuleForest) -> Iterator[tuple[int, int]]:
    """Two crates of which each holds a file that the other holds too: its items are in both."""
    for module in forest.modules:
        for part in module.parts:
            home = forest.modules[forest.primary[part.file]].crate
            if home != module.crate:
                yield home, module.crate
                yield module.crate, home


def sees(programs: Programs, crate: int, other: int) -> bool:
    """Whether a crate depends on another, or is it."""
    users = programs.users
    return users[crate] == _ANYWHERE or bool(users[other] >> crate & 1)


def may_run(programs: Programs, crate: int, other: int) -> bool:
    """Whether what is called in a crate may be in another: some program has both.

    No test is part of the kernel that it tests.
    """
    if programs.tests[other] and not programs.tests[crate]:
        return False
    return bool(programs.users[crate] & programs.users[other])
