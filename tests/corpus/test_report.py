"""The size of the HTML report of a whole kernel: it is sent by mail, and opened from the disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from soundcheck.commands import cli
from soundcheck.source import SourceFile

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize(
    ("kernel", "commit", "most"),
    [
        pytest.param("hermit-os/kernel", "b0678ba0", 3_000_000, id="hermit"),
        pytest.param("asterinas/asterinas", "HEAD", 12_000_000, id="asterinas"),
    ],
)
def test_the_report_stays_small(
    kernel: str,
    commit: str,
    most: int,
    files_at: Callable[[str, str], list[SourceFile]],
    tmp_path: Path,
) -> None:
    for file in files_at(kernel, commit):
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    target = tmp_path / "report.html"
    result = CliRunner().invoke(
        cli,
        ["check", str(tmp_path), "--no-cache", "-q", "--exit-zero", "-o", f"html={target}"],
        standalone_mode=False,
    )

    assert result.exception is None
    assert 500_000 < target.stat().st_size < most
