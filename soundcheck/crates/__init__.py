"""Stage 2, ItemTrees to DefMap: crates, modules, names, cfg and visibility."""
