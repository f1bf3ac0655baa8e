"""The slot that an answer is of, and the {context, value} around it."""

from __future__ import annotations

from typing import Any

from windlass_localnet.chain import Chain
from windlass_localnet.rpc.params import Config

API_VERSION = "4.2.2"


def context_slot(chain: Chain, config: Config) -> int:
    """The slot at the request's commitment. Raises -32016 below its minContextSlot."""
    slot = chain.bank.slot(config.commitment)
    config.check_min_context_slot(slot)
    return slot


def with_context(slot: int, value: Any) -> dict[str, Any]:
    """RpcResponse."""
    return {"context": {"apiVersion": API_VERSION, "slot": slot}, "value": value}
