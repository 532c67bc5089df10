"""The state of lowering one body: the steps so far, the frames around, what is asked of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from soundcheck.calls.linking import TypedBody, World
from soundcheck.calls.sites import WRITTEN, BodyId, CallSite
from soundcheck.contexts.carriers import Carriers
from soundcheck.contexts.lowering.frames import NOTHING, Frame, Frames, Values, merge
from soundcheck.contexts.places import NAMED, Places
from soundcheck.contexts.scripts import AnyOp, Branch, Call, Exit, Loop, Release, Script, Words
from soundcheck.syntax import items as it
from soundcheck.types.ty import UNKNOWN, Adt, Foreign, Never, Reference, Ty

Lower = Callable[..., Values]
_Where = tuple[BodyId, int, int]


class LoopFrame(NamedTuple):
    """A loop, or a block with a label, around a point: how deep its frames begin, and its name.

    ``values`` collects what ``break`` gives it, ``ways`` the frames around it where a jump leads
    out of its body; a block is left only by a ``break`` that names it.
    """

    depth: int
    label: str
    values: list[int]
    ways: list[Frames]
    is_block: bool = False


class Implied(NamedTuple):
    """A call that the language makes by itself; it is the ``nth`` of its kind at its place."""

    site: CallSite
    nth: int


class Mark(NamedTuple):
    """How far the lowering of a body has come, to begin again from there."""

    emitted: int
    scripts: int


class Lowering:
    """The lowering of one body, closures in it included."""

    def __init__(
        self,
        world: World,
        carriers: Carriers,
        words: Words,
        body: TypedBody,
        edition: str,
        table: Mapping[type, Lower],
    ) -> None:
        self.world = world
        self.carriers = carriers
        self.words = words
        self.body = body
        self.places = Places(world, body, self._called)
        self.is_2024 = edition >= "2024"
        self.scripts: list[Script] = []
        self.id = BodyId(body.owner.index)
        # Parts of values that were put together here: by all of them, by the name of the part.
        self.parts: dict[Values, tuple[tuple[str, Values], ...]] = {}
        # Expressions whose values a `let` keeps alive, with the depth of the frame they live in.
        self.extended: dict[int, int] = {}
        # Calls whose value matters though its type does not tell.
        self.wanted: set[int] = set()
        # What closures are given by whom they are passed to: the name of its place.
        self.lent: dict[int, str] = {}
        # What is put into fields and containers: the place, what is put there, and its type.
        self.stores: list[tuple[int, int, int]] = []
        self.returns_early = False
        # What the conditions seen so far are about, by their expressions.
        self.tested: dict[int, Values] = {}
        self._table = table
        self._written, self._implied = _index_sites(body)
        self._emitted: list[tuple[_Where, list[Implied]]] = []
        self._numbers: dict[tuple[BodyId, int, int, str], int] = {}
        self.enter_body()

    def enter_body(self) -> None:
        """Begin a body, or the body of a closure, with nothing around it."""
        self.ops: list[AnyOp] = []
        self.frames = Frames()
        self.loops: list[LoopFrame] = []
        self.returned: list[int] = []

    # -- asking --------------------------------------------------------------------------------

    def type_of(self, node: it.Node) -> Ty:
        """The type of an expression, or of what a pattern is held against."""
        return self.places.type_of(node)

    def is_walked(self, node: it.Node) -> bool:
        """Whether something can be part of any build that is looked at."""
        return id(node) in self.body.types

    def site(self, expr: it.Node, kind: str) -> CallSite | None:
        """The call that an expression is."""
        return self._written.get((self.id, expr.start, expr.end, kind))

    def number(self, expr: it.Node, kind: str) -> int:
        """The number of the value that a call gives back, the same each time it is lowered."""
        return self._numbers.setdefault((self.id, expr.start, expr.end, kind), len(self._numbers))

    def local_of(self, expr: it.Expr) -> str:
        """The name of the local that an expression is; empty for anything else."""
        if not isinstance(expr, it.PathExpr) or len(expr.path.segments) != 1:
            return ""
        name = expr.path.name
        return name if self.frames.find(name) is not None else ""

    def held_by(self, name: str) -> Values:
        """The values that a local holds."""
        found = self.frames.find(name)
        return NOTHING if found is None else found[1].values

    def own_here(self, values: Values) -> Values:
        """Those of some values that live in the innermost frame."""
        return tuple(value for value in values if value in self.frames.all[-1].contents)

    # -- expressions ---------------------------------------------------------------------------

    def eval(self, expr: it.Expr, how: str = "value") -> Values:
        """Emit what an expression does; the values that its own value holds."""
        lower = self._table.get(type(expr))
        values = NOTHING if lower is None else lower(self, expr, how)
        self.imply(expr)
        depth = self.extended.get(id(expr))
        if values and depth is not None:
            self.frames.own(values, depth)
        is_call = isinstance(expr, it.Call | it.MethodCall | it.MacroCall)
        if is_call and isinstance(self.type_of(expr), Never):
            self.ops.append(self.leave(expr.start, "never"))
        return values

    def take(self, expr: it.Expr) -> Values:
        """Evaluate an expression whose value moves out of it: out of a local, if it is one."""
        return self.take_place(expr) or self.eval(expr)

    def take_place(self, expr: it.Expr) -> Values:
        """Move values out of a local, or out of a part of one; of anything else nothing."""
        name = self.local_of(expr)
        if name:
            is_borrowed = isinstance(self.type_of(expr), Reference)
            return NOTHING if is_borrowed else self.frames.move(name)
        base = self.local_of(expr.base) if isinstance(expr, it.Field) else ""
        found = self.frames.find(base) if base else None
        if found is None or not isinstance(expr, it.Field):
            return NOTHING
        depth, local = found
        known = self.parts.get(local.values, ())
        part = dict(known).get(expr.name, NOTHING)
        rest = tuple(value for value in local.values if value not in part)
        self.parts.setdefault(rest, tuple(one for one in known if one[0] != expr.name))
        self.frames.all[depth].locals[base] = local._replace(values=rest)
        self.frames.own(part)
        return part

    def store(self, place: it.Expr, values: Values) -> None:
        """Put values where an expression leads: into a local, or where they outlive the body."""
        fields: list[str] = []
        base = place
        while isinstance(base, it.Field):
            fields.append(base.name)
            base = base.base
        found = self.frames.find(name) if (name := self.local_of(base)) else None
        if found is None or not values:
            self.frames.own(values, 0)
            return
        depth, local = found
        field = ".".join(reversed(fields))
        known = self.parts.get(local.values, ())
        old = dict(known).get(field, NOTHING)
        self.end(tuple(reversed(old)), place.start, "assigned")
        whole = (*(value for value in local.values if value not in old), *values)
        self.parts[whole] = (*(one for one in known if one[0] != field), (field, values))
        if isinstance(local.type, Reference):
            # What a reference leads to is not its own.
            self.frames.all[depth].locals[name] = local._replace(values=whole)
            self.frames.own(values, 0)
        else:
            self.frames.give(name, whole)

    # -- steps ---------------------------------------------------------------------------------

    def push(self) -> None:
        """Begin a block, a statement or an arm."""
        self.frames.all.append(Frame())

    def pop(self, at: int, why: str, kept: Values = NOTHING) -> None:
        """End one: what lives in it is dropped, the latest first, but for what moves out."""
        frame = self.frames.all.pop()
        self.forget_names(frame)
        for value in reversed(frame.values):
            if value not in kept:
                self.ops.append(Release(at, value, why))
        if self.frames.all:
            self.frames.own(tuple(value for value in frame.values if value in kept))

    def forget_names(self, frame: Frame) -> None:
        """Let names mean again what they meant outside of a frame."""
        for name, alias, was_local in reversed(frame.shadowed):
            self.places.restore(name, alias, is_local=was_local)

    def end(self, values: Values, at: int, why: str) -> None:
        """End values now."""
        for value in values:
            self.frames.disown(value)
            self.ops.append(Release(at, value, why))

    def apart(self, run: Callable[[], object]) -> tuple[AnyOp, ...]:
        """What a piece of code does, as a script of its own."""
        outer, self.ops = self.ops, []
        run()
        ops, self.ops = tuple(self.ops), outer
        return ops

    def fork(self, at: int, runs: Sequence[Callable[[], object]]) -> None:
        """Emit pieces of code of which exactly one runs."""
        before = self.frames
        arms: list[tuple[AnyOp, ...]] = []
        ends: list[Frames] = []
        last: Frames = before
        for run in runs:
            self.frames = before.copy()
            ops = self.apart(run)
            arms.append(ops)
            last = self.frames
            if not has_ended(ops):
                ends.append(last)
        self.frames = merge(ends) if ends else last
        if any(arms):
            self.ops.append(Branch(at, tuple(arms)))

    def leave(self, at: int, kind: str, kept: Values = NOTHING, down_to: int = 0) -> Exit:
        """A way out of the frames from a depth on, with what is dropped on it."""
        alive = self.frames.alive(down_to)
        return Exit(at, kind, tuple(value for value in alive if value not in kept))

    def imply(self, node: it.Node, on: it.Expr | None = None) -> None:
        """Emit the calls that the language makes for an expression, on the value of ``on``."""
        found = self.take_implied(node.start, node.end)
        place = self.words.index(self.name(on)) if found and on is not None else -1
        for one in found:
            self.ops.append(Call(node.start, node.end, one.site.kind, place, nth=one.nth))

    def take_implied(self, start: int, end: int) -> list[Implied]:
        """The calls that the language makes at a place, to be emitted now."""
        where = (self.id, start, end)
        found = self._implied.pop(where, None)
        if found is None:
            return []
        self._emitted.append((where, found))
        return found

    def leave_implied(self, at: int, left: list[Implied]) -> None:
        """Leave calls that the language makes at a place for who asks next."""
        self._implied[(self.id, at, at)] = left

    # -- beginning again -----------------------------------------------------------------------

    def mark(self) -> Mark:
        """A point to which ``rewind`` leads back."""
        return Mark(len(self._emitted), len(self.scripts))

    def rewind(self, mark: Mark) -> None:
        """Forget the calls and scripts that were emitted since."""
        self._implied.update(self._emitted[mark.emitted :])
        del self._emitted[mark.emitted :]
        del self.scripts[mark.scripts :]

    # -- names ---------------------------------------------------------------------------------

    def declare(self, name: str, values: Values, ty: Ty) -> None:
        """Let a name of the innermost frame hold values; it means nothing else from here on."""
        alias, was_local = self.places.hide(name)
        self.frames.all[-1].shadowed.append((name, alias, was_local))
        self.frames.declare(name, values, ty)

    def name(self, expr: it.Expr) -> str:
        """The name of a place, as ``Places`` has it."""
        return self.places.name_of(expr)

    def note_place(self, expr: it.Expr, whole: it.Expr | None = None) -> None:
        """Note where an expression leads, while the names in it mean something.

        ``whole`` is an expression that leads there as well.
        """
        if self.places.lends(self.body.types.get(id(expr), UNKNOWN)):
            place = self.name(expr)
            place = "" if place.startswith("local ") else place
            self.places.led[id(expr)] = place
            if whole is not None:
                self.places.led[id(whole)] = place

    def lead(self, expr: it.Expr, ways: Sequence[it.Expr]) -> None:
        """Note where an expression leads, if all that its value can come from lead there."""
        led = self.places.led
        if not led:
            return
        names = {led.get(id(way), "") for way in ways if not self.places.is_nothing(way)}
        if any(names):
            led[id(expr)] = names.pop() if len(names) == 1 else ""

    def note_store(self, place: str, value: it.Expr) -> None:
        """Note that a place of others holds from here on what leads to something of this body's."""
        ty = self.type_of(value)
        if not place.startswith(NAMED) or not self.places.lends(ty):
            return
        behind = self.places.behind(ty)
        # A lock that says nothing of what it protects is one that nobody shares.
        if isinstance(behind, Adt | Foreign) and behind.args:
            words = self.words.index
            shown = words(self.places.show(behind))
            self.stores.append((words(place), words(self.name(value)), shown))

    def _called(self, expr: it.Expr) -> CallSite | None:
        """The call that an expression is, where it stands."""
        return self.site(expr, "method" if isinstance(expr, it.MethodCall) else "path")


