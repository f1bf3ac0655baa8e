"""Accounts at any unfinalized slot, and which accounts a program owns.

LiteSVM holds one state, the newest. For each block that is not finalized yet, the accounts it changed
are kept as they were before it; the state at a slot is the oldest of those after it, else the newest.

LiteSVM has only the accounts that transactions named since it began (see machine.py); the others wait outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from windlass_localnet.genesis import LOADER_V3
from windlass_localnet.sysvars import SYSVAR_OWNER

_GONE = Account(0, b"", SYSTEM_PROGRAM)
_UNNAMED_OWNERS = frozenset({SYSVAR_OWNER, LOADER_V3})
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

    def __init__(self, svm: LiteSVM, held: Iterable[Pubkey], waiting: dict[Pubkey, Account]) -> None:
        """LiteSVM has the accounts `held`, and is given those `waiting` when somebody needs them there (`touch`)."""
        self._svm = svm
        self._held = set(held)
        self._staying = len(self._held)
        self._waiting = waiting
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
        account = self._waiting.get(address) or self._svm.get_account(address)
        return account if account is not None and account.lamports else None

    def touch(self, addresses: Iterable[Pubkey]) -> None:
        """A transaction names these: LiteSVM has to have them."""
        for address in addresses:
            self._held.add(address)
            if (account := self._waiting.pop(address, None)) is not None:
                self._svm.set_account(address, account)

    @property
    def passing(self) -> int:
        """How many addresses LiteSVM knows that a new one would not know yet."""
        return len(self._held) - self._staying

    def move_to(self, svm: LiteSVM) -> bool:
        """Go on with a LiteSVM that is new. It has at once what transactions use without naming it: the sysvars,
        and the programs with their code.

        False, and nothing has changed, where it does not take one of them: a program whose code was closed.
        """
        held = {address: account for address in self._held if (account := self.current(address)) is not None}
        staying = [
            (address, account)
            for address, account in held.items()
            if account.executable or account.owner in _UNNAMED_OWNERS
        ]
        # A program is loaded from the account of its code.
        for address, account in sorted(staying, key=lambda each: each[1].executable):
            try:
                svm.set_account(address, account)
            except Exception:  # LiteSVMError, which solders does not export
                return False
            del held[address]
        self._svm = svm
        self._waiting |= held
        self._held = {address for address, _ in staying}
        self._staying = len(staying)
        return True

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
        self._waiting.pop(address, None)
        self._held.add(address)
        self._svm.set_account(address, account)
        self.record(address, before, account)
