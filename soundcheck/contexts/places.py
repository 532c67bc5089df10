"""Places: names for what a call is made on, the same for the same lock wherever it is taken."""

from __future__ import annotations

from soundcheck.calls.linking import TypedBody, World
from soundcheck.calls.sites import CallSite
from soundcheck.crates.definitions import VALUES, Def
from soundcheck.syntax import items as it
from soundcheck.types.heads import head_of
from soundcheck.types.lending import mentions
from soundcheck.types.show import show_type
from soundcheck.types.ty import UNKNOWN, Adt, Foreign, Param, Reference, Ty

# What others may hold as well.
_SHARED = frozenset({"alloc::sync::Arc", "alloc::rc::Rc"})


class Places:
    """The names of places in one body, and the types that are found there."""

    def __init__(self, world: World, body: TypedBody) -> None:
        self._world = world
        self._body = body
        self._defs = world.defmap.defs
        self.aliases: dict[str, str] = {}
        self.locals: set[str] = set()

    def hide(self, name: str) -> tuple[str | None, bool]:
        """Let a name be a local from here on; what it was before, for ``restore``."""
        was_local = name in self.locals
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

    def name_of(self, expr: it.Expr, site: CallSite | None = None) -> str:
        """The name of a place, or nothing; ``site`` is the call that an expression is, if any.

        A field is named by its type, whatever holds the value: that is what lockdep calls a class.
        """
        match expr:
            case it.PathExpr():
                return self._of_path(expr.path)
            case it.Field():
                return self._of_field(expr)
            case it.Index():
                base = self.name_of(expr.base)
                return f"{base}[]" if base else ""
            case it.Ref() | it.Unary() | it.Try() | it.Await():
                return self.name_of(expr.operand)
            case it.MethodCall():
                return self._of_call(expr.receiver, site)
            case it.Call():
                return self._of_call(expr.args[0] if expr.args else None, site)
            case it.Block(stmts=(), tail=tail) if tail is not None:
                return self.name_of(tail)
            case _:
                return ""

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

    def _of_call(self, first: it.Expr | None, site: CallSite | None) -> str:
        """What a call gives back: a library's accessor leads to what it is called on."""
        if site is None or site.resolution == "unknown":
            return ""
        if site.resolution == "external":
            return "" if first is None else self.name_of(first)
        if site.resolution == "exact":
            return f"result {self._defs[site.callees[0].owner].path}"
        return ""

    def leads_into(self, site: CallSite) -> bool:
        """Whether a call lends what its receiver holds for whoever made it: a generic accessor.

        Such is ``fn get(&self, at: usize) -> &T`` of a ``Table<T>``.
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
        return isinstance(given, Reference) and any(
            isinstance(arg, Param) and mentions(given.inner, arg.name) for arg in owner.args
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
