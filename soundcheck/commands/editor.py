"""What an editor asks: an audit of the texts as they are being written, and what stands where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.commands.auditing import Choice, read_accepted, run_audit
from soundcheck.commands.options import EVERY_BUILD, Common
from soundcheck.commands.session import Session
from soundcheck.finding import Report

if TYPE_CHECKING:
    from soundcheck.calls.sites import BodyId
    from soundcheck.program import Program

_AS_CONFIGURED = Choice((), (), (), None, None, None, (), "")


class Analysis(NamedTuple):
    """An audit of a workspace, with the program that it judged and every text it read."""

    root: str
    report: Report
    program: Program
    texts: Mapping[str, bytes]


def analyse(root: str, texts: Mapping[str, bytes], cache: Path | None = None) -> Analysis:
    """Audit the workspace below ``root``; ``texts`` stand for files that are not saved yet.

    One process does it: it shares its memory with an editor's server. Facts of files that did not
    change come from the cache.

    Raises:
        RunError: where the configuration or the baseline cannot be used.
    """
    common = Common((root,), None, 1, cache, False, "never", True, False)
    session = Session(common).with_texts(texts)
    audited = run_audit(
        session,
        EVERY_BUILD,
        _AS_CONFIGURED,
        accepted=read_accepted(session, None),
        with_model=True,
    )
    read = {file.path: file.data for file in session.input.files}
    return Analysis(session.root, audited.report, audited.program, read)


def tell_at(analysis: Analysis, path: str, offset: int) -> str:
    """What is known of what stands at a byte of a file, as Markdown; empty where that is nothing.

    Of an ``unsafe`` it is what it leans on and who has to be read to believe it; of a function, or
    of a call that leads to just one, in which contexts it runs.
    """
    lines = [*_of_unsafe(analysis.program, path, offset)]
    if not lines:
        body = _body_at(analysis.program, path, offset)
        lines = [] if body is None else [*_of_function(analysis.program, body)]
    return "\n".join(["```text", *lines, "```"]) if lines else ""


def _of_unsafe(program: Program, path: str, offset: int) -> Iterator[str]:
    from soundcheck.render.surface import render_site

    facts = program.facts.get(path)
    starts = {
        one.site.start
        for one in (facts.sites if facts else ())
        if one.site.token_start <= offset <= one.site.token_end
    }
    if not starts:
        return
    found = [one for one in program.boundaries.sites if one.path == path and one.start in starts]
    yield from render_site(program.boundaries, found, "text").splitlines()


def _body_at(program: Program, path: str, offset: int) -> BodyId | None:
    """The function whose name stands at a byte, or that is called by it."""
    from soundcheck.calls.names import Names
    from soundcheck.calls.sites import BodyId
    from soundcheck.syntax.items import Function

    one = program.item_at(path, offset)
    if one is None:
        return None
    item, target = one.item, program.definition(one)
    length = len(item.name.encode())
    if isinstance(item, Function) and item.name_start <= offset <= item.name_start + length:
        return None if target is None else BodyId(target.index)
    defs, names = program.world.defmap.defs, Names(program.world)
    calls = [
        site
        for site in program.graph.sites
        if site.start <= offset <= site.end and defs[site.caller.owner].file == path
    ]
    nearest = min(calls, key=lambda site: site.end - site.start, default=None)
    if nearest is None or nearest.resolution != "exact" or len(nearest.callees) != 1:
        return None
    (callee,) = nearest.callees
    return callee if names.is_own(callee) else None


def _of_function(program: Program, body: BodyId) -> Iterator[str]:
    from soundcheck.contexts.proofs import name_of
    from soundcheck.contexts.telling import tell_contexts

    yield name_of(program.contexts, body)
    yield from tell_contexts(program.contexts, body)
