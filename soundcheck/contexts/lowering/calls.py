"""Calls: what they are given and keep, and what they give back; macros and ``.await``."""

from __future__ import annotations

from soundcheck.calls.sites import CallSite
from soundcheck.calls.symbols import ASSEMBLY
from soundcheck.contexts.carriers import may_be_anything
from soundcheck.contexts.lowering.frames import NOTHING, Values
from soundcheck.contexts.lowering.operands import note_parts
from soundcheck.contexts.lowering.state import Lowering
from soundcheck.contexts.places import NAMED, element_of
from soundcheck.contexts.scripts import Assembly, Call, Suspend
from soundcheck.syntax import items as it
from soundcheck.types.ty import UNKNOWN, Reference, Ty

# What ends a value without running anything of the kernel's, or keeps it from ever ending.
_DROPPERS = {
    "core::mem::drop": "drop",
    "core::mem::forget": "forgotten",
    "core::mem::ManuallyDrop::new": "forgotten",
}
# What takes a value out of the place that it is called on.
_TAKERS = frozenset(
    {
        "core::mem::take",
        "core::mem::replace",
        "core::mem::ManuallyDrop::take",
        "core::option::Option::take",
        "core::option::Option::replace",
        "core::ptr::read",
    }
)
# What makes a pointer to what it is given, or an option of it.
_WRAPPERS = frozenset({("Box", "new"), ("Arc", "new"), ("Rc", "new"), ("Some",)})
# Methods that give out what their receiver holds, where its type is not known.
_OPENERS = frozenset({"unwrap", "expect", "unwrap_unchecked", "ok", "map_err", "unwrap_or_else"})

# Methods of containers that put what they are given into them.
_KEEPERS = frozenset({"insert", "push", "push_back", "push_front", "set", "replace"})
# Macros of the language that take a place and not its value.
_ADDRESS_OF = frozenset({"addr_of", "addr_of_mut"})


def lower_method(low: Lowering, expr: it.MethodCall, how: str) -> Values:
    """A method call; a receiver that is taken by value moves."""
    del how
    site = low.site(expr, "method")
    receiver = expr.receiver
    given = low.eval(receiver, "value" if _is_by_value(low, site) else "borrow")
    is_own = site is not None and site.reason in _TAKERS and bool(_own_receiver(low, expr))
    taken = _taken_out(low, site, receiver) if is_own else NOTHING
    if not taken and _moves(low, expr, given):
        given = given or low.take_place(receiver)
    else:
        given = NOTHING
    place = low.name(receiver)
    if place and expr.args and site is not None and site.resolution == "external":
        _lend(low, expr, place)
    values = tuple(v for arg in expr.args for v in low.take(arg))
    ty = low.places.receiver(receiver, site)
    low.imply(expr, receiver)
    stored = _stored(low, expr, site, values)
    if low.places.fresh:
        _give(low, expr)
    found = _emit(low, expr, site, "method", place, ty, (*given, *(() if stored else values)))
    if stored:
        low.store(receiver, values)
    low.frames.own(taken)
    return (*taken, *found)


def _give(low: Lowering, expr: it.Call | it.MethodCall) -> None:
    """Note what others may have from a call on: its arguments, and what it is called on.

    What only a ``Weak`` leads to, who has that cannot find before its first owner is shared.
    """
    if isinstance(expr, it.MethodCall):
        is_whole = isinstance(expr.receiver, it.PathExpr)
        for one in (*expr.args, *((expr.receiver,) if is_whole else ())):
            low.places.give(one)
    elif not (isinstance(expr.func, it.PathExpr) and expr.func.path.name == "downgrade"):
        for one in expr.args:
            low.places.give(one)


def _lend(low: Lowering, expr: it.MethodCall, place: str) -> None:
    """Note what a library's method gives on: what lies in its receiver to a closure, or there.

    An option's method gives its closure what the option holds, a container's one of many.
    """
    if not low.places.lends(low.type_of(expr.receiver)):
        place = element_of(place)
    for arg in expr.args:
        if isinstance(arg, it.Closure) and len(arg.params) == 1:
            low.lent[id(arg)] = place
        elif expr.name in _KEEPERS:
            low.note_store(place, arg)


def _is_by_value(low: Lowering, site: CallSite | None) -> bool:
    """Whether a method takes ``self``, as far as is known."""
    if site is None or not site.callees:
        return site is None or site.resolution == "external"
    item = low.world.defmap.defs[site.callees[0].owner].item
    return isinstance(item, it.Function) and item.receiver in ("self", "mut self")


