"""The specification of the geiger counting profiles: slow, complete, one node after the other.

Every node is visited in the order of the text with the role that its place gives it. The fast
walker of ``counting`` must give the same numbers, and hands files over that it does not read.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from soundcheck.syntax.counting_rules import (
    BLOCK_LIKE,
    COMMENTS,
    COUNTED,
    DIALECTS,
    LEFT_RECURSIVE,
    RECEIVING,
    Dialect,
    GeigerCounts,
)
from soundcheck.syntax.parser import ParsedFile

# Roles: where a node stands. Items are told apart by what encloses them.
EXPRESSION = "expression"
UNCOUNTED = "uncounted"  # a body, a called field, a statement macro: visited, but no expression
QUIET = "quiet"  # in a pattern, a type or a name
MODULE, IMPL, TRAIT, FOREIGN = "module", "impl", "trait", "foreign"

ITEM_ROLES = frozenset({MODULE, IMPL, TRAIT, FOREIGN})

# Kinds whose children are expressions unless their field says otherwise.
_OPERATORS = COUNTED | {
    "arguments",
    "base_field_initializer",
    "const_block",
    "else_clause",
    "expression_statement",
    "field_initializer",
    "field_initializer_list",
    "generic_function",
    "let_chain",
    "match_arm",
    "match_block",
    "unsafe_block",
}
_QUIET_FIELDS = frozenset(
    {"field", "function_name", "label", "name", "pattern", "return_type", "type"}
)
_EXPRESSION_FIELDS = frozenset({"condition", "length", "value"})
_SKIPPED = (
    frozenset({"extern_crate_declaration", "macro_definition", "token_tree", "use_declaration"})
    | COMMENTS
)
_BODIED = frozenset({"async_block", "gen_block", "try_block", "unsafe_block"})
_BODY_FIELDS = {
    "const_block": "body",
    "for_expression": "body",
    "function_item": "body",
    "if_expression": "consequence",
    "loop_expression": "body",
    "while_expression": "body",
}


class _Visit(NamedTuple):
    node: Node
    role: str
    is_unsafe: bool
    attributes: tuple[Node, ...] = ()


def count_reference(parsed: ParsedFile, dialect: str) -> GeigerCounts:
    """Count one file by the named geiger profile."""
    return _Walk(parsed, DIALECTS[dialect]).run()


def list_geiger_events(parsed: ParsedFile, dialect: str) -> tuple[tuple[int, int, int], ...]:
    """Everything in a file that the named geiger profile counts.

    Each is its offset, its column (twice the counter, one more if unsafe), and how often it counts.
    """
    walk = _Recorder(parsed, DIALECTS[dialect])
    walk.run()
    return tuple(walk.events)


class _Walk:
    """One count of one file."""

    __slots__ = (
        "counts",
        "data",
        "dialect",
        "double_references",
        "is_leaked",
        "parsed",
        "statement_macros",
    )

    def __init__(self, parsed: ParsedFile, dialect: Dialect) -> None:
        self.parsed = parsed
        self.data = parsed.data
        self.dialect = dialect
        self.is_leaked = False
        self.statement_macros: set[int] = set()
        self.double_references: set[int] = set()
        self.counts = {name: [0, 0] for name in GeigerCounts.__struct_fields__}

    def run(self) -> GeigerCounts:
        stack = [_Visit(self.parsed.root, MODULE, is_unsafe=False)]
        while stack:
            visit = stack.pop()
            if self.is_leaked and not visit.is_unsafe:
                visit = visit._replace(is_unsafe=True)
            stack.extend(reversed(list(self.visit(visit))))
        return GeigerCounts(**{name: (pair[0], pair[1]) for name, pair in self.counts.items()})

    def count(self, name: str, *, is_unsafe: bool, times: int = 1) -> None:
        self.counts[name][is_unsafe] += times

    def text(self, node: Node) -> bytes:
        return self.data[node.start_byte : node.end_byte]

    # -- dispatch ------------------------------------------------------------------------------

    def visit(self, visit: _Visit) -> Iterator[_Visit]:
        kind = visit.node.type
        if self.is_verbatim_item(visit):
            return iter(())
        if kind in _SKIPPED:
            return self.attributes(visit)
        if kind in ("source_file", "ERROR"):
            return self.container(visit, visit.role)
        if kind == "block":
            return self.block(visit)
        special = _SPECIAL.get(kind)
        if special is not None:
            return special(self, visit)
        if kind in COUNTED and visit.role != UNCOUNTED:
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return self.children(visit)

    def attributes(self, visit: _Visit) -> Iterator[_Visit]:
        return (_Visit(node, QUIET, visit.is_unsafe) for node in visit.attributes)

    def children(self, visit: _Visit, *, is_unsafe: bool | None = None) -> Iterator[_Visit]:
        """Attributes, then children with the roles that their fields give them."""
        node, kind = visit.node, visit.node.type
        scope = visit.is_unsafe if is_unsafe is None else is_unsafe
        yield from (_Visit(attribute, QUIET, scope) for attribute in visit.attributes)
        body = _BODY_FIELDS.get(kind)
        for i, child in enumerate(node.children):
            if not child.is_named:
                continue
            # Asking for the field costs its position: lists, which can be long, have none.
            field = (node.field_name_for_child(i) if i < _MOST_FIELDS else None) or ""
            if child.type == "block" and (field == body or kind in _BODIED):
                role = UNCOUNTED
            elif kind in _OPERATORS:
                role = QUIET if field in _QUIET_FIELDS else EXPRESSION
            else:
                role = EXPRESSION if field in _EXPRESSION_FIELDS else QUIET
            yield _Visit(child, role, scope)

    # -- items ---------------------------------------------------------------------------------

    def is_verbatim_item(self, visit: _Visit) -> bool:
        """Whether syn keeps only the tokens of an item: nothing in it is visited."""
        node, role = visit.node, visit.role
        if role not in ITEM_ROLES or node.type not in _ITEMS:
            return False
        if node.start_byte in self.parsed.verbatim:
            return True
        if role == TRAIT and node.type in _TRAIT_ITEMS:
            return _has_child(node, "visibility_modifier") or _is_default(node)
        if node.type == "function_item":
            return role == FOREIGN
        if node.type == "function_signature_item":
            return role == MODULE or (role == IMPL and not self.dialect.is_syn1)
        if node.type in ("const_item", "static_item"):
            has_value = node.child_by_field_name("value") is not None
            return has_value if role == FOREIGN else not has_value and role != TRAIT
        if node.type == "foreign_mod_item":
            return self.dialect.is_syn1 and _has_child(node, "unsafe")
        if node.type == "associated_type":
            has_bounds = node.child_by_field_name("bounds") is not None
            return has_bounds if role == FOREIGN else role != TRAIT
        return node.type == "type_item" and role == FOREIGN

    def container(self, visit: _Visit, role: str) -> Iterator[_Visit]:
        """Items in braces, or a file: attributes go with the item that follows them."""
        attributes: list[Node] = []
        for child in visit.node.named_children:
            if child.type in COMMENTS:
                continue
            if child.type == "attribute_item":
                attributes.append(child)
                continue
            part = child
            if child.type == "expression_statement":
                inner = _significant(child)
                part = inner[0] if inner else child
            is_macro = part.type == "macro_invocation"
            own = UNCOUNTED if is_macro else EXPRESSION if part is not child else role
            yield _Visit(part, own, visit.is_unsafe, tuple(attributes))
            attributes.clear()
        yield from (_Visit(attribute, QUIET, visit.is_unsafe) for attribute in attributes)

    def function(self, visit: _Visit) -> Iterator[_Visit]:
        is_unsafe = _is_unsafe_fn(visit.node)
        scope = visit.is_unsafe
        if visit.role == IMPL:
            self.count("methods", is_unsafe=is_unsafe)
            scope = scope or is_unsafe
        elif visit.role != TRAIT and visit.node.type == "function_item":
            marked = any(self.is_unsafe_attribute(node) for node in visit.attributes)
            self.count("functions", is_unsafe=is_unsafe or marked)
            scope = scope or is_unsafe or marked
            if marked and not is_unsafe and self.dialect.leaks:
                self.is_leaked = True
        return self.children(visit, is_unsafe=scope)

    def is_unsafe_attribute(self, node: Node) -> bool:
        attribute = next((n for n in node.named_children if n.type == "attribute"), None)
        if attribute is None or not attribute.named_children:
            return False
        path = attribute.named_children[0]
        name = self.text(path) if path.type == "identifier" else b""
        if self.dialect.is_syn1:
            has_value = attribute.child_by_field_name("value") is not None
            if name == b"export_name":
                return has_value
            return name == b"no_mangle" and attribute.child_count == 1
        if name in (b"no_mangle", b"export_name"):
            return True
        return name == b"unsafe" and self.dialect.sees_unsafe_attribute

    def impl(self, visit: _Visit) -> Iterator[_Visit]:
        self.count("item_impls", is_unsafe=_has_child(visit.node, "unsafe"))
        return self.members(visit, IMPL)

    def trait(self, visit: _Visit) -> Iterator[_Visit]:
        self.count("item_traits", is_unsafe=_has_child(visit.node, "unsafe"))
        return self.members(visit, TRAIT)

    def foreign(self, visit: _Visit) -> Iterator[_Visit]:
        return self.members(visit, FOREIGN)

    def module(self, visit: _Visit) -> Iterator[_Visit]:
        return self.members(visit, MODULE)

    def members(self, visit: _Visit, role: str) -> Iterator[_Visit]:
        for child in self.children(visit):
            if child.node.type == "declaration_list":
                yield from self.container(child, role)
            else:
                yield child

    def attribute(self, visit: _Visit) -> Iterator[_Visit]:
        """The value of ``#[name = value]`` is an expression to syn 2."""
        return iter(()) if self.dialect.is_syn1 else self.children(visit)

    # -- statements ----------------------------------------------------------------------------

    def block(self, visit: _Visit) -> Iterator[_Visit]:
        if visit.role != UNCOUNTED:
            self.count("exprs", is_unsafe=visit.is_unsafe)
        attributes: list[Node] = list(visit.attributes)
        statements = _significant(visit.node)
        may_end_here = False  # the statement before may take the semicolon
        for i, statement in enumerate(statements):
            kind = statement.type
            if kind == "attribute_item":
                attributes.append(statement)
                continue
            if kind == "empty_statement":
                yield _Visit(statement, UNCOUNTED if may_end_here else EXPRESSION, visit.is_unsafe)
                may_end_here = False
                continue
            part, role, has_semicolon = statement, MODULE, True
            if kind == "expression_statement":
                has_semicolon = self.data[statement.end_byte - 1 : statement.end_byte] == b";"
                part = _significant(statement)[0]
                role = EXPRESSION
            elif kind == "macro_invocation" or kind not in _STATEMENTS:
                has_semicolon = False
                role = EXPRESSION
            if part.type == "macro_invocation":
                is_last = i == len(statements) - 1
                role = self.macro_role(part, is_last=is_last, has_semicolon=has_semicolon)
            elif role == EXPRESSION:
                self.unglue(part)
            yield _Visit(part, role, visit.is_unsafe, tuple(attributes))
            attributes.clear()
            may_end_here = not has_semicolon or (
                kind == "macro_definition" and self.dialect.is_syn1
            )
        yield from (_Visit(attribute, QUIET, visit.is_unsafe) for attribute in attributes)

    def macro_role(self, macro: Node, *, is_last: bool, has_semicolon: bool) -> str:
        """A statement macro is no expression to syn 2; nor, if it has braces, to syn 1."""
        if self.data[macro.end_byte - 1] == ord("}"):
            return UNCOUNTED
        if has_semicolon:
            return EXPRESSION if self.dialect.is_syn1 else UNCOUNTED
        return EXPRESSION if is_last else UNCOUNTED

    def unglue(self, expression: Node) -> None:
        """Tell apart what the grammar took for one statement: ``match x {} && y``, ``m! {} *y``."""
        parent, node = None, expression
        while node.type in LEFT_RECURSIVE:
            inner = _significant(node)
            if not inner or inner[0].start_byte != node.start_byte:
                break
            parent, node = node, inner[0]
        if parent is None:
            return
        if node.type == "macro_invocation" and self.data[node.end_byte - 1] == ord("}"):
            is_received = self.dialect.is_syn1 and parent.type == "range_expression"
            if is_received or parent.type in RECEIVING:
                return
            self.statement_macros.add(node.start_byte)
            return
        if node.type not in BLOCK_LIKE or (self.dialect.is_syn1 and _has_child(node, "label")):
            return
        if _operator(parent) == "&&":  # what follows is `&&y`, two references, no conjunction
            self.double_references.add(parent.id)

    def let(self, visit: _Visit) -> Iterator[_Visit]:
        if self.dialect.is_syn1 and visit.node.child_by_field_name("alternative") is not None:
            self.count("exprs", is_unsafe=visit.is_unsafe)
            return iter(())
        return self.children(visit)

    # -- expressions ---------------------------------------------------------------------------

    def tokens(self, visit: _Visit) -> Iterator[_Visit]:
        """An expression of which syn keeps only the tokens."""
        self.count("exprs", is_unsafe=visit.is_unsafe)
        return iter(())

    def counted(self, visit: _Visit) -> Iterator[_Visit]:
        if visit.role != UNCOUNTED:
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return self.children(visit)

    def macro(self, visit: _Visit) -> Iterator[_Visit]:
        if visit.role == EXPRESSION and visit.node.start_byte not in self.statement_macros:
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return self.attributes(visit)

    def empty(self, visit: _Visit) -> Iterator[_Visit]:
        if visit.role == EXPRESSION:
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return iter(())

    def identifier(self, visit: _Visit) -> Iterator[_Visit]:
        """``_`` in the place of an expression is one: ``_ = f()``, ``[0; _]``."""
        if visit.role == EXPRESSION and self.text(visit.node) == b"_":
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return self.attributes(visit)

    def call(self, visit: _Visit) -> Iterator[_Visit]:
        """A method call is one expression, its field none; a called tuple field is two."""
        is_builtin = visit.node.start_byte in self.parsed.verbatim
        if is_builtin and visit.node.named_children[0].type == "identifier":
            yield from self.tokens(visit)
            return
        self.count("exprs", is_unsafe=visit.is_unsafe)
        start = visit.node.start_byte
        for child in self.children(visit):
            if child.node.type != "field_expression" or child.node.start_byte != start:
                yield child
                continue
            is_method = child.node.named_children[-1].type == "field_identifier"
            yield child._replace(role=UNCOUNTED if is_method else EXPRESSION)

    def generic_function(self, visit: _Visit) -> Iterator[_Visit]:
        is_method = any(node.type == "field_expression" for node in visit.node.named_children)
        if self.dialect.is_syn1 and not is_method:
            return
        for child in self.children(visit):
            is_callee = child.node.type == "field_expression"
            yield child._replace(role=UNCOUNTED) if is_callee else child

    def path(self, visit: _Visit) -> Iterator[_Visit]:
        """On syn 1 geiger does not look into paths that are expressions."""
        if self.dialect.is_syn1 and visit.role == EXPRESSION:
            return iter(())
        return self.children(visit)

    def assignment(self, visit: _Visit) -> Iterator[_Visit]:
        """``..=x`` is no assignment, though the grammar reads ``..`` ``=`` ``x``."""
        equals = next(node for node in visit.node.children if node.type == "=")
        if self.data[equals.start_byte - 1] != ord("."):
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return self.children(visit)

    def binary(self, visit: _Visit) -> Iterator[_Visit]:
        """What follows ``break``, ``..`` or a statement macro may be no operand of an operator.

        ``return &&x`` returns two references, ``break |x| y`` a closure, ``..<T>::f`` is a range.
        """
        operator, left = _operator(visit.node), visit.node.named_children[0]
        times = 1 + (visit.node.id in self.double_references)
        if operator == "&&" and self.takes_no_operator(left):
            times += 1
        if left.type == "binary_expression" and _operator(left) + operator in ("||", "<>"):
            first, *_parameters = _significant(left)
            if self.takes_no_operator(first):
                self.count("exprs", is_unsafe=visit.is_unsafe, times=operator == "|")
                yield _Visit(first, EXPRESSION, visit.is_unsafe, visit.attributes)
                yield _Visit(_significant(visit.node)[-1], EXPRESSION, visit.is_unsafe)
                return
        self.count("exprs", is_unsafe=visit.is_unsafe, times=times)
        yield from self.children(visit)

    def takes_no_operator(self, node: Node) -> bool:
        """Whether a node is a jump or range without operands, or a macro that is a statement."""
        if node.type == "macro_invocation":
            return node.start_byte in self.statement_macros
        return node.type in _JUMPS and not _significant(node)

    def let_chain(self, visit: _Visit) -> Iterator[_Visit]:
        joints = sum(node.type == "&&" for node in visit.node.children)
        self.count("exprs", is_unsafe=visit.is_unsafe, times=joints)
        return self.children(visit)

    def unsafe_block(self, visit: _Visit) -> Iterator[_Visit]:
        return self.children(visit, is_unsafe=True)

    def const_block(self, visit: _Visit) -> Iterator[_Visit]:
        if visit.role == EXPRESSION or visit.role == MODULE:
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return iter(()) if self.dialect.is_syn1 else self.children(visit)

    def closure(self, visit: _Visit) -> Iterator[_Visit]:
        if visit.role == QUIET:  # a pattern that begins with `|`, misread
            return iter(())
        if self.dialect.is_syn1 and visit.node.start_byte in self.parsed.verbatim:
            return self.tokens(visit)  # it had a binder, `for<'a>`
        self.count("exprs", is_unsafe=visit.is_unsafe)
        if any(node.type == "_" for node in visit.node.children):
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return self.children(visit)

    def reference(self, visit: _Visit) -> Iterator[_Visit]:
        is_box = visit.node.start_byte in self.parsed.verbatim
        is_raw = any(node.type == "raw" for node in visit.node.children)
        if is_raw if self.dialect.is_syn1 else is_box:
            return self.tokens(visit)
        return self.counted(visit)

    def jump(self, visit: _Visit) -> Iterator[_Visit]:
        is_become = visit.node.start_byte in self.parsed.verbatim
        return self.tokens(visit) if is_become else self.counted(visit)

    # -- patterns ------------------------------------------------------------------------------

    def negative(self, visit: _Visit) -> Iterator[_Visit]:
        """To syn 1 a negative literal in a pattern is an operator and its operand."""
        parent = visit.node.parent
        in_type = parent is not None and parent.type in ("const_parameter", "type_arguments")
        if self.dialect.is_syn1 and not in_type:
            self.count("exprs", is_unsafe=visit.is_unsafe)
        return iter(())

    def range_pattern(self, visit: _Visit) -> Iterator[_Visit]:
        if self.dialect.is_syn1 and len(_significant(visit.node)) < 2:
            return iter(())
        return self.children(visit)


