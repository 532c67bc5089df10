"""What the geiger counting profiles count: the facts that both walkers share.

geiger counts the expressions, functions, impls, traits and methods of syn's tree. The rules here
say the same of tree-sitter's tree. The profiles are the numbers of geiger's releases: 0.4 sits on
syn 1, 0.5 on syn 2, and ``geiger-next`` is its unreleased main branch.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

Pair = tuple[int, int]


class GeigerCounts(msgspec.Struct, frozen=True, gc=False):
    """The five counters of geiger, each as (safe, unsafe)."""

    functions: Pair = (0, 0)
    exprs: Pair = (0, 0)
    item_impls: Pair = (0, 0)
    item_traits: Pair = (0, 0)
    methods: Pair = (0, 0)


class Dialect(NamedTuple):
    """What tells one counting profile from another.

    ``is_syn1``: on syn 1, to which statement macros are expressions and much newer syntax mere
    tokens. ``leaks``: a safe function with an unsafe attribute opens an unsafe scope that is never
    closed, so that the rest of the file counts as unsafe. ``sees_unsafe_attribute``:
    ``#[unsafe(…)]`` makes a function unsafe.
    """

    name: str
    is_syn1: bool
    leaks: bool
    sees_unsafe_attribute: bool


DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("geiger-0.4", is_syn1=True, leaks=True, sees_unsafe_attribute=False),
        Dialect("geiger-0.5", is_syn1=False, leaks=True, sees_unsafe_attribute=False),
        Dialect("geiger-next", is_syn1=False, leaks=False, sees_unsafe_attribute=True),
    )
}

COMMENTS = frozenset({"line_comment", "block_comment"})

# Each of these is one expression wherever it stands; what else depends on the place is told by
# the walkers: blocks, macros, fields that are called, `..=x`, empty statements.
COUNTED = frozenset(
    {
        "array_expression",
        "assignment_expression",
        "async_block",
        "await_expression",
        "binary_expression",
        "break_expression",
        "call_expression",
        "closure_expression",
        "compound_assignment_expr",
        "continue_expression",
        "field_expression",
        "for_expression",
        "gen_block",
        "if_expression",
        "index_expression",
        "let_condition",
        "loop_expression",
        "match_expression",
        "parenthesized_expression",
        "range_expression",
        "reference_expression",
        "return_expression",
        "struct_expression",
        "try_block",
        "try_expression",
        "tuple_expression",
        "type_cast_expression",
        "unary_expression",
        "unit_expression",
        "while_expression",
        "yield_expression",
    }
)

# Expressions after which a statement needs no semicolon, so that what follows is the next one.
BLOCK_LIKE = frozenset(
    {
        "block",
        "const_block",
        "for_expression",
        "if_expression",
        "loop_expression",
        "match_expression",
        "try_block",
        "unsafe_block",
        "while_expression",
    }
)

# What begins with an operand: where a statement could end and the next begin, it may have taken
# two statements for one.
LEFT_RECURSIVE = frozenset(
    {
        "assignment_expression",
        "await_expression",
        "binary_expression",
        "call_expression",
        "compound_assignment_expr",
        "field_expression",
        "generic_function",
        "index_expression",
        "range_expression",
        "try_expression",
        "type_cast_expression",
    }
)

# A brace macro at the beginning of a statement is its receiver in these, and else a statement.
RECEIVING = frozenset({"await_expression", "field_expression", "try_expression"})
