"""Triage: what suppressions and the baseline silence, and what is said of them themselves."""

from collections.abc import Callable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from soundcheck.catalog import Rule, Status
from soundcheck.checks.kinds import Judged
from soundcheck.finding import Accepted, Finding, Harm, Precision, Severity, Suppressed
from soundcheck.source import Span
from soundcheck.syntax.facts import Suppression
from soundcheck.triage import Case, Terms, Triaged, read_names, triage
from soundcheck.triage.claims import make_claims


def rule_of(name: str, **keys: object) -> Rule:
    values: dict[str, object] = {
        "family": "statics",
        "summary": "something",
        "check": "pattern",
        "message": "it is so",
        "severity": Severity.WARNING,
        "precision": Precision.HIGH,
        "status": Status.STABLE,
        "harm": Harm.UNSOUND,
        "since": "0.1",
    }
    return Rule(name=name, **{**values, **keys})  # type: ignore[arg-type]


RULES = (
    rule_of("static-mut", formerly=("mutable-static",)),
    rule_of("other", family="others"),
    rule_of("off"),
    rule_of("lesser", yields_to=("other",)),
    rule_of("gone", status=Status.RETIRED),
    rule_of("unused-suppression", family="meta", check="suppression"),
)
RAN = ("static-mut", "other", "lesser", "unused-suppression")


def finding(start: int, rule: str = "static-mut", path: str = "a.rs") -> Finding:
    return Finding(
        rule=rule,
        family="statics",
        harm=Harm.UNSOUND,
        severity=Severity.WARNING,
        precision=Precision.HIGH,
        at=Span(path, start + 1, start, start + 5),
        item="k::f",
        subject="k::f",
        site="static",
        message="it is so",
    )


def allow(
    first: int,
    last: int,
    *rules: str,
    reason: str = "why",
    until: str = "",
    fault: str = "",
    start: int | None = None,
) -> Suppression:
    """A suppression of what starts in ``first..last``."""
    at = first if start is None else start
    names = tuple((name, at + 20 * number) for number, name in enumerate(rules or ("static-mut",)))
    return Suppression(at, at + 30, first, last, names, reason, until, fault)


class Heard:
    """What a triage was told, and what it made of it."""

    def __init__(self, triaged: Triaged, judged: Sequence[Judged]) -> None:
        self.triaged = triaged
        self.judged = tuple(judged)


def hear(
    found: Sequence[Finding],
    *asked: Suppression,
    today: str = "2026-01-01",
    accepted: tuple[Accepted, ...] = (),
    heeds_comments: bool = True,
    is_narrowed: bool = False,
    path: str = "a.rs",
    is_shown: Callable[[Finding], bool] = lambda _finding: True,
    ran: tuple[str, ...] = RAN,
) -> Heard:
    """Triage findings under suppressions in one file."""
    severities = {rule.name: rule.severity for rule in RULES if rule.name in ran}
    case = Case(
        read_names(RULES, ("suppression",)),
        lambda rule, _path: severities.get(rule),
        {path: asked},
        is_shown,
        is_narrowed,
    )
    judged: list[Judged] = []
    terms = Terms(today, accepted, heeds_comments)

    def listen(seen: Sequence[Judged]) -> list[Finding]:
        judged.extend(seen)
        return []

    return Heard(triage(found, case, terms, listen), judged)


def starts(findings: Sequence[Finding]) -> list[int]:
    return [one.at.start for one in findings]


def said(heard: Heard) -> list[tuple[str, str, str]]:
    return [(one.state, one.rules, one.why) for one in heard.judged]


# -- what is silenced --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "loud"),
    [
        pytest.param(allow(10, 20), [5, 20], id="what-starts-inside"),
        pytest.param(allow(0, 99), [], id="all"),
        pytest.param(allow(10, 20, "other", "static-mut"), [5, 20], id="one-of-several-rules"),
        pytest.param(allow(10, 20, "mutable-static"), [5, 20], id="by-a-former-name"),
        pytest.param(allow(10, 20, until="2026-01-01"), [5, 20], id="on-the-last-day"),
        pytest.param(allow(10, 20, until="2025-12-31"), [5, 10, 20], id="a-day-later"),
        pytest.param(allow(10, 20, reason=""), [5, 10, 20], id="without-a-reason"),
        pytest.param(allow(10, 20, fault="odd"), [5, 10, 20], id="with-a-fault"),
        pytest.param(allow(10, 20, "other"), [5, 10, 20], id="another-rule"),
        pytest.param(allow(10, 20, "statics"), [5, 10, 20], id="a-family"),
        pytest.param(allow(10, 10), [5, 10, 20], id="nothing"),
    ],
)
def test_a_suppression_silences(asked: Suppression, loud: list[int]) -> None:
    triaged = hear([finding(5), finding(10), finding(20)], asked).triaged

    assert starts(triaged.findings) == loud
    assert sorted(starts([one.finding for one in triaged.suppressed]) + loud) == [5, 10, 20]


