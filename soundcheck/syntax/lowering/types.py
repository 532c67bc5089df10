"""Types, paths and generics."""

from tree_sitter import Node

from soundcheck.syntax.items import (
    NO_GENERICS,
    ArrayType,
    ConstType,
    DynType,
    FnType,
    GenericParam,
    Generics,
    ImplType,
    InferType,
    LifetimeType,
    NeverType,
    Path,
    PathType,
    PtrType,
    RefType,
    Segment,
    SliceType,
    TupleType,
    Type,
)
from soundcheck.syntax.literals import unquote
from soundcheck.syntax.lowering.context import COMMENTS, DEEPEST, Lowering, first_named

UNREAD_TYPE = ConstType("")
_NAMES = frozenset(
    {"identifier", "type_identifier", "self", "super", "crate", "primitive_type", "metavariable",
     "field_identifier", "shorthand_field_identifier"}
)  # fmt: skip
# A type in a type takes several calls of ours: more than an expression in an expression.
_DEPTH = 2
_SCOPED = frozenset({"scoped_identifier", "scoped_type_identifier"})
_GENERIC = frozenset(
    {"generic_type", "generic_type_with_turbofish", "generic_function", "generic_pattern"}
)


def lower_path(cx: Lowering, node: Node) -> Path:
    """A path in any position: a type, a value, a pattern, a macro's name."""
    segments: list[Segment] = []
    is_global = False
    qself: Type | None = None
    trait: Path | None = None
    current: Node | None = node
    args: tuple[tuple[Type, ...], tuple[tuple[str, Type], ...]] = ((), ())
    while current is not None:
        kind = current.type
        if kind in _NAMES:
            segments.append(Segment(cx.name(current), *args))
            break
        if kind in _SCOPED:
            name = current.child_by_field_name("name")
            segments.append(Segment("" if name is None else cx.name(name), *args))
            args = ((), ())
            path = current.child_by_field_name("path")
            if path is None:
                is_global = True
            current = path
        elif kind in _GENERIC:
            args = _lower_arguments(cx, current.child_by_field_name("type_arguments"))
            inner = current.child_by_field_name("type") or current.child_by_field_name("function")
            current = inner if inner is not None else first_named(current)
        elif kind == "bracketed_type":
            inner = first_named(current)
            if inner is not None and inner.type == "qualified_type":
                qself = _field_type(cx, inner, "type")
                alias = inner.child_by_field_name("alias")
                trait = lower_path(cx, alias) if alias is not None else None
            elif inner is not None:
                qself = lower_type(cx, inner)
            break
        else:
            segments.append(Segment(cx.text(current), *args))
            break
    segments.reverse()
    if trait is not None:
        return Path((*trait.segments, *segments), trait.is_global, qself, len(trait.segments))
    return Path(tuple(segments), is_global, qself)


def _lower_arguments(
    cx: Lowering, node: Node | None
) -> tuple[tuple[Type, ...], tuple[tuple[str, Type], ...]]:
    if node is None:
        return (), ()
    args: list[Type] = []
    bindings: list[tuple[str, Type]] = []
    for child in node.named_children:
        kind = child.type
        if kind == "type_binding":
            name = child.child_by_field_name("name")
            if name is not None:
                bindings.append((cx.name(name), _field_type(cx, child, "type")))
        elif kind == "trait_bounds":
            # `Item: Bound` is written as an argument with its bounds behind it.
            named = args.pop() if args else None
            if isinstance(named, PathType):
                bindings.append((named.path.name, ImplType(_lower_bounds(cx, child))))
        elif kind not in COMMENTS:
            args.append(lower_type(cx, child))
    return tuple(args), tuple(bindings)


def _field_type(cx: Lowering, node: Node, field: str) -> Type:
    child = node.child_by_field_name(field)
    return UNREAD_TYPE if child is None else lower_type(cx, child)


def lower_type(cx: Lowering, node: Node) -> Type:
    """A type, or a constant or lifetime in the place of one."""
    cx.depth += _DEPTH
    if cx.depth > DEEPEST:
        cx.depth -= _DEPTH
        cx.gap("too-deep", "a type nested too deep to read", node.start_byte, node.end_byte)
        return UNREAD_TYPE
    lowered = _lower_type(cx, node)
    cx.depth -= _DEPTH
    return lowered


def _lower_type(cx: Lowering, node: Node) -> Type:
    kind = node.type
    if kind in _NAMES:
        text = cx.name(node)
        if cx.is_repaired and cx.is_written(b"(", node.start_byte):
            return TupleType()
        if text in ("_", ""):
            return InferType() if text else UNREAD_TYPE
        return PathType(Path((Segment(text),)))
    if kind in _SCOPED or kind in _GENERIC:
        return PathType(lower_path(cx, node))
    if kind == "reference_type":
        lifetime = is_mut = None
        for child in node.children:
            if child.type == "lifetime":
                lifetime = child
            elif child.type == "mutable_specifier":
                is_mut = child
        name = "" if lifetime is None else lifetime_name(cx, lifetime)
        return RefType(_field_type(cx, node, "type"), is_mut is not None, name)
    if kind == "pointer_type":
        is_mut_pointer = any(child.type == "mutable_specifier" for child in node.children)
        return PtrType(_field_type(cx, node, "type"), is_mut_pointer)
    if kind == "array_type":
        length = node.child_by_field_name("length")
        element = _field_type(cx, node, "element")
        return SliceType(element) if length is None else ArrayType(element, cx.text(length))
    if kind == "tuple_type":
        parts = tuple(lower_type(cx, child) for child in _types_in(node))
        # `(T)` is T: there is no comma between the parentheses.
        if len(parts) == 1 and not any(child.type == "," for child in node.children):
            return parts[0]
        return TupleType(parts)
    if kind == "unit_type":
        return TupleType()
    if kind == "never_type":
        return NeverType()
    if kind == "function_type":
        return _lower_fn_type(cx, node)
    if kind in ("dynamic_type", "abstract_type"):
        bounds = split_bounds(_field_type(cx, node, "trait"))
        return DynType(bounds) if kind == "dynamic_type" else ImplType(bounds)
    if kind == "bounded_type":
        return _lower_bounded(cx, node)
    if kind in ("higher_ranked_trait_bound", "bracketed_type", "qualified_type"):
        return _field_type(cx, node, "type") if kind[0] != "b" else PathType(lower_path(cx, node))
    if kind == "removed_trait_bound":
        return ConstType(cx.text(node))
    if kind == "lifetime":
        return LifetimeType(lifetime_name(cx, node))
    sign = "-" if cx.is_repaired and cx.is_written(b"-", node.start_byte - 1) else ""
    return ConstType(sign + cx.text(node))


