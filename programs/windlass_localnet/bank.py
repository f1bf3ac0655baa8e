"""The bank: slots that advance, and transactions that run in the open one.

LiteSVM executes (signatures, fees, programs); slots, blockhashes, duplicates, durable nonces and the
visibility of new code are Solana's rules that it does not have, and they are here.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field

from solders.account import Account
from solders.hash import Hash
from solders.litesvm import LiteSVM
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata, SimulatedTransactionInfo

from windlass_localnet import message as messages
from windlass_localnet import rent
from windlass_localnet.accounts import Accounts
from windlass_localnet.blockhashes import (
    BlockhashQueue,
    durable_nonce,
    holds_nonce,
    nonce_address,
    with_nonce,
)
from windlass_localnet.commitment import Commitment, Lags
from windlass_localnet.deployments import Deployments
from windlass_localnet.errors import TransactionRefused
from windlass_localnet.execution import context_keys, explain, from_metadata, token_balances, unexecuted
from windlass_localnet.genesis import EPOCH_SCHEDULE, Genesis
from windlass_localnet.ledger import Block, LandedTransaction, Ledger
from windlass_localnet.machine import MOST_PASSING, Machine
from windlass_localnet.message import MessageAccounts
from windlass_localnet.sysvars import CLOCK, MAX_SLOT_HASHES, SLOT_HASHES, SlotHashes, clock_account
from windlass_localnet.trace import Execution

# Agave charges these though nothing ran; LiteSVM does not.
_FEE_ONLY = frozenset({"ProgramAccountNotFound", "InvalidProgramForExecution", "MaxLoadedAccountsDataSizeExceeded"})


@dataclass(frozen=True)
class Simulation:
    """What running a transaction would give, and the accounts that it would write."""

    execution: Execution
    post_accounts: dict[Pubkey, Account] = field(default_factory=dict)


@dataclass(frozen=True)
class ClockSource:
    """Chain time: real time, plus what time travel added (seconds)."""

    offset: float = 0.0

    def now(self) -> float:
        """Unix time in seconds."""
        return time.time() + self.offset


class Bank:
    """The chain's state. Not thread-safe: everything runs on one event loop."""

    def __init__(
        self,
        genesis: Genesis,
        slot_ms: int,
        lags: Lags,
        ledger_limit: int | None = None,
        most_passing: int = MOST_PASSING,
    ) -> None:
        """`ledger_limit`: blocks to keep, None keeps all; `most_passing`: see Machine."""
        self.slot_ms = slot_ms
        self.lags = lags
        self.clock = ClockSource()
        self.schedule = EPOCH_SCHEDULE
        svm, initial = genesis.load()
        self.accounts = Accounts(svm, initial, genesis.waiting)
        self._machine = Machine(svm, self.accounts, most_passing)
        self.ledger = Ledger(lags, ledger_limit)
        self.blockhashes = BlockhashQueue()
        self.faucet = genesis.faucet
        self.genesis_hash = Hash(secrets.token_bytes(32))
        self._slot_hashes = SlotHashes()
        self._deployments = Deployments()
        self._bank_hash = bytes(self.genesis_hash)
        self._epoch_start = int(self.clock.now())
        self.accounts.open(0)
        for address, account in (*initial.items(), *genesis.waiting.items()):
            self.accounts.record(address, None, account)
        self._start()

    @property
    def svm(self) -> LiteSVM:
        """The LiteSVM in use; only until the next slot."""
        return self._machine.svm

    def _start(self) -> None:
        """Begin with as many empty blocks as SlotHashes has entries, so that it is full from the first."""
        now = self.clock.now()
        previous = self.genesis_hash
        for slot in range(MAX_SLOT_HASHES):
            block_time = int(now - (MAX_SLOT_HASHES - slot) * self.slot_ms / 1000)
            self.open = Block(slot, max(slot - 1, 0), slot, Hash.default(), previous, block_time)
            self._freeze()
            previous = self.open.blockhash
        self._open_next(MAX_SLOT_HASHES)

    # Slots

    def advance(self, slot: int | None = None) -> Block:
        """Freeze the open slot and open the next, or a later one. Returns the frozen block."""
        frozen = self.open
        self._freeze()
        self._open_next(frozen.slot + 1 if slot is None else slot)
        return frozen

    def _freeze(self) -> None:
        block = self.open
        content = hashlib.sha256(self._bank_hash)
        for landed in block.transactions:
            content.update(bytes(landed.signature))
        # Random, so that nobody can know a slot's hash before the slot is over.
        content.update(secrets.token_bytes(32))
        self._bank_hash = content.digest()
        block.blockhash = Hash(hashlib.sha256(b"blockhash" + self._bank_hash).digest())
        self._slot_hashes.add(block.slot, self._bank_hash)
        self.blockhashes.register(block.blockhash, block.height)
        self.ledger.freeze(block)

    def _open_next(self, slot: int) -> None:
        parent = self.open
        now = int(self.clock.now())
        if self.schedule.get_epoch(slot) != self.schedule.get_epoch(parent.slot):
            self._epoch_start = now
        self.open = Block(slot, parent.slot, parent.height + 1, Hash.default(), parent.blockhash, now)
        self._deployments.open_slot()
        self._machine.open_slot()
        self.accounts.open(slot)
        self.accounts.write(CLOCK, clock_account(slot, now, self._epoch_start, self.schedule))
        self.accounts.write(SLOT_HASHES, self._slot_hashes.account())
        self.accounts.finalize(self.ledger.frozen_slot(Commitment.FINALIZED))

    def travel(self, slot: int, unix_seconds: float) -> None:
        """Go forward to a slot and a time. The slots between have no blocks, as skipped ones."""
        self.clock = ClockSource(unix_seconds - time.time())
        self.advance(slot)

    def slot(self, commitment: Commitment) -> int:
        """The slot that a read at this commitment is of: the open one for processed."""
        if commitment is Commitment.PROCESSED:
            return self.open.slot
        return self.ledger.frozen_slot(commitment)

    def block_at(self, commitment: Commitment) -> Block:
        """The open block, or the newest frozen one at the commitment."""
        slot = self.slot(commitment)
        return self.open if slot == self.open.slot else self._frozen(slot)

    def _frozen(self, slot: int) -> Block:
        block = self.ledger.block(slot)
        if block is None:
            raise LookupError(f"slot {slot} has no block")
        return block

    # Transactions

    def process(self, transaction: VersionedTransaction) -> LandedTransaction:
        """Run a transaction in the open slot; it lands whether it succeeds or fails.

        Raises TransactionRefused when it does not land.
        """
        message = transaction.message
        self._check_age(message)
        if self.ledger.transaction(transaction.signatures[0]) is not None:
            raise TransactionRefused("AlreadyProcessed")
        named = messages.resolve_accounts(message, self.accounts)
        self.accounts.touch((*named.keys, *named.tables))
        before = [self.accounts.current(key) for key in named.keys]
        tokens_before = token_balances(named.keys, before, self.accounts)
        execution = self._execute(transaction, named, before)
        after = self._settled(named, before)
        broken = rent.violation(named, before, after) if execution.err is None else None
        if broken is not None:
            self._roll_back(transaction, named, before)
            execution.err = broken
            after = self._settled(named, before)
        for key, old, new in zip(named.keys, before, after, strict=True):
            if old != new:
                self.accounts.record(key, old, new)
        if execution.err is None:
            self._deployments.note(self.open.slot, named.keys, after)
        else:
            self._advance_nonce_of_failed(message)
        landed = LandedTransaction(
            slot=self.open.slot,
            index=len(self.open.transactions),
            transaction=transaction,
            signature=transaction.signatures[0],
            keys=named.keys,
            loaded_writable=named.loaded_writable,
            loaded_readonly=named.loaded_readonly,
            execution=execution,
            fee=messages.fee(message),
            pre_balances=[a.lamports if a is not None else 0 for a in before],
            post_balances=[a.lamports if a is not None else 0 for a in after],
            pre_token_balances=tokens_before,
            post_token_balances=token_balances(named.keys, after, self.accounts),
        )
        self.open.transactions.append(landed)
        self.ledger.add_transaction(landed)
        return landed

    def _execute(
        self, transaction: VersionedTransaction, named: MessageAccounts, before: list[Account | None]
    ) -> Execution:
        if self._deployments.names_fresh(named.keys):
            dry = self.svm.simulate_transaction(transaction)
            refused = self._deployments.refuse_call(dry.meta().logs())
            if refused is not None:
                self._charge(transaction, before[0])
                return unexecuted(*refused)
        try:
            result = self.svm.send_transaction(transaction)
        except BaseException as panic:
            if type(panic).__name__ != "PanicException":  # pyo3's, which no module exports
                raise
            return self._write_what_it_did(transaction, named, before)
        if not isinstance(result, FailedTransactionMetadata):
            return from_metadata(result, None, context_keys(transaction.message, named.keys, self.svm))
        err = explain(result, transaction.message, named.keys, self.svm)
        payer = before[0]
        charged = payer is not None and (self.svm.get_balance(named.keys[0]) or 0) < payer.lamports
        if charged:
            return from_metadata(result.meta(), err, context_keys(transaction.message, named.keys, self.svm))
        if isinstance(err, str) and err in _FEE_ONLY and self._charge(transaction, payer):
            return unexecuted(err)
        raise TransactionRefused(err, result.meta().logs())

    def _write_what_it_did(
        self, transaction: VersionedTransaction, named: MessageAccounts, before: list[Account | None]
    ) -> Execution:
        """LiteSVM executes the closing of a program, and panics where it then writes the program's account after
        that of its code: it loads what it writes, and the code is gone.
        """
        self._undo(named, before)
        done = self.svm.simulate_transaction(transaction)
        assert isinstance(done, SimulatedTransactionInfo)
        for key, account in done.post_accounts():
            self.accounts.restore(key, account)
        return from_metadata(done.meta(), None, context_keys(transaction.message, named.keys, self.svm))

    def _settled(self, named: MessageAccounts, before: list[Account | None]) -> list[Account | None]:
        return [
            self.accounts.settle(key) if writable else state
            for key, state, writable in zip(named.keys, before, named.writable, strict=True)
        ]

    def _roll_back(
        self, transaction: VersionedTransaction, named: MessageAccounts, before: list[Account | None]
    ) -> None:
        """Undo what a transaction wrote, but not its fee."""
        self._undo(named, before)
        self._charge(transaction, before[0])

    def _undo(self, named: MessageAccounts, before: list[Account | None]) -> None:
        for key, state, writable in zip(named.keys, before, named.writable, strict=True):
            if writable:
                self.accounts.restore(key, state)

    def _charge(self, transaction: VersionedTransaction, payer: Account | None) -> bool:
        """Take the fee of a transaction that did not run."""
        lamports = messages.fee(transaction.message)
        if payer is None or payer.lamports < lamports:
            return False
        self.svm.set_account(
            transaction.message.account_keys[0],
            Account(payer.lamports - lamports, payer.data, payer.owner, payer.executable, payer.rent_epoch),
        )
        return True

    def _check_age(self, message: Message | MessageV0, at_height: int | None = None) -> None:
        if self.blockhashes.is_valid(message.recent_blockhash, at_height):
            return
        address = nonce_address(message)
        if address is None or not holds_nonce(self.accounts.current(address), message):
            raise TransactionRefused("BlockhashNotFound")
        if bytes(message.recent_blockhash) == durable_nonce(self.svm.latest_blockhash()):
            raise TransactionRefused("BlockhashNotFound")  # stored in this very slot

    def _advance_nonce_of_failed(self, message: Message | MessageV0) -> None:
        """A failed transaction still uses its nonce up; LiteSVM rolls that back with the rest."""
        if self.blockhashes.is_valid(message.recent_blockhash):
            return
        address = nonce_address(message)
        account = self.accounts.current(address) if address is not None else None
        if address is not None and account is not None:
            self.accounts.write(address, with_nonce(account, durable_nonce(self.svm.latest_blockhash())))

    def simulate(
        self, transaction: VersionedTransaction, commitment: Commitment, *, check_blockhash: bool = True
    ) -> Simulation:
        """Run a transaction on the open slot's state and change nothing; refusals are its `err`.

        The blockhash must be known at the commitment, as where a validator simulates on that bank.
        """
        message = transaction.message
        if check_blockhash:
            try:
                self._check_age(message, self._frozen(self.ledger.frozen_slot(commitment)).height)
            except TransactionRefused as refused:
                return Simulation(unexecuted(refused.err))
            if self.ledger.transaction(transaction.signatures[0]) is not None:
                return Simulation(unexecuted("AlreadyProcessed"))
        named = messages.resolve_accounts(message, self.accounts)
        self.accounts.touch((*named.keys, *named.tables))
        result = self.svm.simulate_transaction(transaction)
        if self._deployments.names_fresh(named.keys):
            refused_call = self._deployments.refuse_call(result.meta().logs())
            if refused_call is not None:
                return Simulation(unexecuted(*refused_call))
        context = context_keys(message, named.keys, self.svm)
        if isinstance(result, FailedTransactionMetadata):
            err = explain(result, message, named.keys, self.svm)
            return Simulation(from_metadata(result.meta(), err, context))
        posts = dict(result.post_accounts())
        before = [self.accounts.current(key) for key in named.keys]
        after = [posts.get(key, state) for key, state in zip(named.keys, before, strict=True)]
        return Simulation(from_metadata(result.meta(), rent.violation(named, before, after), context), posts)