def test_what_is_silenced_is_told_with_the_reason() -> None:
    (one,) = hear([finding(5)], allow(0, 9, reason="the boot CPU")).triaged.suppressed

    assert (one.by, one.reason, one.entry) == ("inline", "the boot CPU", None)


def test_a_suppression_in_another_file_silences_nothing() -> None:
    assert starts(hear([finding(5)], allow(0, 9), path="b.rs").triaged.findings) == [5]


def test_comments_may_be_left_unheeded() -> None:
    heard = hear([finding(5)], allow(0, 9), heeds_comments=False)

    assert starts(heard.triaged.findings) == [5]
    assert heard.triaged.suppressed == ()
    assert said(heard) == []


def test_of_two_suppressions_the_nearest_is_used() -> None:
    heard = hear([finding(5)], allow(0, 99, reason="far"), allow(4, 9, reason="near"))

    assert [one.reason for one in heard.triaged.suppressed] == ["near"]
    assert [(one.start, one.state) for one in heard.judged] == [(0, "unused")]


def test_a_suppression_that_does_not_hold_hides_none_that_does() -> None:
    heard = hear([finding(5)], allow(0, 99, reason="far"), allow(4, 9, reason=""))

    assert [one.reason for one in heard.triaged.suppressed] == ["far"]
    assert [(one.start, one.state) for one in heard.judged] == [(4, "without-reason")]


# -- what is said of suppressions --------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "judged"),
    [
        pytest.param(allow(0, 9), [], id="used"),
        pytest.param(allow(0, 9, until="2026-01-01"), [], id="used-on-its-last-day"),
        pytest.param(allow(0, 9, "off"), [], id="of-a-rule-that-did-not-run"),
        pytest.param(allow(0, 9, "static-mut", "off"), [], id="used-and-not-run"),
        pytest.param(
            allow(6, 9), [("unused", "static-mut", "`static-mut` finds nothing here")], id="unused"
        ),
        pytest.param(
            allow(0, 9, "static-mut", "other"),
            [("unused", "other", "`other` finds nothing here")],
            id="used-in-part",
        ),
        pytest.param(
            allow(0, 9, "static-mutt"),
            [
                (
                    "unused",
                    "static-mutt",
                    "no rule is called `static-mutt`; did you mean `static-mut`?",
                )
            ],
            id="unknown",
        ),
        pytest.param(
            allow(0, 9, "statics"),
            [("unused", "statics", "`statics` is a family; name the rule")],
            id="family",
        ),
        pytest.param(
            allow(0, 9, "gone"),
            [("unused", "gone", "`gone` is retired and finds nothing")],
            id="retired",
        ),
        pytest.param(
            allow(0, 9, "unused-suppression"),
            [
                (
                    "unused",
                    "unused-suppression",
                    "`unused-suppression` is about suppressions, and none silences it",
                )
            ],
            id="about-suppressions",
        ),
        pytest.param(
            allow(0, 9, reason=""), [("without-reason", "static-mut", "")], id="without-reason"
        ),
        pytest.param(
            allow(6, 9, "x", "y", reason="", until="2020-01-01"),
            [("without-reason", "x, y", "")],
            id="without-reason-and-more",
        ),
        pytest.param(allow(0, 9, fault="odd"), [("unread", "static-mut", "odd")], id="fault"),
        pytest.param(
            allow(0, 9, until="2025-12-31"), [("expired", "static-mut", "")], id="expired"
        ),
        pytest.param(
            allow(0, 9, "off", until="2025-12-31"),
            [("expired", "off", "")],
            id="expired-for-a-rule-that-did-not-run",
        ),
        pytest.param(
            allow(6, 9, until="2025-12-31"),
            [("unused", "static-mut", "`static-mut` finds nothing here")],
            id="expired-and-unused",
        ),
    ],
)
def test_what_is_said(asked: Suppression, judged: list[tuple[str, str, str]]) -> None:
    assert said(hear([finding(5)], asked)) == judged


def test_without_a_day_nothing_has_ended() -> None:
    heard = hear([finding(5)], allow(0, 9, until="2000-01-01"), today="")

    assert (heard.triaged.findings, heard.judged) == ((), ())


def test_a_suppression_of_code_that_is_not_reported_is_used_all_the_same() -> None:
    heard = hear([finding(5)], allow(0, 9), is_shown=lambda _finding: False)

    assert heard.triaged == Triaged((), (), ())
    assert said(heard) == []


def test_a_narrowed_run_takes_nothing_for_unused() -> None:
    heard = hear([], allow(0, 9), allow(10, 19, reason=""), is_narrowed=True)

    assert [one.state for one in heard.judged] == ["without-reason"]


# -- the baseline ------------------------------------------------------------------------------


def entry(one: Finding, reason: str = "") -> Accepted:
    return Accepted(one.fingerprint, one.rule, one.at.path, one.item, reason)


FIRST, SECOND = hear([finding(5), finding(10)]).triaged.findings


def test_what_is_accepted_is_told_with_its_entry() -> None:
    accepted = entry(FIRST, "next year")
    triaged = hear([finding(5), finding(10)], accepted=(accepted,)).triaged

    assert starts(triaged.findings) == [10]
    assert triaged.suppressed == (Suppressed(FIRST, "baseline", "next year", accepted),)
    assert triaged.unmet == ()


