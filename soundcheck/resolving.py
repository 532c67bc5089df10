"""Stage 2 alone: from files to the module trees of all crates, without names, types and calls."""

from collections.abc import Collection, Mapping, Sequence

from soundcheck.budget import find_unmet
from soundcheck.catalog.targets import Theory
from soundcheck.crates.builds import Excludes, exclusion
from soundcheck.crates.configurations import Asked, Selection, read_selection
from soundcheck.crates.features import implied_features
from soundcheck.crates.files import FileIndex
from soundcheck.crates.formulas import Logic
from soundcheck.crates.manifests import Package, read_manifests
from soundcheck.crates.modules import ModuleForest, build_module_trees
from soundcheck.finding import Gap, order_gaps
from soundcheck.input import Input
from soundcheck.program import Program
from soundcheck.syntax.facts import FileFacts

EVERY_BUILD = Asked()


class UnusableSelectionError(Exception):
    """The configuration that was asked for cannot be; a sentence for each reason."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))


def resolve(
    source: Input, facts: Mapping[str, FileFacts], theory: Theory, asked: Asked = EVERY_BUILD
) -> tuple[Program, tuple[Gap, ...]]:
    """The module trees of all crates alone, without names and calls, and every gap up to here.

    Raises:
        UnusableSelectionError: where ``asked`` names no target, feature or option there is.
    """
    trees = {path: one.tree for path, one in facts.items()}
    index = FileIndex(trees, source.links)
    manifests = read_manifests(source.manifests, index, source.vendored)
    forest = build_module_trees(trees, manifests.packages, source.links)
    parsing = (gap for tree in trees.values() for gap in tree.gaps)
    gaps = (*source.gaps, *manifests.gaps, *forest.gaps, *parsing)
    gaps += unmet(source, forest, trees)
    excludes = exclusion_of(asked, theory, manifests.packages)
    return Program(facts, forest, None, source.accounts, excludes), order_gaps(gaps)


def select(asked: Asked, theory: Theory, packages: Sequence[Package]) -> Selection:
    """What a run is narrowed to."""
    selection = read_selection(asked, theory, packages)
    if isinstance(selection, tuple):
        raise UnusableSelectionError(selection)
    return selection


def exclusion_of(asked: Asked, theory: Theory, packages: Sequence[Package]) -> Excludes | None:
    """What a run that is narrowed leaves out; ``None`` where it is not."""
    if asked == EVERY_BUILD:
        return None
    selection = select(asked, theory, packages)
    return exclusion(selection, theory, Logic(theory, implied_features(packages)))


def unmet(source: Input, forest: ModuleForest, paths: Collection[str]) -> tuple[Gap, ...]:
    """What the budget speaks of and nobody finds."""
    if source.accounts is None:
        return ()
    modules = {module.path for module in forest.modules}
    return find_unmet(source.accounts.budget, modules, paths)
