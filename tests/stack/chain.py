"""A chain in the test's own process: LiteSVM with Windlass on it, real transactions, a clock that tests move."""

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from solders.account import Account
from solders.clock import Clock
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata
from stack.machines import machine
from windlass_programs.addresses import (
    CLOCK_SYSVAR,
    INSTRUCTIONS_SYSVAR,
    LOADER_V3,
    RENT_SYSVAR,
    SLOT_HASHES_SYSVAR,
    SYSTEM_PROGRAM,
    WINDLASS_PROGRAM_ID,
    program_data_address,
)
from windlass_programs.artifacts import ProgramName, program_elf
from windlass_programs.idl import Idl

COMPUTE_BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
COMPUTE_UNIT_LIMIT = 1_400_000
EVENT_TAG = bytes.fromhex("e445a52e51cb9a1d")
GENESIS_TIME = 1_750_000_000
SOL = 1_000_000_000
SLOTS_PER_SECOND = 2.5
ROOM_TO_GROW = 20_000
SYSVARS = (CLOCK_SYSVAR, INSTRUCTIONS_SYSVAR, RENT_SYSVAR, SLOT_HASHES_SYSVAR)


@cache
def idl(name: ProgramName) -> Idl:
    """The program's IDL, read once."""
    return Idl.load(name)


class Refused(Exception):
    """A transaction failed. `error` is the program's or Anchor's name for why, else the runtime's."""

    def __init__(self, error: str, logs: list[str]) -> None:
        super().__init__(error + "".join(f"\n    {line}" for line in logs))
        self.error = error


@dataclass(frozen=True)
class Landed:
    """A transaction that succeeded. `events`: what event instructions carried, each with its program, in order.

    `called`: the programs that programs called, in order; an event is a call of the program by itself.
    """

    compute_units: int
    events: list[tuple[Pubkey, bytes]]
    called: list[Pubkey]


Accounts = Mapping[Pubkey, Account | None]


def changed_accounts(before: Accounts, after: Accounts, fee_payer: Pubkey) -> list[Pubkey]:
    """The accounts that are not byte for byte what they were, but for the lamports of who pays the fee."""

    def same(address: Pubkey) -> bool:
        was, now = before.get(address), after.get(address)
        if address == fee_payer and was is not None and now is not None:
            now = Account(was.lamports, now.data, now.owner, now.executable, now.rent_epoch)
        return was == now

    return [address for address in {**before, **after} if not same(address)]


