"""Every format of one report, as it is meant to look.

``UPDATE_GOLDEN=1 pytest tests/render/test_golden.py`` writes the files anew, to be read in the
diff.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from soundcheck.catalog import Rule, Status
from soundcheck.catalog.pages import Section
from soundcheck.finding import Harm, Precision, Report, Severity
from soundcheck.render.concise import render_concise
from soundcheck.render.github import render_github
from soundcheck.render.gitlab import render_gitlab
from soundcheck.render.json import render_json
from soundcheck.render.junit import render_junit
from soundcheck.render.markdown import render_markdown
from soundcheck.render.rdjson import render_rdjson
from soundcheck.render.sarif import render_sarif
from soundcheck.render.statistics import render_statistics
from soundcheck.render.text import render_text

_NAMES = (
    ("irq-unmasked-lock-shared-with-isr", "irq", Harm.DEADLOCK, Severity.ERROR),
    ("static-mut", "statics", Harm.UNSOUND, Severity.WARNING),
    ("undocumented-unsafe", "docs", Harm.AUDIT, Severity.NOTE),
)
RULES = tuple(
    Rule(
        name=name,
        family=family,
        summary=f"what {name} finds",
        check="pattern",
        message="",
        severity=severity,
        precision=Precision.HIGH,
        status=Status.STABLE,
        harm=harm,
        since="0.1",
        sections=(Section("What it finds", 3, "Code with [brackets] and `spans`."),),
    )
    for name, family, harm, severity in _NAMES
)
GOLDEN = Path(__file__).parents[1] / "golden"
FORMATS: dict[str, Callable[[Report], str]] = {
    "text": lambda report: render_text(report, color=False, width=100),
    "narrow.text": lambda report: render_text(report, color=False, width=40),
    "ansi": lambda report: render_text(report, color=True, width=100),
    "concise": render_concise,
    "statistics": render_statistics,
    "json": lambda report: render_json(report, version="0.1.0"),
    "sarif": lambda report: render_sarif(report, RULES, version="0.1.0", with_suppressed=True),
    "github": render_github,
    "gitlab": render_gitlab,
    "markdown": render_markdown,
    "rdjson": render_rdjson,
    "junit": render_junit,
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


@pytest.mark.parametrize("ending", [one for one in FORMATS if one != "github"])
def test_every_format_ends_its_last_line(ending: str, report: Report, silence: Report) -> None:
    for text in (FORMATS[ending](report), FORMATS[ending](silence)):
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
