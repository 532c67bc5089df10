"""The JSON report against its schema, and the schema against what is committed."""

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from soundcheck.finding import Gap, Report
from soundcheck.render.json import render_json, render_review_schema, render_schema
from soundcheck.resources import read_report_file
from soundcheck.source import Span

SCHEMA = "json/check-v1.schema.json"


@pytest.fixture
def validator() -> Draft202012Validator:
    schema = json.loads(read_report_file(SCHEMA))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize(
    ("name", "text"),
    [(SCHEMA, render_schema()), ("json/review-v1.schema.json", render_review_schema())],
)
def test_the_committed_schema_is_the_format(name: str, text: str) -> None:
    path = Path(__file__).parents[2] / "reports" / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="")

    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["report", "silence"])
def test_a_report_fits_the_schema(
    name: str, request: pytest.FixtureRequest, validator: Draft202012Validator
) -> None:
    text = render_json(request.getfixturevalue(name), version="0.1.0")

    assert list(validator.iter_errors(json.loads(text))) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("line", 0, id="lines-count-from-1"),
        pytest.param("column", "1", id="numbers-are-numbers"),
        pytest.param("severity", "fatal", id="severities-are-named"),
        pytest.param("class", None, id="nothing-is-null"),
        pytest.param("trace", {}, id="lists-are-lists"),
    ],
)
def test_the_schema_refuses(
    key: str, value: object, report: Report, validator: Draft202012Validator
) -> None:
    document = json.loads(render_json(report, version="0.1.0"))
    document["findings"][0][key] = value

    assert not validator.is_valid(document)


@pytest.mark.parametrize("key", ["fingerprint", "help", "related", "subject"])
def test_every_key_is_always_there(
    key: str, report: Report, validator: Draft202012Validator
) -> None:
    document = json.loads(render_json(report, version="0.1.0"))
    del document["findings"][1][key]

    assert not validator.is_valid(document)


def test_a_new_key_keeps_the_version(report: Report, validator: Draft202012Validator) -> None:
    document = json.loads(render_json(report, version="0.1.0"))
    document["findings"][0]["new"] = document["new"] = 1

    assert validator.is_valid(document)


def test_the_order_of_a_mapping_shows_nowhere(report: Report) -> None:
    turned = replace(report, inventory=dict(reversed(report.inventory.items())))

    assert render_json(turned, version="0") == render_json(report, version="0")


def test_columns_are_utf_16_and_the_end_is_exclusive(report: Report) -> None:
    shared = json.loads(render_json(report, version="0"))["findings"][2]
    line = report.sources["src/net.rs"].data.splitlines()[3].decode()

    assert (shared["line"], shared["end_line"]) == (4, 4)
    units = line.encode("utf-16-le")
    start, end = shared["column"] - 1, shared["end_column"] - 1
    assert units[2 * start : 2 * end].decode("utf-16-le") == "lock"


def test_a_span_of_lines_has_both_ends(report: Report) -> None:
    impl = json.loads(render_json(report, version="0"))["findings"][3]

    assert (impl["line"], impl["column"], impl["end_line"], impl["end_column"]) == (7, 1, 8, 2)


def test_a_gap_of_whole_lines_ends_on_its_last(report: Report) -> None:
    gap = Gap("unparsed-region", "two lines", Span("src/irq.rs", 1, 0, 37))
    assert report.sources["src/irq.rs"].data[:37].count(b"\n") == 2

    document = json.loads(render_json(replace(report, gaps=(gap,)), version="0"))

    assert (document["gaps"][0]["line"], document["gaps"][0]["end_line"]) == (1, 2)


def test_a_place_without_its_source_has_a_line(report: Report) -> None:
    document = json.loads(render_json(report, version="0"))

    lost = document["findings"][1]
    assert (lost["line"], lost["column"], lost["end_line"], lost["end_column"]) == (7, 1, 7, 1)
    assert (document["gaps"][2]["line"], document["gaps"][2]["end_line"]) == (3, 3)


def test_steps_of_one_side_stand_together(report: Report) -> None:
    trace = json.loads(render_json(report, version="0"))["findings"][2]["trace"]

    assert [step["side"] for step in trace] == ["interrupt", "interrupt", "interrupt", "task"]


def test_what_is_suppressed_is_told_with_the_reason(report: Report) -> None:
    first, second = json.loads(render_json(report, version="0"))["suppressed"]

    assert (first["rule"], first["by"], first["reason"]) == (
        "static-mut",
        "inline",
        "only the boot CPU runs",
    )
    assert (second["by"], second["reason"]) == ("baseline", "")


def test_an_entry_that_nothing_meets_is_told(report: Report) -> None:
    assert json.loads(render_json(report, version="0"))["unmet"] == [
        {
            "fingerprint": "4123456789abcdef",
            "rule": "static-mut",
            "path": "src/gone.rs",
            "item": "krate::GONE",
            "reason": "later",
        }
    ]


def test_text_that_is_no_text_is_still_json(silence: Report) -> None:
    gap = Gap("unparsed-region", 'a "quote", \x1b[31m, \u202e, \x00', Span("a\nb.rs", 1, 0, 0))

    document = json.loads(render_json(replace(silence, gaps=(gap,)), version="0"))

    assert document["gaps"][0]["what"] == gap.what
