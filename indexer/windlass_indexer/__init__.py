"""Follows Anchor programs on a Solana chain and folds their events into PostgreSQL."""
