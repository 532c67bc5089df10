"""What the calls of one body call, and whether that takes ``unsafe``."""

from __future__ import annotations

from typing import NamedTuple

from soundcheck.calls.linking import TypedBody, World
from soundcheck.calls.sites import WRITTEN, CallSite
from soundcheck.crates.definitions import VALUES, Def
from soundcheck.syntax import items as it
from soundcheck.types.ty import UNKNOWN, Dyn, Opaque, Param


class Called(NamedTuple):
    """One callee: its full path or bare name, its definition if there is but one.

    ``trait_method`` is the declaration in a trait where its implementor is not known.
    ``is_unsafe`` is ``None`` where nobody knows. ``receives`` is how a method uses its receiver:
    ``read``, ``borrow`` or ``borrow mut``. ``is_constructor`` tells a tuple struct or variant.
    """

    name: str
    target: Def | None = None
    is_unsafe: bool | None = False
    receives: str = "read"
    is_constructor: bool = False
    trait_method: Def | None = None


_CONSTRUCTOR = Called("", is_constructor=True)
_OPEN_TYPES = (Dyn, Opaque, Param)
_HOW = {"&self": "borrow", "&mut self": "borrow mut"}


class Callings:
    """The calls of one body, by their nodes."""

    def __init__(self, world: World, body: TypedBody) -> None:
        self._defs = world.defmap.defs
        self._defmap = world.defmap
        self._callees = world.callees
        self._owner = body.owner
        self._methods = world.methods
        self._types = body.types
        self._bounds = body.context.bounds
        self._scope = body.context.scope
        self._names = frozenset(body.context.generics) | {"Self"}
        self._sites: dict[tuple[int, int], CallSite] = {}
        for site in (*body.links.sites, *(one.site for one in body.links.values)):
            if site.kind in WRITTEN and site.kind != "macro":
                self._sites[(site.start, site.end)] = site
        self._known: dict[tuple[int, int], Called] = {}

    # -- scopes --------------------------------------------------------------------------------

    def enter(self, block: it.Block) -> int:
        """Look names up in a block from here on; gives what to hand to ``leave``."""
        outer = self._scope
        if any(isinstance(stmt, it.ItemStmt) for stmt in block.stmts):
            self._scope = self._defmap.scope_in(self._owner, block.start + 1)
        return outer

    def leave(self, scope: int) -> None:
        """Look names up where they were looked up before."""
        self._scope = scope

    # -- names ---------------------------------------------------------------------------------

    def value_of(self, path: it.Path) -> Def | None:
        """The static, constant or function that a path names."""
        if not path.segments or path.qself is not None or path.names[0] in self._names:
            return None
        for target, rest in self._callees.lookup(self._scope, path, VALUES, self._owner.cfg):
            if isinstance(target, Def) and not rest:
                return target
        return None

    def static_of(self, expr: it.PathExpr) -> Def | None:
        """The static that a path names."""
        found = self.value_of(expr.path)
        return found if found is not None and found.kind == "static" else None

    # -- callees -------------------------------------------------------------------------------

    def of(self, call: it.Call | it.MethodCall) -> Called:
        """What a call calls."""
        key = (call.start, call.end)
        known = self._known.get(key)
        if known is None:
            known = self._judge(call, self._sites.get(key))
            declared = self._dispatched(call)
            if declared is not None:
                known = known._replace(trait_method=declared)
            self._known[key] = known
        return known

    def _dispatched(self, call: it.Call | it.MethodCall) -> Def | None:
        """The method of a trait of the workspace that a call asks of whoever implements it."""
        if isinstance(call, it.MethodCall):
            ty, name = self._types.get(id(call.receiver), UNKNOWN), call.name
            if not any(isinstance(one, _OPEN_TYPES) for one in self._methods.steps(ty)):
                return None
        elif isinstance(call.func, it.PathExpr) and len(call.func.path.segments) > 1:
            first, name = call.func.path.names[0], call.func.path.name
            if first not in self._names or first == "Self" or len(call.func.path.segments) > 2:
                return None
            ty = Param(first)
        else:
            return None
        found = self._methods.find(ty, name, self._bounds)
        declared = [one.target for one in found if one.is_dispatched]
        return declared[0] if declared and not self._callees.is_stub(declared[0]) else None

    def _judge(self, call: it.Call | it.MethodCall, site: CallSite | None) -> Called:
        if site is None:
            is_method = isinstance(call, it.MethodCall)
            return Called(call.name, is_unsafe=None) if is_method else _CONSTRUCTOR  # type: ignore[union-attr]
        bare = site.name.rpartition("::")[2]
        targets = [self._defs[one.owner] for one in site.callees if one.closure < 0]
        if not targets and site.resolution == "external" and isinstance(call, it.Call):
            declared = self._declared(call)
            targets = [declared] if declared is not None else []
        if not targets:
            name = site.reason if site.resolution == "external" and site.reason else bare
            return Called(name, is_unsafe=None)
        asks = {_is_unsafe(one) for one in targets}
        is_unsafe = asks.pop() if len(asks) == 1 else None
        first = targets[0]
        is_one = site.resolution in ("exact", "external")
        item = first.item
        receiver = item.receiver if isinstance(item, it.Function) else ""
        name = first.path.partition("#")[0] if is_one else bare
        return Called(name, first if is_one else None, is_unsafe, _HOW.get(receiver, "read"))

    def _declared(self, call: it.Call) -> Def | None:
        """The foreign function that a path names."""
        if not isinstance(call.func, it.PathExpr):
            return None
        found = self.value_of(call.func.path)
        return found if found is not None and found.kind == "function" else None


def _is_unsafe(target: Def) -> bool:
    item = target.item
    if not isinstance(item, it.Function):
        return False
    if isinstance(target.container, it.ForeignMod):
        return "safe" not in item.qualifiers
    return item.is_unsafe
