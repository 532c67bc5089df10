"""The fast walk that counts expressions, from which the counting profiles are made.

It looks at named nodes only, skips what holds no expression, and tells by bytes whether types and
patterns do. Code waits on a stack for each scope; what a scope is, and what functions, macros and
attributes mean, a profile says.
"""

import re
from collections.abc import Sequence

from tree_sitter import Node

from soundcheck.syntax import counting_tables as ways

NO_ITEMS = frozenset({ways.ASSOCIATED, ways.EMPTY, ways.MACRO, ways.MACRO_RULES, ways.SIGNATURE})
UNSAFE_HEADER = re.compile(rb"(?:(?:pub\b\s*(?:\([^)]*\)\s*)?|crate\s+))?(unsafe)\b")

_SEMICOLON, _BRACE = b";", b"}"
# Without one of these bytes a type, a pattern and a list of fields hold no expression: only array
# lengths, const arguments, const blocks and discriminants are, and to syn 1 negative literals.
_IN_TYPE = re.compile(rb"[{;]")
_IN_SYN1_PATTERN = re.compile(rb"[{;-]")
_IN_LIST = re.compile(rb"[{;=]")
LONE_UNDERSCORE = re.compile(rb"\b_\b")
_DIGIT = re.compile(rb"\d")


class Unread(Exception):  # noqa: N818 - no error: the reference walker reads the file
    """A file that only the reference walker reads."""


