"""From the records of one thread to its stacks, whatever is missing among them."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.traces.trace import Frame, Thread


class Event(NamedTuple):
    """One record: a function was entered or left, or records were lost.

    ``name`` is the function's, empty where a format leaves it out at the exit; ``at`` the byte of
    the record in its file; ``lost`` how many were lost, 0 where nobody knows.
    """

    kind: Literal["enter", "leave", "lost"]
    name: str
    time: int
    at: int
    lost: int = 0


class Faults:
    """What is wrong in one file: a gap for each sort of fault, counted, at its first place."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[int, int, str]] = {}

    def add(self, kind: str, what: str, at: int, detail: str = "", count: int = 1) -> None:
        """Adds ``count`` faults of one sort, 0 for what is told without a number.

        Of the ``detail``s the first is told.
        """
        before, at, detail = self._found.get((kind, what), (0, at, detail))
        self._found[kind, what] = (before + count, at, detail)

    def gaps(self, place: Callable[[int], Span]) -> list[Gap]:
        """The gaps, in order of their first places."""
        found = sorted(self._found.items(), key=lambda item: (item[1][1], item[0]))
        return [
            Gap(kind, f"{what}: {count}{detail}" if count else what + detail, place(at))
            for (kind, what), (count, at, detail) in found
        ]


class _Stack:
    """The open calls of a thread, and the tree of all stacks it had."""

    __slots__ = ("counts", "firsts", "indices", "names", "open", "parents", "top")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.parents: list[int] = []
        self.counts: list[int] = []
        self.firsts: list[int] = []
        self.indices: dict[tuple[int, str], int] = {}
        self.open: dict[str, int] = {}
        self.top = -1

    def enter(self, name: str, time: int) -> None:
        key = (self.top, name)
        index = self.indices.setdefault(key, len(self.names))
        if index == len(self.names):
            self.names.append(name)
            self.parents.append(self.top)
            self.counts.append(0)
            self.firsts.append(time)
        self.counts[index] += 1
        self.open[name] = self.open.get(name, 0) + 1
        self.top = index

    def leave(self) -> str:
        name = self.names[self.top]
        self.open[name] -= 1
        self.top = self.parents[self.top]
        return name

    def forget(self) -> None:
        self.open.clear()
        self.top = -1

    def frames(self) -> tuple[Frame, ...]:
        return tuple(map(Frame, self.names, self.parents, self.counts, self.firsts))


def weave(thread: int, events: Iterable[Event], faults: Faults) -> Thread:
    """One thread from its records in order; what does not fit together is told in ``faults``.

    An exit ends the innermost open call of its function, and with it the calls inside, whose exits
    are missing. After a loss nothing is known of the stack, and it begins anew.
    """
    stack = _Stack()
    entries = exits = 0
    for kind, name, time, at, lost in events:
        if kind == "enter":
            entries += 1
            stack.enter(name, time)
        elif kind == "lost":
            what = "lost records" if lost else "losses of unknown size"
            faults.add("trace-lost", what, at, count=lost or 1)
            stack.forget()
        else:
            exits += 1
            if not (stack.open.get(name) if name else stack.top >= 0):
                faults.add("trace-unpaired", "exits without an entry", at, f", first of `{name}`")
                continue
            while (left := stack.leave()) != name and name:
                detail = f", first of `{left}`"
                faults.add("trace-unpaired", "calls without an exit", at, detail)
    return Thread(thread, stack.frames(), entries, exits, sum(stack.open.values()))
