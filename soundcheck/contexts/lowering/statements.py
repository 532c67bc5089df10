"""Blocks and statements: how long temporaries live, and what drops at the end of a block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.lowering.branches import glue_of
from soundcheck.contexts.lowering.captures import captured, named
from soundcheck.contexts.lowering.extension import extended_by
from soundcheck.contexts.lowering.frames import NOTHING, Frame, Values, merge
from soundcheck.contexts.lowering.patterns import alias, bind, misses_absent, shares
from soundcheck.contexts.lowering.state import Implied, LoopFrame, Lowering, has_ended
from soundcheck.contexts.places import NAMED
from soundcheck.contexts.scripts import Branch, Call, Exit, Loop, Release, Script
from soundcheck.syntax import items as it
from soundcheck.types.ty import UNKNOWN, Reference


def lower_root(low: Lowering) -> None:
    """Lower a body; closures and async blocks in it become scripts of their own."""
    item = low.body.owner.item
    low.push()
    if isinstance(item, it.Function):
        if item.receiver:
            is_borrowed = item.receiver.startswith("&")
            low.declare("self", NOTHING, Reference(UNKNOWN) if is_borrowed else UNKNOWN)
            low.places.aliases["self"] = "param self"
        for index, param in enumerate(item.params):
            ty = low.body.params[index] if index < len(low.body.params) else UNKNOWN
            bind(low, param.pat, NOTHING, ty)
            if isinstance(param.pat, it.BindPat):
                low.places.aliases[param.pat.name] = f"param {index}"
    _lower_script(low, low.body.root, is_async=isinstance(item, it.Function) and item.is_async)


def lower_closure(low: Lowering, expr: it.Closure, how: str) -> Values:
    """A closure; its value holds what it captures by value."""
    del how
    low.push()
    place = low.lent.get(id(expr), "")
    for pat, _ in expr.params:
        bind(low, pat, NOTHING, low.type_of(pat))
        alias(low, pat, low.type_of(pat), place)
    _give_named(low, expr.body)
    _lower_inner(low, expr.start, expr.body, is_async=expr.is_async)
    low.forget_names(low.frames.all.pop())
    return captured(low, expr.body, is_move=expr.is_move)


def _give_named(low: Lowering, body: it.Expr) -> None:
    """What a closure names, it may give to others."""
    for name in named(body) if low.places.fresh else ():
        low.places.fresh.discard(name)


def _lower_inner(low: Lowering, start: int, root: it.Expr, *, is_async: bool) -> None:
    """Lower what is written in a body and runs as another: a closure or async block."""
    outer = (low.id, low.ops, low.frames, low.loops, low.returned)
    low.id = BodyId(low.body.owner.index, start)
    low.enter_body()
    low.push()
    _lower_script(low, root, is_async=is_async)
    low.id, low.ops, low.frames, low.loops, low.returned = outer


def _lower_script(low: Lowering, root: it.Expr, *, is_async: bool) -> None:
    """Lower what runs in the innermost frame, and end that."""
    values = low.take(root)
    low.returned.extend(values)
    low.note_place(root)
    sites = low.take_implied(root.end, root.end)  # of parameters: those of locals are gone
    frame = low.frames.all.pop()
    low.forget_names(frame)
    _drop_contents(low, frame, root.end, values, sites)
    returned = tuple(dict.fromkeys(low.returned))
    place = -1 if is_async or low.id.closure >= 0 else low.words.index(_led_to(low, root))
    stores = tuple(dict.fromkeys(low.stores)) if low.id.closure < 0 else ()
    low.scripts.append(Script(low.id, tuple(low.ops), returned, is_async, place, stores))


def _led_to(low: Lowering, root: it.Expr) -> str:
    """Where an accessor leads: a static, or a field; empty for what is none."""
    name = "" if low.returns_early else low.places.led.get(id(root), "")
    return name if name.startswith(NAMED) else ""


# -- blocks ------------------------------------------------------------------------------------


def lower_block(low: Lowering, block: it.Block, how: str) -> Values:
    """A block of any kind; its value is its tail's, or what leaves it by its label."""
    del how
    if block.kind in ("async", "gen"):
        inner = it.Block(block.start, block.end, block.stmts, block.tail)
        _give_named(low, inner)
        _lower_inner(low, block.start, inner, is_async=True)
        return captured(low, inner, is_move=block.is_move)
    if not block.label:
        return _run_block(low, block)
    around = LoopFrame(len(low.frames), block.label, [], [], is_block=True)
    low.loops.append(around)

    def run() -> None:
        around.values.extend(_run_block(low, block))
        low.ops.append(Exit(block.end, "break"))

    ops = low.apart(run)
    low.loops.pop()
    low.ops.append(Loop(block.start, ops, forever=True))
    low.frames = merge([low.frames, *around.ways])
    values = tuple(dict.fromkeys(around.values))
    low.frames.own(values)
    return values


