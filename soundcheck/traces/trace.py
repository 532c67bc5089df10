"""What a trace tells: the calls that were executed, and the stacks they were executed in."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from soundcheck.finding import Gap
from soundcheck.traces.v0 import home_v0


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A function at the top of one distinct stack of one thread.

    Below it lies the stack of the frame ``parent``, an index into the thread's frames, or -1 where
    nothing below was traced. It was entered ``count`` times in this stack, at ``first`` first.
    """

    function: str
    parent: int
    count: int
    first: int


class Thread(msgspec.Struct, frozen=True, gc=False):
    """One thread: its distinct stacks as a tree, parents first, and how much was recorded.

    ``unreturned`` of its calls were still under way where the trace ends.
    """

    id: int
    frames: tuple[Frame, ...]
    entries: int
    exits: int
    unreturned: int


class Executed(msgspec.Struct, frozen=True, gc=False):
    """A traced function: how often it was entered, and what its symbol tells besides its name.

    ``aliases`` are the other functions at its address, whose code the linker folded into one: any
    of them may have been meant. ``home`` is the module of its ``impl``, where the symbol tells.
    """

    count: int
    aliases: tuple[str, ...] = ()
    home: str | None = None


class Observed(msgspec.Struct, frozen=True, gc=False):
    """An executed call: how often, and when and how deep in the stack it was first seen.

    ``via`` are the functions between the two ends, where only some functions are asked for.
    """

    count: int
    first: int
    depth: int
    via: tuple[str, ...] = ()


class Trace(msgspec.Struct, frozen=True):
    """What was executed. Functions are told by their demangled paths, without hashes.

    ``calls`` are by caller and callee. A function that was inlined, or not compiled for tracing, is
    in none of them: its caller calls what it calls. An interrupt handler seems called by what it
    interrupted. Times are what the recorder wrote, nanoseconds or ticks, and numbers of lines
    where a text has no times.
    """

    calls: Mapping[tuple[str, str], Observed]
    functions: Mapping[str, Executed]
    threads: tuple[Thread, ...]
    gaps: tuple[Gap, ...]


def known_of(symbols: Mapping[str, str]) -> dict[str, Executed]:
    """What mangled symbols tell of the functions, by the names that they were given."""
    return {
        name: Executed(0, home=home)
        for symbol, name in symbols.items()
        if (home := home_v0(symbol)) is not None
    }


def trace_of(
    threads: Iterable[Thread],
    gaps: Iterable[Gap],
    known: Mapping[str, Executed] | None = None,
) -> Trace:
    """The trace of these threads; ``known`` is what symbol tables tell of the functions."""
    known = known or {}
    threads = tuple(sorted(threads, key=lambda thread: thread.id))
    counts: dict[str, int] = {}
    for thread in threads:
        for frame in thread.frames:
            counts[frame.function] = counts.get(frame.function, 0) + frame.count
    functions = {
        name: msgspec.structs.replace(known.get(name, Executed(0)), count=count)
        for name, count in sorted(counts.items())
    }
    return Trace(calls_among(threads, lambda _: True), functions, threads, tuple(gaps))


def calls_among(
    threads: Iterable[Thread], is_wanted: Callable[[str], bool]
) -> dict[tuple[str, str], Observed]:
    """The calls from one wanted function to the next, through any that are not wanted."""
    found: dict[tuple[str, str], Observed] = {}
    for thread in threads:
        frames = thread.frames
        wanted = [is_wanted(frame.function) for frame in frames]
        callers: list[int] = []
        depths: list[int] = []
        for frame, is_callee in zip(frames, wanted, strict=True):
            parent = frame.parent
            depths.append(depths[parent] + 1 if parent >= 0 else 0)
            caller = parent if parent < 0 or wanted[parent] else callers[parent]
            callers.append(caller)
            if caller < 0 or not is_callee:
                continue
            via = _between(frames, caller, parent)
            seen = Observed(frame.count, frame.first, depths[-1], via)
            key = (frames[caller].function, frame.function)
            found[key] = _both(found[key], seen) if key in found else seen
    return dict(sorted(found.items()))


def stack_of(thread: Thread, index: int) -> tuple[str, ...]:
    """The functions of one frame's stack, the outermost first."""
    return _between(thread.frames, -1, index)


def _between(frames: tuple[Frame, ...], below: int, top: int) -> tuple[str, ...]:
    names = []
    while top != below:
        names.append(frames[top].function)
        top = frames[top].parent
    return tuple(reversed(names))


def _both(one: Observed, other: Observed) -> Observed:
    first, depth = min((one.first, one.depth), (other.first, other.depth))
    via = min(one.via, other.via, key=lambda names: (len(names), names))
    return Observed(one.count + other.count, first, depth, via)
