"""Stage 1, SourceFile to ItemTree: the only owner of tree-sitter."""
