"""Macro definitions: their arms, in both notations."""

from tree_sitter import Node

from soundcheck.syntax.items import MacroArm
from soundcheck.syntax.lowering.context import COMMENTS, Lowering
from soundcheck.syntax.lowering.macro_calls import split_tree, take_up
from soundcheck.syntax.macros import MacroArmTree, macro_arms, read_arm


def lower_macro_arms(cx: Lowering, node: Node) -> tuple[MacroArm, ...]:
    """The arms of a ``macro_rules!``."""
    name = node.child_by_field_name("name")
    shown = "macro_rules" if name is None else cx.name(name)
    return tuple(_arm(cx, shown, arm) for arm in macro_arms(cx.parsed, node))


def lower_plain_arms(
    cx: Lowering, name: str, params: tuple[int, int], tokens: Node
) -> tuple[MacroArm, ...]:
    """The arms of a ``macro name { … }``, or the one of ``macro name(params) { … }``."""
    if params[0] >= 0:
        return (_arm(cx, name, read_arm(cx.parsed, params, tokens)),)
    arms: list[MacroArm] = []
    parts = [part for part in tokens.children[1:-1] if part.type not in COMMENTS]
    for matcher, arrow, body in zip(parts, parts[1:], parts[2:], strict=False):
        if arrow.type == "=>" and matcher.type == body.type == "token_tree":
            matched = (matcher.start_byte, matcher.end_byte)
            arms.append(_arm(cx, name, read_arm(cx.parsed, matched, body)))
    return tuple(arms)


def _arm(cx: Lowering, name: str, arm: MacroArmTree) -> MacroArm:
    take_up(cx, name, arm.tree)
    form, items, body = split_tree(cx, arm.tree, macros_are_items=False)
    start, end = arm.matcher
    matcher = cx.source[start:end].decode("utf-8", "replace")
    place = arm.tokens.start_byte, arm.tokens.end_byte
    return MacroArm(matcher, form, items, body, *place, arm.fragments)