def _moves(low: Lowering, expr: it.MethodCall, given: Values) -> bool:
    """Whether a method moves what its receiver holds: a method of its own, by value."""
    receiver = expr.receiver
    name = low.local_of(receiver.base if isinstance(receiver, it.Field) else receiver)
    if not (given or name) or isinstance(low.type_of(receiver), Reference):
        return False
    unknown = "self" if expr.name in _OPENERS else ""
    return _own_receiver(low, expr, unknown) in ("self", "mut self")


def _own_receiver(low: Lowering, expr: it.MethodCall, unknown: str = "") -> str:
    """How a method takes its receiver, if it is the receiver's own and none behind a ``Deref``."""
    ty = low.type_of(expr.receiver)
    found = low.world.methods.find(ty, expr.name, low.body.context.bounds)
    if not found:
        return unknown
    item = found[0].target.item
    if found[0].receiver != ty or not isinstance(item, it.Function):
        return ""
    return item.receiver


def _taken_out(low: Lowering, site: CallSite | None, place: it.Expr) -> Values:
    """What a call takes out of a local, and leaves something else there."""
    if site is None or site.reason not in _TAKERS:
        return NOTHING
    while isinstance(place, it.Ref):
        place = place.operand
    if isinstance(place, it.Field):
        return low.take(place) if low.local_of(place.base) else NOTHING
    name = low.local_of(place)
    return low.frames.give(name, NOTHING) if name else NOTHING


def _stored(low: Lowering, expr: it.MethodCall, site: CallSite | None, given: Values) -> bool:
    """Whether a library's method puts what it is given into its receiver, by ``&mut self``."""
    if not given or site is None or site.resolution != "external":
        return False
    return _own_receiver(low, expr) == "&mut self"


def lower_call(low: Lowering, expr: it.Call, how: str) -> Values:
    """A call of a path or of a value; a constructor is none, and holds all it is given."""
    del how
    kind = "path" if isinstance(expr.func, it.PathExpr) else "value"
    site = low.site(expr, kind)
    if site is None and kind == "path":
        site = low.site(expr, "value")
        kind = "path" if site is None else "value"
    if not isinstance(expr.func, it.PathExpr):
        low.eval(expr.func, "borrow")
    parts = [(str(index), low.take(arg)) for index, arg in enumerate(expr.args)]
    given = tuple(value for _, held in parts for value in held)
    if site is None:
        if given:
            low.parts[given] = tuple(parts)
        if isinstance(expr.func, it.PathExpr):
            pairs = ((str(index), arg) for index, arg in enumerate(expr.args))
            note_parts(low, expr, expr.func.path, pairs)
        if low.places.fresh:
            _give(low, expr)
        return given
    taken = _taken_out(low, site, expr.args[0]) if expr.args else NOTHING
    place = ""
    ty: Ty = UNKNOWN
    if expr.args:
        place = low.name(expr.args[0])
        ty = low.places.receiver(expr.args[0], site)
    if site.reason not in _DROPPERS:
        low.imply(expr)
    if low.places.fresh:
        _give(low, expr)
    found = _emit(low, expr, site, kind, place, ty, given)
    low.frames.own(taken)
    return (*taken, *found)


def _emit(
    low: Lowering,
    expr: it.Call | it.MethodCall,
    site: CallSite | None,
    kind: str,
    place: str,
    ty: Ty,
    given: Values,
) -> Values:
    """Emit a call that is given values; the values that its own value holds.

    What is given lives on in a result that can hold it, and otherwise ends with the call.
    """
    result = low.type_of(expr)
    carries = low.carriers.carries(result)
    is_unknown = may_be_anything(result)
    opens = isinstance(expr, it.MethodCall) and expr.name in _OPENERS
    why = _DROPPERS.get(site.reason, "") if site is not None else ""
    passes = bool(given) and not why and (carries or (is_unknown and opens))
    if why:
        _end(low, expr, given, why)
    ended = () if passes or why else given
    for value in ended:
        low.frames.disown(value)
    may_carry = carries or id(expr) in low.wanted or (is_unknown and not expr.args)
    value = low.number(expr, kind) if may_carry else -1
    words = low.words
    low.ops.append(
        Call(
            expr.start,
            expr.end,
            kind,
            words.index(place),
            words.index(low.places.show(ty)),
            value,
            words.index(low.places.show(result)) if carries else -1,
            _forwards(low, expr.args),
            _name_place(expr),
            words.index(_spelled(expr)),
            given=ended,
            lent=_lent(low, expr, site),
            kept=given if passes else (),
        )
    )
    own = () if value < 0 else (value,)
    low.frames.own(own)
    return (*given, *own) if passes else own