class Chain:
    """One chain. The fee payer takes part in nothing else, so a refused transaction leaves every account as it was."""

    def __init__(self) -> None:
        self._machine = machine()
        self.svm = self._machine.svm
        self._machine.touch(WINDLASS_PROGRAM_ID, program_data_address(WINDLASS_PROGRAM_ID), *SYSVARS)
        self._keypairs = 0
        self._events: list[tuple[Pubkey, bytes]] = []
        self.fee_payer = self.funded_keypair()
        self._slot = 0
        self._now = GENESIS_TIME
        self.advance(seconds=1)

    @property
    def now(self) -> int:
        """The chain's clock, in unix seconds."""
        return self._now

    def advance(self, seconds: int) -> None:
        """Let time pass, at least a slot: Clock and SlotHashes move."""
        self._now += seconds
        self._slot += max(1, int(seconds * SLOTS_PER_SECOND))
        self.svm.warp_to_slot(self._slot)
        self.svm.set_clock(Clock(self._slot, GENESIS_TIME, 0, 1, self._now))
        entries = [
            (slot, Hash(sha256(f"slot {slot}".encode()).digest()))
            for slot in range(self._slot - 1, max(-1, self._slot - 513), -1)
        ]
        self.svm.set_slot_hashes(entries)
        self.newest_slot_hash = bytes(entries[0][1])

    def keypair(self) -> Keypair:
        """A new keypair, the same ones in each run."""
        self._keypairs += 1
        return Keypair.from_seed(sha256(f"keypair {self._keypairs}".encode()).digest())

    def funded_keypair(self) -> Keypair:
        """A new keypair with 1,000 SOL."""
        keypair = self.keypair()
        self.airdrop(keypair.pubkey(), 1_000 * SOL)
        return keypair

    def airdrop(self, address: Pubkey, lamports: int) -> None:
        """Make lamports out of nothing."""
        was = self._machine.account(address) or Account(0, b"", SYSTEM_PROGRAM)
        self._machine.put(address, Account(was.lamports + lamports, was.data, was.owner, was.executable))

    def accounts(self) -> dict[Pubkey, Account | None]:
        """All accounts but those of the runtime's own programs; None where one is gone or not there yet."""
        return self._machine.accounts()

    def account(self, address: Pubkey) -> Account:
        """The account; AssertionError where there is none."""
        account = self._machine.account(address)
        assert account is not None, f"no account at {address}"
        return account

    def exists(self, address: Pubkey) -> bool:
        """Is there an account with lamports?"""
        return self._machine.account(address) is not None

    def send(self, *instructions: Instruction, signers: Sequence[Keypair] = ()) -> Landed:
        """Send a transaction. Raises Refused where it fails."""
        self.svm.expire_blockhash()
        limit = Instruction(COMPUTE_BUDGET, struct.pack("<BI", 2, COMPUTE_UNIT_LIMIT), [])
        return self.send_message([*instructions, limit], signers, self.svm.latest_blockhash())

    def send_message(self, instructions: Sequence[Instruction], signers: Sequence[Keypair], blockhash: Hash) -> Landed:
        """Send exactly these instructions. Raises Refused where the transaction fails, having made sure that every
        account of the chain is as it was, whether the transaction names it or not."""
        message = Message.new_with_blockhash(instructions, self.fee_payer.pubkey(), blockhash)
        keypairs = {keypair.pubkey(): keypair for keypair in (self.fee_payer, *signers)}
        needed = message.account_keys[: message.header.num_required_signatures]
        self._machine.touch(*message.account_keys)
        before = self.accounts()
        result = self.svm.send_transaction(VersionedTransaction(message, [keypairs[key] for key in needed]))
        if isinstance(result, FailedTransactionMetadata):
            changed = changed_accounts(before, self.accounts(), self.fee_payer.pubkey())
            assert not changed, f"a refusal changed {', '.join(map(str, changed))}"
            logs = result.meta().logs()
            raise Refused(_error_name(str(result.err()), logs), logs)
        assert isinstance(result, TransactionMetadata)
        events = list(_events(result, message.account_keys))
        self._events += events
        return Landed(result.compute_units_consumed(), events, list(_called(result.logs())))

    def events_of(self, program: Pubkey) -> list[bytes]:
        """All that a program emitted on this chain, in order."""
        return [event for emitter, event in self._events if emitter == program]

    def put_program(self, address: Pubkey, elf: bytes, authority: Pubkey | None) -> None:
        """Put an upgradeable program in place, with room to grow, as if it had been deployed long ago."""
        program_data = program_data_address(address)
        option = struct.pack("<B32s", authority is not None, bytes(authority or Pubkey.default()))
        header = struct.pack("<IQ", 3, 0) + option
        self.put(program_data, header + elf + bytes(ROOM_TO_GROW), LOADER_V3)
        self.put(address, struct.pack("<I32s", 2, bytes(program_data)), LOADER_V3, executable=True)

    def add_program(self, address: Pubkey, elf: Path) -> None:
        """Put a program in place that nobody can upgrade."""
        self._machine.add_program(address, elf)

    def put_buffer(self, elf: bytes, authority: Pubkey | None) -> Pubkey:
        """Put an uploaded buffer in place."""
        address = self.keypair().pubkey()
        self.put(address, buffer_data(elf, authority), LOADER_V3)
        return address

    def put(self, address: Pubkey, data: bytes, owner: Pubkey, *, executable: bool = False) -> None:
        """Put a rent-exempt account in place."""
        lamports = self.svm.minimum_balance_for_rent_exemption(len(data))
        self._machine.put(address, Account(lamports, data, owner, executable))


def buffer_data(elf: bytes, authority: Pubkey | None) -> bytes:
    """A loader-v3 buffer's data."""
    return struct.pack("<IB32s", 1, authority is not None, bytes(authority or Pubkey.default())) + elf


def elf(name: ProgramName) -> bytes:
    """The program as it is built."""
    return program_elf(name)


def _events(result: TransactionMetadata, keys: Sequence[Pubkey]) -> Iterator[tuple[Pubkey, bytes]]:
    for inner in result.inner_instructions():
        for entry in inner:
            instruction = entry.instruction()
            if instruction.data.startswith(EVENT_TAG):
                yield keys[instruction.program_id_index], instruction.data[len(EVENT_TAG) :]


def _called(logs: Sequence[str]) -> Iterator[Pubkey]:
    """By the runtime's own lines: an inner instruction may name a loader by an index outside the message's keys."""
    for line in logs:
        if (match := re.fullmatch(r"Program (\w+) invoke \[(\d+)\]", line)) and match[2] != "1":
            yield Pubkey.from_string(match[1])


def _error_name(runtime: str, logs: list[str]) -> str:
    """Anchor logs the name of an error, its own or the program's; of other programs the runtime's words stay."""
    for line in logs:
        if match := re.search(r"Error Code: (\w+)\. Error Number", line):
            return match[1]
    for line in logs:
        if match := re.search(r"Program \w+ failed: (.*)", line):
            return match[1]
    return runtime
