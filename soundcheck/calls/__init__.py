"""Stage 3, DefMap to CallGraph: every call site with its callees, or the reason there are none."""
