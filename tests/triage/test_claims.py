"""Claims: findings of rules that are on, each once, in order, under their fingerprint."""

import random

import pytest
from msgspec.structs import replace

from soundcheck.finding import Finding, Gap, Harm, Precision, Severity, Side, Step, order_gaps
from soundcheck.source import Span
from soundcheck.triage.claims import former_fingerprints, leave_to_others, make_claims

ENABLED = {"static-mut": Severity.WARNING, "other": Severity.ERROR}


def finding(start: int, path: str = "src/lib.rs", rule: str = "static-mut") -> Finding:
    return Finding(
        rule=rule,
        family="statics",
        harm=Harm.UNSOUND,
        severity=Severity.WARNING,
        precision=Precision.HIGH,
        at=Span(path, start + 1, start, start + 5),
        item="krate::TICKS",
        subject="krate::TICKS",
        site="static",
        message="`TICKS` is a `static mut`",
    )


def claims(found: list[Finding] | tuple[Finding, ...]) -> tuple[Finding, ...]:
    return make_claims(found, lambda rule, _path: ENABLED.get(rule))


def proof(start: int, *starts: int) -> Finding:
    steps = tuple(Step(Span("src/irq.rs", s, s, s + 1), "krate::irq", "calls") for s in starts)
    return replace(finding(start), sides=(Side("interrupt", steps),))


def test_nothing_makes_nothing() -> None:
    assert claims([]) == ()


def test_findings_come_in_order_of_place() -> None:
    found = [
        finding(30),
        finding(5),
        finding(5, rule="other"),
        finding(70, path="src/a.rs"),
        finding(7, path="src/irq.rs"),
    ]

    assert [(f.at.path, f.at.start, f.rule) for f in claims(found)] == [
        ("src/a.rs", 70, "static-mut"),
        ("src/irq.rs", 7, "static-mut"),
        ("src/lib.rs", 5, "other"),
        ("src/lib.rs", 5, "static-mut"),
        ("src/lib.rs", 30, "static-mut"),
    ]


def test_only_enabled_rules_are_reported_at_the_severity_they_have() -> None:
    found = [finding(1), finding(2, rule="other"), finding(3, rule="preview-rule")]

    assert [(f.rule, f.severity) for f in claims(found)] == [
        ("static-mut", Severity.WARNING),
        ("other", Severity.ERROR),
    ]


def test_a_rule_may_be_off_in_a_folder_and_worse_in_another() -> None:
    found = [finding(1), finding(1, path="vendor/a.rs"), finding(1, path="src/irq.rs")]
    severities = {"src/lib.rs": Severity.NOTE, "src/irq.rs": Severity.ERROR}

    made = make_claims(found, lambda _rule, path: severities.get(path))

    assert [(one.at.path, one.severity) for one in made] == [
        ("src/irq.rs", Severity.ERROR),
        ("src/lib.rs", Severity.NOTE),
    ]


def test_one_claim_about_one_place_is_made_once() -> None:
    other_crate = replace(finding(1), item="krate_bin::TICKS", subject="krate_bin::TICKS")

    (reported,) = claims([other_crate, finding(1), finding(1)])

    assert reported.item == "krate::TICKS"


def test_of_two_proofs_the_shorter_is_kept() -> None:
    short, long = proof(1, 9), proof(1, 2, 3)

    assert [f.sides for f in claims([long, short])] == [short.sides]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(finding(1), message="another"), id="message"),
        pytest.param(replace(finding(1), site="block"), id="site"),
        pytest.param(replace(finding(1), rule="other"), id="rule"),
        pytest.param(replace(finding(1), at=Span("src/lib.rs", 2, 1, 7)), id="place"),
    ],
)
def test_different_claims_are_both_kept(other: Finding) -> None:
    assert len(claims([finding(1), other])) == 2


