"""What the text for people says, beyond its golden looks."""

import re

import pytest
from msgspec.structs import replace

from soundcheck.finding import Finding, Gap, Report, Severity
from soundcheck.render.concise import render_concise
from soundcheck.render.summary import count_of, headline
from soundcheck.render.text import render_text
from soundcheck.source import SourceFile, Span


def text_of(report: Report) -> str:
    return render_text(report, color=False, width=100)


def with_findings(report: Report, *found: Finding) -> Report:
    return replace(report, findings=found, suppressed=(), gaps=())


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
    ],
)
def test_counts(number: int, noun: str, text: str) -> None:
    assert count_of(number, noun) == text


def test_the_headline_counts_what_was_not_understood(report: Report, silence: Report) -> None:
    assert headline(report) == (
        "4 findings (1 error, 2 warnings, 1 note), 2 unresolved calls, 1 unparsed region"
    )
    assert headline(silence) == "0 findings, 2 unresolved calls"
    assert headline(replace(silence, gaps=())) == "0 findings, 0 gaps"


def test_concise_is_one_line_a_finding(report: Report) -> None:
    lines = render_concise(report).splitlines()

    assert len(lines) == len(report.findings) + 1
    assert lines[0] == (
        "src/irq.rs:14:12: warning[static-mut] "
        "`TICKS` is a `static mut`: any two contexts may race on it"
    )
