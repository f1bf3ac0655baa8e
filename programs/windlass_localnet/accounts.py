"""Accounts at any unfinalized slot, and which accounts a program owns.

LiteSVM holds one state, the newest. For each block that is not finalized yet, the accounts it changed
are kept as they were before it; the state at a slot is the oldest of those after it, else the newest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

_GONE = Account(0, b"", SYSTEM_PROGRAM)
DISCRIMINATOR_BYTES = 8


class Kind(NamedTuple):
    """What accounts of one program are told apart by."""

    size: int
    discriminator: bytes


def _place(account: Account | None) -> tuple[Pubkey, Kind] | None:
    if account is None:
        return None
    data = account.data
    return account.owner, Kind(len(data), data[:DISCRIMINATOR_BYTES])


class Accounts:
    """The one door to LiteSVM's accounts: whatever changes one goes through `record` or `write`."""

    def __init__(self, svm: LiteSVM, untouched: dict[Pubkey, Account]) -> None:
        """`untouched` accounts are not in LiteSVM until somebody needs them there (`touch`)."""
        self._svm = svm
        self._untouched = untouched
        self._before: dict[int, dict[Pubkey, Account | None]] = {}
        self._open_slot = 0
        # By owner, then by what most clients filter by. A million accounts are looked through only where they match.
        self._owned: dict[Pubkey, dict[Kind, set[Pubkey]]] = {}

    def open(self, slot: int) -> None:
        """Changes from here on belong to `slot`."""
        self._open_slot = slot
        self._before[slot] = {}

    def finalize(self, slot: int) -> None:
        """`slot` is final: nobody can ask for a state before it any more. Its own changes stay listed."""
        for old in [s for s in self._before if s < slot]:
            del self._before[old]

    def current(self, address: Pubkey) -> Account | None:
        """The newest state. An account without lamports does not exist (the runtime deletes it)."""
        account = self._untouched.get(address) or self._svm.get_account(address)
        return account if account is not None and account.lamports else None

    def touch(self, addresses: Iterable[Pubkey]) -> None:
        """A transaction names these: LiteSVM has to have them."""
        for address in addresses:
            if (account := self._untouched.pop(address, None)) is not None:
                self._svm.set_account(address, account)

    def settle(self, address: Pubkey) -> Account | None:
        """The newest state after a transaction. Forgets the data and owner that LiteSVM keeps of an
        emptied account: on chain the address is free again."""
        account = self._svm.get_account(address)
        if account is None or account.lamports:
            return account
        if account.owner != SYSTEM_PROGRAM or account.data:
            self._svm.set_account(address, _GONE)
        return None

    def restore(self, address: Pubkey, state: Account | None) -> None:
        """Undo what LiteSVM wrote and nobody recorded yet."""
        if self.current(address) != state:
            self._svm.set_account(address, _GONE if state is None else state)

    def at(self, address: Pubkey, slot: int) -> Account | None:
        """The state at the end of `slot`, which is the open slot or one not older than the finalized."""
        for changed_slot, before in self._before.items():  # ascending: slots are opened in order
            if changed_slot > slot and address in before:
                return before[address]
        return self.current(address)

    def changed_in(self, slot: int) -> list[Pubkey]:
        """Addresses whose account changed in an unfinalized slot."""
        return list(self._before.get(slot, ()))

    def owned_by(
        self, owner: Pubkey, slot: int, may_match: Callable[[Kind], bool] = lambda kind: True
    ) -> Iterator[tuple[Pubkey, Account]]:
        """Accounts that `owner` owned at `slot`, of the kinds that may match, in no order; maybe of others too."""
        changed: dict[Pubkey, Account | None] = {}
        for changed_slot, before in self._before.items():  # ascending: the first change after `slot` counts
            if changed_slot > slot:
                for address, account in before.items():
                    changed.setdefault(address, account)
        for address, account in changed.items():
            if account is not None and account.owner == owner:
                yield address, account
        for kind, addresses in self._owned.get(owner, {}).items():
            if not may_match(kind):
                continue
            for address in addresses:
                if address not in changed and (account := self.current(address)) is not None:
                    yield address, account

    def record(self, address: Pubkey, before: Account | None, after: Account | None) -> None:
        """LiteSVM changed an account in the open slot."""
        self._before[self._open_slot].setdefault(address, before)
        was, now = _place(before), _place(after)
        if was == now:
            return
        if was is not None:
            owner, kind = was
            self._owned.get(owner, {}).get(kind, set()).discard(address)
        if now is not None:
            owner, kind = now
            self._owned.setdefault(owner, {}).setdefault(kind, set()).add(address)

    def write(self, address: Pubkey, account: Account) -> None:
        """Set an account from outside a transaction (genesis, sysvars, fees, nonces)."""
        before = self.current(address)
        self._untouched.pop(address, None)
        self._svm.set_account(address, account)
        self.record(address, before, account)
