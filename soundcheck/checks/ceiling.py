"""More unsafe code in a module or path than the budget allows, with the places that are new."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.budget import Budget, Ceiling, Place, span_of, unsafe_columns
from soundcheck.catalog import CheckSpec, FactSpec, Rule, Table, Text
from soundcheck.checks.kinds import Check
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.source import Span
from soundcheck.syntax.columns import OWN_PROFILE

SPEC = CheckSpec(
    facts={"counters": FactSpec(Table(others=Text()), is_required=True)},
    placeholders=("name", "count", "what", "most", "where"),
)

# More places than these nobody reads.
_MOST_SHOWN = 3
_MOST_RELATED = 20


class _Counted(NamedTuple):
    """Something unsafe that counts: its column, module, item and place, and how often."""

    column: int
    module: str
    item: str
    at: Span
    times: int


def find_exceeded(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a ceiling; ``counters`` are what a message calls each."""
    budget = program.budget
    if budget is None:
        return
    words = rule.facts["counters"]
    everything = list(_counted(program, budget))
    for ceiling in budget.ceilings:
        columns = unsafe_columns(budget.counting, ceiling.counter)
        counted = [
            one
            for one in everything
            if one.column in columns and ceiling.place.holds(one.module, one.at.path)
        ]
        count = sum(one.times for one in counted)
        if count <= ceiling.most:
            continue
        new = _new(ceiling, counted)
        values = {
            "name": ceiling.place.name,
            "count": str(count),
            "what": str(words.get(ceiling.counter) if isinstance(words, dict) else ""),
            "most": str(ceiling.most),
            "where": _where(new),
        }
        line = Step(span_of(budget, ceiling.place), "", _line(ceiling, count, counted))
        yield program.claim(
            rule,
            new[0].at if new else _head_of(program, ceiling.place, counted),
            site=ceiling.counter,
            subject=ceiling.place.name,
            values=values,
            related=(*(Step(one.at, one.item, "new too") for one in new[1:_MOST_RELATED]), line),
        )


def _counted(program: Program, budget: Budget) -> Iterator[_Counted]:
    """What counts under any ceiling, in order of path and place."""
    wanted = {
        column
        for counter in {ceiling.counter for ceiling in budget.ceilings}
        for column in unsafe_columns(budget.counting, counter)
    }
    is_own = budget.counting == OWN_PROFILE
    for path in program.paths:
        tokens = {
            one.site.start: (one.site.token_start, one.site.token_end)
            for one in reversed(program.facts[path].sites)
        }
        for offset, column, times in program.budgeted(path):
            if column not in wanted or (is_own and program.is_test_at(path, offset)):
                continue
            module = program.module_at(path, offset)
            name = "" if module is None else module.path
            at = program.span(path, *tokens.get(offset, (offset, offset)))
            yield _Counted(column, name, program.name_at(path, offset), at, times)


def _new(ceiling: Ceiling, counted: list[_Counted]) -> list[_Counted]:
    """What was not there when the line was written, as far as it tells: the last of each item."""
    if ceiling.most == 0:
        return counted
    if ceiling.known is None:
        return []
    left = Counter(ceiling.known)
    prefix = f"{ceiling.place.name}::" if ceiling.place.is_module else ""
    new: list[_Counted] = []
    for one in counted:
        name = one.item if one.item in left else one.item.removeprefix(prefix)
        if left[name] >= one.times:
            left[name] -= one.times
        else:
            new.append(one)
    return new


def _where(new: list[_Counted]) -> str:
    if not new:
        return "its line does not tell which are new"
    places = [f"{one.at.path}:{one.at.line}" for one in new[:_MOST_SHOWN]]
    more = len(new) - len(places)
    return f"new in {', '.join(places)}" + (f" and {more} more" if more else "")


def _head_of(program: Program, place: Place, counted: list[_Counted]) -> Span:
    """Where a module is declared, or a file begins."""
    if place.is_module:
        for module in program.forest.modules:
            if module.path == place.name:
                return module.at
    return Span(counted[0].at.path, 1, 0, 0)


def _line(ceiling: Ceiling, count: int, counted: list[_Counted]) -> str:
    """What the budget says, and what it would say of the code as it is."""
    items: Counter[str] = Counter()
    prefix = f"{ceiling.place.name}::" if ceiling.place.is_module else ""
    for one in counted:
        items[one.item.removeprefix(prefix)] += one.times
    known = ", ".join(f'"{item}" = {times}' for item, times in sorted(items.items()))
    written = f"`{ceiling.counter} = {ceiling.most}`, “{ceiling.place.reason}”"
    now = f"`{ceiling.counter} = {count}`"
    if len(items) <= _MOST_RELATED:
        now += f", `known.{ceiling.counter} = {{ {known} }}`"
    return f"the budget: {written}; with a new reason it could be {now}"


CHECK = Check(SPEC, find_exceeded)