def lifetime_name(cx: Lowering, node: Node) -> str:
    """The name of a lifetime or label, without its quote."""
    return cx.text(node)[1:].removeprefix("r#")


def _types_in(node: Node) -> list[Node]:
    return [
        child
        for child in node.named_children
        if child.type not in COMMENTS and child.type != "attribute_item"
    ]


def split_bounds(bound: Type) -> tuple[Type, ...]:
    """The bounds of ``dyn`` and ``impl`` types one by one; any other type is one itself."""
    return bound.bounds if isinstance(bound, DynType | ImplType) else (bound,)


def _lower_bounded(cx: Lowering, node: Node) -> Type:
    parts = [lower_type(cx, child) for child in _types_in(node)]
    bounds = tuple(bound for part in parts for bound in split_bounds(part))
    is_impl = any(isinstance(part, ImplType) for part in parts)
    return ImplType(bounds) if is_impl else DynType(bounds)


def _lower_fn_type(cx: Lowering, node: Node) -> FnType:
    params: list[Type] = []
    parameters = node.child_by_field_name("parameters")
    if parameters is not None:
        for child in _types_in(parameters):
            if child.type == "parameter":
                params.append(_field_type(cx, child, "type"))
            elif child.type != "variadic_parameter":
                params.append(lower_type(cx, child))
    ret = node.child_by_field_name("return_type")
    trait = node.child_by_field_name("trait")
    qualifiers, abi = lower_modifiers(cx, node)
    return FnType(
        tuple(params),
        None if ret is None else lower_type(cx, ret),
        "unsafe" in qualifiers,
        abi,
        None if trait is None else lower_path(cx, trait),
    )


def lower_modifiers(cx: Lowering, node: Node) -> tuple[tuple[str, ...], str]:
    """The qualifiers of a function or function type, and its ABI (``C`` where none is named)."""
    for child in node.children:
        if child.type == "function_modifiers":
            qualifiers = []
            abi = ""
            for part in child.children:
                if part.type == "extern_modifier":
                    abi = lower_abi(cx, part)
                elif part.type not in COMMENTS:
                    qualifiers.append(cx.text(part))
            return tuple(qualifiers), abi
    return (), ""


def lower_abi(cx: Lowering, node: Node) -> str:
    """The name in an ``extern_modifier``."""
    for part in node.named_children:
        if part.type in ("string_literal", "raw_string_literal"):
            return unquote(cx.text(part))
    return "C"


def _lower_bounds(cx: Lowering, node: Node | None) -> tuple[Type, ...]:
    return () if node is None else tuple(lower_type(cx, child) for child in _types_in(node))


def lower_bounds(cx: Lowering, node: Node, field: str = "bounds") -> tuple[Type, ...]:
    """The bounds in a field of a node."""
    return _lower_bounds(cx, node.child_by_field_name(field))


def lower_generics(cx: Lowering, node: Node) -> Generics:
    """The generic parameters and the ``where`` clause of an item."""
    parameters = node.child_by_field_name("type_parameters")
    params: list[GenericParam] = []
    if parameters is not None:
        for child in parameters.named_children:
            name = child.child_by_field_name("name")
            if child.type == "type_parameter" and name is not None:
                default = child.child_by_field_name("default_type")
                params.append(
                    GenericParam(
                        cx.name(name),
                        "type",
                        lower_bounds(cx, child),
                        None if default is None else lower_type(cx, default),
                    )
                )
            elif child.type == "lifetime_parameter" and name is not None:
                params.append(
                    GenericParam(lifetime_name(cx, name), "lifetime", lower_bounds(cx, child))
                )
            elif child.type == "const_parameter" and name is not None:
                value = child.child_by_field_name("value")
                params.append(
                    GenericParam(
                        cx.name(name),
                        "const",
                        (_field_type(cx, child, "type"),),
                        None if value is None else ConstType(cx.text(value)),
                    )
                )
    predicates: list[tuple[Type, tuple[Type, ...]]] = []
    for child in node.named_children:
        if child.type == "where_clause":
            for predicate in child.named_children:
                if predicate.type == "where_predicate":
                    left = _field_type(cx, predicate, "left")
                    predicates.append((left, lower_bounds(cx, predicate)))
    if not params and not predicates:
        return NO_GENERICS
    return Generics(tuple(params), tuple(predicates))
