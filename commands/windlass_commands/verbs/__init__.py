"""One file a verb of the `windlass` command."""
