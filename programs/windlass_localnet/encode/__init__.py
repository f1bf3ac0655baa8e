"""How accounts and transactions look in JSON."""
