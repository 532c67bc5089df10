"""Our SARIF in Microsoft's hands: the multitool's rules for GitHub, and the web viewer.

Both come from npm, and the viewer needs a Chromium: `make outlets` runs them.
"""

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIXTURES = sorted(manifest.parent for manifest in (ROOT / "fixtures").glob("*/Cargo.toml"))
PACKAGES = (
    "@microsoft/sarif-multitool@5",
    "@microsoft/sarif-web-component@0.6.0-29",
    "react@16",
    "react-dom@16",
    "esbuild@0.28",
)
PAGE = """\
<!doctype html>
<meta http-equiv="content-type" content="text/html; charset=utf-8">
<div id="app" style="height: 20000px"></div>
<script src="bundle.js"></script>
"""
ENTRY = """\
import * as React from 'react'
import * as ReactDOM from 'react-dom'
import {Viewer} from '@microsoft/sarif-web-component'
fetch('log.sarif').then(response => response.json()).then(log =>
  ReactDOM.render(React.createElement(Viewer, {logs: [log]}), document.getElementById('app')))
"""

pytestmark = [
    pytest.mark.outlets,
    pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed"),
]


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages installed."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text("{}")
    subprocess.run(
        ["npm", "install", "--legacy-peer-deps", "--no-audit", "--no-fund", *PACKAGES],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


def write_sarif(root: Path, file: Path) -> None:
    options = ("--no-cache", "--preview", "--exit-zero", f"--root={root}")
    subprocess.run(
        [sys.executable, "-m", "soundcheck", "check", *options, f"--output=sarif={file}", root],
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_the_multitool_finds_no_error(node: Path, tmp_path: Path, fixture: Path) -> None:
    """Its exit code says nothing: what it found stands in a log of its own."""
    write_sarif(fixture, tmp_path / "log.sarif")
    (tool,) = node.glob("node_modules/@microsoft/sarif-multitool-linux/**/Sarif.Multitool")
    tool.chmod(0o755)
    options = ("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--kind", "Fail")

    subprocess.run(
        [tool, "validate", "log.sarif", "--output", "found.sarif", *options],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )

    (run,) = json.loads((tmp_path / "found.sarif").read_text())["runs"]
    assert run["tool"]["driver"]["name"]
    rules = {one["ruleId"] for one in run.get("results", ())}
    # We have no address for the driver yet.
    assert rules <= {"SARIF2005"}


@pytest.fixture
def served(node: Path) -> Iterator[str]:
    """The address of the folder with the viewer."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Handler, directory=node)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    server.server_close()


def test_the_viewer_shows_every_rule(node: Path, served: str) -> None:
    """The web viewer shows results and their messages; it has no view of code flows."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or pytest.skip("there is no Chromium")
    write_sarif(ROOT / "fixtures/kernel", node / "log.sarif")
    (node / "entry.js").write_text(ENTRY)
    (node / "index.html").write_text(PAGE)
    subprocess.run(["node", "node_modules/esbuild/install.js"], cwd=node, check=True)
    options = [f"--loader:.{ending}=dataurl" for ending in ("woff", "woff2", "ttf")]
    options += ["--define:global=window", '--define:process.env.NODE_ENV="production"']
    subprocess.run(
        ["npx", "esbuild", "entry.js", "--bundle", "--outfile=bundle.js", *options],
        cwd=node,
        check=True,
        capture_output=True,
    )
    results = json.loads((node / "log.sarif").read_text())["runs"][0]["results"]

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 20000})
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(served)
        page.get_by_text("undocumented-unsafe").first.wait_for()
        text = page.inner_text("#app")
        browser.close()

    assert failures == []
    assert {one["ruleId"] for one in results if one["ruleId"] not in text} == set()
