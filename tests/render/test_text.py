"""What the text for people says, beyond its golden looks."""

import re

import pytest
from msgspec.structs import replace

from soundcheck.finding import Finding, Gap, Report, Severity
from soundcheck.render.concise import render_concise
from soundcheck.render.places import Place
from soundcheck.render.statistics import render_statistics
from soundcheck.render.summary import count_of, headline
from soundcheck.render.text import render_text
from soundcheck.source import SourceFile, Span


def text_of(report: Report) -> str:
    return render_text(report, color=False, width=100)


def with_findings(report: Report, *found: Finding) -> Report:
    return replace(report, findings=found, suppressed=(), gaps=(), unmet=())


def places(text: str) -> list[str]:
    return re.findall(r"^ *--> (\S+)$", text, re.MULTILINE)


def test_colours_change_nothing_but_colours(report: Report) -> None:
    colored = render_text(report, color=True, width=100)

    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == text_of(report)


def test_colours_never_leak_over_a_line(report: Report) -> None:
    for line in render_text(report, color=True, width=100).splitlines():
        codes = re.findall(r"\x1b\[([\d;]*)m", line)
        assert codes[1::2] == ["0"] * (len(codes) // 2)


def test_the_worst_file_comes_first_and_in_it_the_worst_finding(report: Report) -> None:
    impl = report.findings[3]
    sources = {name: SourceFile(name, b"x") for name in "abc"}

    def at(path: str, start: int, severity: Severity) -> Finding:
        return replace(impl, at=Span(path, 1, start, start), severity=severity)

    found = [
        at("a", 0, Severity.NOTE),
        at("b", 0, Severity.NOTE),
        at("b", 1, Severity.WARNING),
        at("c", 0, Severity.WARNING),
        at("c", 1, Severity.WARNING),
    ]
    text = text_of(replace(with_findings(report, *found), sources=sources))

    assert places(text) == ["c:1:1", "c:1:2", "b:1:2", "b:1:1", "a:1:1"]


@pytest.mark.parametrize("color", [True, False])
def test_what_is_audited_cannot_drive_the_terminal(color: bool, report: Report) -> None:
    evil = "\x1b]0;title\x07\u202e\r"
    finding = replace(
        report.findings[0],
        at=Span(f"src/{evil}.rs", 1, 0, 3),
        item=f"krate::{evil}",
        subject=evil,
        message=f"`{evil}`",
        help=evil,
        gaps=(Gap("unresolved-call", evil, Span(evil, 1, 0, 0)),),
    )
    sources = {finding.at.path: SourceFile(finding.at.path, evil.encode())}
    hostile = replace(with_findings(report, finding), sources=sources)

    for text in (render_text(hostile, color=color, width=80), render_concise(hostile)):
        rest = re.sub(r"\x1b\[[\d;]*m", "", text) if color else text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", rest)


def test_the_underline_stands_below_the_code(report: Report) -> None:
    lines = text_of(report).splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("14 | static mut TICKS"))

    assert lines[number].index("TICKS") == lines[number + 1].index("^^^^^")


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "finding", "0 findings"),
        (1, "finding", "1 finding"),
        (2, "entry", "2 entries"),
        (2, "key", "2 keys"),
        (2, "unread box", "2 unread boxes"),
        (1234567, "line", "1,234,567 lines"),
    ],
)
def test_counts(number: int, noun: str, text: str) -> None:
    assert count_of(number, noun) == text


def test_the_headline_counts_what_was_not_understood(report: Report, silence: Report) -> None:
    assert headline(report) == (
        "4 findings (1 error, 2 warnings, 1 note), 2 suppressed, "
        "2 unresolved calls, 1 unparsed region"
    )
    assert headline(silence) == "0 findings, 2 unresolved calls"
    assert headline(replace(silence, gaps=())) == "0 findings, 0 gaps"


def test_concise_is_one_line_a_finding(report: Report) -> None:
    lines = render_concise(report).splitlines()

    assert len(lines) == len(report.findings) + 2
    assert lines[0] == (
        "src/irq.rs:14:12: warning[static-mut] "
        "`TICKS` is a `static mut`: any two contexts may race on it"
    )


