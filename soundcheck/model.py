"""The program model whole: from files to names, types and calls."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from soundcheck.calls.assembly import read_assembly, through_assembly
from soundcheck.calls.graph import CallGraph, join_links
from soundcheck.calls.linking import LinkedBodies, World, has_body
from soundcheck.calls.sites import WRITTEN
from soundcheck.calls.world import MacroFacts, build_world
from soundcheck.catalog.choosing import choose_profiles
from soundcheck.catalog.profiles import Profile
from soundcheck.catalog.targets import Theory
from soundcheck.crates.configurations import Asked
from soundcheck.crates.definitions import Def
from soundcheck.crates.files import FileIndex
from soundcheck.crates.manifests import Package, read_manifests
from soundcheck.crates.modules import build_module_trees
from soundcheck.crates.stubs import is_stub, needed_stubs, read_stubs, stub_files, stub_packages
from soundcheck.finding import Gap, order_gaps
from soundcheck.input import Input, Parse
from soundcheck.program import Linked, Program
from soundcheck.resolving import EVERY_BUILD, exclusion_of, select, unmet
from soundcheck.source import Span
from soundcheck.syntax.facts import FileFacts, Queries


class Model(msgspec.Struct, frozen=True):
    """The program with all its names and calls: what stands behind graphs and explanations."""

    program: Program
    world: World
    graph: CallGraph
    gaps: tuple[Gap, ...]


Link = Callable[
    [World, Mapping[str, FileFacts], Sequence[tuple[str, Sequence[Def]]]], Iterable[LinkedBodies]
]


def build_model(
    source: Input,
    profiles: Mapping[str, Profile],
    theory: Theory,
    parse: Parse,
    link: Link,
    asked: Asked = EVERY_BUILD,
    queries: Queries = (),
    named: Sequence[str] = (),
) -> Model:
    """Parse, resolve and link; ``link`` walks the bodies of each file, here or in processes.

    ``profiles`` are all there are, by name; ``named`` are those to use, if they are not to be
    chosen by what is audited. ``asked`` narrows the program to some configurations.

    Raises:
        UnusableSelectionError: where ``asked`` names no target, feature or option there is.
    """
    index = FileIndex([file.path for file in source.files], source.links)
    manifests = read_manifests(source.manifests, index, source.vendored)
    stubs = needed_stubs(read_stubs(_tables(profiles, "stub")), manifests.packages)
    files = (*source.files, *stub_files(stubs))
    facts = parse(files, queries)
    trees = {path: one.tree for path, one in facts.items()}
    packages = (*manifests.packages, *stub_packages(stubs))
    selection = select(asked, theory, manifests.packages)
    forest = build_module_trees(trees, packages, source.links)
    texts = {file.path: file.data for file in files}
    world = build_world(forest, trees, texts, packages, theory, _macro_facts(profiles), selection)
    bodies = tuple(link(world, facts, _bodies_by_file(world)))
    assembly = read_assembly(world, source.assembly)
    links = through_assembly(world, assembly, (one.links for one in bodies))
    graph = join_links(links, world.callees.may_run, assembly.calls)
    gaps = [*source.gaps, *manifests.gaps, *forest.gaps, *world.defmap.gaps, *assembly.gaps]
    gaps += [gap for tree in trees.values() for gap in tree.gaps]
    gaps += unmet(source, forest, trees)
    own = {path: one for path, one in facts.items() if not is_stub(path)}
    return Model(
        Program(
            own,
            forest,
            Linked(world, graph, bodies, _choose(profiles, manifests.packages, named)),
            source.accounts,
            exclusion_of(asked, theory, manifests.packages),
        ),
        world,
        graph,
        order_gaps(gap for gap in gaps if not is_stub(gap.at.path)),
    )


def _choose(
    profiles: Mapping[str, Profile], packages: Sequence[Package], named: Sequence[str]
) -> tuple[Profile, ...]:
    names = {package.name for package in packages}
    crates = {one.name for package in packages for one in package.dependencies}
    return choose_profiles(profiles, names, crates, named)


def _bodies_by_file(world: World) -> list[tuple[str, list[Def]]]:
    """The definitions whose bodies are walked, by file; those of stubs are walked too."""
    found: dict[str, list[Def]] = {}
    for target in world.defmap.defs:
        if has_body(target) and not world.callees.is_excluded(target):
            found.setdefault(target.file, []).append(target)
    return [(path, found[path]) for path in sorted(found)]


def _tables(profiles: Mapping[str, Profile], key: str) -> list[Mapping[str, object]]:
    """The tables under a key of all profiles that hold everywhere."""
    found: list[Mapping[str, object]] = []
    for profile in profiles.values():
        value = profile.facts.get(key, ()) if profile.is_always else ()
        if isinstance(value, Mapping):
            found.append(value)
        elif isinstance(value, list | tuple):
            found.extend(one for one in value if isinstance(one, Mapping))
    return found


def _macro_facts(profiles: Mapping[str, Profile]) -> MacroFacts:
    formatting: set[str] = set()
    named: dict[str, dict[str, str]] = {"types": {}, "methods": {}}
    for table in _tables(profiles, "macros"):
        words = table.get("formatting", ())
        if isinstance(words, list | tuple):
            formatting.update(str(word) for word in words)
        for key, found in named.items():
            told = table.get(key, {})
            if isinstance(told, Mapping):
                found.update((str(name), str(one)) for name, one in told.items())
    return MacroFacts(frozenset(formatting), named["types"], named["methods"])


def unresolved_calls(model: Model) -> Iterator[Gap]:
    """The written calls of the workspace that lead nowhere known, each with the reason."""
    world = model.world
    for site in model.graph.sites:
        if site.resolution != "unknown" or site.kind not in WRITTEN:
            continue
        caller = world.defmap.defs[site.caller.owner]
        if is_stub(caller.file):
            continue
        line = world.trees[caller.file].line_of(site.start)
        at = Span(caller.file, line, site.start, site.end)
        yield Gap("unresolved-call", f"{site.name}: {site.reason}", at, caller.path)
