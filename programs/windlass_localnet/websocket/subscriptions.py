"""What a client can subscribe to, and which requests make a subscription."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from solders.pubkey import Pubkey
from solders.signature import Signature

from windlass_localnet.commitment import Commitment
from windlass_localnet.errors import METHOD_NOT_FOUND, RpcError, invalid_params
from windlass_localnet.rpc.filters import Filter, parse_filters
from windlass_localnet.rpc.params import Params, parse_pubkey
from windlass_localnet.websocket.client import Client

KINDS = ("account", "logs", "program", "root", "signature", "slot")


@dataclass(slots=True)
class Subscription:
    """One subscription of one client; only the fields of its kind are set."""

    number: int
    client: Client
    kind: str
    commitment: Commitment = Commitment.FINALIZED
    address: Pubkey | None = None  # account, program, logs (None: all)
    signature: Signature | None = None
    received: bool = False  # signature: enableReceivedNotification
    encoding: str = "base64"
    data_slice: tuple[int, int] | None = None
    filters: list[Filter] = field(default_factory=list)

    def notify(self, result: str) -> None:
        """Send a notification; `result` is JSON text, made once for all subscribers."""
        self.client.send(
            f'{{"jsonrpc":"2.0","method":"{self.kind}Notification",'
            f'"params":{{"result":{result},"subscription":{self.number}}}}}'
        )


def parse_subscription(number: int, client: Client, method: str, params: Params) -> Subscription:
    """The subscription that a `…Subscribe` request asks for. Raises RpcError."""
    kind = method.removesuffix("Subscribe")
    if kind not in KINDS:
        raise RpcError(METHOD_NOT_FOUND, "Method not found")
    subscription = Subscription(number, client, kind)
    if kind in ("slot", "root"):
        return subscription
    params.require(1)
    config = params.config(1)
    subscription.commitment = config.commitment
    if kind == "logs":
        subscription.address = _logs_address(params.get(0))
    elif kind == "signature":
        subscription.signature = params.signature(0)
        subscription.received = config.flag("enableReceivedNotification")
    else:
        subscription.address = params.pubkey(0)
        subscription.encoding = config.text("encoding", "binary")
        subscription.data_slice = config.data_slice()
        subscription.filters = parse_filters(config.values.get("filters"))
    return subscription


def _logs_address(value: Any) -> Pubkey | None:
    if value in ("all", "allWithVotes"):
        return None
    mentions = value.get("mentions") if isinstance(value, dict) else None
    if not isinstance(mentions, list):
        raise invalid_params('Invalid params: expected "all", "allWithVotes" or {"mentions": [address]}.')
    if len(mentions) != 1:
        raise invalid_params("Invalid Request: Only 1 address supported")
    return parse_pubkey(mentions[0])
