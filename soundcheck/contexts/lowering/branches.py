"""``if``, ``match`` and ``?``: scrutinees, their temporaries, and what each arm tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from soundcheck.contexts.lowering.frames import NOTHING, Frame, Values
from soundcheck.contexts.lowering.patterns import alias, bind, misses_absent, shares, tells_absent
from soundcheck.contexts.lowering.state import Implied, Lowering
from soundcheck.contexts.scripts import Call, Release
from soundcheck.syntax import items as it


def lower_if(low: Lowering, expr: it.If, how: str) -> Values:
    """An ``if`` with all its ``else``; its value is any of its blocks'."""
    del how
    values: list[int] = []
    _lower_branches(low, expr, 0, values)
    found = tuple(dict.fromkeys(values))
    low.frames.own(found)
    if expr.orelse is not None:
        low.lead(expr, [*(body for _, body in expr.branches), expr.orelse])
    return found


def _lower_branches(low: Lowering, expr: it.If, index: int, values: list[int]) -> None:
    """Lower the branches of an ``if`` from one on; later ones lie in the ``else`` of it."""
    if index == len(expr.branches):
        if expr.orelse is not None:
            values.extend(run_body(low, expr.orelse))
        return
    condition, body = expr.branches[index]
    low.push()
    low.eval(condition, "read")
    tested = let_conditions(condition)
    if not tested:
        low.pop(condition.end, "statement")
    ends = bool(tested) and low.is_2024

    def then() -> None:
        found = run_body(low, body)
        values.extend(found)
        drop_names(low, body.end, found)
        if ends:
            low.pop(body.end, "statement", kept=found)
        elif tested:
            _drop_bound(low, body.end, found)

    def otherwise() -> None:
        if tested:
            miss(low, tested, condition.end)
        if ends:
            low.pop(condition.end, "statement")
        elif tested:
            low.frames.all[-1].locals.clear()
        _lower_branches(low, expr, index + 1, values)

    low.fork(expr.start, (then, otherwise))
    if tested and not ends:
        # Up to 2021 the temporaries of the condition outlive the whole `if`.
        frame = low.frames.all.pop()
        low.forget_names(frame)
        low.frames.own(frame.values)


def run_body(low: Lowering, body: it.Expr) -> Values:
    """Lower what has temporaries of its own: a branch, an arm, the body of a loop."""
    low.push()
    found = low.take(body)
    low.pop(body.end, "statement", kept=found)
    return found


def drop_names(low: Lowering, at: int, kept: Values = NOTHING) -> None:
    """Run the glue of what the names of a pattern hold, where their scope ends."""
    sites = low.take_implied(at - 1, at)
    frame = low.frames.all[-1]
    for name in [one for one in reversed(frame.contents) if one in frame.locals]:
        glue = glue_of(low, frame, name, sites) if sites else None
        local = frame.locals[name]
        if glue is not None and not local.is_moved and not set(local.values) & set(kept):
            given = tuple(value for value in reversed(local.values) if value in frame.contents)
            low.ops.append(Call(at - 1, at, "drop", nth=glue.nth, given=given))
            for value in given:
                low.frames.disown(value)
    for one in sites:
        # What nobody took is the only value there, or one of no interest.
        given = frame.values if len(frame.values) == 1 and not kept else NOTHING
        low.ops.append(Call(at - 1, at, "drop", nth=one.nth, given=given))
        for value in given:
            low.frames.disown(value)


def glue_of(low: Lowering, frame: Frame, name: str, sites: list[Implied]) -> Implied | None:
    """The drop glue of a local among what is dropped at one place, taken out of it."""
    local = frame.locals[name]
    ty = low.world.methods.normalize(local.type, low.body.context.bounds)
    wanted = low.world.callees.drops(ty, low.body.owner.cfg)
    if not wanted:
        return None
    for index, one in enumerate(sites):
        if one.site.kind == "drop" and one.site.callees == wanted:
            return sites.pop(index)
    return None


