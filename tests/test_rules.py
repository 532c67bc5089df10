"""The pages are the tests: every example of every rule is audited."""

import pytest

from soundcheck.catalog import Catalog, Rule, load_catalog
from soundcheck.catalog.library import decode_catalog, encode_catalog
from soundcheck.catalog.rules import hold
from soundcheck.checks import NAMES, Specs
from soundcheck.commands.policy import open_theory
from soundcheck.resources import read_pages, read_profiles
from soundcheck.trials import try_example

CATALOG: Catalog = load_catalog(read_pages(), read_profiles(), Specs())
THEORY = open_theory()
LIVE = [rule for rule in CATALOG.rules.values() if rule.status != "retired"]


@pytest.mark.parametrize("rule", LIVE, ids=lambda rule: rule.name)
def test_examples(rule: Rule) -> None:
    """Each example finds what it marks, on the line it marks, and nothing else."""
    mismatches = [
        str(mismatch)
        for example in rule.examples
        for mismatch in try_example(CATALOG, THEORY, rule, example)
    ]

    assert mismatches == []


@pytest.mark.parametrize("rule", LIVE, ids=lambda rule: rule.name)
def test_page_has_fault_and_silence(rule: Rule) -> None:
    """A page shows at least one fault, and at least one example that stays silent."""
    assert any(example.marks for example in rule.examples)
    assert any(not example.marks for example in rule.examples)


def test_a_rule_that_is_held_late_is_the_same() -> None:
    late = load_catalog({}, read_profiles(), Specs(), read_pages())

    for name, rule in CATALOG.rules.items():
        assert hold(late.rules[name], Specs()[rule.check]) == rule
        assert hold(rule, Specs()[rule.check]) == rule


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("unless_only_addressed", "unless_addressed", "unknown key", id="a key"),
        pytest.param(
            "unless_only_addressed = true", "unless_only_addressed = 1", "takes true", id="a value"
        ),
        pytest.param('message = "', 'message = "{nobody} ', "nobody", id="a placeholder"),
    ],
)
def test_a_rule_that_is_held_late_tells_its_mistakes(old: str, new: str, message: str) -> None:
    path = "rules/statics/static-mut.md"
    page = read_pages()[path].replace(old, new, 1)
    (rule,) = load_catalog({}, read_profiles(), Specs(), {path: page}).rules.values()

    problems = hold(rule, Specs()[rule.check])

    assert isinstance(problems, tuple)
    assert [(problem.path, message in problem.message) for problem in problems] == [(path, True)]


def test_the_catalogue_comes_back_from_bytes_as_it_was() -> None:
    back = decode_catalog(encode_catalog(CATALOG))

    assert back == CATALOG
    assert repr(back) == repr(CATALOG)


def test_every_check_is_used() -> None:
    """No mechanism is kept for no rule."""
    assert {rule.check for rule in LIVE} == set(NAMES)
