"""Short texts of types, paths and expressions, for messages."""

from soundcheck.syntax import items as it


def show_path(path: it.Path) -> str:
    """A path without generic arguments."""
    return ("::" if path.is_global else "") + "::".join(path.names)


def show_expr(expr: it.Expr) -> str:
    """A place or call as written, arguments left out; anything else as an ellipsis."""
    parts: list[str] = []
    while True:
        if isinstance(expr, it.Field):
            parts.append(f".{expr.name}")
            expr = expr.base
        elif isinstance(expr, it.MethodCall):
            parts.append(f".{expr.name}({'…' if expr.args else ''})")
            expr = expr.receiver
        elif isinstance(expr, it.Index):
            parts.append("[…]")
            expr = expr.base
        elif isinstance(expr, it.Call):
            parts.append(f"({'…' if expr.args else ''})")
            expr = expr.func
        elif isinstance(expr, it.Try):
            parts.append("?")
            expr = expr.operand
        elif isinstance(expr, it.Await):
            parts.append(".await")
            expr = expr.operand
        elif isinstance(expr, it.PathExpr):
            parts.append(show_path(expr.path))
            break
        elif isinstance(expr, it.Unary) and expr.op == "*" and not parts:
            return f"*{show_expr(expr.operand)}"
        else:
            parts.append("(…)" if parts else "…")
            break
    return "".join(reversed(parts))
