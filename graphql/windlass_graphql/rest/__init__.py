"""REST reads: each is a stored GraphQL document, compiled like any other; its parameters are that one's variables."""