def _end(low: Lowering, expr: it.Call | it.MethodCall, given: Values, why: str) -> None:
    """End what a call is given, and run its drop glue."""
    low.end(given, expr.end, why)
    for one in low.take_implied(expr.start, expr.end):
        low.ops.append(Call(expr.start, expr.end, one.site.kind, nth=one.nth, given=given))


def _lent(
    low: Lowering, expr: it.Call | it.MethodCall, site: CallSite | None
) -> tuple[tuple[int, int], ...]:
    """The arguments of a call in the workspace that lead to a static, or to a field."""
    if site is None or site.resolution not in ("exact", "candidates") or not site.callees:
        return ()
    item = low.world.defmap.defs[site.callees[0].owner].item
    is_counted = isinstance(expr, it.Call) and isinstance(item, it.Function) and item.receiver
    found: list[tuple[int, int]] = []
    for index, arg in enumerate(expr.args[1:] if is_counted else expr.args):
        if isinstance(arg, it.Ref) or low.places.is_handle(low.type_of(arg)):
            name = low.name(arg)
            if name.startswith(NAMED):
                found.append((index, low.words.index(name)))
    return tuple(found)


def _forwards(low: Lowering, args: tuple[it.Expr, ...]) -> tuple[tuple[int, int], ...]:
    """Which arguments are parameters of this body, given on."""
    found: list[tuple[int, int]] = []
    for index, arg in enumerate(args):
        inner = arg.operand if isinstance(arg, it.Ref) else arg
        func = inner.func if isinstance(inner, it.Call) and inner.args else None
        if isinstance(func, it.PathExpr) and func.path.names[-2:] in _WRAPPERS:
            assert isinstance(inner, it.Call)
            inner = inner.args[0]
        if isinstance(inner, it.PathExpr) and len(inner.path.segments) == 1:
            kind, _, number = low.places.aliases.get(inner.path.name, "").partition(" ")
            if kind == "param" and number.isdigit():
                found.append((index, int(number)))
    return tuple(found)


def _spelled(expr: it.Call | it.MethodCall) -> str:
    """A receiver that is a name, or a field of such; otherwise nothing."""
    receiver: it.Expr | None = expr.receiver if isinstance(expr, it.MethodCall) else None
    if isinstance(expr, it.Call) and expr.args:
        receiver = expr.args[0]
    names: list[str] = []
    while isinstance(receiver, it.Field | it.Ref | it.Unary):
        if isinstance(receiver, it.Field):
            names.append(receiver.name)
            receiver = receiver.base
        else:
            receiver = receiver.operand
    if not isinstance(receiver, it.PathExpr) or len(receiver.path.segments) != 1:
        return ""
    return ".".join([receiver.path.name, *reversed(names)])


def _name_place(expr: it.Call | it.MethodCall) -> tuple[int, int]:
    """Where the name of what is called stands."""
    if isinstance(expr, it.MethodCall):
        return expr.name_start, expr.name_start + len(expr.name.encode())
    return expr.func.start, expr.func.end


def lower_macro(low: Lowering, expr: it.MacroCall, how: str) -> Values:
    """A macro: its arguments are borrowed, or their address taken; its statements run there."""
    del how
    access = "address" if expr.path.name in _ADDRESS_OF else "borrow"
    for arg in expr.args:
        low.eval(arg, access)
    values = NOTHING if expr.body is None else low.eval(expr.body)
    if expr.path.name in ASSEMBLY:
        low.ops.append(Assembly(expr.start, expr.end, low.words.index(expr.text)))
    if low.site(expr, "macro") is None:
        return values
    result = low.type_of(expr)
    may_carry = low.carriers.carries(result) or may_be_anything(result)
    value = low.number(expr, "macro") if may_carry else -1
    low.ops.append(Call(expr.start, expr.end, "macro", value=value))
    own = () if value < 0 else (value,)
    low.frames.own(own)
    return (*values, *own)


def lower_await(low: Lowering, expr: it.Await, how: str) -> Values:
    """``x.await``: others run before what it waits for is there."""
    del how
    operand = expr.operand
    low.wanted.add(id(operand))
    values = low.take(operand)
    suspend = Suspend(expr.start, expr.end)
    at = len(low.ops)
    for index in range(len(low.ops) - 1, max(len(low.ops) - 4, -1), -1):
        op = low.ops[index]
        # What a future gives out is there only when it is done; what it is given is its own affair.
        if isinstance(op, Call) and (op.start, op.end) == (operand.start, operand.end):
            at = index + 1 if op.given else index
    low.ops.insert(at, suspend)
    result = low.type_of(expr)
    gives = low.carriers.carries(result) or may_be_anything(result)
    return values if gives else NOTHING
