"""The sources of kernels as their clones have them."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from soundcheck.source import SourceFile

FilesAt = Callable[[str, str], list[SourceFile]]


@pytest.fixture
def files_at() -> FilesAt:
    """Call ``files_at("OWNER/NAME", commit)`` for the Rust sources and manifests of a commit."""

    def read(kernel: str, commit: str) -> list[SourceFile]:
        repository = Path(os.environ.get("SOUNDCHECK_CLONES", "")) / kernel.replace("/", "+")
        repository = repository / "repo" if (repository / "repo").is_dir() else repository
        if not repository.is_dir():
            pytest.skip(f"{kernel} is not cloned")
        git = ["git", "-C", os.fspath(repository)]
        listed = subprocess.run(
            [*git, "ls-tree", "-r", "-z", commit], capture_output=True, check=True
        ).stdout.decode()
        blobs = {
            path: mode_type_hash.split()[2]
            for mode_type_hash, _, path in (row.partition("\t") for row in listed.split("\0"))
            if path.endswith((".rs", "Cargo.toml")) and mode_type_hash.startswith("100")
        }
        asked = "".join(f"{blob}\n" for blob in blobs.values()).encode()
        told = subprocess.run(
            [*git, "cat-file", "--batch"], input=asked, capture_output=True, check=True
        ).stdout
        files = []
        for path in blobs:
            head, _, told = told.partition(b"\n")
            size = int(head.split()[2])
            files.append(SourceFile(path, told[:size]))
            told = told[size + 1 :]
        return files

    return read
