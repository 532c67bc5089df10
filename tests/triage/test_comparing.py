"""What a change brought: told from what only moved, was indented, edited or renamed."""

import re

import pytest
from msgspec.structs import replace

from soundcheck.finding import Finding, Harm, Precision, Report, Severity, Side, Step
from soundcheck.source import SourceFile, Span
from soundcheck.triage.comparing import compare

Tree = dict[str, str]

BEFORE = """\
fn first() {
    start();
    BAD(one);
}
fn second() {
    BAD(two);
    end();
}
"""


def audited(tree: Tree) -> Report:
    """A report with a finding for each `BAD(subject)`, in the function above it."""
    findings = []
    for path, text in tree.items():
        item = path
        for number, line in enumerate(text.splitlines(), 1):
            if named := re.match(r"fn (\w+)", line):
                item = f"krate::{named[1]}"
            for found in re.finditer(r"(BAD|PROVEN)\((\w+)\)", line):
                at = Span(path, number, found.start(), found.end())
                side = Side("task", (Step(at, item, "runs"),))
                findings.append(
                    Finding(
                        rule="bad",
                        family="irq",
                        harm=Harm.UNSOUND,
                        severity=Severity.WARNING,
                        precision=Precision.HIGH,
                        at=at,
                        item=item,
                        subject=f"krate::{found[2]}",
                        site="call",
                        message="bad",
                        sides=(side,) if found[1] == "PROVEN" else (),
                    )
                )
    sources = {path: SourceFile(path, text.encode()) for path, text in tree.items()}
    return Report(tuple(findings), (), (), {}, sources, (), "", len(tree), 0)


def places(findings: tuple[Finding, ...]) -> list[str]:
    return [f"{one.at.path}:{one.at.line}" for one in findings]


@pytest.mark.parametrize(
    ("after", "brought", "gone"),
    [
        pytest.param(BEFORE, [], [], id="nothing changed"),
        pytest.param(f"\n\n// more\n{BEFORE}", [], [], id="lines above"),
        pytest.param(BEFORE.replace("    ", "\t\t"), [], [], id="indented otherwise"),
        pytest.param(BEFORE.replace("BAD(one);", "let x = BAD(one);"), [], [], id="edited"),
        pytest.param(
            BEFORE.replace(
                "    start();\n    BAD(one);", "    go();\n\n    wait();\n    x(BAD(one));"
            ),
            [],
            [],
            id="edited with the lines above it",
        ),
        pytest.param(BEFORE.replace("fn first", "fn uno"), [], [], id="function renamed"),
        pytest.param(
            BEFORE[BEFORE.index("fn second") :] + BEFORE[: BEFORE.index("fn second")],
            [],
            [],
            id="functions exchanged",
        ),
        pytest.param(
            BEFORE.replace("    start();\n    BAD(one);", "    BAD(one);\n    start();"),
            [],
            [],
            id="moved within its function",
        ),
        pytest.param(BEFORE.replace("start();", "BAD(one);"), ["a:2"], [], id="one before it"),
        pytest.param(BEFORE.replace("end();", "BAD(two);"), ["a:7"], [], id="one behind it"),
        pytest.param(BEFORE.replace("end();", "BAD(three);"), ["a:7"], [], id="another subject"),
        pytest.param(BEFORE.replace("BAD(one)", "good(one)"), [], ["a:3"], id="mended"),
        pytest.param(
            BEFORE.replace("BAD(one)", "BAD(other)"), ["a:3"], ["a:3"], id="about something else"
        ),
        pytest.param(
            BEFORE.replace("BAD(two)", "ok()").replace(
                "end();", "end();\n    f();\n    BAD(two)+1"
            ),
            ["a:9"],
            ["a:6"],
            id="mended here, and made anew elsewhere in the function",
        ),
        pytest.param(f"{BEFORE}fn third() {{\n    BAD(one);\n}}\n", ["a:10"], [], id="copied"),
    ],
)
def test_changes_of_a_file(after: str, brought: list[str], gone: list[str]) -> None:
    compared = compare(audited({"a": BEFORE}), audited({"a": after}))

    assert (places(compared.brought), places(compared.gone)) == (brought, gone)


def test_a_line_that_nobody_touched_may_be_new() -> None:
    """Another file was changed, and what stood here all along is wrong now."""
    compared = compare(audited({"a": "fn f() {}"}), audited({"a": BEFORE}))

    assert places(compared.brought) == ["a:3", "a:6"]


def test_a_file_that_moved_brings_nothing() -> None:
    compared = compare(audited({"a": BEFORE}), audited({"b": f"//! moved\n{BEFORE}"}))

    assert (compared.brought, compared.gone) == ((), ())


def test_a_function_that_moved_to_another_file_brings_nothing() -> None:
    first, _, second = BEFORE.partition("fn second")

    compared = compare(audited({"a": BEFORE}), audited({"a": first, "b": f"fn second{second}"}))

    assert (compared.brought, compared.gone) == ((), ())


def test_a_claim_may_be_shown_by_another_proof() -> None:
    """A claim of a proof is about its item; where in it the shortest proof ends is no matter."""
    one = "fn f() {\n    PROVEN(lock);\n    other();\n}\n"
    two = "fn f() {\n    before();\n    other();\n    PROVEN(lock); // too\n}\n"

    compared = compare(audited({"a": one}), audited({"a": two}))

    assert (compared.brought, compared.gone) == ((), ())


def test_code_that_is_carried_into_another_function_brings_nothing() -> None:
    """Where two lines of it say enough to be recognised."""
    carried = f"{BEFORE.replace('BAD(one);', 'gone();')}fn third() {{\n    BAD(one);\n"

    short = compare(audited({"a": BEFORE}), audited({"a": f"{carried}}}\n"}))
    long = f"    // what follows is said at some length\n    BAD(one); // {'x' * 30}\n"
    before = BEFORE.replace("    BAD(one);\n", long)
    after = f"{BEFORE.replace('BAD(one);', 'gone();')}fn third() {{\n{long}}}\n"

    assert places(short.brought) == ["a:10"]
    assert compare(audited({"a": before}), audited({"a": after})).brought == ()


def test_nothing_is_lost() -> None:
    """What is found before and after differs by what is brought and what is gone."""
    before, after = audited({"a": BEFORE}), audited({"a": BEFORE * 3, "c": "BAD(x)"})

    compared = compare(before, after)

    assert len(after.findings) - len(compared.brought) == len(before.findings) - len(compared.gone)
    assert len(compared.brought) == 5


def test_a_file_without_text_is_compared_by_its_claims() -> None:
    report = audited({"a": BEFORE.replace("BAD", "PROVEN")})
    blind = replace(report, sources={})

    assert compare(blind, blind).brought == ()
