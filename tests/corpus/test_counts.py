"""The geiger counts of whole kernels, file by file, against numbers that geiger itself printed.

``SOUNDCHECK_ORACLE`` names a folder of them. Each ``*.jsonl`` is one kernel: first a line with
``repo`` (OWNER/NAME) and ``commit``, then a line a file with its ``path`` and, by profile, the five
counters as [safe, unsafe], or the ``error`` of what that release could not read. The files come
from ``SOUNDCHECK_CLONES``: of OWNER+NAME a clone, or in OWNER+NAME/repo a bare one.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.columns import OWN_COUNTERS
from soundcheck.syntax.counting import DIALECTS, count_geiger
from soundcheck.syntax.counting_reference import count_reference
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.sites import find_sites

pytestmark = pytest.mark.corpus

ORACLE = os.environ.get("SOUNDCHECK_ORACLE", "")
CLONES = os.environ.get("SOUNDCHECK_CLONES", "")
KERNELS = sorted(Path(ORACLE).glob("*.jsonl")) if ORACLE and CLONES else []


@pytest.fixture(params=KERNELS or [None], ids=lambda path: path.stem if path else "none")
def kernel(request: pytest.FixtureRequest) -> tuple[Path, str, list[dict[str, Any]]]:
    """The git folder of a kernel, the commit that was counted, and what was counted in it."""
    if request.param is None:
        pytest.skip("SOUNDCHECK_CLONES and SOUNDCHECK_ORACLE name no kernels and no numbers")
    head, *files = map(json.loads, request.param.read_text().splitlines())
    folder = Path(CLONES) / head["repo"].replace("/", "+")
    git = folder / "repo" if (folder / "repo").is_dir() else folder
    known = subprocess.run(["git", "-C", git, "cat-file", "-e", head["commit"]])
    if known.returncode:
        pytest.skip(f"no clone of {head['repo']} that knows {head['commit']}")
    return git, head["commit"], files


def blobs(git: Path, commit: str, paths: list[str]) -> Iterator[bytes]:
    """The files of a commit, in the order asked for."""
    wanted = "".join(f"{commit}:{path}\n" for path in paths).encode()
    command = ["git", "-C", str(git), "cat-file", "--batch"]
    run = subprocess.run(command, input=wanted, stdout=subprocess.PIPE, check=True)
    position = 0
    for _ in paths:
        end = run.stdout.index(b"\n", position)
        size = int(run.stdout[position:end].split()[-1])
        yield run.stdout[end + 1 : end + 1 + size]
        position = end + 1 + size + 1


def test_every_file_counts_as_geiger_counts_it(kernel: tuple[Path, str, list[dict[str, Any]]]):
    git, commit, files = kernel
    wrong = []
    for file, data in zip(files, blobs(git, commit, [f["path"] for f in files]), strict=True):
        parsed = read_file(SourceFile(file["path"], data))
        for dialect in DIALECTS:
            expected = file[dialect]
            if "error" in expected:
                continue
            found = count_geiger(parsed, dialect)
            if {name: list(getattr(found, name)) for name in expected} != expected:
                wrong.append((file["path"], dialect, found, expected))

    assert wrong == []


def test_the_fast_count_is_that_of_the_specification(
    kernel: tuple[Path, str, list[dict[str, Any]]],
):
    git, commit, files = kernel
    paths = [file["path"] for file in files]
    for path, data in zip(paths, blobs(git, commit, paths), strict=True):
        parsed = read_file(SourceFile(path, data))
        for dialect in DIALECTS:
            assert count_geiger(parsed, dialect) == count_reference(parsed, dialect), path


def test_every_unsafe_block_is_a_site(kernel: tuple[Path, str, list[dict[str, Any]]]):
    """geiger's own counts hold for plain code; and what stands in macros comes on top."""
    git, commit, files = kernel
    paths = [file["path"] for file in files]
    for path, data in zip(paths, blobs(git, commit, paths), strict=True):
        parsed = read_file(SourceFile(path, data))
        sites, events = find_sites(parsed)
        counted = count_geiger(parsed, "geiger-next")

        sums = dict.fromkeys(range(len(OWN_COUNTERS) * 6), 0)
        for _, column, times in events:
            sums[column] += times
        plain = {name: sums[6 * i] + sums[6 * i + 1] for i, name in enumerate(OWN_COUNTERS)}
        assert plain["functions"] == sum(counted.functions), path
        assert plain["impls"] == sum(counted.item_impls), path
        assert plain["traits"] == sum(counted.item_traits), path
        assert len({(site.kind, site.token_start) for site in sites}) == len(sites), path
