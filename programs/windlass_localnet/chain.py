"""The running chain: a bank whose slots advance by themselves, and who wants to know of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from windlass_localnet.bank import Bank
from windlass_localnet.ledger import Block, LandedTransaction

SlotListener = Callable[[Block], None]
TransactionListener = Callable[[LandedTransaction], None]


class Chain:
    """One bank on one event loop. Listeners are called synchronously, after each frozen slot."""

    def __init__(self, bank: Bank, identity: Pubkey) -> None:
        self.bank = bank
        self.identity = identity
        self._slot_listeners: list[SlotListener] = []
        self._transaction_listeners: list[TransactionListener] = []

    def on_slot(self, listener: SlotListener) -> None:
        """`listener(frozen)` is called once the next slot is open."""
        self._slot_listeners.append(listener)

    def on_transaction(self, listener: TransactionListener) -> None:
        """`listener(landed)` is called as soon as a transaction has run."""
        self._transaction_listeners.append(listener)

    def process(self, transaction: VersionedTransaction) -> LandedTransaction:
        """Run a transaction; see Bank.process."""
        landed = self.bank.process(transaction)
        for listener in self._transaction_listeners:
            listener(landed)
        return landed

    def travel(self, slot: int, unix_seconds: float) -> None:
        """Time travel; the slot that was open ends."""
        frozen = self.bank.open
        self.bank.travel(slot, unix_seconds)
        self._notify(frozen)

    def latest_blockhash(self) -> Hash:
        """The newest frozen block's hash."""
        return self.bank.ledger.newest.blockhash

    async def run(self) -> None:
        """Advance a slot every `slot_ms`, until cancelled. A late slot delays those after it."""
        loop = asyncio.get_running_loop()
        interval = self.bank.slot_ms / 1000
        due = loop.time() + interval
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + interval, loop.time())
            self._notify(self.bank.advance())

    def _notify(self, frozen: Block) -> None:
        for listener in self._slot_listeners:
            listener(frozen)
