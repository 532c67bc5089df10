"""The modules whose reading was judged are still those that take most reading."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CLONES = os.environ.get("SOUNDCHECK_CLONES")
JUDGED = sorted(Path(__file__).parent.glob("surface-*.toml"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CLONES is None, reason="SOUNDCHECK_CLONES names no folder of clones"),
]


@pytest.mark.parametrize("judged", JUDGED, ids=lambda path: path.stem)
def test_surfaces_read_by_hand(files_at, judged, tmp_path):
    """Each module has as many unsafe sites as were read, and as many lines to read for them."""
    read = tomllib.loads(judged.read_text())
    for file in files_at(read["kernel"], read["commit"]):
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
    command = [sys.executable, "-m", "soundcheck", "surface", os.fspath(tmp_path), "--no-cache"]
    run = subprocess.run([*command, "-q", "-o", "json"], capture_output=True, check=True)

    rows = {
        (row["module"], row["sites"], row["lines"]) for row in json.loads(run.stdout)["modules"]
    }

    assert {(one["module"], one["sites"], one["lines"]) for one in read["module"]} <= rows
