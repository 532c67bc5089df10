"""Stage 5, Program and rule to findings: one mechanism a file, loaded where a rule asks for it."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from soundcheck.catalog import CheckSpec
from soundcheck.checks.kinds import Check, FileCheck, LateCheck

NAMES = (
    "allowlist",
    "assembly-options",
    "assumed-global",
    "blindness",
    "bypassed-accessor",
    "ceiling",
    "chosen-type",
    "context-argument",
    "crowded-block",
    "device-reference",
    "documented-precondition",
    "foreign-value",
    "forwarded-obligation",
    "gap",
    "guard-dropped",
    "guard-escape",
    "guard-sync",
    "held",
    "hollow-argument",
    "impl-argument",
    "install-order",
    "integer-pointer",
    "irq-balance",
    "kept-address",
    "laundered-static",
    "local-guard",
    "local-token",
    "lock-bypass",
    "lock-marker",
    "lock-order",
    "macro-lock",
    "memory-ordering",
    "parameter-operand",
    "pattern",
    "reached",
    "redundant-impl",
    "remark",
    "returned-reference",
    "safety-comment",
    "safety-section",
    "sensitive-instruction",
    "shared-cell",
    "shared-lock",
    "shared-state",
    "shared-write",
    "suppression",
    "transmute",
    "trusted-trait",
    "unaligned-access",
    "unbounded-impl",
    "uncounted",
    "undischarged",
    "unequal-masking",
    "unnested-guard",
    "unwritten-memory",
    "visible-field",
)
"""Every check: the name that pages know it by is its file's, with hyphens."""

LATE = frozenset({"suppression"})
"""Those that look at what triage made of the suppressions."""


@cache
def check_of(name: str) -> Check | FileCheck | LateCheck:
    """The check of a name."""
    module = import_module(f"soundcheck.checks.{name.replace('-', '_')}")
    check: Check | FileCheck | LateCheck = module.CHECK
    return check


class Specs(Mapping[str, CheckSpec]):
    """What each check takes from a page and offers to a message, loaded as it is asked for."""

    def __getitem__(self, name: str) -> CheckSpec:
        if name not in NAMES:
            raise KeyError(name)
        return check_of(name).spec

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)

    def __contains__(self, name: object) -> bool:
        return name in NAMES
