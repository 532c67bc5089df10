"""References to the memory of devices: through them the compiler reads and writes as it likes."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.operations import Operation, Origin
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.types.ty import INTEGERS

SPEC = CheckSpec(
    facts={
        "callees": FactSpec(ListOf(Text()), is_required=True),
        "types": FactSpec(ListOf(Text()), is_required=True),
        "words": FactSpec(ListOf(Text()), is_required=True),
        "wrappers": FactSpec(ListOf(Text()), is_required=True),
    },
    placeholders=("reference", "source"),
    needs_model=True,
)

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NUMBERS = frozenset({"constant", "parameter", "call", "static", "memory", "assembly"})


class _Facts(NamedTuple):
    """The page's lists, and the structs of the program by their full names."""

    structs: Mapping[str, it.Adt]
    callees: frozenset[str]
    types: frozenset[str]
    words: frozenset[str]
    wrappers: frozenset[str]


def find_device_references(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function and what is pointed to, at the first reference that is made."""
    defs = program.world.defmap.defs
    facts = _Facts(
        {
            one.path: one.item
            for one in defs
            if isinstance(one.item, it.Adt) and one.kind == "struct" and one.is_primary
        },
        frozenset(rule.texts("callees")),
        frozenset(rule.texts("types")),
        frozenset(rule.texts("words")),
        frozenset(rule.texts("wrappers")),
    )
    for index, operations in program.operations.items():
        target = defs[index]
        told: set[str] = set()
        for operation in operations:
            found = _device(facts, operation)
            if found is None or operation.operands[0].pointee in told:
                continue
            told.add(operation.operands[0].pointee)
            yield _claim(program, rule, target, operation, found)


def _device(facts: _Facts, operation: Operation) -> Origin | None:
    """What a reference is made of, if that is an address and a sign of a device is with it."""
    if not operation.operands or not _refers(facts, operation):
        return None
    pointee = operation.operands[0].pointee
    is_plain, is_device = _judge(facts, pointee)
    if not is_plain:
        return None
    for origin in operation.operands[0].origins:
        is_named_so = is_device or _words(origin.name) & facts.words
        if is_named_so and not origin.is_offset and _is_address(origin):
            return origin
    return None


def _refers(facts: _Facts, operation: Operation) -> bool:
    if operation.kind == "dereference":
        return operation.access in ("borrow", "borrow mut")
    return operation.kind == "call" and is_named(operation.name, facts.callees)


def _is_address(origin: Origin) -> bool:
    """Whether a pointer was a number before."""
    is_number = origin.type in ("integer", "newtype") or origin.type_path.endswith("Addr")
    return origin.kind in _NUMBERS and is_number


def _judge(facts: _Facts, pointee: str) -> tuple[bool, bool]:
    """Whether what is pointed to is plain memory for the compiler, and named for a device."""
    if pointee in INTEGERS:
        return True, False
    item = facts.structs.get(pointee.partition("<")[0])
    if item is None or not item.fields or any(_wraps(facts, one.type) for one in item.fields):
        return False, False
    return True, is_named(item.name, facts.types)


def _wraps(facts: _Facts, ty: it.Type) -> bool:
    """Whether a field's type is one through which every access is volatile or atomic."""
    match ty:
        case it.PathType():
            args = [arg for segment in ty.path.segments for arg in segment.args]
            return is_named(ty.path.name, facts.wrappers) or any(_wraps(facts, a) for a in args)
        case it.ArrayType() | it.SliceType():
            return _wraps(facts, ty.inner)
        case _:
            return False


def _words(name: str) -> frozenset[str]:
    """The words of a name, without the path before it."""
    return frozenset(word.lower() for word in _WORD.findall(name.rpartition("::")[2]))


def _claim(
    program: Program, rule: Rule, target: Def, operation: Operation, origin: Origin
) -> Finding:
    is_mut = operation.access == "borrow mut" or operation.name.endswith("mut")
    pointee = operation.operands[0].pointee.rpartition("::")[2]
    values = {
        "reference": f"&{'mut ' if is_mut else ''}{pointee}",
        "source": origin.name.partition("#")[0].rpartition("::")[2],
    }
    at = program.span(target.file, operation.start, operation.end)
    return program.claim(rule, at, site=operation.kind, subject=pointee, values=values)


CHECK = Check(SPEC, find_device_references)
