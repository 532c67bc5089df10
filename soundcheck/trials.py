"""Rule pages put to the trial: every example audited, every mark compared with what is found."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import msgspec

from soundcheck.audit import Stages, audit
from soundcheck.bodies import BodyFacts, read_bodies
from soundcheck.budget import BUDGET, Accounts, read_budget
from soundcheck.calls.linking import World
from soundcheck.catalog import Catalog, Example, Rule
from soundcheck.catalog.targets import Theory
from soundcheck.crates.definitions import Def
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding
from soundcheck.input import Input
from soundcheck.source import SourceFile
from soundcheck.syntax.facts import FileFacts, Queries
from soundcheck.syntax.reading import parse
from soundcheck.triage import Terms

# The day of all examples, by which a suppression has ended or not.
TODAY = "2026-01-01"
_SUPPRESSION = re.compile(r"//!?\s*soundcheck:\s*allow\(([^()]*)\)")


class Mismatch(msgspec.Struct, frozen=True):
    """A mark that no finding meets, or a finding that no mark announces, at a line of a page."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def try_rule(catalog: Catalog, theory: Theory, rule: Rule) -> Iterator[Mismatch]:
    """All that is wrong with the examples of a rule."""
    for example in rule.examples:
        yield from try_example(catalog, theory, rule, example)


def try_example(
    catalog: Catalog, theory: Theory, rule: Rule, example: Example
) -> Iterator[Mismatch]:
    """What one example expects and does not get, and what it gets and does not expect.

    The rule of the page speaks, and every other rule that the marks or suppressions name.
    """
    named = {mark.name for mark in example.marks if mark.name in catalog.rules}
    for file in example.files:
        named |= {name for name in _suppressed_in(file.text) if name in catalog.rules}
    rules = [catalog.rules[name] for name in sorted(named | {rule.name})]
    findings = audit_texts(
        {file.path: file.text for file in example.files}, catalog, theory, rules, rule
    )
    lines = {file.path: file.line for file in example.files}
    expected = sorted((mark.path, mark.line, mark.name) for mark in example.marks)
    found = sorted((one.at.path, one.at.line, one.rule) for one in findings)
    messages = {(one.at.path, one.at.line, one.rule): one.message for one in findings}
    for path, line, name in _beyond(expected, found):
        at = lines.get(path, example.line) + line - 1
        yield Mismatch(rule.path, at, f"{name} is expected here and not found")
    for path, line, name in _beyond(found, expected):
        at = lines.get(path, example.line) + line - 1
        message = messages[(path, line, name)]
        yield Mismatch(rule.path, at, f"{name} is found here and not expected: {message}")


def _suppressed_in(text: str) -> Iterator[str]:
    """The rules that suppressions in a text name, so that these have something to be judged by."""
    for names in _SUPPRESSION.findall(text):
        yield from (name.strip() for name in names.split(","))


def _beyond(
    some: Sequence[tuple[str, int, str]], others: Sequence[tuple[str, int, str]]
) -> Iterator[tuple[str, int, str]]:
    """What of ``some`` has no partner among ``others``, each partner serving once."""
    left = list(others)
    for one in some:
        if one in left:
            left.remove(one)
        else:
            yield one


def audit_texts(
    texts: Mapping[str, str],
    catalog: Catalog,
    theory: Theory,
    rules: Sequence[Rule],
    page: Rule,
) -> tuple[Finding, ...]:
    """The findings on a workspace given as texts by path, test code included.

    It has the edition and the profiles of a page, where it does not say its own.
    """
    if not any(path.endswith("Cargo.toml") for path in texts):
        manifest = f'[package]\nname = "example"\nedition = "{page.edition}"\n'
        texts = {**texts, "Cargo.toml": manifest}
    files = [SourceFile(path, text.encode()) for path, text in sorted(texts.items())]
    source = Input(
        files=tuple(file for file in files if file.path.endswith(".rs")),
        manifests=tuple(file for file in files if file.path.endswith("Cargo.toml")),
        accounts=_accounts(texts.get(BUDGET)),
    )
    named = tuple(name for name in page.profiles if not catalog.profiles[name].is_always)
    stages = Stages(_parse, link_reached, theory, named)
    terms = Terms(today=TODAY, with_tests=True)
    return audit(source, catalog, rules, stages, terms=terms).findings


def _accounts(text: str | None) -> Accounts | None:
    """The budget of an example; one that cannot be used is as good as none."""
    budget = () if text is None else read_budget(BUDGET, text)
    return None if isinstance(budget, tuple) else Accounts(budget)


def _parse(files: Sequence[SourceFile], queries: Queries) -> Mapping[str, FileFacts]:
    return {
        file.path: _parse_stub(file) if is_stub(file.path) else parse(file, queries)
        for file in files
    }


@cache
def _parse_stub(file: SourceFile) -> FileFacts:
    """The facts of what is declared of a crate, made once for all examples."""
    return parse(file, ())


def link_reached(
    world: World,
    facts: Mapping[str, FileFacts],
    files: Sequence[tuple[str, Sequence[Def]]],
) -> Iterator[BodyFacts]:
    """The facts of the example's bodies, and of those bodies of stubs that it comes to."""
    del facts
    declared = {one.index: one for path, defs in files if is_stub(path) for one in defs}
    pending = [one for path, defs in files if not is_stub(path) for one in defs]
    while pending:
        bodies = read_bodies(world, pending)
        yield bodies
        come_to = sorted(_owners(bodies) & declared.keys())
        pending = [declared.pop(index) for index in come_to]


def _owners(bodies: BodyFacts) -> set[int]:
    """The definitions that bodies call, give on or mention."""
    links = bodies.links
    sites = (*links.sites, *(value.site for value in links.values))
    named = [body for site in sites for body in site.callees]
    named += [passed.body for site in sites for passed in site.passed]
    named += [mention.body for mention in links.mentions]
    return {body.owner for body in named}
