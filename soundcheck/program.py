"""``Program``: the inert façade that checks see. It answers questions and changes nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from soundcheck.budget import Accounts, Budget
from soundcheck.catalog import Rule, fill_message
from soundcheck.crates.guards import Guard, guards_in
from soundcheck.crates.modules import ModuleForest, ModuleNode
from soundcheck.crates.naming import name_items
from soundcheck.crates.outline import PlacedItem
from soundcheck.finding import Finding, Precision, Side, Step
from soundcheck.source import Span
from soundcheck.syntax.cfg import Cfg, conjoin, is_test_only
from soundcheck.syntax.columns import OWN_PROFILE
from soundcheck.syntax.facts import FileFacts
from soundcheck.syntax.items import AnyItem, Impl

if TYPE_CHECKING:
    # What needs them loads them: who shows calls does without.
    from soundcheck.bodies import BodyFacts
    from soundcheck.boundaries.casts import PointerCast
    from soundcheck.boundaries.facts import ValueFacts
    from soundcheck.boundaries.found import Boundaries
    from soundcheck.boundaries.obligations import Obligation
    from soundcheck.boundaries.operations import Operation
    from soundcheck.boundaries.supplies import Supplies
    from soundcheck.calls.graph import CallGraph
    from soundcheck.calls.linking import LinkedBodies, World
    from soundcheck.calls.sites import CallSite
    from soundcheck.catalog.profiles import Profile
    from soundcheck.contexts.infer import Contexts
    from soundcheck.crates.builds import Excludes
    from soundcheck.crates.definitions import Def

_TEST_KINDS = frozenset({"test", "bench"})
# `#[test]`, and what kernels and runtimes with a harness of their own call it.
_TEST_ATTRIBUTES = ("test", "bench", "test_case")


class ProgramItem(msgspec.Struct, frozen=True, gc=False):
    """An item where it stands: its file, full name, module, and the item around it.

    ``cfg`` joins the formulas of the item and of all that is around it. ``is_test`` tells code
    that only a test build holds. ``is_in_macro`` tells an item of a macro's definition.
    """

    item: AnyItem
    name: str
    path: str
    module: ModuleNode
    container: AnyItem | None
    cfg: Cfg | None
    is_test: bool
    is_in_macro: bool
    is_in_body: bool

    @property
    def is_in_trait_impl(self) -> bool:
        """Whether it stands in an ``impl Trait for Type``."""
        return isinstance(self.container, Impl) and self.container.trait is not None


class Linked(NamedTuple):
    """What names, types and calls tell of a program, and what its bodies do, by file.

    ``profiles`` are those that the run uses, the particular before the general. ``supplies`` are
    answers from runs with the same names, types and calls: see ``Supplies``.
    """

    world: World
    graph: CallGraph
    bodies: tuple[LinkedBodies, ...]
    profiles: tuple[Profile, ...]
    supplies: Mapping[str, bytes] = MappingProxyType({})


class NotLinkedError(Exception):
    """A check asked for names and calls without saying so in its ``SPEC``.

    Or somebody asked what bodies do of a model that was made to tell what they call.
    """


class Program:
    """All that is known of the audited code, by file and by item.

    Names, types and calls are there for checks whose ``SPEC`` says that they need the model.
    """

    def __init__(
        self,
        facts: Mapping[str, FileFacts],
        forest: ModuleForest,
        linked: Linked | None = None,
        accounts: Accounts | None = None,
        excludes: Excludes | None = None,
    ) -> None:
        self.facts = facts
        self.forest = forest
        self._linked = linked
        self._accounts = accounts
        self._excludes = excludes
        self._guards: dict[str, Sequence[Guard]] = {}
        self._places: dict[str, tuple[list[int], list[int]]] = {}

    @property
    def linked(self) -> Linked:
        """Names, types and calls."""
        if self._linked is None:
            raise NotLinkedError("the check does not say that it needs the model")
        return self._linked

    def with_supplies(self, supplies: Mapping[str, bytes]) -> Program:
        """The same program, which was linked, with what is known of it from runs before."""
        linked = self.linked._replace(supplies=supplies)
        return Program(self.facts, self.forest, linked, self._accounts, self._excludes)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The names of the profiles that the model was built by; none without a model."""
        linked = self._linked
        return () if linked is None else tuple(one.name for one in linked.profiles)

    @property
    def world(self) -> World:
        """The definitions, and what is declared of them."""
        return self.linked.world

    @property
    def graph(self) -> CallGraph:
        """Who calls whom."""
        return self.linked.graph

    @cached_property
    def contexts(self) -> Contexts:
        """Who runs in which context, with what masked and held."""
        from soundcheck.contexts.facts import KernelFacts
        from soundcheck.contexts.infer import Contexts

        linked = self.linked
        params = {
            (call.site.caller, call.site.start, call.site.end): call.param
            for one in linked.bodies
            for call in one.links.values
            if call.param >= 0
        }
        scripts = [one.scripts for one in self._bodies]
        facts = KernelFacts(linked.profiles)
        return Contexts(linked.world, linked.graph, scripts, facts, params)

    @cached_property
    def operations(self) -> Mapping[int, tuple[Operation, ...]]:
        """The unsafe operations of each function, closures in it included, by its definition."""
        found: dict[int, list[Operation]] = {}
        for one in self._bodies:
            for operation in one.operations:
                found.setdefault(operation.body.owner, []).append(operation)
        return {owner: tuple(found[owner]) for owner in sorted(found)}

    def calls_of(self, names: Collection[str]) -> Iterator[tuple[str, str, CallSite]]:
        """The calls of some functions: the full name of the function, the call's file, the call."""
        from soundcheck.calls.sites import BodyId

        defs = self.world.defmap.defs
        for callee in defs if names else ():
            if callee.path in names:
                for site in self.graph.sites_of(BodyId(callee.index)):
                    yield callee.path, defs[site.caller.owner].file, site

    @property
    def casts(self) -> Iterator[PointerCast]:
        """The casts of integers to raw pointers, in order of path and place."""
        for one in self._bodies:
            yield from one.casts

    @cached_property
    def values(self) -> ValueFacts:
        """What facts say of the ways that the values of operands take."""
        from soundcheck.boundaries.facts import read_value_facts

        return read_value_facts(self.linked.profiles)

    @property
    def _bodies(self) -> list[BodyFacts]:
        """What the bodies of each file do."""
        from soundcheck.bodies import BodyFacts

        bodies = self.linked.bodies
        found = [one for one in bodies if isinstance(one, BodyFacts)]
        if len(found) < len(bodies):
            raise NotLinkedError("the model tells only what bodies call")
        return found

    @cached_property
    def boundaries(self) -> Boundaries:
        """What each unsafe site leans on, and who can break it."""
        from soundcheck.boundaries.found import Boundaries

        linked = self.linked
        writes = (write for one in self._bodies for write in one.writes)
        return Boundaries(
            linked.world,
            linked.graph,
            self.operations,
            writes,
            self.values,
            lambda target: self.is_test_at(target.file, target.start),
            self.supplies,
        )

    @cached_property
    def supplies(self) -> Supplies:
        """What bodies give to others, as far as anybody has asked."""
        from soundcheck.boundaries.supplies import Supplies

        return Supplies({} if self._linked is None else self._linked.supplies)

    @cached_property
    def obligations(self) -> tuple[Obligation, ...]:
        """What safe code has to see to, so that unsafe code elsewhere is sound."""
        from soundcheck.boundaries.obligations import find_obligations

        return find_obligations(self.boundaries)

    @cached_property
    def _defs(self) -> dict[tuple[str, int, str], Def]:
        defs = reversed(self.world.defmap.defs)
        return {(one.file, one.start, one.name): one for one in defs if one.is_primary}

    def definition(self, one: ProgramItem) -> Def | None:
        """The definition that an item is; ``None`` for what defines no name, and for impls."""
        return self._defs.get((one.path, one.item.start, one.item.name))

    def is_built_at(self, path: str, offset: int) -> bool:
        """Whether any of the builds that the run was narrowed to holds a byte of a file."""
        module = self.module_at(path, offset)
        if self._excludes is None or module is None:
            return True
        found = self.item_at(path, offset)
        cfg = conjoin(
            module.cfg if found is None else found.cfg,
            *(guard for start, end, guard in self._guards_of(path) if start <= offset < end),
        )
        return not self._excludes(cfg, self.forest.crates[module.crate])

    def _guards_of(self, path: str) -> Sequence[Guard]:
        """What stands under formulas of its own in the bodies of a file."""
        known = self._guards.get(path)
        if known is None:
            items = self.facts[path].tree.items
            known = self._guards[path] = [one for item in items for one in guards_in(item)]
        return known

    @cached_property
    def _by_file(self) -> dict[str, list[ProgramItem]]:
        linked = self._linked
        names = name_items(self.forest) if linked is None else linked.world.defmap.names
        return _items_by_file(self.forest, self.facts, names)

    @property
    def budget(self) -> Budget | None:
        """How much unsafe code there may be, and where; ``None`` where nobody has said so."""
        return None if self._accounts is None else self._accounts.budget

    def budgeted(self, path: str) -> Sequence[tuple[int, int, int]]:
        """What the budget's counting profile counts in a file: offset, column, how often."""
        if self._accounts is None or self._accounts.budget.counting == OWN_PROFILE:
            return self.facts[path].events
        return self._accounts.events.get(path, ())

    def only(self, path: str) -> Program:
        """A program of one file, with the names it has in this one, and without a model."""
        view = Program({path: self.facts[path]}, self.forest, None, self._accounts, self._excludes)
        view.__dict__["_by_file"] = {path: self._by_file.get(path, [])}
        return view

    @property
    def paths(self) -> list[str]:
        """The files, sorted."""
        return sorted(self.facts)

    def items(self, path: str | None = None) -> Iterator[ProgramItem]:
        """The items of one file, or of all, in order of path and place."""
        for one in self.paths if path is None else (path,):
            yield from self._by_file.get(one, ())

    def item_at(self, path: str, offset: int) -> ProgramItem | None:
        """The innermost item that holds a byte of a file."""
        items = self._by_file.get(path, [])
        starts, arounds = self._places_of(path)
        index = bisect_right(starts, offset) - 1
        while index >= 0:
            if items[index].item.end > offset:
                return items[index]
            index = arounds[index]
        return None

    def name_at(self, path: str, offset: int) -> str:
        """The full name of the innermost item that holds a byte, else of the file's module."""
        found = self.item_at(path, offset)
        if found is not None and found.name:
            return found.name
        module = self.forest.primary.get(path)
        return "" if module is None else self.forest.modules[module].path

    def module_at(self, path: str, offset: int) -> ModuleNode | None:
        """The innermost module that holds a byte; ``None`` in a file that no module holds."""
        found = self.item_at(path, offset)
        if found is not None:
            return found.module
        module = self.forest.primary.get(path)
        return None if module is None else self.forest.modules[module]

    def is_test_at(self, path: str, offset: int) -> bool:
        """Whether a byte stands in code that only a test build holds."""
        found = self.item_at(path, offset)
        if found is not None:
            return found.is_test
        module = self.forest.primary.get(path)
        return module is not None and _is_test_module(self.forest, self.forest.modules[module])

    def span(self, path: str, start: int, end: int) -> Span:
        """The place of a byte range."""
        return Span(path, self.facts[path].tree.line_of(start), start, end)

    def claim(
        self,
        rule: Rule,
        at: Span,
        *,
        site: str,
        subject: str = "",
        values: Mapping[str, str] | None = None,
        sides: tuple[Side, ...] = (),
        related: tuple[Step, ...] = (),
        precision: Precision | None = None,
        is_mild: bool = False,
    ) -> Finding:
        """A finding of a rule at a place; ``values`` fill the placeholders of its message.

        Without a ``subject`` the finding is about the item it stands in. ``precision`` is given
        where this finding is less sure than the rule is; one that ``is_mild`` is a note.
        """
        item = self.name_at(at.path, at.start)
        return Finding(
            rule.name,
            rule.family,
            rule.harm,
            rule.severity,
            precision or rule.precision,
            at,
            item,
            subject or item,
            site,
            fill_message(rule.message, values or {}),
            fill_message(rule.help, values or {}),
            sides,
            related,
            is_test=self.is_test_at(at.path, at.start),
            is_mild=is_mild,
        )

    def _places_of(self, path: str) -> tuple[list[int], list[int]]:
        """Where the items of a file start, and for each the index of the item around it, or -1."""
        known = self._places.get(path)
        if known is None:
            starts: list[int] = []
            arounds: list[int] = []
            stack: list[int] = []
            items = self._by_file.get(path, [])
            for index, one in enumerate(items):
                while stack and items[stack[-1]].item.end <= _start_of(one):
                    stack.pop()
                starts.append(_start_of(one))
                arounds.append(stack[-1] if stack else -1)
                stack.append(index)
            known = self._places[path] = (starts, arounds)
        return known


