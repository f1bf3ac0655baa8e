"""LiteSVMs with Windlass on them. Making one takes longer than most tests do, so one test's serves the next: every
account that was touched is put back, byte for byte, before it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from windlass_programs.addresses import SYSTEM_PROGRAM, WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf_path

_GONE = Account(0, b"", SYSTEM_PROGRAM)


class Machine:
    """One LiteSVM, and what each account that anything was ever sent to or put at was before: LiteSVM cannot list its
    accounts."""

    def __init__(self) -> None:
        self.svm = LiteSVM()
        self.svm.add_program_from_file(WINDLASS_PROGRAM_ID, program_elf_path("windlass"))
        self.as_new: dict[Pubkey, Account | None] = {}

    def touch(self, *addresses: Pubkey) -> None:
        """Say beforehand that these accounts may change."""
        for address in addresses:
            if address not in self.as_new:
                self.as_new[address] = self.account(address)

    def account(self, address: Pubkey) -> Account | None:
        """The account; None where it has no lamports: the runtime does not tell the two apart."""
        account = self.svm.get_account(address)
        return account if account and account.lamports else None

    def accounts(self) -> dict[Pubkey, Account | None]:
        """All accounts that were touched."""
        return {address: self.account(address) for address in self.as_new}

    def put(self, address: Pubkey, account: Account) -> None:
        """Put an account in place."""
        self.touch(address)
        self.svm.set_account(address, account)

    def add_program(self, address: Pubkey, elf: Path) -> None:
        """Put a program in place that nobody can upgrade."""
        self.touch(address)
        self.svm.add_program_from_file(address, elf)

    def renew(self) -> None:
        """Put back all accounts that were touched."""
        for address, account in self.as_new.items():
            # LiteSVM keeps the data of an account without lamports, and would find its address in use.
            if self.svm.get_account(address) not in (account, _GONE):
                self.svm.set_account(address, account or _GONE)
        assert self.accounts() == self.as_new
        self.as_new.clear()


class _Machines:
    """Those that wait for the next test, and those that this one has; outside of `lending` nobody gives one back."""

    def __init__(self) -> None:
        self.idle: list[Machine] = []
        self.lent: list[Machine] | None = None


_machines = _Machines()


def machine() -> Machine:
    """A machine that is as good as new."""
    if _machines.lent is None:
        return Machine()
    taken = _machines.idle.pop() if _machines.idle else Machine()
    _machines.lent.append(taken)
    return taken


@contextmanager
def lending() -> Iterator[None]:
    """Whatever machines are taken in the block are used again after it."""
    outside, _machines.lent = _machines.lent, []
    try:
        yield
    finally:
        for taken in _machines.lent:
            taken.renew()
        _machines.idle += _machines.lent
        _machines.lent = outside
