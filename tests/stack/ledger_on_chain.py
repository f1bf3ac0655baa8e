"""The ledger of `tests/programs` behind RPC: what puts it and its accounts there, and its migration's transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.chain import idl
from stack.instructions import build
from stack.ledger import ARCHIVE, LEDGER_PROGRAM_ID, Fields, Plan, ledger_elf
from windlass_commands.keypairs import Signer
from windlass_commands.rpc import Account, Rpc
from windlass_commands.transactions import submit
from windlass_programs.addresses import (
    SLOT_HASHES_SYSVAR,
    migration_authority_address,
    migration_tracker_address,
    program_state_address,
    proposal_address,
    upgrade_authority_address,
)
from windlass_programs.digests import code_digest

# What one byte of an account, and of what comes with each, costs (Agave, default rent).
LAMPORTS_PER_BYTE, BYTES_WITH_EACH = 6_960, 128
# So many fit into a transaction's 1,232 bytes.
BATCH = 20
# Behind an ELF's end; the loader does not mind, and both releases have another digest.
FIRST_RELEASE = b"the first one..."


@dataclass(frozen=True)
class Entry:
    """An account of the ledger, and what it holds in each layout."""

    address: Pubkey
    old: bytes
    new: bytes
    reverted: bytes


def entries(ledgers: int, archives: int) -> list[Entry]:
    """Accounts of both layouts, each with a balance of its own; always the same ones."""
    made = []
    for number in range(ledgers + archives):
        fields = Fields(balance=number)
        address = Keypair.from_seed(sha256(f"entry {number}".encode()).digest()).pubkey()
        if number < ledgers:
            made.append(Entry(address, fields.old(), fields.new(), fields.reverted()))
        else:
            grown = fields.new(ARCHIVE.new, ARCHIVE.new_size)
            made.append(Entry(address, fields.old(ARCHIVE.old), grown, fields.reverted(ARCHIVE.old)))
    return made


@dataclass(frozen=True)
class LedgerOnChain:
    """The ledger under `multisig`; `operator` proposes, and pays for everything."""

    multisig: Pubkey
    operator: Keypair

    def first_release(self) -> bytes:
        """What runs at first."""
        return ledger_elf(self.multisig) + FIRST_RELEASE

    def second_release(self) -> bytes:
        """What it is upgraded to."""
        return ledger_elf(self.multisig)

    def genesis(
        self, accounts: Sequence[Entry], directory: Path, authority: Pubkey
    ) -> tuple[tuple[Pubkey, Path, Pubkey], list[Account]]:
        """The program under `authority`, and the accounts in the old layout, for a validator to start with."""
        code = directory / "ledger.so"
        code.write_bytes(self.first_release())
        held = []
        for entry in accounts:
            rent = (BYTES_WITH_EACH + len(entry.old)) * LAMPORTS_PER_BYTE
            held.append(Account(entry.address, rent, LEDGER_PROGRAM_ID, entry.old, executable=False))
        return (LEDGER_PROGRAM_ID, code, authority), held

    def propose(self, rpc_url: str, id: int, buffer: Pubkey, plan: Plan) -> Pubkey:
        """Propose the second release, with this plan and a way back; the proposal's address."""
        digest = code_digest(self.second_release())
        arguments = digest + b"\0" + b"\1" + plan.pack()
        self._send(rpc_url, [self._instruction("propose_upgrade", id, arguments, buffer=buffer)])
        return proposal_address(self.multisig, id)

    def start(self, rpc_url: str, id: int) -> Pubkey:
        """Start the migration of the executed upgrade `id`; the tracker's address."""
        self._send(rpc_url, [self._instruction("start_migration", id)])
        return migration_tracker_address(self.multisig, LEDGER_PROGRAM_ID, id)

    def migrate(self, rpc_url: str, id: int, accounts: Sequence[Entry]) -> int:
        """Bring all of them into the new layout; how many transactions it took."""
        return self._send(rpc_url, list(self._moves("migrate_account", id, accounts)))

    def revert(self, rpc_url: str, id: int, accounts: Sequence[Entry]) -> int:
        """Bring all of them back into the old layout; how many transactions it took."""
        return self._send(rpc_url, list(self._moves("revert_account", id, accounts)))

    def _moves(self, name: str, id: int, accounts: Sequence[Entry]) -> Iterator[Instruction]:
        instruction = self._instruction(name, id)
        for first in range(0, len(accounts), BATCH):
            batch = [AccountMeta(entry.address, False, True) for entry in accounts[first : first + BATCH]]
            yield Instruction(instruction.program_id, instruction.data, [*instruction.accounts, *batch])

    def _instruction(self, name: str, id: int, arguments: bytes = b"", **others: Pubkey) -> Instruction:
        operator = self.operator.pubkey()
        known = {
            "multisig": self.multisig,
            "program_state": program_state_address(self.multisig, LEDGER_PROGRAM_ID),
            "proposal": proposal_address(self.multisig, id),
            "upgrade_authority": upgrade_authority_address(self.multisig, LEDGER_PROGRAM_ID),
            "migration_authority": migration_authority_address(self.multisig, LEDGER_PROGRAM_ID),
            "tracker": migration_tracker_address(self.multisig, LEDGER_PROGRAM_ID, id),
            "governed_program": LEDGER_PROGRAM_ID,
            "slot_hashes": SLOT_HASHES_SYSVAR,
            "proposer": operator,
            "payer": operator,
            **others,
        }
        entry = next(entry for entry in idl("windlass").json["instructions"] if entry["name"] == name)
        taken = {account["name"]: known[account["name"]] for account in entry["accounts"] if account["name"] in known}
        return build(idl("windlass"), name, taken, arguments)

    def _send(self, rpc_url: str, instructions: Sequence[Instruction]) -> int:
        """Each in a transaction of its own, all at once."""

        async def send() -> int:
            async with Rpc(rpc_url) as rpc:
                payer = Signer.of(self.operator)
                landed = await asyncio.gather(*(submit(rpc, [instruction], payer) for instruction in instructions))
                return len(landed)

        return asyncio.run(send())
