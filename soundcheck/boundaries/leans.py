"""What one operand of an unsafe operation leans on, and who can break that."""

from __future__ import annotations

import msgspec

from soundcheck.boundaries.contracts import is_open, takes_token
from soundcheck.boundaries.facts import ValueFacts, is_named
from soundcheck.boundaries.operations import Operand, Operation, Origin
from soundcheck.boundaries.reach import Reach
from soundcheck.calls.linking import World
from soundcheck.crates.definitions import Def
from soundcheck.crates.visibility import narrower
from soundcheck.syntax import items as it

Key = tuple[str, int, str]
"""What can be leant on, by one name for all who do.

``parameter`` of a function with its index as text, ``field`` of a type with its name, ``result``
of a function, ``static``, ``trait`` with the method's name; the number is the definition.
"""

NO_KEY: Key = ("", -1, "")

# From the worst to the best: what a site's verdict is, is that of the worst that it leans on.
VERDICTS = ("leaks", "context", "unknown", "encapsulated", "declared")

_VALUES = frozenset({"pointer", "integer", "newtype"})
_STEPPING = frozenset({"for", ".."})


class Lean(msgspec.Struct, frozen=True, gc=False):
    """One thing that an unsafe operation's safety rests on.

    ``kind`` is

    - ``local``: a literal, something made or borrowed here, a value that was checked;
    - ``type``: a value whose type vouches for it, as a reference does;
    - ``parameter``, of the function: every caller;
    - ``private field``, ``visible field``: everyone who can write to it;
    - ``static``: a mutable one, or what a cell held when it was read;
    - ``register``: what assembly gave or did; ``memory``: what was read through a raw pointer;
    - ``state``: nothing but when it is done, by a call that takes no value;
    - ``contract``: what an unsafe function demands of values whose types vouch for them;
    - ``trait``: what a method of a safe trait gives;
    - ``call``: what a function of the workspace gives; ``outside``: what one elsewhere does;
    - ``impl``: all that the type's own functions do, for an unsafe impl;
    - ``unknown``.

    ``verdict`` is ``encapsulated`` within the function or a module, ``declared`` where a contract
    asks for it, ``leaks`` where safe code elsewhere can break it, ``context`` where it rests on
    the order in which the program runs, or ``unknown``. ``what`` is its name. ``key`` is what it
    is, for all who lean on it; ``is_sure`` tells that the value is used as it came. ``reach`` is
    the module that sees a leak with all inside it, -1 for everybody, -2 for what is no leak.
    ``path`` and the offsets are where the value comes from.
    """

    kind: str
    verdict: str
    what: str
    path: str
    start: int
    end: int
    key: Key = NO_KEY
    reach: int = -2
    is_sure: bool = True


