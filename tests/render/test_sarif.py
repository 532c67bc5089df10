"""SARIF as GitHub reads it: levels, links, flows, hashes, and its limits."""

import json

import pytest
from msgspec.structs import replace

from soundcheck.finding import Finding, Report
from soundcheck.render.line_hash import line_hashes
from soundcheck.render.sarif import MOST_RESULTS, render_sarif


def results(report: Report) -> list[dict]:
    return json.loads(render_sarif(report, (), version="0.1.0"))["runs"][0]["results"]


GREETINGS = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]
LETTERS = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
# The same ten lines: those with fewer than a hundred units behind them differ.
TEN = [f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)]
TEN += ["a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1"]
SCRIPT = b"x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n"


# The vectors stand in the tests of GitHub's upload action.
@pytest.mark.parametrize(
    ("data", "hashes"),
    [
        pytest.param(b"", ["c129715d7a2bc9a3:1"], id="nothing"),
        pytest.param(b" a\nb\n  \t\tc\n d", LETTERS, id="blanks do not count"),
        pytest.param(
            b" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
            [
                "8b7cf3e952e7aeb2:1",
                "b1ae1287ec4718d9:1",
                "bff680108adb0fcc:1",
                "c6805c5e1288b612:1",
                "b86d3392aea1be30:1",
                "e6ceba753e1a442:1",
            ],
            id="no line end at the end",
        ),
        pytest.param(
            b" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS, id="line feeds"
        ),
        pytest.param(b" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS, id="returns"),
        pytest.param(
            b" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS, id="both"
        ),
        pytest.param(
            b" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS, id="mixed"
        ),
        pytest.param(
            b"Lorem ipsum dolor sit amet.\n" * 10, [*TEN, "c129715d7a2bc9a3:1"], id="equal lines"
        ),
        pytest.param(
            SCRIPT,
            [
                "e54938cc54b302f1:1",
                "bb609acbe9138d60:1",
                "1131fd5871777f34:1",
                "5c482a0f8b35ea28:1",
                "54517377da7028d2:1",
                "2c644846cb18d53e:1",
                "f1b89f20de0d133:1",
                "c129715d7a2bc9a3:1",
            ],
            id="a script",
        ),
    ],
)
def test_line_hashes(data: bytes, hashes: list[str]) -> None:
    assert list(line_hashes(data)) == hashes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(b"a\nb\n", b"a\r\nb\r\n", id="line ends"),
        pytest.param(b"a\n  b\n", b"a\n\tb\n", id="indentation"),
    ],
)
def test_hashes_that_agree(one: bytes, other: bytes) -> None:
    assert line_hashes(one) == line_hashes(other)


def test_equal_lines_are_counted() -> None:
    first, second, *_ = line_hashes(b"x" * 200 + b"\n" + b"x" * 200 + b"\n")

    assert first.endswith(":1")
    assert second.endswith(":2")
    assert first[:-1] == second[:-1]


def test_lines_above_change_no_hash() -> None:
    text = b"fn f() {}\nfn g() {}\n"

    assert line_hashes(b"use a;\n" + text)[1:] == line_hashes(text)


def test_every_result_has_what_is_required(report: Report) -> None:
    for one in results(report):
        assert one["message"]["text"]
        assert one["level"] in ("error", "warning", "note")
        assert len(one["locations"]) == 1
        uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert not uri.startswith(("/", "./", "file:"))


def test_suppressed_results_are_left_out(report: Report) -> None:
    run = json.loads(render_sarif(report, (), version="0.1.0", with_suppressed=True))["runs"][0]
    held = [one for one in run["results"] if "suppressions" in one]

    assert len(held) == len(report.suppressed) > 0
    assert not any("suppressions" in one for one in results(report))


def test_a_side_is_a_code_flow(report: Report) -> None:
    flows = next(one["codeFlows"] for one in results(report) if "codeFlows" in one)
    texts = [
        flow["threadFlows"][0]["locations"][0]["location"]["message"]["text"] for flow in flows
    ]

    assert [text.partition(":")[0] for text in texts] == ["interrupt", "task"]


def test_related_places_are_linked(report: Report) -> None:
    one = next(one for one in results(report) if "relatedLocations" in one)

    for place in one["relatedLocations"]:
        assert f"]({place['id']})" in one["message"]["text"]


def many(report: Report, count: int) -> Report:
    """A report with so many findings, each on a line of its own."""
    first = report.findings[0]

    def moved(number: int) -> Finding:
        at = replace(first.at, path=f"src/f{number}.rs", line=number + 1)
        return replace(first, at=at, fingerprint=f"{number:016x}")

    return replace(report, findings=tuple(moved(number) for number in range(count)))


def test_what_is_too_much_is_told(report: Report) -> None:
    run = json.loads(render_sarif(many(report, MOST_RESULTS + 7), (), version="0.1.0"))["runs"][0]
    told = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]

    assert len(run["results"]) == MOST_RESULTS
    assert any(text.startswith("7 more findings") for text in told)


def test_one_result_a_rule_and_line(report: Report) -> None:
    twice = replace(report, findings=(report.findings[0], report.findings[0]))

    assert len(results(twice)) == 1
