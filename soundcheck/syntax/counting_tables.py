"""What the fast walk does with each kind of node, by the number of the kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tree_sitter import Language

from soundcheck.syntax.counting_rules import BLOCK_LIKE, COMMENTS, COUNTED
from soundcheck.syntax.parser import rust_language

# Nothing to see; count and go on; count only; without `;` and `{` nothing to see.
SKIP, VISIT, LEAF, TYPE, PATH, PATTERN, LIST = range(7)
# Statements and items.
BLOCK, STATEMENT, LET, CONSTANT, EMPTY, MACRO_RULES = range(7, 13)
FUNCTION, SIGNATURE, MODIFIERS, MODULE, IMPL, TRAIT, FOREIGN, ASSOCIATED = range(13, 21)
# Expressions, types and patterns that are not like the others.
CALL, FIELD, MACRO, GLUED, CLOSURE, CAST, UNSAFE, ASSIGNMENT = range(21, 29)
BINDING, LET_CHAIN, CONST_BLOCK, GENERIC, ARRAY, ARRAY_TYPE, RANGE_PATTERN, NEGATIVE = range(29, 37)
ITEM, BROKEN = range(37, 39)

_WAYS = {
    "array_expression": ARRAY,
    "array_type": ARRAY_TYPE,
    "assignment_expression": ASSIGNMENT,
    "associated_type": ASSOCIATED,
    "binary_expression": GLUED,
    "block": BLOCK,
    "call_expression": CALL,
    "closure_expression": CLOSURE,
    "const_block": CONST_BLOCK,
    "const_item": CONSTANT,
    "continue_expression": LEAF,
    "declaration_list": MODULE,
    "empty_statement": EMPTY,
    "enum_item": ITEM,
    "enum_variant_list": LIST,
    "expression_statement": STATEMENT,
    "field_declaration_list": LIST,
    "field_expression": FIELD,
    "for_expression": BINDING,
    "foreign_mod_item": FOREIGN,
    "function_item": FUNCTION,
    "function_modifiers": MODIFIERS,
    "function_signature_item": SIGNATURE,
    "generic_function": GENERIC,
    "impl_item": IMPL,
    "index_expression": GLUED,
    "let_chain": LET_CHAIN,
    "let_condition": BINDING,
    "let_declaration": LET,
    "macro_definition": MACRO_RULES,
    "macro_invocation": MACRO,
    "match_pattern": BINDING,
    "negative_literal": NEGATIVE,
    "ordered_field_declaration_list": LIST,
    "range_expression": GLUED,
    "range_pattern": RANGE_PATTERN,
    "scoped_identifier": PATH,
    "struct_item": ITEM,
    "source_file": MODULE,
    "static_item": CONSTANT,
    "trait_item": TRAIT,
    "type_cast_expression": CAST,
    "type_item": ITEM,
    "union_item": ITEM,
    "unit_expression": LEAF,
    "unsafe_block": UNSAFE,
}

# The number of an error, whatever the grammar.
ERROR_KIND = 0xFFFF

# Nothing in these is an expression.
_LEAVES = (
    "attribute_item",
    "block_comment",
    "boolean_literal",
    "char_literal",
    "crate",
    "extern_crate_declaration",
    "extern_modifier",
    "field_identifier",
    "float_literal",
    "for_lifetimes",
    "identifier",
    "inner_attribute_item",
    "integer_literal",
    "label",
    "lifetime",
    "line_comment",
    "metavariable",
    "mutable_specifier",
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
    "unit_type",
    "use_bounds",
    "use_declaration",
    "visibility_modifier",
)

# In types, patterns and paths only array lengths, const arguments and const blocks are
# expressions: where there is no semicolon and no brace in them there is none.
_TYPES = (
    "abstract_type",
    "bounded_type",
    "bracketed_type",
    "const_parameter",
    "dynamic_type",
    "field_declaration",
    "function_type",
    "generic_type",
    "generic_type_with_turbofish",
    "higher_ranked_trait_bound",
    "lifetime_parameter",
    "pointer_type",
    "qualified_type",
    "reference_type",
    "removed_trait_bound",
    "scoped_type_identifier",
    "trait_bounds",
    "tuple_type",
    "type_arguments",
    "type_binding",
    "type_parameter",
    "type_parameters",
    "variadic_parameter",
    "where_clause",
    "where_predicate",
)
_PATTERNS = (
    "captured_pattern",
    "closure_parameters",
    "field_pattern",
    "generic_pattern",
    "mut_pattern",
    "or_pattern",
    "parameter",
    "parameters",
    "ref_pattern",
    "reference_pattern",
    "slice_pattern",
    "struct_pattern",
    "tuple_pattern",
    "tuple_struct_pattern",
)

# A block counts where it is met; what owns one that is no expression takes it back.
_BLOCK_OWNERS = (
    "async_block",
    "const_block",
    "for_expression",
    "gen_block",
    "if_expression",
    "loop_expression",
    "try_block",
    "while_expression",
)
_NOISE = (*COMMENTS, "attribute_item", "inner_attribute_item", "label")
_JUMPS = ("break_expression", "range_expression", "return_expression", "yield_expression")


class Tables(NamedTuple):
    """By the number of a kind: what to do with it, how much it counts, and what else it is."""

    way: Sequence[int]
    weight: Sequence[int]
    is_noise: bytes
    is_jump: bytes
    is_block_like: bytes


@cache
def tables() -> Tables:
    """The tables for the grammar at hand; that it has all these kinds is checked on the way."""
    language = rust_language()
    size = ERROR_KIND + 1

    def flags(names: Iterable[str]) -> bytes:
        table = bytearray(size)
        for kind in kind_ids(language, names):
            table[kind] = 1
        return bytes(table)

    way, weight = [VISIT] * size, [0] * size
    way[ERROR_KIND] = BROKEN
    for names, what in ((_LEAVES, SKIP), (_TYPES, TYPE), (_PATTERNS, PATTERN)):
        for kind in kind_ids(language, names):
            way[kind] = what
    for name, what in _WAYS.items():
        for kind in kind_ids(language, (name,)):
            way[kind] = what
    for kind in kind_ids(language, (*COUNTED, "const_block")):
        weight[kind] += 1
    for kind in kind_ids(language, _BLOCK_OWNERS):
        weight[kind] -= 1
    return Tables(
        way,
        weight,
        flags(_NOISE),
        flags(_JUMPS),
        flags(BLOCK_LIKE),
    )


def kind_ids(language: Language, names: Iterable[str]) -> frozenset[int]:
    """The numbers of the named kinds of node; a name that the grammar lacks is an error in us."""
    known, names = _named_kinds(language), tuple(names)
    unknown = sorted({name for name in names if name not in known})
    if unknown:
        msg = f"the grammar has no such kinds of node: {', '.join(unknown)}"
        raise LookupError(msg)
    return frozenset(kind for name in names for kind in known[name])


@cache
def _named_kinds(language: Language) -> Mapping[str, Sequence[int]]:
    """The numbers of each kind of named node."""
    found: dict[str, list[int]] = defaultdict(list)
    for kind in range(language.node_kind_count):
        name = language.node_kind_for_id(kind)
        if name is not None and language.node_kind_is_named(kind):
            found[name].append(kind)
    return dict(found)
