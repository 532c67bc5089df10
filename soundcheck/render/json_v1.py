"""The JSON report, version 1, as a format: the fields below are its keys, and a promise.

New keys keep the version; a key that goes or changes its meaning does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from soundcheck.finding import Harm, Precision, Severity

Line = Annotated[int, Meta(ge=1, description="A line, from 1.")]
Column = Annotated[int, Meta(ge=1, description="A column, from 1 in UTF-16 code units.")]
Path = Annotated[str, Meta(description="A file, relative to the root, with `/` between its parts.")]
ItemName = Annotated[
    str, Meta(description="The full name of an item, `krate::module::Type::method`, or empty.")
]


class Tool(msgspec.Struct, frozen=True):
    """What made the report: its version, the profiles in force, and a hash of all rules."""

    name: Literal["soundcheck"]
    version: str
    profiles: tuple[str, ...]
    rules: str


class Related(msgspec.Struct, frozen=True):
    """One more place that a reader should see, and why."""

    path: Path
    line: Line
    end_line: Line
    item: ItemName
    message: str


class Step(msgspec.Struct, frozen=True):
    """One step of a proof; the steps of one side stand together, in call order."""

    side: Annotated[str, Meta(description="`interrupt`, `task`, `holder`, `waiter`, `caller`, …")]
    path: Path
    line: Line
    end_line: Line
    item: ItemName
    message: str


class Gap(msgspec.Struct, frozen=True):
    """Something that was not understood: its kind, and one clause about it."""

    kind: str
    what: str
    path: Path
    line: Line
    end_line: Line
    item: ItemName


class Finding(msgspec.Struct, frozen=True, rename={"harm": "class"}):
    """One claim about the code; the end of its place is exclusive."""

    rule: str
    family: str
    harm: Harm
    severity: Severity
    precision: Precision
    path: Path
    line: Line
    column: Column
    end_line: Line
    end_column: Column
    item: ItemName
    subject: Annotated[
        str, Meta(description="What it is about: a lock, static, field, type or callee.")
    ]
    message: str
    help: str
    trace: tuple[Step, ...]
    related: tuple[Related, ...]
    fingerprint: Annotated[
        str,
        Meta(description="The same for the same claim, wherever in its item the code has moved."),
    ]


class Suppressed(Finding, frozen=True, rename={"harm": "class"}):
    """A finding that is not reported: by what, and why."""

    by: Annotated[str, Meta(description="`inline` or `baseline`.")]
    reason: str


class Since(msgspec.Struct, frozen=True):
    """What the findings are new since, and how many older ones are left out."""

    revision: str
    older: Annotated[int, Meta(ge=0)]


class Unmet(msgspec.Struct, frozen=True):
    """An entry of the baseline that no finding meets."""

    fingerprint: str
    rule: str
    path: Path
    item: ItemName
    reason: str


class Document(msgspec.Struct, frozen=True):
    """A report of `soundcheck check --output json`, version 1."""

    version: Literal[1]
    tool: Tool
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    unmet: Annotated[
        tuple[Unmet, ...],
        Meta(description="Entries of the baseline that no finding meets any more."),
    ]
    drawn_from: Annotated[
        int,
        Meta(ge=0, description="How many findings these are a sample of; 0 if they are all."),
    ]
    since: Annotated[
        Since | None,
        Meta(description="With `--since`: the findings are those that the revision does not have."),
    ]
    gaps: tuple[Gap, ...]
    inventory: Annotated[
        Mapping[str, Any], Meta(description="How much unsafe code there is, as counted.")
    ]
