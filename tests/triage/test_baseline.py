"""The baseline as a text: what it looks like, what is read from it, and what is wrong with it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundcheck.finding import Accepted, Finding, Harm, Precision, Severity
from soundcheck.source import Span
from soundcheck.triage.baseline import (
    accept,
    join_entries,
    read_baseline,
    renew,
    write_baseline,
)

FIRST = Accepted("00ff", "static-mut", "src/a.rs", "k::A")
SECOND = Accepted("11ff", "static-mut", "src/b.rs", "k::b::B", 'the "boot" CPU\'s', "ada")
TEXT = """\
# Findings that are accepted for now; `soundcheck baseline update` writes this file.
# One line each. Where two branches have changed it, keep the lines of both and run that again.
version = 1
findings = [
  { path = "src/a.rs", rule = "static-mut", item = "k::A", fingerprint = "00ff" },
  { path = "src/b.rs", rule = "static-mut", item = "k::b::B", fingerprint = "11ff", \
reason = "the \\"boot\\" CPU's", reviewer = "ada" },
]
"""


def entries_of(text: str) -> tuple[Accepted, ...]:
    entries, problems = read_baseline("b.toml", text)
    assert problems == ()
    return entries


def test_one_line_an_entry_in_order_of_place() -> None:
    assert write_baseline([SECOND, FIRST]) == TEXT
    assert entries_of(TEXT) == (FIRST, SECOND)


def test_an_empty_baseline_is_one() -> None:
    assert entries_of(write_baseline([])) == ()


def test_the_lines_of_two_branches_may_stand_together() -> None:
    """What git's union of two sides leaves is read, whatever its order, each entry once."""
    with_reason = Accepted("00ff", "static-mut", "src/a.rs", "k::A", "why")
    lines = write_baseline([FIRST]).splitlines()
    other = write_baseline([with_reason, SECOND]).splitlines()
    merged = [*lines[:-1], *other[4:-1], lines[-1]]

    assert entries_of("\n".join(merged)) == (with_reason, SECOND)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param(
            TEXT.replace("findings = [\n", "findings = [\n<<<<<<< HEAD\n"), 5, "merge", id="ours"
        ),
        pytest.param(
            TEXT.replace("\n]", "\n=======\n>>>>>>> topic\n]"), 7, "merge conflict", id="theirs"
        ),
        pytest.param("version = 1\n", 1, "missing key `findings`", id="no-findings"),
        pytest.param(TEXT.replace("version = 1", "version = 2"), 1, "version 2", id="version"),
        pytest.param(
            TEXT.replace('rule = "static-mut", ', "", 1), 5, "missing key `rule`", id="key"
        ),
        pytest.param(
            TEXT.replace("reason", "raeson"), 6, "did you mean `reason`?", id="unknown-key"
        ),
        pytest.param(TEXT.replace('"00ff"', "255"), 5, "`fingerprint` takes a string", id="number"),
        pytest.param("findings = [", 1, "not TOML", id="no-toml"),
        pytest.param("[[findings]]\n", 1, "missing key", id="another-form"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, words: str) -> None:
    entries, problems = read_baseline("b.toml", text)

    assert entries == ()
    assert (problems[0].path, problems[0].line) == ("b.toml", line)
    assert words in problems[0].message


def test_an_equal_sign_seven_times_in_a_reason_is_no_conflict() -> None:
    entry = Accepted("00ff", "static-mut", "src/a.rs", "k::A", "=======")

    assert entries_of(write_baseline([entry])) == (entry,)


def test_an_entry_is_renewed_with_its_reason() -> None:
    finding = Finding(
        rule="new-name",
        family="statics",
        harm=Harm.UNSOUND,
        severity=Severity.WARNING,
        precision=Precision.HIGH,
        at=Span("src/moved.rs", 1, 0, 1),
        item="k::moved::A",
        subject="k::moved::A",
        site="static",
        message="it is so",
        fingerprint="22ff",
    )
    new = Accepted("22ff", "new-name", "src/moved.rs", "k::moved::A")

    assert accept(finding) == new
    assert renew(SECOND, finding) == Accepted(*new_fields(new), SECOND.reason, SECOND.reviewer)


def new_fields(entry: Accepted) -> tuple[str, str, str, str]:
    return entry.fingerprint, entry.rule, entry.path, entry.item


# -- laws --------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
entries = st.lists(
    st.builds(
        Accepted,
        st.text("0123456789abcdef", min_size=1, max_size=2),
        st.sampled_from(["static-mut", "other"]),
        texts,
        texts,
        texts,
        texts,
    ),
    max_size=8,
)
laws = settings(deadline=None, max_examples=150)


@laws
@given(entries)
def test_what_is_written_is_read(held: list[Accepted]) -> None:
    assert entries_of(write_baseline(held)) == join_entries(held)


@laws
@given(entries, st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_nothing(held: list[Accepted], shuffle: random.Random) -> None:
    assert write_baseline(shuffle.sample(held, len(held))) == write_baseline(held)


@laws
@given(entries)
def test_every_entry_is_one_line(held: list[Accepted]) -> None:
    lines = write_baseline(held).splitlines()

    assert len(lines) == 5 + len({entry.fingerprint for entry in held})
