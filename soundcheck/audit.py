"""The pipeline, top to bottom: what goes in are values, what comes out is a report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.catalog import Catalog, Rule
from soundcheck.catalog.profiles import Profile
from soundcheck.catalog.rules import hold
from soundcheck.catalog.targets import Theory
from soundcheck.checking import NO_MEMORY, Memory, Spread, find, one_by_one
from soundcheck.checks import LATE, check_of
from soundcheck.checks.kinds import Judged, LateCheck
from soundcheck.crates.configurations import Asked
from soundcheck.finding import Finding, Gap, Report, order_gaps
from soundcheck.input import Input, Parse
from soundcheck.inventory import take_inventory
from soundcheck.program import Program
from soundcheck.resolving import EVERY_BUILD, resolve
from soundcheck.source import SourceFile
from soundcheck.syntax.arguments import Marks, read_marks
from soundcheck.syntax.facts import Queries
from soundcheck.triage import DEFAULT_TERMS, Case, SeverityOf, Terms, read_names, triage

if TYPE_CHECKING:
    from soundcheck.model import Link


class Stages(NamedTuple):
    """How files become facts, and bodies calls: here or in processes, from a cache or anew.

    ``memory`` holds what was seen in files before, ``spread`` runs checks abreast. ``profiles``
    are the names of those to use, if they are not to be chosen by what is audited.
    """

    parse: Parse
    link: "Link"
    theory: Theory
    profiles: tuple[str, ...] = ()
    memory: Memory = NO_MEMORY
    spread: Spread = one_by_one


class Examined(NamedTuple):
    """What an audit says, and the program that it was said of."""

    report: Report
    program: Program


def audit(
    source: Input,
    catalog: Catalog,
    rules: Sequence[Rule],
    stages: Stages,
    *,
    asked: Asked = EVERY_BUILD,
    terms: Terms = DEFAULT_TERMS,
    severity_of: SeverityOf | None = None,
) -> Report:
    """Audit ``source`` by ``rules``, under ``terms`` of what may silence a finding.

    ``severity_of`` tells how bad a rule's findings are at a path; otherwise the rule itself does.

    Raises:
        UnusableSelectionError: where ``asked`` names no target, feature or option there is.
    """
    return examine(
        source, catalog, rules, stages, asked=asked, terms=terms, severity_of=severity_of
    ).report


def examine(
    source: Input,
    catalog: Catalog,
    rules: Sequence[Rule],
    stages: Stages,
    *,
    asked: Asked = EVERY_BUILD,
    terms: Terms = DEFAULT_TERMS,
    severity_of: SeverityOf | None = None,
    with_model: bool = False,
) -> Examined:
    """Audit as ``audit`` does, and keep the program that was judged.

    ``with_model`` links it though no rule asks for that.
    """
    program, gaps = _understand(source, catalog, rules, stages, asked, with_model=with_model)
    severities = {rule.name: rule.severity for rule in rules}
    case = Case(
        names=read_names(catalog.rules.values(), LATE),
        severity_of=severity_of or (lambda rule, _path: severities.get(rule)),
        suppressions={
            path: facts.suppressions for path, facts in program.facts.items() if facts.suppressions
        },
        is_shown=lambda finding: _is_shown(source, program, terms, finding),
        is_narrowed=asked != EVERY_BUILD,
    )
    triaged = triage(
        find(program, rules, stages.memory, stages.spread),
        case,
        terms,
        lambda judged: _find_late(program, rules, judged),
    )
    shown = (*triaged.findings, *(one.finding for one in triaged.suppressed))
    report = Report(
        findings=triaged.findings,
        suppressed=triaged.suppressed,
        gaps=order_gaps(gap for gap in gaps if source.is_reported(gap.at.path)),
        inventory=take_inventory(program, source.reported),
        sources=sources_of(source, shown),
        profiles=program.profiles or tuple(profile_names(catalog.profiles.values())),
        rules_hash=catalog.rules_hash,
        files=len(source.files),
        lines=sum(file.data.count(b"\n") for file in source.files),
        unmet=triaged.unmet,
    )
    return Examined(report, program)


def _find_late(
    program: Program, rules: Sequence[Rule], judged: Sequence[Judged]
) -> Iterator[Finding]:
    for rule in rules:
        check = check_of(rule.check)
        if isinstance(check, LateCheck):
            yield from check.run(program, rule, judged)


def _is_shown(source: Input, program: Program, terms: Terms, finding: Finding) -> bool:
    """Whether a run reports on the place of a finding at all."""
    at = finding.at
    if finding.is_test and not terms.with_tests:
        return False
    return source.is_reported(at.path) and program.is_built_at(at.path, at.start)


def _understand(
    source: Input,
    catalog: Catalog,
    rules: Sequence[Rule],
    stages: Stages,
    asked: Asked,
    *,
    with_model: bool,
) -> tuple[Program, tuple[Gap, ...]]:
    """The program as far as the rules ask for it, and what of it was not understood."""
    queries = queries_of(rules)
    needs_model = with_model or any(check_of(rule.check).spec.needs_model for rule in rules)
    if not needs_model:
        return resolve(source, stages.parse(source.files, queries), stages.theory, asked)
    # Who asks for no names and calls does without what finds them.
    from soundcheck.model import build_model

    parse, link, named = stages.parse, stages.link, stages.profiles
    profiles = catalog.profiles
    model = build_model(source, profiles, stages.theory, parse, link, asked, queries, named)
    supplies = stages.memory.recall("supplies", b"", tuple(model.program.paths))
    return model.program.with_supplies(supplies), model.gaps


def profile_names(profiles: Iterable[Profile]) -> Iterator[str]:
    """The names of the profiles that are used everywhere."""
    return (one.name for one in profiles if one.is_always)


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


def read_argument_marks(catalog: Catalog) -> Marks:
    """What makes a comment an argument, by the rules that ask for one."""
    rules = [rule for rule in catalog.rules.values() if rule.check == "safety-comment"]
    held = [hold(rule, check_of(rule.check).spec) for rule in rules]
    rules = [rule for rule in held if isinstance(rule, Rule)]
    words = tuple(word for rule in rules for word in rule.texts("words"))
    return read_marks(words, tuple(text for rule in rules for text in rule.texts("sentences")))
