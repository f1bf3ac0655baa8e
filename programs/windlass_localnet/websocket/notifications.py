"""Who is told of what when a slot reaches a commitment.

Order as the validator's: nothing before the slot is frozen, then processed, then what reached confirmed,
then the root. Between two subscriptions there is no order to rely on.
"""

from __future__ import annotations

from typing import Any

import orjson

from windlass_localnet.chain import Chain
from windlass_localnet.commitment import Commitment
from windlass_localnet.encode.account import account_json
from windlass_localnet.ledger import Block, LandedTransaction
from windlass_localnet.rpc.filters import matches
from windlass_localnet.websocket.client import Client
from windlass_localnet.websocket.subscriptions import Subscription

_NO_ACCOUNT = {
    "data": ["", "base64"],
    "executable": False,
    "lamports": 0,
    "owner": "11111111111111111111111111111111",
    "rentEpoch": 0,
    "space": 0,
}


class Notifications:
    """All subscriptions of all clients."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._subscriptions: dict[int, Subscription] = {}
        self._notified = {c: chain.bank.ledger.frozen_slot(c) for c in Commitment}
        chain.on_slot(self._slot_frozen)
        chain.on_transaction(self._transaction_received)

    def add(self, subscription: Subscription) -> None:
        """Start notifying. A signature that has its commitment already is notified at once."""
        self._subscriptions[subscription.number] = subscription
        subscription.client.subscriptions.add(subscription.number)
        if subscription.kind == "signature":
            self._signature(subscription)

    def remove(self, number: int, client: Client) -> bool:
        """Stop notifying; False when the client has no such subscription."""
        if number not in client.subscriptions:
            return False
        client.subscriptions.discard(number)
        del self._subscriptions[number]
        return True

    def drop(self, client: Client) -> None:
        """The client is gone."""
        for number in list(client.subscriptions):
            self.remove(number, client)

    def _transaction_received(self, landed: LandedTransaction) -> None:
        for subscription in self._of("signature"):
            if subscription.received and subscription.signature == landed.signature:
                subscription.notify(_context(landed.slot, "receivedSignature"))

    def _slot_frozen(self, frozen: Block) -> None:
        bank = self._chain.bank
        root = bank.slot(Commitment.FINALIZED)
        opened = {"slot": bank.open.slot, "parent": frozen.slot, "root": root}
        for subscription in self._of("slot"):
            subscription.notify(orjson.dumps(opened).decode())
        for commitment in Commitment:
            reached = bank.ledger.frozen_slot(commitment)
            for slot in bank.ledger.slots(self._notified[commitment] + 1, reached):
                block = bank.ledger.block(slot)
                if block is not None:
                    self._block(block, commitment)
            self._notified[commitment] = reached

    def _block(self, block: Block, commitment: Commitment) -> None:
        if commitment is Commitment.FINALIZED:
            for subscription in self._of("root"):
                subscription.notify(str(block.slot))
        wanted = [s for s in self._subscriptions.values() if s.commitment is commitment]
        logs = [s for s in wanted if s.kind == "logs"]
        if logs:
            for landed in block.transactions:
                _logs(landed, logs)
        states = [s for s in wanted if s.kind in ("account", "program")]
        if states:
            self._states(block.slot, states)
        for subscription in wanted:
            if subscription.kind == "signature":
                self._signature(subscription)

    def _states(self, slot: int, subscriptions: list[Subscription]) -> None:
        accounts = self._chain.bank.accounts
        for address in accounts.changed_in(slot):
            state = accounts.at(address, slot)
            for subscription in subscriptions:
                if subscription.kind == "account" and subscription.address == address:
                    subscription.notify(_context(slot, _shown(subscription, state)))
                elif (
                    subscription.kind == "program"
                    and state is not None
                    and state.owner == subscription.address
                    and matches(state, subscription.filters)
                ):
                    value = {"account": _shown(subscription, state), "pubkey": str(address)}
                    subscription.notify(_context(slot, value))

    def _signature(self, subscription: Subscription) -> None:
        """A signature is notified once, and its subscription is over."""
        bank = self._chain.bank
        landed = bank.ledger.transaction(subscription.signature) if subscription.signature else None
        if landed is not None and landed.slot <= bank.ledger.frozen_slot(subscription.commitment):
            subscription.notify(_context(landed.slot, {"err": landed.execution.err}))
            self.remove(subscription.number, subscription.client)

    def _of(self, kind: str) -> list[Subscription]:
        return [s for s in self._subscriptions.values() if s.kind == kind]


def _logs(landed: LandedTransaction, subscriptions: list[Subscription]) -> None:
    execution = landed.execution
    value = {"signature": str(landed.signature), "err": execution.err, "logs": execution.logs}
    result = _context(landed.slot, value)
    for subscription in subscriptions:
        if subscription.address is None or subscription.address in landed.keys:
            subscription.notify(result)


def _shown(subscription: Subscription, state: Any) -> Any:
    if state is None:
        return _NO_ACCOUNT
    return account_json(state, subscription.encoding, subscription.data_slice)


def _context(slot: int, value: Any) -> str:
    return orjson.dumps({"context": {"slot": slot}, "value": value}).decode()
