"""Stage 2b, declared types: fields, statics, signatures, receivers. Nothing else is inferred."""
