"""Every format of one report, as it is meant to look.

``UPDATE_GOLDEN=1 pytest tests/render/test_golden.py`` writes the files anew, to be read in the
diff.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from soundcheck.finding import Report
from soundcheck.render.concise import render_concise
from soundcheck.render.json import render_json
from soundcheck.render.statistics import render_statistics
from soundcheck.render.text import render_text

GOLDEN = Path(__file__).parents[1] / "golden"
FORMATS: dict[str, Callable[[Report], str]] = {
    "text": lambda report: render_text(report, color=False, width=100),
    "narrow.text": lambda report: render_text(report, color=False, width=40),
    "ansi": lambda report: render_text(report, color=True, width=100),
    "concise": render_concise,
    "statistics": render_statistics,
    "json": lambda report: render_json(report, version="0.1.0"),
}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("name", ["report", "silence"])
def test_golden(name: str, ending: str, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / f"{name}.{ending}"
    text = FORMATS[ending](request.getfixturevalue(name))
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="")

    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("ending", FORMATS)
def test_same_report_same_bytes(ending: str, report: Report) -> None:
    assert FORMATS[ending](report) == FORMATS[ending](report)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_ends_its_last_line(ending: str, report: Report, silence: Report) -> None:
    for text in (FORMATS[ending](report), FORMATS[ending](silence)):
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
