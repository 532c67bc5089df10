"""Bodies to scripts: what is called in which order, and when each value that matters is dropped.

The rules of the Reference are followed: temporaries live to the end of their statement, unless a
``let`` extends them; those of a scrutinee live as long as the whole ``match``, ``while let`` or
``for``; those of an ``if let`` and of a block's tail end earlier from edition 2024 on.
"""

from __future__ import annotations

from collections.abc import Mapping

from soundcheck.calls.linking import TypedBody, World
from soundcheck.contexts.carriers import Carriers
from soundcheck.contexts.lowering import branches, calls, loops, operands, statements
from soundcheck.contexts.lowering.state import Lower, Lowering
from soundcheck.contexts.scripts import Script, Words
from soundcheck.syntax import items as it

__all__ = ["Words", "lower_body"]

# How each kind of expression is lowered; one that is missing does nothing and holds nothing.
_TABLE: Mapping[type, Lower] = {
    it.PathExpr: operands.lower_path,
    it.Field: operands.lower_field,
    it.Index: operands.lower_index,
    it.Unary: operands.lower_unary,
    it.Ref: operands.lower_ref,
    it.Cast: operands.lower_cast,
    it.Tuple: operands.lower_parts,
    it.Array: operands.lower_parts,
    it.Repeat: operands.lower_parts,
    it.StructLit: operands.lower_parts,
    it.Range: operands.lower_parts,
    it.Binary: operands.lower_binary,
    it.Assign: operands.lower_assign,
    it.Closure: statements.lower_closure,
    it.Block: statements.lower_block,
    it.If: branches.lower_if,
    it.LetCond: branches.lower_let_condition,
    it.Match: branches.lower_match,
    it.Try: branches.lower_try,
    it.While: loops.lower_while,
    it.Loop: loops.lower_loop,
    it.For: loops.lower_for,
    it.Jump: loops.lower_jump,
    it.Await: calls.lower_await,
    it.MethodCall: calls.lower_method,
    it.Call: calls.lower_call,
    it.MacroCall: calls.lower_macro,
}


def lower_body(
    world: World, carriers: Carriers, words: Words, body: TypedBody
) -> tuple[Script, ...]:
    """The scripts of a body and of the closures and async blocks in it."""
    forest = world.defmap.forest
    crate = forest.crates[forest.modules[body.owner.module].crate]
    low = Lowering(world, carriers, words, body, crate.edition, _TABLE)
    statements.lower_root(low)
    return tuple(low.scripts)
