"""Places: names for what a call is made on, the same for the same lock wherever it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from soundcheck.calls.linking import TypedBody, World
from soundcheck.calls.sites import CallSite
from soundcheck.crates.definitions import VALUES, Def
from soundcheck.crates.stubs import is_stub
from soundcheck.syntax import items as it
from soundcheck.types.heads import Head, head_of
from soundcheck.types.lending import mentions
from soundcheck.types.show import show_type
from soundcheck.types.ty import UNKNOWN, Adt, Foreign, Never, Param, Pointer, Prim, Reference, Ty

# What others may hold as well.
_SHARED = frozenset({"alloc::sync::Arc", "alloc::rc::Rc"})
# Types of libraries that hold one value, or none: what is in them is where they are.
_LAYERS = frozenset(
    {
        "Arc",
        "AtomicPtr",
        "Box",
        "CachePadded",
        "Cow",
        "Lazy",
        "LazyCell",
        "LazyLock",
        "ManuallyDrop",
        "MaybeUninit",
        "NonNull",
        "Once",
        "OnceCell",
        "OnceLock",
        "Option",
        "Pin",
        "Poll",
        "Rc",
        "Result",
        "Weak",
    }
)
_DEEPEST_LAYER = 6
# Variants of the libraries' that hold what they are given.
_HOLDERS = frozenset({"Some", "Ok", "Ready"})
_BOOL = Prim("bool")
# How the names of places begin that mean the same in all bodies.
NAMED = ("static ", "field ", "result ", "given ")


class Places:
    """The names of places in one body, and the types that are found there.

    ``aliases`` are what names of references stand for, ``led`` the places that blocks, ``match``
    and ``if`` lead to, by the identity of their nodes: told when the names in them still mean
    something. ``site_of`` tells the call that an expression is.
    """

    def __init__(
        self, world: World, body: TypedBody, site_of: Callable[[it.Expr], CallSite | None]
    ) -> None:
        self._world = world
        self._body = body
        self._defs = world.defmap.defs
        self._site_of = site_of
        self.aliases: dict[str, str] = {}
        self.led: dict[int, str] = {}
        self.locals: set[str] = set()
        # Locals that share what was made in this body, and that nobody else has got yet.
        self.fresh: set[str] = set()

    def hide(self, name: str) -> tuple[str | None, bool]:
        """Let a name be a local from here on; what it was before, for ``restore``."""
        was_local = name in self.locals
        self.fresh.discard(name)
        self.locals.add(name)
        return self.aliases.pop(name, None), was_local

    def restore(self, name: str, alias: str | None, *, is_local: bool) -> None:
        """Let a name be again what it was before ``hide``."""
        self.aliases.pop(name, None)
        if alias is not None:
            self.aliases[name] = alias
        if not is_local:
            self.locals.discard(name)

    def type_of(self, expr: it.Node) -> Ty:
        """The type of an expression, or of what a pattern is held against."""
        return self._body.types.get(id(expr), UNKNOWN)

    def static_of(self, path: it.Path) -> Def | None:
        """The static that a path names."""
        if not path.segments or path.qself is not None or not path.name[:1].isupper():
            return None
        if len(path.segments) == 1 and path.name in self.locals:
            return None
        scope = self._body.context.scope
        found = self._world.callees.lookup(scope, path, VALUES, self._body.owner.cfg)
        for target, rest in found:
            if isinstance(target, Def) and target.kind == "static" and not rest:
                return target
        return None

    def name_of(self, expr: it.Expr) -> str:
        """The name of a place, or nothing.

        A field is named by its type, whatever holds the value: that is what lockdep calls a class.
        """
        match expr:
            case it.PathExpr():
                return self._of_path(expr.path)
            case it.Field():
                return self._of_field(expr)
            case it.MethodCall():
                return self._of_call(expr, expr.receiver)
            case it.Ref() | it.Unary() | it.Try() | it.Await():
                return self.name_of(expr.operand)
            case it.Index():
                return element_of(self.name_of(expr.base))
            case it.Call():
                return self._of_call(expr, expr.args[0] if expr.args else None)
            case it.Block(stmts=(), tail=tail) if tail is not None and id(expr) not in self.led:
                return self.name_of(tail)
            case _:
                return self.led.get(id(expr), "")

    def _of_path(self, path: it.Path) -> str:
        if len(path.segments) == 1:
            known = self.aliases.get(path.name)
            if known is not None:
                return known
            if path.name in self.locals:
                return f"local {path.name}"
        static = self.static_of(path)
        return "" if static is None else f"static {static.path}"

    def _is_own(self, expr: it.Field) -> bool:
        """Whether a field lies in a local that is a value itself: nobody else can reach it."""
        if not isinstance(expr.base, it.PathExpr) or expr.base.path.name not in self.locals:
            return False
        if expr.base.path.name in self.fresh and len(expr.base.path.segments) == 1:
            return True
        owner = self.type_of(expr.base)
        if len(expr.base.path.segments) != 1 or not isinstance(owner, Adt):
            return False
        held = self._world.methods.declared.field_type(self._defs[owner.def_id], expr.name)
        return isinstance(held, Adt) and self._defs[held.def_id].path not in _SHARED

    def _of_field(self, expr: it.Field) -> str:
        if self._is_own(expr):
            assert isinstance(expr.base, it.PathExpr)
            return f"local {expr.base.path.name}.{expr.name}"
        methods = self._world.methods
        for step in methods.steps(self.type_of(expr.base)):
            if isinstance(step, Adt):
                target = self._defs[step.def_id]
                if methods.declared.field_type(target, expr.name) is not None:
                    return f"field {target.path}.{expr.name}"
            elif isinstance(step, Foreign):
                return f"field {step.path}.{expr.name}"
        base = self.name_of(expr.base)
        return f"{base}.{expr.name}" if base else ""

    def _of_call(self, expr: it.Call | it.MethodCall, first: it.Expr | None) -> str:
        """What a call gives back: a library's accessor leads to what it is called on."""
        site = self._site_of(expr)
        if site is None:
            holds = isinstance(expr, it.Call) and isinstance(expr.func, it.PathExpr)
            is_layer = holds and expr.func.path.name in _HOLDERS  # type: ignore[union-attr]
            return self.name_of(first) if is_layer and first is not None else ""
        if site.resolution == "external":
            return "" if first is None else self._through(expr, first)
        if site.resolution != "exact" and site.reason != "configurations":
            return ""
        if first is not None and self._leads_into(site):
            base = self.name_of(first)
            is_one = len(expr.args) == isinstance(expr, it.Call)
            return base if is_one else element_of(base)
        ty = self.type_of(expr)
        if isinstance(ty, Adt | Foreign) and not self.lends(ty):
            # What a function gives away is the caller's own, but a guard leads into the lock.
            is_guard = isinstance(expr, it.MethodCall) and self._is_guard(site, ty)
            return element_of(self.name_of(first)) if is_guard and first is not None else ""
        paths = sorted({self._defs[callee.owner].path for callee in site.callees})
        kind = "given" if self._gives_share(ty) else "result"
        return f"{kind} {'|'.join(paths)}" if paths else ""

    def _is_guard(self, site: CallSite, ty: Ty) -> bool:
        """Whether a method lends what its receiver holds by a value that stands for it."""
        target = self._defs[site.callees[0].owner] if site.callees else None
        item = None if target is None else target.item
        is_lent = isinstance(item, it.Function) and item.receiver.startswith("&")
        return is_lent and self._world.methods.dereference(ty) is not None

    def _through(self, expr: it.Call | it.MethodCall, first: it.Expr) -> str:
        """Where a library's function leads: on to what it is called on, or into that.

        What a closure gives it, it may give back.
        """
        closure = next((arg for arg in expr.args if isinstance(arg, it.Closure)), None)
        base = self.name_of(first)
        if closure is None and (not base or base.startswith("local ")):
            return base
        if self._holds_same(self.type_of(expr), self.type_of(first)):
            return base
        if closure is not None and self.type_of(closure.body) != _BOOL:
            return self.led.get(id(closure.body), "")
        if isinstance(expr, it.Call):
            return ""
        return base if self._is_iterator(self.type_of(first)) else element_of(base)

    def _holds_same(self, one: Ty, other: Ty) -> bool:
        """Whether two types are one but for the layers around it, as far as is known."""
        some, others = set(self._cores(one)), set(self._cores(other))
        return bool(some & others) or not some or not others

    def _cores(self, ty: Ty, depth: int = 0) -> Iterator[Head]:
        """The heads of what lies in a type, references and other layers taken away."""
        while isinstance(ty, Reference | Pointer):
            ty = ty.inner
        args = ty.args if isinstance(ty, Adt | Foreign) and depth < _DEEPEST_LAYER else ()
        if args and self._last_name(ty) in _LAYERS:
            for arg in args:
                yield from self._cores(arg, depth + 1)
        elif (head := head_of(ty))[0] != "unknown":
            yield head

    def _last_name(self, ty: Ty) -> str:
        if not isinstance(ty, Adt | Foreign):
            return ""
        return self._defs[ty.def_id].name if isinstance(ty, Adt) else ty.path.rpartition("::")[2]

    def _is_iterator(self, ty: Ty) -> bool:
        """Whether a type is one of the libraries' iterators, which give out what they are named."""
        if not isinstance(ty, Adt):
            return False
        path = self._defs[ty.def_id].path
        return "::iter::" in path or "iter" in path.rpartition("::")[2].lower()

    def is_shared(self, ty: Ty) -> bool:
        """Whether a value of a type is one of several owners of what it leads to."""
        return isinstance(ty, Adt) and bool(ty.args) and self._defs[ty.def_id].path in _SHARED

    def is_handle(self, ty: Ty) -> bool:
        """Whether a value of a type leads to what lies elsewhere: a reference, an ``Arc``."""
        return isinstance(ty, Reference) or self.is_shared(ty)

    def _gives_share(self, ty: Ty) -> bool:
        """Whether a type makes its owner one of several, perhaps in an option or result."""
        while isinstance(ty, Adt) and ty.args and not self.is_shared(ty):
            if self._last_name(ty) not in _LAYERS:
                return False
            ty = ty.args[0]
        return self.is_shared(ty)

    def lends(self, ty: Ty, depth: int = 0) -> bool:
        """Whether a type is one that leads elsewhere, perhaps in an option or result."""
        if not isinstance(ty, Adt):
            return isinstance(ty, (Reference, Pointer))
        if not ty.args or depth > _DEEPEST_LAYER or self._defs[ty.def_id].name not in _LAYERS:
            return False
        return self.is_shared(ty) or self.lends(ty.args[0], depth + 1)

    def makes_shared(self, expr: it.Expr) -> bool:
        """Whether an expression makes the first owner of a value: ``Arc::new(Table { .. })``."""
        if not isinstance(expr, it.Call) or not isinstance(expr.func, it.PathExpr):
            return False
        if expr.func.path.name != "new" or not self.is_shared(self.type_of(expr)):
            return False
        return len(expr.args) == 1 and not self.name_of(expr.args[0]).startswith(NAMED)

    def give(self, expr: it.Expr) -> None:
        """Note that others get what an expression names, or a part of it."""
        while isinstance(expr, it.Ref | it.Unary | it.Field | it.Try):
            expr = expr.base if isinstance(expr, it.Field) else expr.operand
        if isinstance(expr, it.PathExpr):
            self.fresh.discard(expr.path.name)

    def is_nothing(self, expr: it.Expr) -> bool:
        """Whether an expression gives nothing to lead anywhere: ``None``, ``Err(_)``, a jump."""
        while isinstance(expr, it.Block) and expr.tail is not None:
            expr = expr.tail
        func = expr.func if isinstance(expr, it.Call) else expr
        if isinstance(func, it.PathExpr) and func.path.name in ("None", "Err", "Pending"):
            return True
        return isinstance(expr, it.Jump) or isinstance(self.type_of(expr), Never)

    def behind(self, ty: Ty) -> Ty:
        """What a value of a type leads to, references and shared owners taken away."""
        while True:
            if isinstance(ty, Reference):
                ty = ty.inner
            elif isinstance(ty, Adt) and ty.args and self._defs[ty.def_id].name in _LAYERS:
                ty = ty.args[0]
            else:
                return ty

    def made_by(self, expr: it.StructLit | it.Call, path: it.Path) -> str:
        """The path of the workspace's struct or variant that an expression makes a value of."""
        ty = self.type_of(expr)
        if not isinstance(ty, Adt) or is_stub(self._defs[ty.def_id].file):
            return ""
        owner = self._defs[ty.def_id]
        if owner.kind != "enum":
            return owner.path if path.name in ("Self", owner.name) else ""
        variants = self._world.methods.declared.associated(ty.def_id).get(path.name, ())
        return next((one.path for one in variants if one.kind == "variant"), "")

    def _leads_into(self, site: CallSite) -> bool:
        """Whether a call lends what its receiver holds for whoever made it: a generic accessor.

        Such is ``fn get(&self, at: usize) -> Option<&T>`` of a ``Table<T>``.
        """
        if site.resolution != "exact":
            return False
        declared = self._world.methods.declared
        target = self._defs[site.callees[0].owner]
        if target.kind != "function" or target.impl < 0:
            return False
        signature = declared.signature_of(target)
        owner = declared.header_of(target.impl).self_type
        if not isinstance(signature.receiver, Reference) or not isinstance(owner, Adt):
            return False
        given = signature.ret
        return self.lends(given) and any(
            isinstance(arg, Param) and mentions(given, arg.name) for arg in owner.args
        )

    def receiver(self, expr: it.Expr, site: CallSite | None) -> Ty:
        """The type on which a method is called: of those that deref leads through, the one."""
        ty = self.type_of(expr)
        steps = [step for step in self._world.methods.steps(ty) if not isinstance(step, Reference)]
        owner = self._defs[site.callees[0].owner] if site is not None and site.callees else None
        if owner is not None and owner.impl >= 0:
            wanted = head_of(self._world.methods.declared.header_of(owner.impl).self_type)
            for step in steps:
                if head_of(step) == wanted:
                    return step
        named = [step for step in steps if isinstance(step, Adt | Foreign)]
        return named[0] if named else UNKNOWN

    def show(self, ty: Ty) -> str:
        """A type as text; nothing for what has no name."""
        while isinstance(ty, Reference):
            ty = ty.inner
        return show_type(ty, self._defs) if isinstance(ty, Adt | Foreign) else ""


def element_of(place: str) -> str:
    """The name of what lies in a place, told of all in it."""
    return f"{place}[]" if place and not place.endswith("[]") else place
