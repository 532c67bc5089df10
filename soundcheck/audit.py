"""The pipeline, top to bottom: what goes in are values, what comes out is a report."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from soundcheck.catalog import Catalog, Rule
from soundcheck.checks import CHECKS
from soundcheck.crates.files import FileIndex
from soundcheck.crates.manifests import read_manifests
from soundcheck.crates.modules import build_module_trees
from soundcheck.finding import Finding, Gap, Report
from soundcheck.inventory import take_inventory
from soundcheck.program import Program
from soundcheck.source import SourceFile
from soundcheck.syntax.facts import FileFacts, Queries
from soundcheck.triage import order_gaps, triage


class Input(msgspec.Struct, frozen=True):
    """What is audited: the files, the manifests, and which paths may be reported on.

    ``links`` are the symbolic links of the tree, ``vendored`` the copies of other people's code,
    ``gaps`` what could not be read at all.
    """

    files: tuple[SourceFile, ...]
    manifests: tuple[SourceFile, ...]
    links: tuple[tuple[str, str], ...] = ()
    vendored: frozenset[str] = frozenset()
    reported: frozenset[str] | None = None
    gaps: tuple[Gap, ...] = ()


Parse = Callable[[Sequence[SourceFile], Queries], Mapping[str, FileFacts]]


def audit(
    source: Input,
    catalog: Catalog,
    rules: Sequence[Rule],
    parse: Parse,
    *,
    with_tests: bool = False,
) -> Report:
    """Audit ``source`` by ``rules``; ``parse`` makes the facts of files, from a cache or anew."""
    facts = parse(source.files, queries_of(rules))
    program, gaps = resolve(source, facts)
    found = [finding for rule in rules for finding in CHECKS[rule.check].run(program, rule)]
    findings = triage(
        [
            one
            for one in found
            if is_reported(source, one.at.path) and (with_tests or not one.is_test)
        ],
        {rule.name: rule.severity for rule in rules},
    )
    return Report(
        findings=findings,
        suppressed=(),
        gaps=order_gaps(gap for gap in gaps if is_reported(source, gap.at.path)),
        inventory=take_inventory(program, source.reported),
        sources=sources_of(source, findings),
        profiles=tuple(catalog.profiles),
        rules_hash=catalog.rules_hash,
        files=len(source.files),
        lines=sum(file.data.count(b"\n") for file in source.files),
    )


def resolve(source: Input, facts: Mapping[str, FileFacts]) -> tuple[Program, tuple[Gap, ...]]:
    """The module trees of all crates, and every gap up to here."""
    trees = {path: one.tree for path, one in facts.items()}
    index = FileIndex(trees, source.links)
    manifests = read_manifests(source.manifests, index, source.vendored)
    forest = build_module_trees(trees, manifests.packages, source.links)
    parsing = (gap for tree in trees.values() for gap in tree.gaps)
    program = Program(facts, forest)
    return program, (*source.gaps, *manifests.gaps, *forest.gaps, *parsing)


def queries_of(rules: Sequence[Rule]) -> Queries:
    """The queries of rules, as the parse takes them."""
    return tuple((rule.name, rule.query) for rule in rules if rule.query)


def is_reported(source: Input, path: str) -> bool:
    """Whether findings and gaps at a path are shown."""
    return source.reported is None or path in source.reported


def sources_of(source: Input, findings: Sequence[Finding]) -> Mapping[str, SourceFile]:
    """The files that findings and the steps of their proofs stand in."""
    paths = {one.at.path for one in findings}
    for finding in findings:
        steps = [step for side in finding.sides for step in side.steps]
        paths.update(step.at.path for step in (*steps, *finding.related))
    return {file.path: file for file in source.files if file.path in paths}