def notes(report: Report, number: int) -> Report:
    """A report of one warning and as many notes."""
    impl, warning = report.findings[3], report.findings[0]
    found = [replace(impl, at=replace(impl.at, end=impl.at.start + i + 1)) for i in range(number)]
    return with_findings(report, warning, *found)


@pytest.mark.parametrize(
    ("number", "all_notes", "listed"),
    [
        pytest.param(20, False, 20, id="a-few"),
        pytest.param(21, False, 0, id="many"),
        pytest.param(21, True, 21, id="many-and-asked-for"),
    ],
)
def test_many_notes_are_counted_and_not_listed(
    number: int, all_notes: bool, listed: int, report: Report
) -> None:
    text = render_text(notes(report, number), color=False, width=100, all_notes=all_notes)

    assert text.count("note[undocumented-unsafe]") == listed
    assert text.count("warning[static-mut]") == 1
    assert (f"{number} notes not listed: --show-notes lists them" in text) == (listed == 0)
    assert f"  {number} note     undocumented-unsafe" in text


def test_only_text_leaves_notes_out(report: Report) -> None:
    assert render_concise(notes(report, 99)).count("note[undocumented-unsafe]") == 99


def test_what_helps_is_told_once(report: Report) -> None:
    first = report.findings[0]
    second = replace(first, at=replace(first.at, end=first.at.end + 1))
    other = replace(first, at=replace(first.at, end=first.at.end + 2), help="put it behind a lock")
    text = text_of(with_findings(report, first, second, other))

    assert text.count("help: make it an atomic") == 1
    assert text.count("help: put it behind a lock") == 1


def test_places_are_links_where_asked(report: Report) -> None:
    def link(place: Place) -> str:
        return f"file:///k/{place.path}#{place.line}"

    linked = render_text(report, color=False, width=100, link=link)
    opened = re.findall(r"\x1b\]8;;([^\x1b]*)\x1b\\([^\x1b]*)\x1b\]8;;\x1b\\", linked)

    assert ("file:///k/src/irq.rs#14", "src/irq.rs:14:12") in opened
    assert re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\", "", linked) == text_of(report)


def test_every_format_for_people_counts_what_is_suppressed(report: Report) -> None:
    closing = "2 findings suppressed: 1 by the baseline, 1 by comments in the source"

    assert closing in text_of(report)
    assert closing in render_statistics(report)
    assert ", 2 suppressed, " in render_concise(report)
    assert "  2 warning  static-mut (1 suppressed)" in text_of(report)
    assert "      2  warning  static-mut  (1 suppressed)" in render_statistics(report)


def test_a_rule_that_is_only_suppressed_is_counted_in_the_statistics(report: Report) -> None:
    silent = replace(report, findings=())

    assert "      0  note     undocumented-unsafe  (1 suppressed)" in render_statistics(silent)
    assert "undocumented-unsafe" not in text_of(silent)


def test_every_format_for_people_tells_what_the_baseline_need_not_hold(report: Report) -> None:
    one = "1 entry of the baseline is met by no finding any more: `soundcheck baseline prune` drops"
    two = replace(report, unmet=report.unmet * 2)

    for text in (text_of(report), render_concise(report), render_statistics(report)):
        assert one + " it" in text
    assert "2 entries of the baseline are met by no finding any more" in text_of(two)


def test_a_sample_says_what_it_is_drawn_from(report: Report) -> None:
    sample = replace(report, drawn_from=1234)

    assert "4 findings, a sample of 1,234: 1 error, 2 warnings, 1 note" in text_of(sample)
    assert headline(sample).startswith("4 findings (1 error, 2 warnings, 1 note) drawn from 1,234,")


def test_silence_is_told_with_its_gaps(silence: Report) -> None:
    assert (
        text_of(silence) == "0 findings\nnot understood: 2 unresolved calls\n1 file, 1 line read\n"
    )
    assert "not understood: nothing" in text_of(replace(silence, gaps=()))