def _run_block(low: Lowering, block: it.Block) -> Values:
    low.push()
    for group in _alternatives(low, block.stmts):
        if len(group) == 1:
            _lower_statement(low, group[0])
        else:
            low.fork(group[0].start, [partial(_run_statement, low, one) for one in group])
    values = NOTHING if block.tail is None else _lower_tail(low, block, block.tail)
    if block.tail is not None:
        low.note_place(block.tail, block)
    frame = low.frames.all.pop()
    low.forget_names(frame)
    is_body = block is low.body.root
    sites = low.take_implied(block.end, block.end)
    left = _drop_contents(low, frame, block.end, values, sites, spare=is_body)
    if is_body and left:
        low.leave_implied(block.end, left)
    low.frames.own(tuple(value for value in frame.values if value in values))
    return values


def _lower_tail(low: Lowering, block: it.Block, tail: it.Expr) -> Values:
    low.push()
    values = low.take(tail)
    if low.is_2024 or len(low.frames) < 3:
        low.pop(block.end, "statement", kept=values)
        return values
    # Up to 2021 the temporaries of a tail outlive the block's locals.
    frame = low.frames.all.pop()
    low.frames.own(tuple(value for value in frame.values if value not in values), -2)
    low.frames.own(tuple(value for value in frame.values if value in values))
    return values


def _drop_contents(
    low: Lowering,
    frame: Frame,
    at: int,
    kept: Values,
    sites: list[Implied],
    *,
    spare: bool = False,
) -> list[Implied]:
    """Drop what lives in a frame that has ended, the latest first, with the glue that runs then.

    Glue that belongs to none of its locals runs last, or is given back if it is to be spared.
    """
    left = list(sites)
    glue = {name: one for name in frame.locals if (one := glue_of(low, frame, name, left))}
    ended = set(kept)
    for part in reversed(frame.contents):
        if isinstance(part, int):
            if part not in ended:
                low.ops.append(Release(at, part, "scope"))
            continue
        local = frame.locals[part]
        if part in glue and not local.is_moved and not set(local.values) & ended:
            given = tuple(value for value in reversed(local.values) if value in frame.contents)
            low.ops.append(Call(at, at, "drop", nth=glue[part].nth, given=given))
            ended.update(given)
    if spare:
        return left
    low.ops.extend(Call(at, at, one.site.kind, nth=one.nth) for one in left)
    return []


def _alternatives(low: Lowering, stmts: Sequence[it.Stmt]) -> Iterator[list[it.Stmt]]:
    """Statements one by one, but those together of which each build has one: by their ``cfg``."""
    group: list[it.Stmt] = []
    for stmt in stmts:
        excludes = bool(group) and all(_exclude(low, one, stmt) for one in group)
        if group and not excludes:
            yield group
            group = []
        group.append(stmt)
    if group:
        yield group


def _exclude(low: Lowering, one: it.Stmt, other: it.Stmt) -> bool:
    if isinstance(one, it.ItemStmt) or isinstance(other, it.ItemStmt):
        return False
    if one.cfg is None or other.cfg is None:
        return False
    return not low.world.callees.may_meet(one.cfg, other.cfg)


# -- statements --------------------------------------------------------------------------------


