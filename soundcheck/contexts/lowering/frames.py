"""Where values live: blocks, statements and arms, and the locals in them that hold values.

Every value that is alive lives in exactly one frame, and is dropped where that frame ends, unless
it moves out before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from soundcheck.types.ty import UNKNOWN, Ty

Values = tuple[int, ...]
NOTHING: Values = ()


class Local(NamedTuple):
    """What a name stands for: the values it holds, its type, and whether it was moved away."""

    values: Values = NOTHING
    type: Ty = UNKNOWN
    is_moved: bool = False


class Frame:
    """One block, statement or arm.

    ``contents`` are the values that live in it and the names declared in it, in order;
    ``shadowed`` are the meanings that names had before.
    """

    __slots__ = ("contents", "locals", "shadowed")

    def __init__(self) -> None:
        self.contents: list[int | str] = []
        self.locals: dict[str, Local] = {}
        self.shadowed: list[tuple[str, str | None, bool]] = []

    @property
    def values(self) -> Values:
        """The values that live here, the oldest first."""
        return tuple(one for one in self.contents if isinstance(one, int))

    def copy(self) -> Frame:
        """A frame that changes apart from this one."""
        other = Frame()
        other.contents = list(self.contents)
        other.locals = dict(self.locals)
        other.shadowed = list(self.shadowed)
        return other


class Frames:
    """The frames around a point of a body, the innermost last."""

    __slots__ = ("all",)

    def __init__(self, frames: Iterable[Frame] = ()) -> None:
        self.all = list(frames)

    def __len__(self) -> int:
        return len(self.all)

    def copy(self) -> Frames:
        """Frames that change apart from these."""
        return Frames(frame.copy() for frame in self.all)

    def own(self, values: Values, depth: int = -1) -> None:
        """Let values live in a frame, wherever they lived before."""
        contents = self.all[depth].contents
        for value in values:
            if value not in contents:
                self.disown(value)
                contents.append(value)

    def disown(self, value: int) -> None:
        """Let a value live nowhere any more."""
        for frame in self.all:
            if value in frame.contents:
                frame.contents.remove(value)

    def alive(self, down_to: int = 0) -> Values:
        """The values in the frames from a depth on, those to be dropped first in front."""
        found = [value for frame in self.all[down_to:] for value in frame.values]
        return tuple(reversed(found))

    # -- locals --------------------------------------------------------------------------------

    def declare(self, name: str, values: Values, ty: Ty) -> None:
        """Let a name of the innermost frame hold values."""
        frame = self.all[-1]
        self.own(values)
        if name in frame.locals:
            frame.contents.remove(name)
        frame.contents.append(name)
        _put_before(frame.contents, name, values)
        frame.locals[name] = Local(values, ty)

    def find(self, name: str) -> tuple[int, Local] | None:
        """The local of a name, and the depth at which it is declared."""
        for depth in range(len(self.all) - 1, -1, -1):
            local = self.all[depth].locals.get(name)
            if local is not None:
                return depth, local
        return None

    def move(self, name: str) -> Values:
        """The values of a local, which are no longer its own: temporaries of what goes on here."""
        found = self.find(name)
        if found is None:
            return NOTHING
        depth, local = found
        self.all[depth].locals[name] = local._replace(values=NOTHING, is_moved=True)
        self.own(local.values)
        return local.values

    def give(self, name: str, values: Values) -> Values:
        """Let a local hold values instead of those it held, which are given back."""
        found = self.find(name)
        if found is None:
            return NOTHING
        depth, local = found
        self.all[depth].locals[name] = Local(values, local.type)
        self.own(values, depth)
        _put_before(self.all[depth].contents, name, values)
        return local.values


def _put_before(contents: list[int | str], name: str, values: Values) -> None:
    """What a name holds is dropped when it is its turn, whenever it was made."""
    for value in values:
        contents.remove(value)
        contents.insert(contents.index(name), value)


def merge(ways: list[Frames]) -> Frames:
    """What may live, and be held, where several ways meet; all are of the same depth."""
    first = ways[0]
    if len(ways) == 1:
        return first
    merged = first.copy()
    for depth, frame in enumerate(merged.all):
        for other in (way.all[depth] for way in ways[1:]):
            _merge_contents(frame.contents, other.contents)
            for name, local in other.locals.items():
                mine = frame.locals.get(name)
                frame.locals[name] = local if mine is None else _merge_local(mine, local)
    _keep_outermost(merged)
    return merged


def _merge_local(one: Local, other: Local) -> Local:
    values = tuple(dict.fromkeys((*one.values, *other.values)))
    return Local(values, one.type, one.is_moved and other.is_moved)


def _merge_contents(mine: list[int | str], theirs: list[int | str]) -> None:
    """Put what only the other frame has behind what it stands behind there."""
    at = 0
    for one in theirs:
        if one in mine:
            at = mine.index(one) + 1
        else:
            mine.insert(at, one)
            at += 1


def _keep_outermost(frames: Frames) -> None:
    """What one way moved further out than another lives as long as the longest of them."""
    seen: set[int] = set()
    for frame in frames.all:
        frame.contents = [one for one in frame.contents if one not in seen]
        seen.update(frame.values)
