"""Two accounts of a program, before a change and after, and what lies between them."""
