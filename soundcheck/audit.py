"""The pipeline, top to bottom: what goes in are values, what comes out is a report."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from soundcheck.catalog import Catalog, Rule
from soundcheck.catalog.targets import Theory
from soundcheck.checks import CHECKS
from soundcheck.crates.configurations import Asked
from soundcheck.finding import Finding, Gap, Report, order_gaps
from soundcheck.input import Input, Parse
from soundcheck.inventory import take_inventory
from soundcheck.model import EVERY_BUILD, Link, build_model, resolve
from soundcheck.program import Program
from soundcheck.source import SourceFile
from soundcheck.syntax.facts import Queries
from soundcheck.triage import triage


class Stages(NamedTuple):
    """How files become facts, and bodies calls: here or in processes, from a cache or anew."""

    parse: Parse
    link: Link
    theory: Theory


def audit(
    source: Input,
    catalog: Catalog,
    rules: Sequence[Rule],
    stages: Stages,
    *,
    asked: Asked = EVERY_BUILD,
    with_tests: bool = False,
) -> Report:
    """Audit ``source`` by ``rules``.

    Raises:
        UnusableSelectionError: where ``asked`` names no target, feature or option there is.
    """
    program, gaps = _understand(source, catalog, rules, stages, asked)
    found = [finding for rule in rules for finding in CHECKS[rule.check].run(program, rule)]
    findings = triage(
        [
            one
            for one in found
            if source.is_reported(one.at.path)
            and program.is_built_at(one.at.path, one.at.start)
            and (with_tests or not one.is_test)
        ],
        {rule.name: rule.severity for rule in rules},
    )
    return Report(
        findings=findings,
        suppressed=(),
        gaps=order_gaps(gap for gap in gaps if source.is_reported(gap.at.path)),
        inventory=take_inventory(program, source.reported),
        sources=sources_of(source, findings),
        profiles=tuple(catalog.profiles),
        rules_hash=catalog.rules_hash,
        files=len(source.files),
        lines=sum(file.data.count(b"\n") for file in source.files),
    )


def _understand(
    source: Input, catalog: Catalog, rules: Sequence[Rule], stages: Stages, asked: Asked
) -> tuple[Program, tuple[Gap, ...]]:
    """The program as far as the rules ask for it, and what of it was not understood."""
    queries = queries_of(rules)
    if asked == EVERY_BUILD and not any(CHECKS[rule.check].spec.needs_model for rule in rules):
        return resolve(source, stages.parse(source.files, queries))
    model = build_model(source, catalog, stages.theory, stages.parse, stages.link, asked, queries)
    return model.program, model.gaps


def queries_of(rules: Sequence[Rule]) -> Queries:
    """The queries of rules, as the parse takes them."""
    return tuple((rule.name, rule.query) for rule in rules if rule.query)


def sources_of(source: Input, findings: Sequence[Finding]) -> Mapping[str, SourceFile]:
    """The files that findings and the steps of their proofs stand in."""
    paths = {one.at.path for one in findings}
    for finding in findings:
        steps = [step for side in finding.sides for step in side.steps]
        paths.update(step.at.path for step in (*steps, *finding.related))
    return {file.path: file for file in source.files if file.path in paths}
