"""The LiteSVM in use: a new one takes over once transactions have named many accounts.

LiteSVM copies the table of its accounts each time that a sysvar changes (three times a slot), and never takes
an address out of it: with a million accounts a slot costs a second. A new LiteSVM costs 100 milliseconds.
"""

from __future__ import annotations

import secrets

from solders.litesvm import LiteSVM

from windlass_localnet.accounts import Accounts
from windlass_localnet.genesis import new_svm

# A slot takes LiteSVM 0.1 microseconds for each address that it knows.
MOST_PASSING = 10_000


class Machine:
    """What executes. `svm` may be another one after each `open_slot`."""

    def __init__(self, svm: LiteSVM, accounts: Accounts, most_passing: int) -> None:
        """`most_passing`: a slot that begins with more addresses in LiteSVM than these, besides the programs and
        sysvars, begins with a new one.
        """
        self.svm = svm
        self._accounts = accounts
        self._most_passing = most_passing
        # LiteSVM's blockhashes, from which nonces come, are a fixed sequence: start somewhere in it.
        self._blockhashes = secrets.randbelow(1000)
        self._advance(self._blockhashes)

    def open_slot(self) -> None:
        """A slot begins: its blockhash is the next one, whichever LiteSVM has it."""
        if self._accounts.passing > self._most_passing:
            self._renew()
        self._advance(1)
        self._blockhashes += 1

    def _renew(self) -> None:
        old, self.svm = self.svm, new_svm()
        if self._accounts.move_to(self.svm):
            self._advance(self._blockhashes)
        else:
            self.svm = old
            self._most_passing *= 2

    def _advance(self, blockhashes: int) -> None:
        for _ in range(blockhashes):
            self.svm.expire_blockhash()