def _start_of(one: ProgramItem) -> int:
    """Where an item begins, its attributes included."""
    attributes = one.item.attributes
    return min(one.item.start, attributes[0].start) if attributes else one.item.start


def _is_test_module(forest: ModuleForest, module: ModuleNode) -> bool:
    return module.is_test_only or forest.crates[module.crate].kind in _TEST_KINDS


def _items_by_file(
    forest: ModuleForest,
    facts: Mapping[str, FileFacts],
    names: Mapping[str, Mapping[int, str]],
) -> dict[str, list[ProgramItem]]:
    by_file: dict[str, list[ProgramItem]] = {}
    for module in forest.modules:
        is_test_module = _is_test_module(forest, module)
        for part in module.parts:
            if not part.is_primary or part.file not in facts:
                continue
            named = names.get(part.file, {})
            outer = conjoin(module.cfg, part.cfg)
            own = by_file.setdefault(part.file, [])
            tests: set[int] = set()
            for placed in part.outline.items:
                is_test = is_test_module or _is_test(placed, tests)
                if is_test:
                    tests.add(placed.item.start)
                own.append(
                    ProgramItem(
                        placed.item,
                        named.get(placed.item.start, ""),
                        part.file,
                        module,
                        placed.container,
                        outer if placed.cfg is None else conjoin(outer, placed.cfg),
                        is_test,
                        placed.is_in_macro,
                        placed.is_in_body,
                    )
                )
    for items in by_file.values():
        items.sort(key=lambda one: (_start_of(one), -one.item.end))
    return by_file


def _is_test(placed: PlacedItem, tests: set[int]) -> bool:
    if is_test_only(placed.cfg):
        return True
    if placed.container is not None and placed.container.start in tests:
        return True
    return any(
        attribute.path.endswith(_TEST_ATTRIBUTES) and not attribute.path.startswith("cfg")
        for attribute in placed.item.attributes
    )
