"""``soundcheck lsp``: a real client talks to a real server."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

pytest_lsp = pytest.importorskip("pytest_lsp")

from lsprotocol import types as lsp  # noqa: E402

ROOT = Path(__file__).parents[2]
MANIFEST = '[package]\nname = "k"\nedition = "2024"\n[dependencies]\nspin = "0.9"\n'
LIB = """\
pub mod irq;
use spin::Mutex;
pub static QUEUE: Mutex<u32> = Mutex::new(0);
pub fn drain() {
    *QUEUE.lock() = 0;
}
pub fn read(at: *const u8) -> u8 {
    /* 🦀 */ unsafe { *at }
}
pub fn push() {
    *QUEUE.lock() += 1;
}
"""
IRQ = 'pub extern "x86-interrupt" fn on_irq(_frame: u64) { crate::drain() }\n'
CLEAN = "pub mod irq;\npub fn drain() {}\n"


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(MANIFEST)
    (tmp_path / "src/lib.rs").write_text(LIB)
    (tmp_path / "src/irq.rs").write_text(IRQ)
    return tmp_path


@pytest_lsp.fixture(
    config=pytest_lsp.ClientServerConfig(
        server_command=[sys.executable, "-P", "-m", "soundcheck", "lsp"],
        server_env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
)
async def client(lsp_client: pytest_lsp.LanguageClient, kernel: Path):
    await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(),
            workspace_folders=[lsp.WorkspaceFolder(kernel.as_uri(), "kernel")],
        )
    )
    yield
    await lsp_client.shutdown_session()


async def open_document(client, path: Path) -> str:
    item = lsp.TextDocumentItem(path.as_uri(), "rust", 1, path.read_text())
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    # Two documents may be told of at once, so that nobody waits for one message after the other.
    async with asyncio.timeout(60):
        while path.as_uri() not in client.diagnostics:
            await asyncio.sleep(0.02)
    return path.as_uri()


async def told(client, uri: str, version: int) -> list[lsp.Diagnostic]:
    """The diagnostics of a new version of the only document, once they are there."""
    async with asyncio.timeout(60):
        while True:
            said = await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
            if (said.version, said.uri) == (version, uri):
                return list(said.diagnostics)


def place(text: str, code: str) -> lsp.Position:
    """Where a piece of code stands, in UTF-16 units."""
    before = text[: text.index(code)]
    column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
    return lsp.Position(before.count("\n"), column)


@pytest.mark.asyncio
async def test_findings_of_an_open_document(client, kernel: Path) -> None:
    uri = await open_document(client, kernel / "src/lib.rs")

    found = {one.code: one for one in client.diagnostics[uri]}
    shared = found["irq-unmasked-lock-shared-with-isr"]
    assert shared.severity == lsp.DiagnosticSeverity.Error
    assert shared.range.start == lsp.Position(10, 11)
    steps = shared.related_information
    assert Path(steps[0].location.uri).name == "irq.rs"
    assert steps[0].message.startswith("interrupt: ")
    deref = found["raw-pointer-arg-deref"]
    assert deref.range.start.line == 7


@pytest.mark.asyncio
async def test_what_is_typed_is_looked_at(client, kernel: Path) -> None:
    uri = await open_document(client, kernel / "src/lib.rs")

    change = lsp.TextDocumentContentChangeWholeDocument(CLEAN)
    document = lsp.VersionedTextDocumentIdentifier(2, uri)
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    assert await told(client, uri, 2) == []
    assert (kernel / "src/lib.rs").read_text() == LIB


@pytest.mark.asyncio
async def test_hover(client, kernel: Path) -> None:
    """What an unsafe block leans on, and in which contexts a function runs."""
    uri = await open_document(client, kernel / "src/lib.rs")
    handler = await open_document(client, kernel / "src/irq.rs")

    async def hover(uri: str, at: lsp.Position) -> str:
        params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), at)
        told = await client.text_document_hover_async(params)
        return told.contents.value if told else ""

    block = await hover(uri, place(LIB, "unsafe {"))
    assert "src/lib.rs:8: block in k::read: leaks" in block
    assert "leaks: parameter at" in block
    for where in (
        await hover(uri, place(LIB, "drain()")),
        await hover(handler, place(IRQ, "drain()")),
    ):
        assert "k::drain" in where
        assert "interrupt, interrupts masked at entry" in where
    assert await hover(uri, lsp.Position(1, 1)) == ""


@pytest.mark.asyncio
async def test_a_suppression_wants_a_reason(client, kernel: Path) -> None:
    """The comment alone suppresses nothing; with a reason behind it, it does."""
    uri = await open_document(client, kernel / "src/lib.rs")
    (diagnostic,) = (
        one for one in client.diagnostics[uri] if one.code == "irq-unmasked-lock-shared-with-isr"
    )

    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(uri),
            diagnostic.range,
            lsp.CodeActionContext([diagnostic]),
        )
    )

    ((edit,),) = actions[0].edit.changes.values()
    lines = LIB.splitlines(keepends=True)
    assert edit.new_text == "    // soundcheck: allow(irq-unmasked-lock-shared-with-isr) \n"
    for version, reason, rules in (
        (2, "", {"suppression-without-reason", diagnostic.code}),
        (3, "only at boot", set()),
    ):
        comment = edit.new_text.replace(" \n", f" {reason}\n")
        text = "".join([*lines[: edit.range.start.line], comment, *lines[edit.range.start.line :]])
        client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(version, uri),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        codes = {one.code for one in await told(client, uri, version)}
        assert codes & {"suppression-without-reason", diagnostic.code} == rules
