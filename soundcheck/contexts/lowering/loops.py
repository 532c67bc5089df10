"""Loops and what leaves them."""

from __future__ import annotations

from collections.abc import Callable

from soundcheck.contexts.lowering.branches import drop_names, let_conditions, miss, run_body
from soundcheck.contexts.lowering.frames import NOTHING, Frames, Values, merge
from soundcheck.contexts.lowering.patterns import alias, bind
from soundcheck.contexts.lowering.state import LoopFrame, Lowering, has_ended
from soundcheck.contexts.places import element_of
from soundcheck.contexts.scripts import AnyOp, Exit, Loop
from soundcheck.syntax import items as it


def lower_while(low: Lowering, expr: it.While, how: str) -> Values:
    """A ``while``; the temporaries of a ``let`` in its condition live through the body."""
    del how
    tested = let_conditions(expr.cond)

    def inner() -> None:
        run_body(low, expr.body)
        drop_names(low, expr.body.end)
        low.pop(expr.body.end, "statement")

    def stop() -> None:
        miss(low, tested, expr.cond.end)
        low.ops.append(low.leave(expr.cond.end, "break", down_to=low.loops[-1].depth))
        low.pop(expr.body.end, "statement")

    def body() -> None:
        low.push()
        low.eval(expr.cond, "read")
        if not tested:
            low.pop(expr.cond.end, "statement")
            low.push()
        low.fork(expr.start, (inner, stop))

    return _repeat(low, expr, body, forever=False)


def lower_loop(low: Lowering, expr: it.Loop, how: str) -> Values:
    """A ``loop``; its value is what ``break`` gives it."""
    del how
    return _repeat(low, expr, lambda: run_body(low, expr.body), forever=True)


def lower_for(low: Lowering, expr: it.For, how: str) -> Values:
    """A ``for``; the temporaries of what it runs over live as long as it does."""
    del how
    low.push()
    low.take(expr.iterable)
    place = element_of(low.name(expr.iterable))

    def body() -> None:
        low.push()
        bind(low, expr.pat, NOTHING, low.type_of(expr.pat))
        alias(low, expr.pat, low.type_of(expr.pat), place)
        run_body(low, expr.body)
        drop_names(low, expr.body.end)
        low.pop(expr.body.end, "scope")

    _repeat(low, expr, body, forever=False)
    low.pop(expr.end, "statement")
    return NOTHING


def _repeat(
    low: Lowering,
    expr: it.While | it.Loop | it.For,
    body: Callable[[], object],
    *,
    forever: bool,
) -> Values:
    """Emit a loop; a body that leaves locals other than it found them is lowered again for both."""
    before = low.frames
    mark = low.mark()
    ops, values, around = _lower_once(low, expr, body, before)
    if _is_changed(before, around):
        low.rewind(mark)
        ops, values, around = _lower_once(low, expr, body, around)
    low.frames = around
    if ops or forever:
        low.ops.append(Loop(expr.start, ops, forever))
    found = tuple(dict.fromkeys(values))
    low.frames.own(found)
    return found


def _lower_once(
    low: Lowering,
    expr: it.While | it.Loop | it.For,
    body: Callable[[], object],
    before: Frames,
) -> tuple[tuple[AnyOp, ...], list[int], Frames]:
    """The steps of a loop's body, what ``break`` gives it, and the frames around it afterwards."""
    low.frames = before.copy()
    around = LoopFrame(len(before), expr.label, [], [])
    low.loops.append(around)
    ops = low.apart(body)
    low.loops.pop()
    after = [] if has_ended(ops) else [low.frames]
    return ops, around.values, merge([before.copy(), *after, *around.ways])


def _is_changed(before: Frames, after: Frames) -> bool:
    """Whether a local may hold something else than it held before."""
    return any(
        local.values != old.locals[name].values
        for old, new in zip(before.all, after.all, strict=True)
        for name, local in new.locals.items()
    )


def lower_jump(low: Lowering, expr: it.Jump, how: str) -> Values:
    """``break``, ``continue``, ``return`` and their like, with what is dropped on the way."""
    del how
    values = NOTHING if expr.value is None else low.take(expr.value)
    if expr.kind in ("break", "continue"):
        index = _left_by(low, expr)
        if index is not None:
            around = low.loops[index]
            around.values.extend(values)
            around.ways.append(Frames(low.frames.all[: around.depth]).copy())
            leave = low.leave(expr.start, expr.kind, values, around.depth)
            depth = len(low.loops) - 1 - index
            low.ops.append(Exit(leave.start, leave.kind, leave.released, depth))
    elif expr.kind in ("return", "become"):
        low.returns_early |= low.id.closure < 0
        low.returned.extend(values)
        low.ops.append(low.leave(expr.start, "return", values))
    return NOTHING


def _left_by(low: Lowering, expr: it.Jump) -> int | None:
    """Which of the loops around it a jump leaves, or goes on with."""
    for index in range(len(low.loops) - 1, -1, -1):
        around = low.loops[index]
        if around.label == expr.label if expr.label else not around.is_block:
            return index
    return None