_MOST_FIELDS = 24
_JUMPS = frozenset(
    {"break_expression", "range_expression", "return_expression", "yield_expression"}
)
_ITEMS = frozenset(
    {
        "associated_type",
        "const_item",
        "foreign_mod_item",
        "function_item",
        "function_signature_item",
        "impl_item",
        "macro_invocation",
        "static_item",
        "type_item",
    }
)
_TRAIT_ITEMS = _ITEMS - {"macro_invocation"}
_STATEMENTS = _ITEMS | {
    "enum_item",
    "inner_attribute_item",
    "let_declaration",
    "macro_definition",
    "mod_item",
    "struct_item",
    "trait_item",
    "union_item",
    "use_declaration",
    "extern_crate_declaration",
}
_SPECIAL = {
    "assignment_expression": _Walk.assignment,
    "attribute": _Walk.attribute,
    "binary_expression": _Walk.binary,
    "call_expression": _Walk.call,
    "closure_expression": _Walk.closure,
    "const_block": _Walk.const_block,
    "empty_statement": _Walk.empty,
    "foreign_mod_item": _Walk.foreign,
    "function_item": _Walk.function,
    "function_signature_item": _Walk.function,
    "generic_function": _Walk.generic_function,
    "identifier": _Walk.identifier,
    "impl_item": _Walk.impl,
    "let_chain": _Walk.let_chain,
    "let_declaration": _Walk.let,
    "macro_invocation": _Walk.macro,
    "mod_item": _Walk.module,
    "negative_literal": _Walk.negative,
    "range_pattern": _Walk.range_pattern,
    "reference_expression": _Walk.reference,
    "return_expression": _Walk.jump,
    "scoped_identifier": _Walk.path,
    "trait_item": _Walk.trait,
    "unsafe_block": _Walk.unsafe_block,
}


