"""Stage 5, Program and rule to findings: one mechanism a file, and the table of them all."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.checks import guard_dropped, pattern, safety_comment, safety_section
from soundcheck.finding import Finding
from soundcheck.program import Program


class Check(NamedTuple):
    """A mechanism: what it takes from a rule's page, and the generator of its findings."""

    spec: CheckSpec
    run: Callable[[Program, Rule], Iterator[Finding]]


CHECKS: Mapping[str, Check] = {
    "guard-dropped": Check(guard_dropped.SPEC, guard_dropped.find_dropped_guards),
    "pattern": Check(pattern.SPEC, pattern.find_matches),
    "safety-comment": Check(safety_comment.SPEC, safety_comment.find_uncommented),
    "safety-section": Check(safety_section.SPEC, safety_section.find_undocumented),
}

SPECS: Mapping[str, CheckSpec] = {name: check.spec for name, check in CHECKS.items()}
