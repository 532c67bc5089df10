"""Stage 5, Program and rule to findings: one mechanism a file, and the table of them all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.checks import (
    allowlist,
    assembly_options,
    assumed_global,
    blindness,
    bypassed_accessor,
    ceiling,
    chosen_type,
    context_argument,
    crowded_block,
    device_reference,
    documented_precondition,
    foreign_value,
    forwarded_obligation,
    gap,
    guard_dropped,
    guard_escape,
    guard_sync,
    held,
    hollow_argument,
    impl_argument,
    install_order,
    integer_pointer,
    irq_balance,
    laundered_static,
    local_guard,
    local_token,
    lock_bypass,
    lock_marker,
    lock_order,
    macro_lock,
    memory_ordering,
    parameter_operand,
    pattern,
    reached,
    redundant_impl,
    remark,
    returned_reference,
    safety_comment,
    safety_section,
    sensitive_instruction,
    shared_cell,
    shared_lock,
    shared_state,
    shared_write,
    suppression,
    transmute,
    trusted_trait,
    unaligned_access,
    unbounded_impl,
    uncounted,
    undischarged,
    unequal_masking,
    unnested_guard,
    unwritten_memory,
    visible_field,
)
from soundcheck.finding import Finding
from soundcheck.program import Program


class Check(NamedTuple):
    """A mechanism: what it takes from a rule's page, and the generator of its findings."""

    spec: CheckSpec
    run: Callable[[Program, Rule], Iterator[Finding]]


class FileCheck(NamedTuple):
    """A mechanism that looks at one file at a time, so that a look at a file that stays is kept.

    ``look`` is given a program of that file alone, and what ``around`` tells of the whole one: a
    value of tuples, mappings and frozen sets. It gives findings, or other values, of which
    ``conclude`` makes findings by file with the whole program before it. ``sees`` is the type of
    the list of what it gives.
    """

    spec: CheckSpec
    look: Callable[[Program, Rule, Any], Iterator[Any]]
    around: Callable[[Program, Rule], object]
    sees: Any = list[Finding]
    conclude: Callable[[Program, Rule, Mapping[str, Sequence[Any]]], Iterator[Finding]] | None = (
        None
    )


def _alone(spec: CheckSpec, find: Callable[[Program, Rule], Iterator[Finding]]) -> FileCheck:
    """A check that need not know of any other file than the one it looks at."""

    def look(program: Program, rule: Rule, _around: None) -> Iterator[Finding]:
        return find(program, rule)

    return FileCheck(spec, look, lambda _program, _rule: None)


class LateCheck(NamedTuple):
    """A mechanism that looks at what triage made of the suppressions."""

    spec: CheckSpec
    run: Callable[[Program, Rule, Sequence[suppression.Judged]], Iterator[Finding]]


FILE_CHECKS: Mapping[str, FileCheck] = {
    "gap": _alone(gap.SPEC, gap.find_gaps),
    "assembly-options": _alone(assembly_options.SPEC, assembly_options.find_contradicted_options),
    "guard-escape": _alone(guard_escape.SPEC, guard_escape.find_escaping_guards),
    "memory-ordering": FileCheck(
        memory_ordering.SPEC,
        memory_ordering.look_for_atomics,
        memory_ordering.atomics,
        list[memory_ordering.Seen],
        memory_ordering.find_unordered,
    ),
    "laundered-static": FileCheck(
        laundered_static.SPEC,
        laundered_static.find_laundered,
        laundered_static.mutable_statics,
    ),
    "unwritten-memory": _alone(unwritten_memory.SPEC, unwritten_memory.find_unwritten),
    "transmute": FileCheck(transmute.SPEC, transmute.find_transmutes, transmute.declared_numbers),
    "shared-write": _alone(shared_write.SPEC, shared_write.find_shared_writes),
    "guard-dropped": FileCheck(
        guard_dropped.SPEC, guard_dropped.find_dropped_guards, guard_dropped.declared_types
    ),
    "pattern": FileCheck(
        pattern.SPEC,
        pattern.find_mentions,
        pattern.names_to_find,
        list[pattern.Mention],
        pattern.find_matches,
    ),
    "safety-comment": _alone(safety_comment.SPEC, safety_comment.find_uncommented),
    "safety-section": _alone(safety_section.SPEC, safety_section.find_undocumented),
    "hollow-argument": _alone(hollow_argument.SPEC, hollow_argument.find_hollow_arguments),
    "context-argument": _alone(context_argument.SPEC, context_argument.find_context_arguments),
    "impl-argument": _alone(impl_argument.SPEC, impl_argument.find_unargued),
    "remark": _alone(remark.SPEC, remark.find_remarks),
    "lock-bypass": FileCheck(
        lock_bypass.SPEC, lock_bypass.find_bypasses, lock_bypass.declared_locks
    ),
}

