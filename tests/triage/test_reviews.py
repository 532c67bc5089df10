"""Reviews of findings: what becomes an entry of the baseline, and what cannot be read."""

import json

import pytest
from msgspec.structs import replace

from soundcheck.finding import Accepted, Finding, Harm, Precision, Report, Severity
from soundcheck.source import Span
from soundcheck.triage.reviews import Reviews, import_reviews, read_reviews
from soundcheck.triage.sampling import draw_sample


def finding(fingerprint: str) -> Finding:
    return Finding(
        rule="static-mut",
        family="statics",
        harm=Harm.UNSOUND,
        severity=Severity.WARNING,
        precision=Precision.HIGH,
        at=Span("a.rs", 1, 0, 1),
        item="k::A",
        subject="k::A",
        site="static",
        message="it is so",
        fingerprint=fingerprint,
    )


FOUND = {"00": finding("00"), "11": finding("11")}


def reviews(*rows: dict[str, object]) -> Reviews:
    read = read_reviews(json.dumps({"version": 1, "reviews": rows, "made-by": "a report"}).encode())
    assert isinstance(read, Reviews)
    return read


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param({"state": "false-alarm", "note": " one CPU "}, "one CPU", id="note"),
        pytest.param({"state": "sound", "note": "later"}, "later", id="sound"),
        pytest.param({"state": "false-alarm"}, "false alarm", id="without-a-note"),
        pytest.param({"state": "sound", "note": " "}, "found sound", id="with-an-empty-note"),
    ],
)
def test_what_may_stay_becomes_an_entry(row: dict[str, object], reason: str) -> None:
    imported = import_reviews(reviews({"fingerprint": "00", "reviewer": "ada", **row}), FOUND)

    assert imported.entries == (Accepted("00", "static-mut", "a.rs", "k::A", reason, "ada"),)
    assert imported.lost == 0


@pytest.mark.parametrize("state", ["unreviewed", "unsound", "fixed"])
def test_what_may_not_stay_becomes_none(state: str) -> None:
    assert import_reviews(reviews({"fingerprint": "00", "state": state}), FOUND).entries == ()


def test_a_review_of_what_is_gone_is_counted() -> None:
    imported = import_reviews(reviews({"fingerprint": "ee", "state": "sound"}), FOUND)

    assert (imported.entries, imported.lost) == ((), 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "truncated", id="empty"),
        pytest.param(b"[]", "Expected `object`", id="list"),
        pytest.param(b'{"version": 2, "reviews": []}', "version", id="version"),
        pytest.param(b'{"version": 1}', "reviews", id="no-reviews"),
        pytest.param(
            b'{"version": 1, "reviews": [{"fingerprint": "00", "state": "wrong"}]}',
            "'wrong' - at `$.reviews[0].state`",
            id="state",
        ),
        pytest.param(b"\xff", "", id="no-text"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, words: str) -> None:
    read = read_reviews(data)

    assert isinstance(read, str)
    assert words in read


# -- samples -----------------------------------------------------------------------------------


def report(number: int) -> Report:
    found = tuple(finding(f"{i:016x}") for i in range(number))
    return Report(found, (), (), {}, {}, (), "", 1, 1)


def drawn(number: int, size: int, seed: int) -> list[str]:
    return [one.fingerprint for one in draw_sample(report(number), size, seed).findings]


def test_a_sample_is_as_large_as_asked() -> None:
    assert len(drawn(100, 10, 1)) == 10
    assert len(drawn(5, 10, 1)) == 5
    assert draw_sample(report(100), 10, 1).drawn_from == 100


def test_a_sample_is_in_order_of_place() -> None:
    assert drawn(100, 10, 1) == sorted(drawn(100, 10, 1))


def test_a_seed_draws_the_same_sample_and_another_seed_another() -> None:
    assert drawn(100, 10, 1) == drawn(100, 10, 1)
    assert drawn(100, 10, 1) != drawn(100, 10, 2)


def test_another_finding_hardly_changes_a_sample() -> None:
    assert len(set(drawn(100, 10, 1)) - set(drawn(101, 10, 1))) <= 1


def test_every_finding_may_be_drawn() -> None:
    assert {one for seed in range(60) for one in drawn(10, 2, seed)} == set(drawn(10, 10, 1))


def test_what_else_a_report_says_stays() -> None:
    whole = report(10)
    sample = draw_sample(whole, 3, 1)

    assert replace(sample, findings=whole.findings, drawn_from=0) == whole
