"""What an audit says: findings with their proof, gaps, and the report that holds both."""

import enum
from collections.abc import Iterable, Mapping

import msgspec

from soundcheck.source import SourceFile, Span


class Severity(enum.StrEnum):
    """How bad it is for the world if the finding is right."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Precision(enum.StrEnum):
    """How often findings of this kind are right: a statement about us, not about the code."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Harm(enum.StrEnum):
    """What goes wrong: undefined behaviour, a hang, a review that cannot succeed, a number."""

    UNSOUND = "unsound"
    DEADLOCK = "deadlock"
    AUDIT = "audit"
    METRIC = "metric"


SEVERITIES = tuple(Severity)
PRECISIONS = tuple(Precision)


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Something that was not understood: its kind, one clause about it, and its place.

    ``item`` is the full name of the item it stands in, or empty where none is known.
    """

    kind: str
    what: str
    at: Span
    item: str = ""


def order_gaps(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """The gaps, each once, in order of place."""
    return tuple(sorted(set(gaps), key=lambda gap: (gap.at, gap.kind, gap.what, gap.item)))


class Step(msgspec.Struct, frozen=True, gc=False):
    """One step of a proof, or one related place: where, in which item, and what happens there."""

    at: Span
    item: str
    message: str


class Side(msgspec.Struct, frozen=True, gc=False):
    """One side of a proof (``interrupt``, ``task``, ``holder``, …): its steps in call order."""

    label: str
    steps: tuple[Step, ...]


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One claim about the code, with the place it is about and the proof of it.

    ``item`` is the full name of the item the finding stands in, ``subject`` what it is about (a
    lock, static, field, type or callee; often the item itself), ``site`` the kind of place
    (``block``, ``static``, ``call``, …). ``gaps`` are the unknowns its proof crosses. ``is_mild``
    tells one that is a note however bad its rule's are, as nothing goes wrong today.
    """

    rule: str
    family: str
    harm: Harm
    severity: Severity
    precision: Precision
    at: Span
    item: str
    subject: str
    site: str
    message: str
    help: str = ""
    sides: tuple[Side, ...] = ()
    related: tuple[Step, ...] = ()
    gaps: tuple[Gap, ...] = ()
    is_test: bool = False
    fingerprint: str = ""
    is_mild: bool = False


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """An entry of the baseline: a finding that is accepted for now, and why.

    The fingerprint tells the finding; rule, path and item are for who reads the entry.
    """

    fingerprint: str
    rule: str
    path: str
    item: str
    reason: str = ""
    reviewer: str = ""


class Suppressed(msgspec.Struct, frozen=True, gc=False):
    """A finding that is not reported, by what (``inline`` or ``baseline``), and why.

    ``entry`` is the one of the baseline.
    """

    finding: Finding
    by: str
    reason: str
    entry: Accepted | None = None


class Since(msgspec.Struct, frozen=True):
    """Only what is new is reported: since which revision, and how many findings are older."""

    revision: str
    older: int


class Report(msgspec.Struct, frozen=True):
    """All that one audit has to say.

    ``inventory`` is the count of unsafe code in JSON shape (see ``inventory.py``), ``sources``
    the files that findings and steps stand in, ``profiles`` and ``rules_hash`` what it was
    judged by. ``unmet`` are the entries of the baseline that no finding meets any more. Where
    the findings are a sample, ``drawn_from`` is how many there are, and else 0. ``since`` is
    there where the findings are those that a change brought. ``breakers`` are the heaviest pairs
    of modules of which the safe code of one can break unsafe code of the other, with the number of
    unsafe sites, where somebody asked for them.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    gaps: tuple[Gap, ...]
    inventory: Mapping[str, object]
    sources: Mapping[str, SourceFile]
    profiles: tuple[str, ...]
    rules_hash: str
    files: int
    lines: int
    unmet: tuple[Accepted, ...] = ()
    drawn_from: int = 0
    since: Since | None = None
    breakers: tuple[tuple[str, str, int], ...] = ()
