"""Atomics whose accesses do not meet: one side orders, and no access of the other side does.

An atomic is known by the only static, or the only field in the workspace, of an atomic type that
has its name. One that is used in any other way than by the methods of atomics is left out, for
then not all of its accesses are in sight.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import FileCheck
from soundcheck.finding import Finding, Step
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import children, own_of, walk

_KINDS = ("acquire-without-release", "relaxed-guard", "announced")

SPEC = CheckSpec(
    facts={
        "kinds": FactSpec(ListOf(Text(choices=_KINDS)), is_required=True),
        "announcers": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("name", "access", "why"),
)

_ORDERINGS = frozenset({"Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"})
_RELEASING = frozenset({"Release", "AcqRel", "SeqCst"})
_ACQUIRING = frozenset({"Acquire", "AcqRel", "SeqCst"})
_FENCES = frozenset({"fence", "atomic_fence"})
# Methods that tell nothing of the value, or take it where nobody else can see it.
_ALONE = frozenset({"get_mut", "into_inner"})


class Access(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One access: ``method`` with its orderings, in which function.

    ``is_guard`` tells a condition that unsafe code waits for: of a loop that does nothing else, or
    of a branch that holds such code.
    """

    method: str
    orderings: tuple[str, ...]
    path: str
    start: int
    end: int
    owner: int
    is_guard: bool

    @property
    def is_load(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "load"

    @property
    def text(self) -> str:
        """The call as messages show it."""
        return f"{self.method}(…, {', '.join(self.orderings)})".replace("load(…, ", "load(")


class Seen(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All that the bodies of a file, or of all, do with atomics.

    Accesses by name, names used otherwise, and functions with fences; ``unsafe_after`` is the
    offset of the last unsafe block of each function that has one. Functions are told by their
    file and start.
    """

    accesses: Mapping[str, Sequence[Access]]
    loose: frozenset[str]
    fences: frozenset[tuple[str, int]]
    unsafe_after: Mapping[tuple[str, int], int]
    announced: Sequence[tuple[str, Access, str]]


def find_unordered(
    program: Program, rule: Rule, by_file: Mapping[str, Sequence[Seen]]
) -> Iterator[Finding]:
    """One finding an atomic and kind, at the access that lacks its ordering."""
    kinds = frozenset(rule.texts("kinds"))
    seen = _joined(one for path in program.paths for one in by_file[path])
    found: list[tuple[Access, Access | None, str, str]] = []
    for name, accesses in seen.accesses.items():
        if name in seen.loose or any(not one.orderings for one in accesses):
            continue
        if "acquire-without-release" in kinds:
            found += _without_release(seen, name, accesses)
        if "relaxed-guard" in kinds:
            found += _relaxed_guards(seen, name, accesses)
    if "announced" in kinds:
        for name, access, call in seen.announced:
            why = f"`{call}` tells others of it, and what was written before may come later"
            found.append((access, None, name, why))
    for access, other, name, why in sorted(found, key=lambda one: (one[0].path, one[0].start)):
        values = {"name": name, "access": access.text, "why": why}
        at = program.span(access.path, access.start, access.end)
        finding = program.claim(rule, at, site="call", subject=name, values=values)
        if other is not None:
            place = program.span(other.path, other.start, other.end)
            item = program.name_at(other.path, other.start)
            finding = replace(finding, related=(Step(place, item, f"`{other.text}` is here"),))
        yield finding


def _without_release(
    seen: Seen, name: str, accesses: Sequence[Access]
) -> Iterator[tuple[Access, Access | None, str, str]]:
    writes = [one for one in accesses if not one.is_load]
    reads = [
        one
        for one in accesses
        if one.is_load
        and one.orderings == ("Acquire",)
        and seen.unsafe_after.get((one.path, one.owner), -1) > one.start
    ]
    stores = [one for one in writes if one.method == "store"]
    if not reads or not stores or any(_RELEASING & set(one.orderings) for one in writes):
        return
    if any((one.path, one.owner) in seen.fences for one in writes):
        return
    why = "no write of it releases what unsafe code behind an `Acquire` load relies on"
    yield stores[0], reads[0], name, why


def _relaxed_guards(
    seen: Seen, name: str, accesses: Sequence[Access]
) -> Iterator[tuple[Access, Access | None, str, str]]:
    writes = [one for one in accesses if one.method == "store" and "Release" in one.orderings]
    if not writes:
        return
    for one in accesses:
        if not one.is_guard or one.orderings != ("Relaxed",):
            continue
        if (one.path, one.owner) in seen.fences or any(
            other.owner == one.owner
            and other.path == one.path
            and _ACQUIRING & set(other.orderings)
            for other in accesses
        ):
            continue
        yield one, writes[0], name, "a `Release` store is meant for it, and it does not acquire"


# -- what bodies do ----------------------------------------------------------------------------


def atomics(program: Program, _rule: Rule) -> frozenset[str]:
    """The names that one static or one field of the workspace has, its type being atomic."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for one in program.items():
        if one.is_in_macro:
            continue
        if isinstance(one.item, it.Static) and one.item.kind == "static":
            counts[one.item.name].append(_is_atomic(one.item.type))
        elif isinstance(one.item, it.Adt):
            for field in one.item.fields:
                counts[field.name].append(_is_atomic(field.type))
    return frozenset(name for name, found in counts.items() if found == [True])


def _is_atomic(ty: it.Type | None) -> bool:
    """Whether a type is atomic, or the padding of such."""
    if not isinstance(ty, it.PathType):
        return False
    name, args = ty.path.name, ty.path.segments[-1].args
    if name.startswith("CachePadded") and args:
        return _is_atomic(args[0])
    return name.startswith("Atomic") and name[6:7].isupper()


def _joined(seen: Iterable[Seen]) -> Seen:
    """What was seen in all files."""
    seen = tuple(seen)
    accesses: dict[str, list[Access]] = defaultdict(list)
    for one in seen:
        for name, found in one.accesses.items():
            accesses[name].extend(found)
    return Seen(
        accesses,
        frozenset().union(*(one.loose for one in seen)),
        frozenset().union(*(one.fences for one in seen)),
        {func: start for one in seen for func, start in one.unsafe_after.items()},
        [found for one in seen for found in one.announced],
    )


def look_for_atomics(program: Program, rule: Rule, names: frozenset[str]) -> Iterator[Seen]:
    """What the bodies of a file do with some atomics."""
    announcers = frozenset(rule.texts("announcers"))
    accesses: dict[str, list[Access]] = defaultdict(list)
    loose: set[str] = set()
    fences: set[tuple[str, int]] = set()
    unsafe_after: dict[tuple[str, int], int] = {}
    announced: list[tuple[str, Access, str]] = []
    for one in program.items():
        if not isinstance(one.item, it.Function | it.Static | it.MacroDef) or one.is_test:
            continue
        if isinstance(one.item, it.Static) and one.item.kind == "static":
            continue
        if not _mentions_atomic(one.item, names):
            continue
        _look_into(one, names, accesses, loose, fences, unsafe_after)
        if announcers and isinstance(one.item, it.Function):
            announced += _announced(one, names, announcers)
    yield Seen(accesses, frozenset(loose), frozenset(fences), unsafe_after, announced)


def _mentions_atomic(item: it.AnyItem, names: frozenset[str]) -> bool:
    return any(_atomic_name(names, place) for place in own_of(item, it.Field)) or any(
        _atomic_name(names, place) for place in own_of(item, it.PathExpr)
    )


def _look_into(
    one: ProgramItem,
    names: frozenset[str],
    accesses: dict[str, list[Access]],
    loose: set[str],
    fences: set[tuple[str, int]],
    unsafe_after: dict[tuple[str, int], int],
) -> None:
    """Everything an item's own body does; what is known is taken off before it counts as loose."""
    here = (one.path, one.item.start)
    stack: list[tuple[it.Node, bool]] = [(one.item, False)]
    while stack:
        node, in_guard = stack.pop()
        if isinstance(node, it.MethodCall):
            name = _atomic_name(names, node.receiver)
            if name and node.name not in _ALONE:
                accesses[name].append(_access(one, node, in_guard=in_guard))
                stack.extend((arg, in_guard) for arg in node.args)
                continue
        elif isinstance(node, it.Call) and isinstance(node.func, it.PathExpr):
            if node.func.path.name in _FENCES:
                fences.add(here)
        elif isinstance(node, it.PathExpr | it.Field):
            name = _atomic_name(names, node)
            if name:
                loose.add(name)
        elif isinstance(node, it.Block) and node.kind == "unsafe":
            unsafe_after[here] = max(node.start, unsafe_after.get(here, 0))
        guards = in_guard and not isinstance(node, it.Block)
        stack.extend(
            (part, guards or _is_guard(node, part))
            for part in children(node)
            if not isinstance(part, it.Item)
        )


def _is_guard(node: it.Node, part: it.Node) -> bool:
    """Whether a part is the condition of a loop that only waits, or of unsafe code."""
    if isinstance(node, it.While):
        is_busy = any(isinstance(one, it.Assign | it.Let) for one in walk(node.body))
        return part is node.cond and not is_busy
    if not isinstance(node, it.If):
        return False
    return any(
        part is cond
        and any(isinstance(one, it.Block) and one.kind == "unsafe" for one in walk(block))
        for cond, block in node.branches
    )


def _atomic_name(names: frozenset[str], expr: it.Expr) -> str:
    """The atomic that a place is: a static or a field. Elements are not told apart."""
    if isinstance(expr, it.PathExpr) and expr.path.name in names:
        name = expr.path.name
        # A local of a field's name is no field.
        return name if name.isupper() or len(expr.path.segments) > 1 else ""
    if isinstance(expr, it.Field) and expr.name in names:
        return expr.name
    return ""


def _access(one: ProgramItem, call: it.MethodCall, *, in_guard: bool) -> Access:
    if isinstance(one.item, it.Function) and one.item.receiver == "&mut self":
        # Nobody else is there to be ordered with.
        in_guard = False
    orderings = tuple(
        arg.path.name
        for arg in call.args
        if isinstance(arg, it.PathExpr) and arg.path.name in _ORDERINGS
    )
    end = call.name_start + len(call.name.encode())
    return Access(call.name, orderings, one.path, call.name_start, end, one.item.start, in_guard)


def _announced(
    one: ProgramItem, names: frozenset[str], announcers: frozenset[str]
) -> Iterator[tuple[str, Access, str]]:
    """Relaxed stores right before a statement that calls one of ``announcers``."""
    for node in own_of(one.item, it.Block):
        for before, after in pairwise((*node.stmts, node.tail)):
            store = before.expr if isinstance(before, it.ExprStmt) else None
            if not isinstance(store, it.MethodCall) or store.name != "store":
                continue
            name = _atomic_name(names, store.receiver)
            access = _access(one, store, in_guard=False)
            call = _called(after, announcers)
            if name and call and access.orderings == ("Relaxed",):
                yield name, access, call


def _called(after: it.Node | None, announcers: frozenset[str]) -> str:
    node = after.expr if isinstance(after, it.ExprStmt) else after
    while isinstance(node, it.Block) and not node.stmts and node.tail is not None:
        node = node.tail
    if isinstance(node, it.MethodCall):
        return node.name if node.name in announcers else ""
    if isinstance(node, it.Call) and isinstance(node.func, it.PathExpr):
        return node.func.path.name if node.func.path.name in announcers else ""
    return ""


CHECK = FileCheck(SPEC, look_for_atomics, atomics, list[Seen], find_unordered)
