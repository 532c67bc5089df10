"""The links that were read by hand are still exact, and still lead where they led."""

import os
import tomllib
from pathlib import Path

import pytest

from soundcheck.calls.linking import read_links
from soundcheck.calls.names import Names
from soundcheck.commands.policy import open_profiles, open_theory
from soundcheck.input import Input
from soundcheck.model import build_model
from soundcheck.syntax.reading import parse

CLONES = os.environ.get("SOUNDCHECK_CLONES")
VERDICTS = sorted(Path(__file__).parent.glob("links-*.toml"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CLONES is None, reason="SOUNDCHECK_CLONES names no folder of clones"),
]


@pytest.mark.parametrize("verdicts", VERDICTS, ids=lambda path: path.stem)
def test_links_read_by_hand(files_at, verdicts):
    """Every link that was found right is there, from its line to its callee, and exact."""
    read = tomllib.loads(verdicts.read_text())
    files = files_at(read["kernel"], read["commit"])
    model = build_model(
        Input(
            files=tuple(file for file in files if file.path.endswith(".rs")),
            manifests=tuple(file for file in files if file.path.endswith(".toml")),
        ),
        open_profiles(),
        open_theory(),
        lambda sources, queries: {file.path: parse(file, queries) for file in sources},
        lambda world, _, bodies: [read_links(world, targets) for _, targets in bodies],
    )
    names = Names(model.world)
    defs = model.world.defmap.defs
    exact = {
        (names.name(site.caller).partition("::{")[0], names.name(site.callees[0]), line)
        for site in model.graph.sites
        if site.resolution == "exact"
        for line in (model.world.trees[defs[site.caller.owner].file].line_of(site.start),)
    }
    wanted = {
        (link["caller"], link["callee"], link["line"])
        for link in read["link"]
        if link["verdict"] == "right"
    }

    assert wanted - exact == set()
