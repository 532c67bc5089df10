"""Stage 4, bodies to unsafe operations: each with the values that it leans on."""
