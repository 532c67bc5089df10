"""Which parameters of unsafe functions are demanded of: a wrong value breaks memory there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from soundcheck.boundaries.contracts import section_of
from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.leans import Key, Leaning
from soundcheck.boundaries.operations import SELF, Operand, Operation
from soundcheck.calls.linking import World
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it

# Contracts are handed on through no more functions than this.
_MOST_ROUNDS = 6


class Demands:
    """The parameters that contracts are about, by what their functions do and say.

    ``accesses`` are functions outside the workspace that access what a pointer among their
    arguments points at, ``measures`` those to which numbers tell how far.
    """

    def __init__(
        self,
        world: World,
        operations: Mapping[int, Sequence[Operation]],
        leaning: Leaning,
        accesses: frozenset[str],
        measures: frozenset[str],
    ) -> None:
        self._world = world
        self._defs = world.defmap.defs
        self._leaning = leaning
        self._accesses = accesses
        self._measures = measures
        self._keys: set[Key] = set()
        for _ in range(_MOST_ROUNDS):
            before = len(self._keys)
            self._keys.update(self._found(operations))
            if len(self._keys) == before:
                break

    def keys_of(self, func: int, operation: Operation) -> list[Key]:
        """What an operation leans on, surely, for what a wrong value breaks memory by."""
        target = self._defs[func]
        return [
            lean.key
            for operand in operation.operands
            if self._is_demanded(operation, operand)
            for lean in (self._leaning.of_origin(target, one) for one in operand.origins)
            if lean.is_sure and lean.key[1] >= 0
        ]

    def _is_demanded(self, operation: Operation, operand: Operand) -> bool:
        """Whether an operation breaks memory where one of its operands is wrong.

        What a number does in assembly is for others to tell.
        """
        if not operation.is_certain or operation.access == "address":
            return False
        if operation.kind == "assembly":
            return operand.type == "pointer"
        if operation.kind == "dereference":
            return True
        if operation.kind != "call":
            return False
        target = self._defs[operation.target] if operation.target >= 0 else None
        if target is None or self._world.callees.is_stub(target):
            types: tuple[str, ...] = ("pointer",)
            if is_named(operation.name, self._measures):
                types = ("pointer", "integer", "newtype")
            elif not is_named(operation.name, self._accesses):
                return False
            return operand.type in types
        if ("parameter", target.index, str(operand.index)) in self._keys:
            return True
        return self._is_named(operation, operand)

    def _is_named(self, operation: Operation, operand: Operand) -> bool:
        """Whether the callee's section on safety speaks of a parameter by its name."""
        target = self._defs[operation.target]
        item = target.item
        if not isinstance(item, it.Function) or operand.index == SELF:
            return False
        # A call by its path counts `self` among its arguments.
        has_self = bool(item.receiver) and all(one.index >= 0 for one in operation.operands)
        index = operand.index - has_self
        if not 0 <= index < len(item.params):
            return False
        pat = item.params[index].pat
        text = section_of(self._world.defmap, target)
        if not isinstance(pat, it.BindPat) or not text:
            return False
        return re.search(rf"`\*?{re.escape(pat.name)}\b", text) is not None

    def _found(self, operations: Mapping[int, Sequence[Operation]]) -> Iterator[Key]:
        for func, some in operations.items():
            if not _is_unsafe(self._defs[func]):
                continue
            for operation in some:
                for key in self.keys_of(func, operation):
                    if key[0] == "parameter" and key[1] == func:
                        yield key


def _is_unsafe(target: Def) -> bool:
    return isinstance(target.item, it.Function) and target.item.is_unsafe
