"""The read API: serves the projections in PostgreSQL over GraphQL. It changes nothing and never talks to the chain."""
