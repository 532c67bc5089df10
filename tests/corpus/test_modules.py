"""Every ``mod name;`` of some kernels has its file, or there is a gap that tells of it."""

import os
import re
from collections.abc import Iterator

import pytest

from soundcheck.commands.policy import open_theory
from soundcheck.input import Input
from soundcheck.resolving import resolve
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        "SOUNDCHECK_CLONES" not in os.environ,
        reason="SOUNDCHECK_CLONES names no folder of clones",
    ),
]

COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
MOD = re.compile(rb"^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?mod[ \t]+\w+[ \t]*;", re.MULTILINE)


def declared_in(file: SourceFile) -> Iterator[int]:
    """The lines of a file that declare a module, found without any parser."""
    data = COMMENT.sub(lambda found: re.sub(rb"[^\n]", b" ", found[0]), file.data)
    for found in MOD.finditer(data):
        yield data.count(b"\n", 0, found.end()) + 1


@pytest.mark.parametrize(
    "kernel", ["hermit-os/kernel", "asterinas/asterinas", "redox-os/kernel", "tock/tock"]
)
def test_every_module_is_found_or_told(files_at, kernel):
    files = files_at(kernel, "HEAD")
    sources = [file for file in files if file.path.endswith(".rs")]
    facts = {file.path: parse(file, ()) for file in sources}
    manifests = tuple(file for file in files if file.path.endswith(".toml"))
    program, gaps = resolve(Input(files=tuple(sources), manifests=manifests), facts, open_theory())
    found = {
        (module.at.path, facts[module.at.path].tree.line_of(module.item.end - 1))
        for module in program.forest.modules
        if module.item is not None
    }
    told = {(gap.at.path, line) for gap in gaps for line in lines_of(facts, gap.at)}
    declared = {(file.path, line) for file in sources for line in declared_in(file)}

    assert len(declared) > 50
    assert declared - found - told == set()


def lines_of(facts, at):
    """The lines that a gap covers."""
    if at.path not in facts:
        return ()
    return range(at.line, facts[at.path].tree.line_of(max(at.end - 1, at.start)) + 1)