def test_an_entry_that_nothing_meets_is_told() -> None:
    assert hear([finding(5)], accepted=(entry(SECOND),)).triaged.unmet == (entry(SECOND),)


@pytest.mark.parametrize(
    ("rule", "is_told"),
    [
        pytest.param("static-mut", True, id="ran"),
        pytest.param("mutable-static", True, id="ran-under-another-name"),
        pytest.param("off", False, id="did-not-run"),
        pytest.param("gone", True, id="retired"),
        pytest.param("never-was", True, id="unknown"),
    ],
)
def test_an_entry_is_judged_by_what_ran(rule: str, is_told: bool) -> None:
    accepted = Accepted("0" * 16, rule, "a.rs", "k::f")

    assert hear([], accepted=(accepted,)).triaged.unmet == ((accepted,) if is_told else ())
    assert hear([], accepted=(accepted,), is_narrowed=True).triaged.unmet == ()


def test_a_comment_comes_before_the_baseline() -> None:
    """An entry for what a comment suppresses already has nothing left to do."""
    triaged = hear([finding(5)], allow(0, 9), accepted=(entry(FIRST),)).triaged

    assert [one.by for one in triaged.suppressed] == ["inline"]
    assert triaged.unmet == (entry(FIRST),)


def test_an_entry_is_met_by_what_is_not_reported() -> None:
    triaged = hear([finding(5)], accepted=(entry(FIRST),), is_shown=lambda _finding: False).triaged

    assert triaged == Triaged((), (), ())


def test_an_entry_under_a_former_name_is_met() -> None:
    old = replace(finding(5), rule="mutable-static")
    (before,) = make_claims([old], lambda _rule, _path: Severity.NOTE)
    accepted = entry(before, "why")
    triaged = hear([finding(5)], accepted=(accepted,)).triaged

    assert triaged.suppressed == (Suppressed(FIRST, "baseline", "why", accepted),)


# -- laws --------------------------------------------------------------------------------------

found_anywhere = st.lists(
    st.builds(
        finding,
        st.integers(0, 40),
        st.sampled_from(["static-mut", "other", "off"]),
        st.sampled_from(["a.rs", "b.rs"]),
    ),
    max_size=12,
)
suppressions = st.lists(
    st.builds(
        lambda first, length, rules, reason, until: allow(
            first, first + length, *rules, reason=reason, until=until
        ),
        st.integers(0, 40),
        st.integers(0, 40),
        st.lists(st.sampled_from(["static-mut", "other", "nonsense"]), min_size=1, max_size=2),
        st.sampled_from(["", "why"]),
        st.sampled_from(["", "2020-01-01", "2030-01-01"]),
    ),
    max_size=4,
)
laws = settings(deadline=None, max_examples=150)


def everything(heard: Heard) -> list[Finding]:
    held = [one.finding for one in heard.triaged.suppressed]
    return sorted([*heard.triaged.findings, *held], key=lambda one: one.fingerprint)


@laws
@given(found_anywhere, suppressions)
def test_a_suppression_drops_nothing_and_changes_no_fingerprint(
    found: list[Finding], asked: list[Suppression]
) -> None:
    assert everything(hear(found, *asked)) == everything(hear(found))


@laws
@given(found_anywhere, suppressions, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(
    found: list[Finding], asked: list[Suppression], random: Random
) -> None:
    shuffled = random.sample(found, len(found))

    assert hear(shuffled, *asked).triaged == hear(found, *asked).triaged
    assert hear(shuffled, *asked).judged == hear(found, *asked).judged


@laws
@given(found_anywhere, st.data())
def test_accepting_a_finding_silences_it_alone(found: list[Finding], draw: st.DataObject) -> None:
    before = hear(found).triaged.findings
    chosen = draw.draw(st.sets(st.sampled_from(before))) if before else set()
    after = hear(found, accepted=tuple(entry(one) for one in chosen)).triaged

    assert set(after.findings) == set(before) - chosen
    assert {one.finding for one in after.suppressed} == chosen
    assert after.unmet == ()


@laws
@given(found_anywhere)
def test_what_is_not_reported_changes_no_fingerprint(found: list[Finding]) -> None:
    whole = hear(found).triaged.findings
    part = hear(found, is_shown=lambda one: one.at.path == "a.rs").triaged.findings

    assert part == tuple(one for one in whole if one.at.path == "a.rs")


def test_what_a_better_rule_says_is_said_once() -> None:
    found = [finding(1), finding(1, "other"), finding(1, "lesser"), finding(30, "lesser")]
    kept = make_claims(found, lambda _rule, _path: Severity.WARNING)

    heard = hear(found)

    assert [(one.rule, one.at.start) for one in heard.triaged.findings] == [
        ("other", 1),
        ("static-mut", 1),
        ("lesser", 30),
    ]
    # What is left to another rule counts in the item: no fingerprint hangs on which rules ran.
    assert heard.triaged.findings[-1].fingerprint == kept[-1].fingerprint
