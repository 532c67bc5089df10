"""Which file an ``include!`` brings in."""

from soundcheck.crates.files import join_path
from soundcheck.syntax.items import ExprStmt, Lit, MacroCall, MacroItem, Node

# Stands at the beginning of a path that starts from the folder of the package's manifest.
_FROM_MANIFEST = "\0"


def included_path(include: MacroItem | MacroCall, folder: str, package: str | None) -> str | None:
    """The path, relative to the root, that an ``include!`` in a file of ``folder`` names.

    ``package`` is the folder of its package. There is no path where only a build knows it.
    """
    text = _text_of(_argument(include))
    if text is None:
        return None
    if text.startswith(_FROM_MANIFEST):
        return None if package is None else join_path(package, text.strip(_FROM_MANIFEST + "/"))
    return join_path(folder, text)


def _argument(include: MacroItem | MacroCall) -> Node | None:
    if isinstance(include, MacroCall):
        return include.args[0] if include.args else None
    stmts = include.body.stmts if include.body is not None else ()
    return stmts[0].expr if stmts and isinstance(stmts[0], ExprStmt) else None


def _text_of(node: Node | None, depth: int = 0) -> str | None:
    """The value of a string literal, or of a ``concat!`` of such."""
    if isinstance(node, Lit) and node.kind == "str":
        return node.text.lstrip("r").strip("#")[1:-1]
    if not isinstance(node, MacroCall) or depth > 4:
        return None
    parts = [_text_of(arg, depth + 1) for arg in node.args]
    if node.path.name == "concat" and None not in parts:
        return "".join(part for part in parts if part is not None)
    if node.path.name == "env" and parts == ["CARGO_MANIFEST_DIR"]:
        return _FROM_MANIFEST
    return None