def related(start: int, *starts: int, rule: str = "static-mut") -> Finding:
    steps = tuple(Step(Span("src/lib.rs", s, s, s + 1), "krate", "here") for s in starts)
    return replace(finding(start, rule=rule), related=steps)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(finding(9, rule="other"), id="elsewhere"),
        pytest.param(finding(6, rule="other"), id="right behind it"),
        pytest.param(finding(1, rule="other", path="src/irq.rs"), id="in another file"),
        pytest.param(finding(1, rule="third"), id="a rule that it does not yield to"),
        pytest.param(finding(1), id="its own rule"),
    ],
)
def test_a_rule_speaks_where_no_better_one_does(other: Finding) -> None:
    assert finding(1) in leave_to_others([finding(1), other], {"static-mut": ["other"]})


@pytest.mark.parametrize(
    ("lesser", "better"),
    [
        pytest.param(finding(1), finding(1, rule="other"), id="the same place"),
        pytest.param(finding(1), finding(3, rule="other"), id="a part of it"),
        pytest.param(related(1, 7), finding(7, rule="other"), id="what it relates to"),
        pytest.param(finding(1), related(7, 1, rule="other"), id="what the better one relates to"),
    ],
)
def test_a_place_is_left_to_the_rule_that_says_more(lesser: Finding, better: Finding) -> None:
    yields = {"static-mut": ["other"]}

    assert leave_to_others([lesser, better], yields) == (better,)
    assert leave_to_others([better, lesser], {}) == (better, lesser)


def test_the_order_of_arrival_changes_nothing() -> None:
    found = [*(finding(n % 4) for n in range(9)), proof(1, 2), proof(1, 3), proof(2, 9, 1)]
    shuffled = random.Random(7).sample(found, len(found))

    assert claims(shuffled) == claims(found)


def test_a_fingerprint_is_a_promise() -> None:
    """A changed value here makes every user's baseline useless."""
    (reported,) = claims([finding(1)])

    assert reported.fingerprint == "aee92985cb858259"


def fingerprints(*found: Finding) -> list[str]:
    return [f.fingerprint for f in claims(found)]


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param(finding(100), id="lines-above"),
        pytest.param(finding(1, path="src/ticks.rs"), id="the-file-renamed"),
        pytest.param(replace(finding(1), message="worded better", help="try"), id="words"),
        pytest.param(replace(finding(1), precision=Precision.LOW), id="precision"),
        pytest.param(proof(1, 4), id="proof"),
    ],
)
def test_a_fingerprint_survives(moved: Finding) -> None:
    assert fingerprints(moved) == fingerprints(finding(1))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(finding(1), rule="other"), id="rule"),
        pytest.param(replace(finding(1), item="krate::f"), id="item"),
        pytest.param(replace(finding(1), subject="krate::f"), id="subject"),
        pytest.param(replace(finding(1), site="block"), id="site"),
    ],
)
def test_a_fingerprint_tells_apart(other: Finding) -> None:
    assert fingerprints(other) != fingerprints(finding(1))


def test_sites_of_one_kind_are_counted_in_their_item() -> None:
    first, second = fingerprints(finding(1), finding(2))

    assert first != second
    assert [first] == fingerprints(finding(1))
    assert [first, second] == fingerprints(finding(11), finding(12))
    assert fingerprints(finding(1), replace(finding(2), item="krate::f"))[0] == first


def test_a_renamed_rule_is_recognised_by_what_it_was() -> None:
    before = claims([finding(1), finding(2)])
    after = claims([replace(one, rule="other") for one in before])

    assert former_fingerprints(after, {"other": ("static-mut", "mutable")}) == {
        **{old.fingerprint: new.fingerprint for old, new in zip(before, after, strict=True)},
        **former_fingerprints(after, {"other": ("mutable",)}),
    }


def test_gaps_come_once_in_order_of_place() -> None:
    here, there = Span("a.rs", 1, 0, 1), Span("a.rs", 2, 5, 6)
    gaps = [Gap("unresolved-call", "b()", there), Gap("x", "b", here), Gap("a", "b", here)]

    assert order_gaps([*gaps, *gaps]) == (gaps[2], gaps[1], gaps[0])