class Walk:
    """One walk over a file, or over parts of it."""

    __slots__ = (
        "data",
        "exprs",
        "heeds_attributes",
        "heeds_macros",
        "is_syn1",
        "pattern",
        "pending",
        "tables",
    )

    def __init__(self, data: bytes, *, is_syn1: bool = False) -> None:
        self.data = data
        self.tables = ways.tables()
        self.is_syn1 = is_syn1
        self.pattern = _IN_SYN1_PATTERN if is_syn1 else _IN_TYPE
        self.heeds_attributes = False
        self.heeds_macros = False
        # By scope: the code that waits, and the expressions counted.
        self.pending: list[list[Node]] = []
        self.exprs: list[int] = []

    # -- what a profile says -------------------------------------------------------------------

    def inside_unsafe(self, node: Node, scope: int) -> int:
        """The scope of what stands in an unsafe block."""
        raise NotImplementedError

    def function(self, node: Node, scope: int, attributes: list[Node]) -> None:
        """Push a free function."""
        raise NotImplementedError

    def constant(self, node: Node, scope: int) -> None:
        """Push a constant or static outside traits and foreign blocks."""
        raise NotImplementedError

    def braces(self, node: Node, what: int, scope: int) -> None:
        """Push an impl, a trait or a foreign block."""
        raise NotImplementedError

    def scope_of_child(self, _node: Node, scope: int) -> int:
        """The scope of an item of a module, by where it stands."""
        return scope

    def scope_of_item(self, _node: Node, scope: int) -> int:
        """The scope of what stands in a struct, enum, union or type."""
        return scope

    def attribute(self, node: Node, scope: int) -> None:
        """See an attribute, if attributes are heeded at all."""

    def macro(self, node: Node, scope: int) -> None:
        """See a macro call or definition, if macros are heeded at all."""

    def check_glue(self, children: list[Node]) -> None:
        """See the operands or arguments of what may be two statements."""

    def check_path(self) -> None:
        """See a path with an expression in it."""

    def placeholders(self, start: int, end: int) -> int:
        """How often ``_`` stands in the left side of an assignment."""
        return len(LONE_UNDERSCORE.findall(self.data, start, end))

    # -- the loop ------------------------------------------------------------------------------

    def walk(self, scope: int) -> None:
        """Empty the stack of one scope."""
        data, find = self.data, self.data.find
        has_expression, is_telling = _IN_TYPE.search, self.pattern.search
        way, weight = self.tables.way, self.tables.weight
        stack = self.pending[scope]
        pop = stack.pop
        total = 0
        while stack:
            node = pop()
            kind = node.kind_id
            what = way[kind]
            if what == ways.SKIP:
                continue
            if what == ways.VISIT:
                total += weight[kind]
                stack += node.named_children
            elif what == ways.CALL:
                total += 1 + self.call(node, scope)
            elif what == ways.BLOCK:
                total += 1 + self.block(node, scope)
            elif what == ways.FIELD:
                total += 1
                stack.append(node.named_child(0))
            elif what == ways.PATH:
                start, end = node.start_byte, node.end_byte
                if find(b"<", start, end) >= 0 and has_expression(data, start, end):
                    self.check_path()
                    total += self.quiet(node.named_children, scope)
            elif what == ways.TYPE:
                if has_expression(data, node.start_byte, node.end_byte):
                    total += self.quiet(node.named_children, scope)
            elif what == ways.PATTERN:
                if is_telling(data, node.start_byte, node.end_byte):
                    total += self.quiet(node.named_children, scope)
            elif what == ways.MACRO:
                total += 1
                if self.heeds_macros:
                    self.macro(node, scope)
            elif what == ways.GLUED:
                total += 1
                children = node.named_children
                if children:
                    self.check_glue(children)
                    stack += children
            elif what in (ways.LET, ways.CONSTANT):
                total += self.value(node, scope)
            elif what == ways.UNSAFE:
                inner = self.inside_unsafe(node, scope)
                self.exprs[inner] -= 1  # its block is no expression
                self.pending[inner] += node.named_children
            elif what == ways.BINDING:
                total += weight[kind] + self.binding(node, scope)
            elif what == ways.LEAF:
                total += 1
            else:
                total += self.other(node, what, scope)
        self.exprs[scope] += total

    def other(self, node: Node, what: int, scope: int) -> int:
        """Push the children of a node of a kind that is not often met; give what it counts."""
        stack = self.pending[scope]
        if what == ways.ASSIGNMENT:
            return self.assignment(node, stack)
        if what == ways.CLOSURE:
            children = node.named_children
            stack.append(children[-1])
            return 1 + self.quiet(children[:-1], scope)
        if what == ways.CAST:
            children = node.named_children
            stack.append(children[0])
            return 1 + self.quiet(children[1:], scope)
        if what in (ways.MODULE, ways.BROKEN):
            self.module(node, scope)
        elif what in (ways.IMPL, ways.TRAIT, ways.FOREIGN):
            self.braces(node, what, scope)
        elif what == ways.ITEM:
            inner = self.scope_of_item(node, scope)
            self.exprs[inner] += self.quiet(node.named_children, inner)
        elif what == ways.LIST:
            start, end = node.start_byte + 1, node.end_byte
            if _IN_LIST.search(self.data, start, end):
                return self.quiet(node.named_children, scope)
        elif what == ways.GENERIC:
            self.generic_function(node, stack)
        elif what == ways.FUNCTION:
            self.function(node, scope, [])
        elif what == ways.MACRO_RULES and self.heeds_macros:
            self.macro(node, scope)
        elif what == ways.STATEMENT:
            stack += node.named_children
        else:
            return self.odd(node, what, scope)
        return 0

    def odd(self, node: Node, what: int, scope: int) -> int:
        """The same for the rarest of kinds."""
        stack, is_noise = self.pending[scope], self.tables.is_noise
        children = node.named_children
        if what == ways.ARRAY:
            stack += children
            return 1 + (bool(children) and self.is_underscore(children[-1]))
        if what == ways.LET_CHAIN:
            stack += children
            return sum(not is_noise[child.kind_id] for child in children) - 1
        if what == ways.CONST_BLOCK:
            if self.is_syn1:
                return 1
            stack += children
        elif what == ways.ARRAY_TYPE:
            parts = [child for child in children if not is_noise[child.kind_id]]
            stack += parts[1:]
            total = self.quiet(parts[:1], scope)
            return total + (len(parts) > 1 and self.is_underscore(parts[-1]))
        elif what == ways.NEGATIVE:
            return self.is_syn1
        elif what == ways.RANGE_PATTERN and (not self.is_syn1 or len(children) > 1):
            stack += children
        return 0

    # -- statements and items ------------------------------------------------------------------

    def block(self, node: Node, scope: int) -> int:
        """Push the statements of a block; macros and semicolons among them are counted here."""
        data, stack = self.data, self.pending[scope]
        way, is_noise = self.tables.way, self.tables.is_noise
        total = 0
        attributes: list[Node] = []
        macro = None
        may_end_here = False  # the statement before may take the semicolon
        for child in node.named_children:
            kind = child.kind_id
            if is_noise[kind]:
                if self.heeds_attributes:
                    self.attribute(child, scope)
                    attributes.append(child)
                continue
            what = way[kind]
            takes_semicolon, may_end_here = may_end_here, False
            macro = None
            if what == ways.STATEMENT:
                inner = child.named_child(0)
                what = way[inner.kind_id]
                if what == ways.MACRO:
                    total += self.is_syn1 and not data.endswith(_BRACE, 0, inner.end_byte)
                    if self.heeds_macros:
                        self.macro(inner, scope)
                elif what:
                    stack.append(inner)
                may_end_here = not data.endswith(_SEMICOLON, 0, child.end_byte)
            elif what == ways.LET:
                stack.append(child)
            elif what == ways.MACRO:
                macro = child
                may_end_here = True
                if self.heeds_macros:
                    self.macro(child, scope)
            elif what == ways.EMPTY:
                total += not takes_semicolon
            elif what == ways.FUNCTION:
                self.function(child, scope, attributes)
            elif what == ways.CONSTANT:
                self.constant(child, scope)
            elif what == ways.MACRO_RULES:
                may_end_here = self.is_syn1
                if self.heeds_macros:
                    self.macro(child, scope)
            elif what and what != ways.SIGNATURE:
                stack.append(child)
            if attributes:
                attributes = []
        if macro is not None and not data.endswith(_BRACE, 0, macro.end_byte):
            total += 1
        return total

    def module(self, node: Node, scope: int) -> None:
        """Push the items of a file or of a module's braces."""
        way, is_noise = self.tables.way, self.tables.is_noise
        attributes: list[Node] = []
        for child in node.named_children:
            kind = child.kind_id
            if is_noise[kind]:
                if self.heeds_attributes:
                    self.attribute(child, scope)
                    attributes.append(child)
                continue
            inner = self.scope_of_child(child, scope)
            item = child
            what = way[kind]
            if what == ways.STATEMENT:
                item = child.named_child(0)
                what = way[item.kind_id]
            if what == ways.FUNCTION:
                self.function(item, inner, attributes)
            elif what == ways.CONSTANT:
                self.constant(item, inner)
            elif what in (ways.MACRO, ways.MACRO_RULES):
                if self.heeds_macros:
                    self.macro(item, inner)
            elif what and what not in NO_ITEMS:
                self.pending[inner].append(item)
            if attributes:
                attributes = []

    def members(self, node: Node, scope: int) -> list[Node]:
        """Push what stands before the braces of an impl, trait or foreign block; give the rest."""
        header = node.named_children
        if not header or self.tables.way[header[-1].kind_id] != ways.MODULE:
            return []
        body = header.pop()
        if not self.is_plain(node.start_byte, body.start_byte):
            self.exprs[scope] += self.quiet(header, scope)
        return body.named_children

    def signature(self, node: Node, scope: int) -> None:
        """Push the parts of a function, with its body if it has one, which is no expression."""
        children = node.named_children
        body = children[-1]
        if self.tables.way[body.kind_id] != ways.BLOCK:
            self.exprs[scope] += self.quiet(children, scope)
        elif self.is_plain(node.start_byte, body.start_byte):
            self.pending[scope].append(body)
            self.exprs[scope] -= 1
        else:
            self.exprs[scope] += self.quiet(children, scope) - 1

    def unsafe_word(self, function: Node) -> int:
        """Where ``unsafe`` stands before ``fn``, or -1."""
        data, start = self.data, function.start_byte
        if data.find(b"unsafe", start, data.find(b"(", start + 12)) < 0:
            return -1
        for child in function.named_children[:4]:
            if self.tables.way[child.kind_id] == ways.MODIFIERS:
                return data.find(b"unsafe", child.start_byte, child.end_byte)
        return -1

    def value(self, node: Node, scope: int) -> int:
        """Push the parts of a ``let``, ``const`` or ``static``: as a value, a macro counts."""
        way, stack = self.tables.way, self.pending[scope]
        children = node.named_children
        if self.is_syn1 and node.child_by_field_name("alternative") is not None:
            return 1
        total = 0
        for child in children:
            what = way[child.kind_id]
            if what in (ways.MACRO, ways.CONST_BLOCK):
                value = node.child_by_field_name("value")
                if value is None or value.start_byte != child.start_byte:
                    total += self.quiet((child,), scope)
                    continue
            if what:
                stack.append(child)
        return total

    # -- expressions, types and patterns -------------------------------------------------------

    def call(self, node: Node, scope: int) -> int:
        """Push callee and arguments; the field of a method call is no expression, ``x.0()`` is."""
        stack, total = self.pending[scope], 0
        children = node.named_children
        callee = children[0]
        what = self.tables.way[callee.kind_id]
        if what == ways.FIELD:
            stack.append(callee.named_child(0))
            if _DIGIT.match(self.data, callee.end_byte - 1):
                field = callee.named_children[-1]
                total = _DIGIT.match(self.data, field.start_byte) is not None
        elif what == ways.GENERIC:
            self.generic_function(callee, stack)
        elif what:
            if what == ways.MACRO:
                self.check_glue(children)
            stack.append(callee)
        stack += children[-1].named_children
        return total

    def quiet(self, children: Sequence[Node], scope: int) -> int:
        """Push what stands in a type or pattern, where macros and const blocks count nothing."""
        way, stack = self.tables.way, self.pending[scope]
        total = 0
        for child in children:
            what = way[child.kind_id]
            if what == ways.MACRO:
                if self.heeds_macros:
                    self.macro(child, scope)
                continue
            if what == ways.CLOSURE:
                continue
            if what == ways.CONST_BLOCK:
                if self.is_syn1:
                    continue
                total -= 1
            if what:
                stack.append(child)
        return total

    def is_plain(self, start: int, end: int) -> bool:
        """Whether a range of types and patterns has no expression in it."""
        return not self.is_syn1 and _IN_TYPE.search(self.data, start, end) is None

    def generic_function(self, node: Node, stack: list[Node]) -> None:
        """Push what a turbofish stands in: of a method its receiver, and the type arguments."""
        children = node.named_children
        if self.tables.way[children[0].kind_id] == ways.FIELD:
            stack += children[0].named_children
            stack += children[1:]
        elif not self.is_syn1:
            stack += children

    def binding(self, node: Node, scope: int) -> int:
        """Push a pattern and what it is bound to, tested for, or guarded by."""
        way, is_noise, stack = self.tables.way, self.tables.is_noise, self.pending[scope]
        children = [child for child in node.named_children if not is_noise[child.kind_id]]
        if not children or way[children[0].kind_id] not in (
            ways.MACRO,
            ways.CONST_BLOCK,
            ways.CLOSURE,
        ):
            stack += children
            return 0
        first = children[0]
        # The pattern `_` has no node of its own: what comes first may be the value.
        value = node.child_by_field_name("value") or node.child_by_field_name("condition")
        if value is not None and value.start_byte == first.start_byte:
            stack += children
            return 0
        stack += children[1:]
        return self.quiet(children[:1], scope)

    def assignment(self, node: Node, stack: list[Node]) -> int:
        """``..=x`` is no assignment, though it is read as ``..`` ``=`` ``x``; ``_ = x`` is two."""
        children = node.named_children
        stack += children
        left = children[0]
        start, end = left.start_byte, left.end_byte
        if self.data.startswith(b".=", end - 1):
            return 0
        if self.is_underscore(left):
            return 2
        if self.tables.way[left.kind_id] == ways.ASSIGNMENT:  # `a = b = c` is read as `(a = b) = c`
            start = left.named_children[-1].start_byte
        if LONE_UNDERSCORE.search(self.data, start, end):
            return 1 + self.placeholders(start, end)
        return 1

    def is_underscore(self, node: Node) -> bool:
        """Whether a node is ``_``, which counts where an expression stands."""
        start = node.start_byte
        return self.data.startswith(b"_", start) and node.end_byte == start + 1
