"""The language server: diagnostics, hover and code actions, over stdin and stdout."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.lsp.server import LanguageServer
from pygls.workspace import PositionCodec

from soundcheck import __version__
from soundcheck.commands.editor import Analysis, analyse, tell_at
from soundcheck.commands.failures import RunError
from soundcheck.finding import Finding, Severity
from soundcheck.source import LineIndex, Span

NAME = "soundcheck"
# Seconds without a keystroke after which the text is looked at.
_PAUSE = 0.4
_MOST_RELATED = 30
_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.NOTE: lsp.DiagnosticSeverity.Information,
}


class _Server(LanguageServer):
    """The server's own state: the root, the last analysis, and when the next one is due."""

    def __init__(self, cache: Path | None) -> None:
        super().__init__(NAME, __version__)
        self.cache = cache
        self.analysis: Analysis | None = None
        self.due: float | None = None
        self.work: asyncio.Task[None] | None = None

    def want(self, pause: float) -> None:
        """See that the texts are looked at, once nobody has typed for ``pause`` seconds."""
        loop = asyncio.get_running_loop()
        self.due = loop.time() + pause
        if self.work is None or self.work.done():
            self.work = loop.create_task(self._work())

    async def settled(self) -> Analysis | None:
        """The analysis of the texts as they are now."""
        if self.work is not None:
            await asyncio.shield(self.work)
        return self.analysis

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self.due is not None:
            pause = self.due - loop.time()
            if pause > 0:
                await asyncio.sleep(pause)
                continue
            self.due = None
            texts = {path: text.encode() for path, text in _open_texts(self)}
            try:
                self.analysis = await loop.run_in_executor(
                    None, analyse, _root(self), texts, self.cache
                )
            except RunError as error:
                message = lsp.ShowMessageParams(lsp.MessageType.Error, f"{NAME}: {error}")
                self.window_show_message(message)
                return
            if self.due is None:
                _publish(self, self.analysis)


def _root(server: _Server) -> str:
    """A folder in the workspace: the first that is open, else that of the first document."""
    for uri in server.workspace.folders:
        return uris.to_fs_path(uri) or "."
    if server.workspace.root_path:
        return str(server.workspace.root_path)
    for document in server.workspace.text_documents.values():
        return str(Path(document.path).parent)
    return "."


def _open_texts(server: _Server) -> Iterator[tuple[str, str]]:
    """The documents that are open, by their absolute path."""
    for document in server.workspace.text_documents.values():
        yield str(Path(document.path).resolve()), document.source


def serve(cache: Path | None) -> None:
    """Serve one editor until it goes."""
    server = _Server(cache)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(_: lsp.DidOpenTextDocumentParams) -> None:
        server.want(0)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(_: lsp.DidChangeTextDocumentParams) -> None:
        server.want(_PAUSE)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(_: lsp.DidSaveTextDocumentParams) -> None:
        server.want(0)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        server.want(_PAUSE)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        return _hover(server, await server.settled(), params)

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]),
    )
    async def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return [*_actions(server, params)]

    server.start_io()


# -- what is found -----------------------------------------------------------------------------


def _publish(server: _Server, analysis: Analysis) -> None:
    """Tell what is found in each document that is open."""
    for document in tuple(server.workspace.text_documents.values()):
        path = _relative(analysis, document.path)
        found = [one for one in analysis.report.findings if one.at.path == path]
        server.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(
                document.uri,
                [_diagnostic(server, analysis, one) for one in found],
                document.version,
            )
        )


def _relative(analysis: Analysis, path: str) -> str:
    """A path as the analysis knows it; empty where that is outside of its root."""
    real, root = Path(path).resolve(), Path(analysis.root)
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else ""


def _diagnostic(server: _Server, analysis: Analysis, finding: Finding) -> lsp.Diagnostic:
    help_text = f"\nhelp: {finding.help}" if finding.help else ""
    steps = [
        (f"{side.label}: {step.message}", step.at) for side in finding.sides for step in side.steps
    ]
    steps += [(one.message, one.at) for one in finding.related]
    return lsp.Diagnostic(
        _range(server.workspace.position_codec, analysis.texts, finding.at),
        f"{finding.message}{help_text}",
        _SEVERITIES[finding.severity],
        finding.rule,
        source=NAME,
        related_information=[
            lsp.DiagnosticRelatedInformation(_location(server, analysis, at), message)
            for message, at in steps[:_MOST_RELATED]
        ],
    )


def _location(server: _Server, analysis: Analysis, at: Span) -> lsp.Location:
    uri = Path(analysis.root, at.path).as_uri()
    return lsp.Location(uri, _range(server.workspace.position_codec, analysis.texts, at))


def _range(codec: PositionCodec, texts: Mapping[str, bytes], at: Span) -> lsp.Range:
    """A place in the units that the editor counts columns in."""
    data = texts.get(at.path, b"")
    index = LineIndex(data)
    ends = []
    for offset in (at.start, max(at.end, at.start)):
        line = index.line_of(offset)
        before = data[index.start_of(line) : offset].decode("utf-8", "replace")
        ends.append(lsp.Position(line - 1, codec.client_num_units(before)))
    return lsp.Range(*ends)


# -- what is asked -----------------------------------------------------------------------------


def _hover(server: _Server, analysis: Analysis | None, params: lsp.HoverParams) -> lsp.Hover | None:
    document = server.workspace.get_text_document(params.text_document.uri)
    if analysis is None:
        return None
    path = _relative(analysis, document.path)
    data = document.source.encode()
    # Places are those of the text that was analysed; of another one nothing is known.
    if analysis.texts.get(path) != data:
        return None
    at = server.workspace.position_codec.position_from_client_units(document.lines, params.position)
    text = "".join(document.lines[: at.line])
    if at.line < len(document.lines):
        text += document.lines[at.line][: at.character]
    told = tell_at(analysis, path, len(text.encode()))
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, told)) if told else None


def _actions(server: _Server, params: lsp.CodeActionParams) -> Iterator[lsp.CodeAction]:
    """For each finding, the comment that suppresses it, once its reason is written behind it."""
    uri = params.text_document.uri
    lines = server.workspace.get_text_document(uri).lines
    for diagnostic in params.context.diagnostics:
        number = diagnostic.range.start.line
        if diagnostic.source != NAME or not diagnostic.code or number >= len(lines):
            continue
        indent = re.match(r"[ \t]*", lines[number])
        comment = f"{indent[0] if indent else ''}// soundcheck: allow({diagnostic.code}) \n"
        at = lsp.Position(number, 0)
        edit = lsp.TextEdit(lsp.Range(at, at), comment)
        yield lsp.CodeAction(
            f"Suppress `{diagnostic.code}` here: write the reason behind the comment",
            lsp.CodeActionKind.QuickFix,
            [diagnostic],
            edit=lsp.WorkspaceEdit({uri: [edit]}),
        )
