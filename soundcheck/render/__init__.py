"""Stage 6, Report to text: one format a file."""
