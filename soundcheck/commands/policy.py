"""The rules and profiles at hand, and which of the rules a run uses."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from soundcheck.catalog import Catalog, CatalogError, Problem, Rule, load_catalog
from soundcheck.catalog.problems import unknown
from soundcheck.catalog.profiles import Profile, read_profile
from soundcheck.catalog.rules import hold
from soundcheck.catalog.selection import (
    Decision,
    Selectors,
    decide,
    selector_fault,
    unknown_names,
)
from soundcheck.catalog.settings import Settings
from soundcheck.catalog.targets import Theory, read_theory
from soundcheck.commands.failures import RunError
from soundcheck.resources import read_pages, read_profiles, read_targets
from soundcheck.workspace import match_globs

if TYPE_CHECKING:
    from soundcheck.commands.configuration import Configuration


def open_catalog(
    configuration: "Configuration | None" = None,
    profiles: tuple[str, ...] = (),
    *,
    is_held: bool = True,
) -> Catalog:
    """The catalogue that ships with the program, and what a configuration adds to it.

    ``profiles`` are those that a command line names. Unless it ``is_held``, the facts of our own
    rules wait for ``hold_rules``.

    Raises:
        RunError: where a text has a problem, or one names what is not there.
    """
    if configuration is None:
        return check_catalog({}, {}, is_held=is_held)
    catalog = check_catalog(configuration.pages, configuration.profiles, is_held=is_held)
    problems = [one for stated in configuration.stated for one in unknown_names(stated, catalog)]
    if problems:
        raise refusal("the configuration", problems)
    for name in profiles:
        if name not in catalog.profiles:
            raise RunError(f"--profile: {unknown('profile', name, catalog.profiles)}")
    return catalog


def check_catalog(
    pages: Mapping[str, str], profiles: Mapping[str, str], *, is_held: bool = True
) -> Catalog:
    """What ships with the program and further texts, or one ``RunError`` about all mistakes."""
    try:
        return load(pages, profiles, is_held=is_held)
    except CatalogError as error:
        raise refusal("the rules", error.problems) from None


def hold_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules whose facts are held to their checks, or one ``RunError`` about all mistakes."""
    from soundcheck.checks import Specs

    specs = Specs()
    held = [hold(rule, specs[rule.check]) if rule.check else rule for rule in rules]
    problems = [problem for one in held if not isinstance(one, Rule) for problem in one]
    if problems:
        raise refusal("the rules", problems)
    return tuple(one for one in held if isinstance(one, Rule))


def load(pages: Mapping[str, str], profiles: Mapping[str, str], *, is_held: bool = True) -> Catalog:
    """What ships with the program and further texts, the queries compiled to see them good.

    Raises:
        CatalogError: where a text has a problem, or a name that is taken.
    """
    our_pages, our_profiles = read_pages(), read_profiles()
    problems = [*_taken("rule", our_pages, pages), *_taken("profile", our_profiles, profiles)]
    taken = {problem.path for problem in problems}
    more_pages = {path: text for path, text in pages.items() if path not in taken}
    more_profiles = {path: text for path, text in profiles.items() if path not in taken}
    try:
        ours, unheld = (our_pages, {}) if is_held else ({}, our_pages)
        catalog = _load({**ours, **more_pages}, {**our_profiles, **more_profiles}, unheld)
    except CatalogError as error:
        problems += error.problems
    if problems:
        raise CatalogError(tuple(sorted(problems)))
    return catalog


def catalog_with(configuration: "Configuration", pages: Mapping[str, str]) -> Catalog:
    """The catalogue with further pages, each in place of the one that has its name."""
    names = {_stem(path) for path in pages}
    known = {**read_pages(), **configuration.pages}
    others = {path: text for path, text in known.items() if _stem(path) not in names}
    try:
        return _load({**others, **pages}, {**read_profiles(), **configuration.profiles})
    except CatalogError as error:
        raise refusal("the rules", error.problems) from None


def open_profiles() -> Mapping[str, Profile]:
    """The profiles that ship with the program, for who needs no rules."""
    read = [read_profile(path, text) for path, text in read_profiles().items()]
    problems = [problem for one in read if not isinstance(one, Profile) for problem in one]
    if problems:
        raise refusal("the profiles", problems)
    return {one.name: one for one in read if isinstance(one, Profile)}


def _load(
    pages: Mapping[str, str], profiles: Mapping[str, str], unheld: Mapping[str, str] = {}
) -> Catalog:
    # Who needs no rules does without the checks.
    from soundcheck.checks import Specs

    catalog = load_catalog(pages, profiles, Specs(), unheld)
    problems = tuple(query_problems(catalog.rules.values()))
    if problems:
        raise CatalogError(problems)
    return catalog


def _taken(what: str, ours: Mapping[str, str], more: Mapping[str, str]) -> Iterator[Problem]:
    """Pages or profiles whose name is that of one that ships, or of another one of the user's."""
    owners = {_stem(path): f"a {what} that ships with soundcheck" for path in ours}
    for path in sorted(more):
        name = _stem(path)
        if name in owners:
            yield Problem(path, 1, f"`{name}` is also the name of {owners[name]}")
        owners.setdefault(name, path)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def refusal(what: str, problems: Iterable[Problem]) -> RunError:
    """What stops a run that has problems with the texts it stands on."""
    each = sorted(set(problems))
    noun = "problem" if len(each) == 1 else "problems"
    return RunError("\n".join([f"{what} cannot be used: {len(each)} {noun}", *map(str, each)]))


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


def choose_rules(catalog: Catalog, settings: Settings, asked: Selectors) -> Decision:
    """The rules that settings and a command line turn on, and where; ``asked`` is the latter."""
    rules = tuple(catalog.rules.values())
    faults = [
        selector_fault(name, rules, is_wanted=names is not asked.ignore)
        for names in asked
        for name in names
    ]
    if any(faults):
        raise RunError("\n".join(filter(None, faults)))
    return decide(rules, settings, asked, match_globs)


def split_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names of an option that is given several times, commas between them too."""
    return tuple(part.strip() for name in names for part in name.split(",") if part.strip())
