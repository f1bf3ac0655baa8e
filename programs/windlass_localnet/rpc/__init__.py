"""Solana's JSON-RPC methods; each module registers its own in the method table."""

from windlass_localnet.rpc import accounts, blocks, cheatcodes, cluster, history, tokens, transactions
from windlass_localnet.rpc.dispatch import dispatch

__all__ = ["accounts", "blocks", "cheatcodes", "cluster", "dispatch", "history", "tokens", "transactions"]
