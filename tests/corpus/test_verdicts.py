"""What was read in the source and judged right is still found; what was judged wrong is gone."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CLONES = os.environ.get("SOUNDCHECK_CLONES")
VERDICTS = sorted(Path(__file__).parent.glob("verdicts-*.toml"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CLONES is None, reason="SOUNDCHECK_CLONES names no folder of clones"),
]


def sources_of(repository: Path, commit: str, folder: Path) -> None:
    """Lay the sources and manifests of a commit into a folder."""
    git = ["git", "-C", os.fspath(repository)]
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "--name-only", "-z", commit], capture_output=True, check=True
    )
    for path in listed.stdout.decode().split("\0"):
        if path.endswith((".rs", ".toml", ".S", ".s")):
            shown = subprocess.run(
                [*git, "show", f"{commit}:{path}"], capture_output=True, check=False
            )
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(shown.stdout)


def found_in(folder: Path, rules: set[str]) -> set[tuple[str, str, str]]:
    """The findings of some rules, each by rule, item and subject."""
    command = [sys.executable, "-m", "soundcheck", "check", os.fspath(folder), "--no-cache", "-q"]
    command += ["--exit-zero", "--output", "json", "--select", ",".join(sorted(rules))]
    run = subprocess.run(command, capture_output=True, check=True)
    return {
        (one["rule"], one["item"], one["subject"]) for one in json.loads(run.stdout)["findings"]
    }


@pytest.mark.parametrize("verdicts", VERDICTS, ids=lambda path: path.stem)
def test_findings_read_by_hand(verdicts: Path, tmp_path: Path) -> None:
    """Those judged right are there, those judged wrong are not."""
    read = tomllib.loads(verdicts.read_text())
    repository = Path(CLONES or "") / read["kernel"].replace("/", "+") / "repo"
    if not repository.is_dir():
        pytest.skip(f"{read['kernel']} is not cloned")
    sources_of(repository, read["commit"], tmp_path)
    judged = {
        verdict: {
            (one["rule"], one["item"], one["subject"])
            for one in read["finding"]
            if one["verdict"] == verdict
        }
        for verdict in ("right", "wrong")
    }

    found = found_in(tmp_path, {one["rule"] for one in read["finding"]})

    assert judged["right"] - found == set()
    assert judged["wrong"] & found == set()