CHECKS: Mapping[str, Check] = {
    "sensitive-instruction": Check(
        sensitive_instruction.SPEC, sensitive_instruction.find_sensitive
    ),
    "macro-lock": Check(macro_lock.SPEC, macro_lock.find_macro_locks),
    "lock-marker": Check(lock_marker.SPEC, lock_marker.find_sendable_guards),
    "foreign-value": Check(foreign_value.SPEC, foreign_value.find_foreign_values),
    "integer-pointer": Check(integer_pointer.SPEC, integer_pointer.find_integer_pointers),
    "unnested-guard": Check(unnested_guard.SPEC, unnested_guard.find_unnested_guards),
    "irq-balance": Check(irq_balance.SPEC, irq_balance.find_unbalanced),
    "lock-order": Check(lock_order.SPEC, lock_order.find_inverted),
    "shared-state": Check(shared_state.SPEC, shared_state.find_touched),
    "unequal-masking": Check(unequal_masking.SPEC, unequal_masking.find_unequal),
    "parameter-operand": Check(parameter_operand.SPEC, parameter_operand.find_parameter_operands),
    "returned-reference": Check(
        returned_reference.SPEC, returned_reference.find_returned_references
    ),
    "assumed-global": Check(assumed_global.SPEC, assumed_global.find_assumed_globals),
    "device-reference": Check(device_reference.SPEC, device_reference.find_device_references),
    "unaligned-access": Check(unaligned_access.SPEC, unaligned_access.find_unaligned_accesses),
    "blindness": Check(blindness.SPEC, blindness.find_blindness),
    "held": Check(held.SPEC, held.find_held),
    "reached": Check(reached.SPEC, reached.find_reached),
    "shared-lock": Check(shared_lock.SPEC, shared_lock.find_shared),
    "guard-sync": Check(guard_sync.SPEC, guard_sync.find_lenders),
    "local-token": Check(local_token.SPEC, local_token.find_shared_tokens),
    "redundant-impl": Check(redundant_impl.SPEC, redundant_impl.find_redundant),
    "unbounded-impl": Check(unbounded_impl.SPEC, unbounded_impl.find_unbounded),
    "ceiling": Check(ceiling.SPEC, ceiling.find_exceeded),
    "allowlist": Check(allowlist.SPEC, allowlist.find_outside),
    "uncounted": Check(uncounted.SPEC, uncounted.find_uncounted),
    "crowded-block": Check(crowded_block.SPEC, crowded_block.find_crowded),
    "shared-cell": Check(shared_cell.SPEC, shared_cell.find_shared_cells),
    "bypassed-accessor": Check(bypassed_accessor.SPEC, bypassed_accessor.find_bypassed),
    "chosen-type": Check(chosen_type.SPEC, chosen_type.find_chosen_types),
    "documented-precondition": Check(
        documented_precondition.SPEC, documented_precondition.find_documented_preconditions
    ),
    "trusted-trait": Check(trusted_trait.SPEC, trusted_trait.find_trusted_traits),
    "undischarged": Check(undischarged.SPEC, undischarged.find_undischarged),
    "install-order": Check(install_order.SPEC, install_order.find_early_reads),
    "forwarded-obligation": Check(
        forwarded_obligation.SPEC, forwarded_obligation.find_forwarded_obligations
    ),
    "visible-field": Check(visible_field.SPEC, visible_field.find_visible_fields),
    "local-guard": Check(local_guard.SPEC, local_guard.find_sendable_guards),
}

LATE_CHECKS: Mapping[str, LateCheck] = {
    "suppression": LateCheck(suppression.SPEC, suppression.find_judged),
}

SPECS: Mapping[str, CheckSpec] = {
    **{name: check.spec for name, check in FILE_CHECKS.items()},
    **{name: check.spec for name, check in CHECKS.items()},
    **{name: check.spec for name, check in LATE_CHECKS.items()},
}
