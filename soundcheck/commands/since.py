"""What is new since a commit: the commit is audited too, once, under the same terms."""

from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from soundcheck.commands.auditing import Choice, read_day, run_audit
from soundcheck.commands.options import Selected
from soundcheck.commands.session import Session
from soundcheck.commands.store import Store
from soundcheck.finding import Accepted, Finding, Report, Since
from soundcheck.resources import catalog_hash, code_hash
from soundcheck.source import SourceFile


class Manner(NamedTuple):
    """How an audit is made, the files apart: two of one manner may be compared."""

    selected: Selected
    choice: Choice
    accepted: tuple[Accepted, ...]
    heeds_comments: bool


def only_new(session: Session, report: Report, revision: str, manner: Manner) -> Report:
    """The report of the work tree with those findings alone that a commit does not have.

    Rules, profiles, settings and the baseline are those of the work tree for both, so that only
    code makes the difference. What a comment in the commit suppresses counts as not found there.
    """
    from soundcheck.triage.comparing import compare

    base = session.at(revision)
    known = _found_before(base, manner)
    paths = {finding.at.path for finding in known}
    sources = {file.path: file for file in base.workspace.files if file.path in paths}
    before = replace(report, findings=known, sources=sources)
    brought = compare(before, report).brought
    older = len(report.findings) - len(brought)
    return replace(report, findings=brought, since=Since(revision, older))


def _found_before(base: Session, manner: Manner) -> tuple[Finding, ...]:
    """What is found in a commit, from the cache where the same was asked of it before."""
    space, configuration = base.workspace, base.configuration
    digest = blake2b(code_hash("") + catalog_hash(), digest_size=32)
    terms = (manner, read_day(manner.choice.today), space.links, sorted(space.reported))
    digest.update(repr((terms, configuration, base.catalog.rules_hash)).encode())
    if base.budget.is_file():
        digest.update(base.budget.read_bytes())
    for file in (*space.files, *space.manifests, *space.assembly):
        digest.update(f"{len(file.path)} {len(file.data)}".encode() + file.path.encode())
        digest.update(file.data)

    def audit_encoded(_: SourceFile) -> bytes:
        audited = run_audit(
            base,
            manner.selected,
            manner.choice,
            accepted=manner.accepted,
            heeds_comments=manner.heeds_comments,
        )
        return msgspec.msgpack.encode(audited.report.findings)

    store = Store(base.common, Path(base.root))
    whole = [SourceFile("", b"")]
    (encoded,) = store.remembered("report", digest.digest(), whole, audit_encoded)
    store.close()
    return msgspec.msgpack.decode(encoded, type=tuple[Finding, ...])