def _lower_statement(low: Lowering, stmt: it.Stmt) -> None:
    if isinstance(stmt, it.ItemStmt) or stmt.cfg is None:
        _run_statement(low, stmt)
        return
    before = low.frames.copy()
    ops = low.apart(partial(_run_statement, low, stmt))
    if not has_ended(ops) and set(before.alive()) <= set(low.frames.alive()):
        low.ops.extend(ops)
        return
    # What leaves the body, or ends a value, in some builds only does not do so for the others.
    low.frames = before if has_ended(ops) else merge([before, low.frames])
    low.ops.append(Branch(stmt.start, (ops, ())))


def _run_statement(low: Lowering, stmt: it.Stmt) -> None:
    if isinstance(stmt, it.Let):
        _lower_let(low, stmt)
    elif isinstance(stmt, it.ExprStmt):
        _lower_expression(low, stmt)


def _lower_expression(low: Lowering, stmt: it.ExprStmt) -> None:
    if not low.is_walked(stmt.expr):
        return
    low.push()
    values = low.eval(stmt.expr)
    _drop_here(low, stmt.end, values)
    low.pop(stmt.end, "statement")


def _drop_here(low: Lowering, at: int, values: Values) -> None:
    """Emit the glue that runs at a place, where it ends values."""
    for one in low.take_implied(at, at):
        given = tuple(reversed(values)) if one.site.kind == "drop" else NOTHING
        for value in given:
            low.frames.disown(value)
        low.ops.append(Call(at, at, one.site.kind, nth=one.nth, given=given))


def _lower_let(low: Lowering, let: it.Let) -> None:
    value = let.value
    if value is None:
        bind(low, let.pat, NOTHING, low.type_of(let.pat))
        return
    if not low.is_walked(value):
        return
    for one in extended_by(let.pat, value):
        low.extended[id(one)] = len(low.frames) - 1
    low.push()
    name = low.local_of(value)
    values = low.held_by(name) if name else low.take(value)
    taken = shares(low, let.pat, values, low.type_of(let.pat))
    bound = tuple(v for share in taken for v in share.values)
    if name and (bound or isinstance(let.pat, it.BindPat)):
        low.frames.move(name)
    if isinstance(let.pat, it.WildPat):
        _drop_unbound(low, let, value, values)
    low.pop(let.end, "statement", kept=bound)
    if let.orelse is not None:
        _lower_else(low, let, let.orelse, bound)
    place = _place_of(low, let.pat, value)
    for share in taken:
        low.declare(share.name, share.values, share.type)
    ty = low.type_of(let.pat)
    is_ref = isinstance(value, it.Ref) and not isinstance(ty, Reference)
    alias(low, let.pat, Reference(ty) if is_ref else ty, place)
    if isinstance(let.pat, it.BindPat) and low.places.makes_shared(value):
        low.places.fresh.add(let.pat.name)
    else:
        low.places.give(value)


def _drop_unbound(low: Lowering, let: it.Let, value: it.Expr, values: Values) -> None:
    """``let _ = ...;`` leaves a place alone and drops anything else at once."""
    if isinstance(value, it.PathExpr | it.Field | it.Index | it.Unary):
        low.take_implied(let.end, let.end)
        return
    _drop_here(low, let.end, low.own_here(values))
    low.end(tuple(reversed(low.own_here(values))), let.end, "unbound")


def _lower_else(low: Lowering, let: it.Let, orelse: it.Block, bound: Values) -> None:
    def run() -> None:
        if misses_absent(let.pat):
            low.end(tuple(reversed(bound)), orelse.start, "absent")
        low.push()
        low.eval(orelse)
        low.pop(orelse.end, "statement")

    low.fork(orelse.start, (run, lambda: None))


def _place_of(low: Lowering, pat: it.Pat, value: it.Expr) -> str:
    """The name of what a pattern is held against, if a name in it can stand for that."""
    if isinstance(pat, it.BindPat):
        leads = isinstance(value, it.Ref) or pat.is_ref or low.places.is_handle(low.type_of(value))
        return low.name(value) if leads else ""
    return low.name(value)