def has_ended(ops: Sequence[AnyOp]) -> bool:
    """Whether no way leads past some steps, as far as they tell by themselves."""
    for op in ops:
        match op:
            case Exit(kind=kind):
                if kind != "?":
                    return True
            case Branch(arms=arms):
                if all(has_ended(arm) for arm in arms):
                    return True
            case Loop(forever=True, body=body):
                if not _breaks(body, 0):
                    return True
    return False


def _breaks(ops: Sequence[AnyOp], depth: int) -> bool:
    """Whether some step leaves the loop that lies ``depth`` loops further out."""
    for op in ops:
        match op:
            case Exit(kind="break"):
                if op.depth == depth:
                    return True
            case Branch(arms=arms):
                if any(_breaks(arm, depth) for arm in arms):
                    return True
            case Loop(body=body):
                if _breaks(body, depth + 1):
                    return True
    return False


def _index_sites(
    body: TypedBody,
) -> tuple[dict[tuple[BodyId, int, int, str], CallSite], dict[_Where, list[Implied]]]:
    written: dict[tuple[BodyId, int, int, str], CallSite] = {}
    implied: dict[_Where, list[CallSite]] = defaultdict(list)
    for site in (*body.links.sites, *(call.site for call in body.links.values)):
        if site.kind in WRITTEN:
            written.setdefault((site.caller, site.start, site.end, site.kind), site)
        else:
            implied[(site.caller, site.start, site.end)].append(site)
    return written, {where: _numbered(sites) for where, sites in implied.items()}


def _numbered(sites: Sequence[CallSite]) -> list[Implied]:
    """Sites of one place, each with its number among those of its kind in the graph's order."""
    counts: dict[str, int] = defaultdict(int)
    numbers: dict[int, int] = {}
    for index, site in sorted(enumerate(sites), key=lambda pair: pair[1].name):
        numbers[index] = counts[site.kind]
        counts[site.kind] += 1
    return [Implied(site, numbers[index]) for index, site in enumerate(sites)]
