"""One builder a program instruction. Arguments are encoded and accounts ordered by the program's IDL."""