def _significant(node: Node) -> list[Node]:
    """The named children without comments and labels."""
    return [n for n in node.named_children if n.type not in COMMENTS and n.type != "label"]


def _has_child(node: Node, kind: str) -> bool:
    return any(child.type == kind for child in node.children)


def _modifiers(node: Node) -> frozenset[str]:
    for child in node.named_children:
        if child.type == "function_modifiers":
            return frozenset(modifier.type for modifier in child.children)
    return frozenset()


class _Recorder(_Walk):
    """A walk that remembers where everything it counts stands."""

    __slots__ = ("at", "events")

    def __init__(self, parsed: ParsedFile, dialect: Dialect) -> None:
        super().__init__(parsed, dialect)
        self.at = 0
        self.events: list[tuple[int, int, int]] = []

    def visit(self, visit: _Visit) -> Iterator[_Visit]:
        self.at = visit.node.start_byte
        return super().visit(visit)

    def count(self, name: str, *, is_unsafe: bool, times: int = 1) -> None:
        column = 2 * GeigerCounts.__struct_fields__.index(name) + is_unsafe
        self.events.append((self.at, column, times))
        super().count(name, is_unsafe=is_unsafe, times=times)


def _is_unsafe_fn(node: Node) -> bool:
    return "unsafe" in _modifiers(node)


def _is_default(node: Node) -> bool:
    return "default" in _modifiers(node)


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return operator.type if operator is not None else ""
