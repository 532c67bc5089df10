"""The rules and profiles at hand, and which of the rules a run uses."""

from collections.abc import Iterable, Mapping

from soundcheck.catalog import Catalog, CatalogError, Problem, Rule, Status, load_catalog, suggest
from soundcheck.catalog.targets import Theory, read_theory
from soundcheck.checks import SPECS
from soundcheck.commands.failures import RunError
from soundcheck.resources import read_pages, read_profiles, read_targets


def open_catalog() -> Catalog:
    """The catalogue that ships with the program, its queries compiled once to see them good."""
    return check_catalog(read_pages(), read_profiles())


def check_catalog(pages: Mapping[str, str], profiles: Mapping[str, str]) -> Catalog:
    """The catalogue of the given texts, or all that is wrong with them as one ``RunError``."""
    try:
        catalog = load_catalog(pages, profiles, SPECS)
        problems = tuple(query_problems(catalog.rules.values()))
    except CatalogError as error:
        problems = error.problems
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        head = f"the rules cannot be used: {len(problems)} {noun}"
        raise RunError("\n".join([head, *map(str, problems)]))
    return catalog


def open_theory() -> Theory:
    """What is known of ``cfg`` options and targets."""
    theory = read_theory(*read_targets())
    if isinstance(theory, tuple):
        raise RunError("\n".join(["the facts about targets cannot be used:", *map(str, theory)]))
    return theory


def query_problems(rules: Iterable[Rule]) -> Iterable[Problem]:
    """What is wrong with the queries of rules."""
    from soundcheck.syntax.queries import check_query

    for rule in rules:
        fault = check_query(rule.query) if rule.query else None
        if fault is not None:
            line = rule.text[: rule.text.find("```query")].count("\n") + 1 + fault[0]
            yield Problem(rule.path, line, f"the query: {fault[1]}")


def choose_rules(
    catalog: Catalog,
    *,
    select: Iterable[str],
    extend: Iterable[str],
    ignore: Iterable[str],
    preview: bool,
) -> list[Rule]:
    """The rules a run uses, in order of names: the stable ones unless it is told otherwise.

    Names are those of rules, families, classes and severities; commas may stand between them.
    """
    rules = [rule for rule in catalog.rules.values() if rule.status != Status.RETIRED]
    selected, extended, ignored = (_split(names) for names in (select, extend, ignore))
    known = {name for rule in rules for name in (*_names(rule), *rule.formerly)}
    for name in (*selected, *extended, *ignored):
        if name not in known:
            raise RunError(
                f"no rule, family, class or severity is called {name}{suggest(name, known)}"
            )
    chosen = []
    for rule in rules:
        names = {*_names(rule), *rule.formerly}
        is_on = rule.status == Status.STABLE or preview or bool(names & {*extended})
        if selected:
            # A rule named itself is on, whatever its status.
            is_named = rule.name in selected or bool({*rule.formerly} & {*selected})
            is_on = is_named or (is_on and bool(names & {*selected})) or bool(names & {*extended})
        if is_on and not names & {*ignored}:
            chosen.append(rule)
    return chosen


def _names(rule: Rule) -> tuple[str, ...]:
    return rule.name, rule.family, rule.harm.value, rule.severity.value


def _split(names: Iterable[str]) -> list[str]:
    return [part.strip() for name in names for part in name.split(",") if part.strip()]