def _drop_bound(low: Lowering, at: int, kept: Values) -> None:
    """Drop what the names of a condition hold, where their scope ends."""
    frame = low.frames.all[-1]
    held = {value for local in frame.locals.values() for value in local.values}
    ended = [v for v in reversed(frame.values) if v in held and v not in kept]
    low.end(tuple(ended), at, "scope")


def let_conditions(condition: it.Expr) -> list[it.LetCond]:
    """Each ``let`` of a condition."""
    if isinstance(condition, it.LetCond):
        return [condition]
    if isinstance(condition, it.Binary):
        return [one for operand in condition.operands for one in let_conditions(operand)]
    return []


def lower_let_condition(low: Lowering, expr: it.LetCond, how: str) -> Values:
    """A ``let`` in a condition: its names live as long as the temporaries do."""
    del how
    values = _scrutinee(low, expr.value, [expr.pat])
    low.tested[id(expr)] = values
    bind(low, expr.pat, values, low.type_of(expr.pat))
    alias(low, expr.pat, low.type_of(expr.pat), low.name(expr.value))
    return NOTHING


def miss(low: Lowering, tested: Sequence[it.LetCond], at: int) -> None:
    """End what a condition that does not hold tells to be absent; of several, any may fail."""
    if len(tested) == 1 and misses_absent(tested[0].pat):
        for value in low.tested.get(id(tested[0]), NOTHING):
            low.ops.append(Release(at, value, "absent"))


def _scrutinee(low: Lowering, expr: it.Expr, pats: Sequence[it.Pat]) -> Values:
    """What patterns are held against: a local keeps what it holds, unless a pattern takes it."""
    name = low.local_of(expr)
    if not name:
        return low.take(expr)
    held, ty = low.held_by(name), low.type_of(expr)
    if any(share.values for pat in pats for share in shares(low, pat, held, ty)):
        return low.frames.move(name)
    return held


def lower_match(low: Lowering, expr: it.Match, how: str) -> Values:
    """A ``match``; the temporaries of its scrutinee outlive all arms."""
    del how
    arms = [arm for arm in expr.arms if low.is_walked(arm.body)]
    values = _scrutinee(low, expr.scrutinee, [arm.pat for arm in arms])
    place = low.name(expr.scrutinee)
    result: list[int] = []
    is_present_seen = False
    runs = []
    for arm in arms:
        is_absent = tells_absent(arm.pat) or is_present_seen
        runs.append(partial(_lower_arm, low, arm, values, result, place, is_absent=is_absent))
        is_present_seen |= arm.guard is None and misses_absent(arm.pat)
    if runs:
        low.fork(expr.start, runs)
    found = tuple(dict.fromkeys(result))
    low.frames.own(found)
    low.lead(expr, [arm.body for arm in arms])
    return found


def _lower_arm(
    low: Lowering,
    arm: it.Arm,
    values: Values,
    result: list[int],
    place: str,
    *,
    is_absent: bool,
) -> None:
    if is_absent:
        for value in values:
            low.ops.append(Release(arm.body.start, value, "absent"))
    low.push()
    bind(low, arm.pat, NOTHING if is_absent else values, low.type_of(arm.pat))
    alias(low, arm.pat, low.type_of(arm.pat), place)
    if arm.guard is not None:
        low.push()
        low.eval(arm.guard, "read")
        low.pop(arm.guard.end, "statement")
    found = low.take(arm.body)
    low.note_place(arm.body)
    result.extend(found)
    drop_names(low, arm.body.end, found)
    low.pop(arm.body.end, "scope", kept=found)


def lower_try(low: Lowering, expr: it.Try, how: str) -> Values:
    """``x?``: where it leaves, there is nothing in what it was asked of."""
    values = low.take(expr.operand) if how == "value" else low.eval(expr.operand, how)
    low.ops.append(low.leave(expr.end - 1, "?"))
    return values
