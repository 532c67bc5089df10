"""What the geiger counting profiles count: the facts that both walkers share.

geiger counts the expressions, functions, impls, traits and methods of syn's tree. The rules here
say the same of tree-sitter's tree. The profiles are the numbers of geiger's releases: 0.4 sits on
syn 1, 0.5 on syn 2, and ``geiger-next`` is its unreleased main branch.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from tree_sitter import Language

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

# Nothing inside is an expression to geiger.
LEAVES = frozenset(
    {
        "attribute_item",
        "block_comment",
        "boolean_literal",
        "char_literal",
        "continue_expression",
        "crate",
        "empty_statement",
        "extern_crate_declaration",
        "extern_modifier",
        "field_identifier",
        "float_literal",
        "for_lifetimes",
        "fragment_specifier",
        "function_modifiers",
        "identifier",
        "inner_attribute_item",
        "integer_literal",
        "label",
        "lifetime",
        "line_comment",
        "macro_definition",
        "metavariable",
        "mutable_specifier",
        "negative_literal",
        "never_type",
        "primitive_type",
        "raw_string_literal",
        "remaining_field_pattern",
        "self",
        "self_parameter",
        "shebang",
        "shorthand_field_identifier",
        "shorthand_field_initializer",
        "string_literal",
        "super",
        "token_tree",
        "type_identifier",
        "unit_expression",
        "unit_type",
        "use_bounds",
        "use_declaration",
        "visibility_modifier",
    }
)

# Types, patterns and the like: only array lengths, const blocks and const arguments in them are
# expressions, so bytes tell whether there is any.
SPARSE = frozenset(
    {
        "abstract_type",
        "array_type",
        "bounded_type",
        "bracketed_type",
        "captured_pattern",
        "closure_parameters",
        "dynamic_type",
        "function_type",
        "generic_pattern",
        "generic_type",
        "generic_type_with_turbofish",
        "higher_ranked_trait_bound",
        "mut_pattern",
        "or_pattern",
        "parameters",
        "pointer_type",
        "qualified_type",
        "range_pattern",
        "ref_pattern",
        "reference_pattern",
        "reference_type",
        "removed_trait_bound",
        "scoped_identifier",
        "scoped_type_identifier",
        "slice_pattern",
        "struct_pattern",
        "trait_bounds",
        "tuple_pattern",
        "tuple_struct_pattern",
        "tuple_type",
        "type_arguments",
        "type_parameters",
        "where_clause",
    }
)


def kind_ids(language: Language, *names: str) -> frozenset[int]:
    """The numbers of the named kinds of node; a name that the grammar lacks is an error in us."""
    ids = {name: set[int]() for name in names}
    for kind in range(language.node_kind_count):
        name = language.node_kind_for_id(kind)
        if name in ids and language.node_kind_is_named(kind):
            ids[name].add(kind)
    unknown = sorted(name for name, found in ids.items() if not found)
    if unknown:
        msg = f"the grammar has no such kinds of node: {', '.join(unknown)}"
        raise LookupError(msg)
    return frozenset().union(*ids.values())
