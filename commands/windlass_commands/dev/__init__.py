"""Everything that `windlass dev` runs: processes, PostgreSQL, the order they start and stop in."""
