"""The indexer's speed, part by part: `make bench-indexer`."""