class Leaning:
    """Judges where values come from."""

    def __init__(self, world: World, values: ValueFacts, reach: Reach) -> None:
        self._world = world
        self._defmap = world.defmap
        self._defs = world.defmap.defs
        self._values = values
        self.reach = reach

    def of_operation(self, func: Def, operation: Operation) -> list[Lean]:
        """What an operation leans on, its operands' origins one by one."""
        found: list[Lean] = []
        for operand in operation.operands:
            if not self._is_stored(operation, operand) and self._counts(operand):
                found += [self.of_origin(func, origin) for origin in operand.origins]
        own = self._of_itself(func, operation, has_values=bool(found))
        return found if own is None else [*found, own]

    def _counts(self, operand: Operand) -> bool:
        """Whether an operand's type leaves it open what it is: that of an address does."""
        if operand.type in _VALUES or not operand.type:
            return True
        return any(self.is_value(origin) for origin in operand.origins)

    def is_value(self, origin: Origin) -> bool:
        """Whether what comes from an origin is a pointer, a number, or a type made of any."""
        if origin.type in _VALUES:
            return True
        return bool(origin.type_path) and is_named(origin.type_path, self._values.addresses)

    def _is_stored(self, operation: Operation, operand: Operand) -> bool:
        """Whether an operand is what is written somewhere, and not where."""
        if operation.kind != "call" or not is_named(operation.name, self._values.storing):
            return False
        if operation.target >= 0 and not self._world.callees.is_stub(self._defs[operation.target]):
            return False
        first = min(one.index for one in operation.operands)
        return operand.index > first

    def _of_itself(self, func: Def, operation: Operation, *, has_values: bool) -> Lean | None:
        """What an operation leans on besides its operands."""
        at = (func.file, operation.start, operation.end)
        if operation.kind == "static":
            key = ("static", operation.target, "")
            return self._in_context(func, Lean("static", "context", operation.name, *at, key))
        if operation.kind == "union" and operation.target >= 0:
            field = operation.name.rpartition("::")[2]
            return self._field(func, self._defs[operation.target], field, at, is_sure=True)
        if operation.kind == "assembly" and not has_values:
            return self._in_context(func, Lean("register", "context", "assembly", *at))
        if operation.kind == "call" and not operation.is_certain:
            return Lean("unknown", "unknown", operation.name, *at)
        if operation.kind == "call" and not has_values:
            if operation.operands:
                return Lean("contract", "encapsulated", operation.name, *at)
            return self._in_context(func, Lean("state", "context", operation.name, *at))
        return None

    def of_origin(self, func: Def, origin: Origin) -> Lean:
        """What an operand leans on that comes from an origin in a function."""
        start = max(origin.at, 0)
        at = (func.file, start, start + 1)
        is_sure = self._values.is_moved(origin, _STEPPING)
        if self._values.is_checked(origin):
            return Lean("local", "encapsulated", origin.name, *at)
        if origin.field and origin.owner >= 0 and origin.kind in ("parameter", "static", "borrow"):
            owner = self._defs[origin.owner]
            if self.is_value(origin) and not self._world.callees.is_stub(owner):
                return self._field(func, owner, origin.field, at, is_sure=is_sure)
            return Lean("type", "encapsulated", origin.name, *at)
        match origin.kind:
            case "constant" | "borrow" | "fresh":
                return Lean("local", "encapsulated", origin.name, *at)
            case "parameter":
                return self._parameter(func, origin, at, is_sure=is_sure)
            case "static":
                return self._static(func, origin, at)
            case "memory":
                return self._in_context(func, Lean("memory", "context", origin.name, *at))
            case "assembly":
                return self._in_context(func, Lean("register", "context", origin.name, *at))
            case "call":
                return self._call(origin, at)
            case "dispatch":
                return self._trait(func, origin, at)
            case _:
                return Lean("unknown", "unknown", origin.name, *at)

    def _in_context(self, func: Def, lean: Lean) -> Lean:
        """Context is declared by a contract, or by a token that is taken."""
        if is_open(self._defmap, func) and not takes_token(func, self._values):
            return lean
        return Lean(lean.kind, "declared", lean.what, lean.path, lean.start, lean.end, lean.key)

    def _field(
        self, func: Def, owner: Def, field: str, at: tuple[str, int, int], *, is_sure: bool
    ) -> Lean:
        what = f"{owner.path}::{field}"
        key = ("field", owner.index, field)
        reach = self.reach.of_field(owner, field)
        if not self.reach.is_beyond(reach, owner.module):
            return Lean("private field", "encapsulated", what, *at, key, is_sure=is_sure)
        if not is_open(self._defmap, func):
            return Lean("visible field", "declared", what, *at, key, is_sure=is_sure)
        verdict = "leaks" if is_sure else "encapsulated"
        return Lean("visible field", verdict, what, *at, key, reach, is_sure)

    def _parameter(
        self, func: Def, origin: Origin, at: tuple[str, int, int], *, is_sure: bool
    ) -> Lean:
        if not self.is_value(origin):
            kind = "type" if origin.type else "unknown"
            return Lean(kind, "encapsulated" if origin.type else "unknown", origin.name, *at)
        key = ("parameter", func.index, str(origin.param))
        if not is_open(self._defmap, func):
            return Lean("parameter", "declared", origin.name, *at, key, is_sure=is_sure)
        if not is_sure:
            return Lean("local", "encapsulated", origin.name, *at, key, is_sure=False)
        return Lean("parameter", "leaks", origin.name, *at, key, self.reach.of(func))

    def _static(self, func: Def, origin: Origin, at: tuple[str, int, int]) -> Lean:
        target = self._defs[origin.target] if origin.target >= 0 else None
        item = None if target is None else target.item
        is_mut = isinstance(item, it.Static) and item.is_mut
        key = ("static", origin.target, "")
        is_loaded = any(is_named(step, self._values.loads) for step in origin.steps)
        if is_mut or is_loaded:
            return self._in_context(func, Lean("static", "context", origin.name, *at, key))
        return Lean("local", "encapsulated", origin.name, *at)

    def _call(self, origin: Origin, at: tuple[str, int, int]) -> Lean:
        if origin.type and not self.is_value(origin):
            return Lean("type", "encapsulated", origin.name, *at)
        is_own = origin.target >= 0 and not self._world.callees.is_stub(self._defs[origin.target])
        if not is_own and is_named(origin.name, self._values.moves):
            return Lean("local", "encapsulated", origin.name, *at)
        if origin.target < 0:
            is_path = "::" in origin.name
            kind, verdict = ("outside", "encapsulated") if is_path else ("unknown", "unknown")
            return Lean(kind, verdict, origin.name, *at)
        target = self._defs[origin.target]
        if self._world.callees.is_stub(target) or target.kind != "function":
            return Lean("outside", "encapsulated", origin.name, *at)
        if not is_open(self._defmap, target):
            return Lean("call", "declared", origin.name, *at, ("result", target.index, ""))
        return Lean("call", "encapsulated", origin.name, *at, ("result", target.index, ""))

    def _trait(self, func: Def, origin: Origin, at: tuple[str, int, int]) -> Lean:
        method = self._defs[origin.target]
        if origin.type and not self.is_value(origin):
            return Lean("type", "encapsulated", origin.name, *at)
        key = ("trait", method.owner, method.name)
        if not is_open(self._defmap, func) or not is_open(self._defmap, method):
            return Lean("trait", "declared", method.path, *at, key)
        return Lean("trait", "leaks", method.path, *at, key, self._implementable(method))

    def _implementable(self, method: Def) -> int:
        """How far a trait can be implemented: no further than all above it are seen."""
        seen = self.reach.of(method)
        trait = self._defs[method.owner]
        for above in self._world.methods.declared.direct_supertraits(trait):
            if above.def_id >= 0:
                other = self.reach.of(self._defs[above.def_id])
                seen = narrower(self._defmap.forest.modules, seen, other)
        return seen
