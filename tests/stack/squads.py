"""A Squads v4 multisig, by the real program, whose vault can be a member of a Windlass multisig.

The program lies beside the repository, not in it: SQUADS_PROGRAM names the file, else ../shared/fixtures has it.
"""

import os
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.chain import Chain, Landed
from stack.instructions import u64
from windlass_programs.addresses import SYSTEM_PROGRAM

SQUADS_PROGRAM_ID = Pubkey.from_string("SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf")
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "squads_v4.so"
# Permissions: initiate, vote, execute.
ALL_PERMISSIONS = 7
NONE = b"\0"
THRESHOLD = 2
# Proposal: discriminator, multisig, transaction index, then the status.
STATUS_AT = 8 + 32 + 8
STATUSES = ("Draft", "Active", "Rejected", "Approved", "Executing", "Executed", "Cancelled")


def squads_elf() -> Path:
    """The program's file. Skips the test where there is none, and fails it under CI=true."""
    path = Path(os.environ.get("SQUADS_PROGRAM") or BESIDE)
    if not path.exists():
        missing = f"Squads' program is not at {path}: name its .so file with SQUADS_PROGRAM"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@dataclass(frozen=True)
class VaultTransaction:
    """One instruction that the vault is to call, and Squads' own proposal of it. `keys`: what the call names."""

    transaction: Pubkey
    proposal: Pubkey
    keys: list[AccountMeta]


class Squads:
    """A 2-of-3 Squads multisig with one vault."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        chain.add_program(SQUADS_PROGRAM_ID, squads_elf())
        self.members = [chain.funded_keypair() for _ in range(3)]
        self.create_key = chain.keypair()
        self.multisig = _address(b"multisig", bytes(self.create_key.pubkey()))
        self.vault = _address(bytes(self.multisig), b"vault", b"\0")
        self._count = 0
        self._create()

    def _create(self) -> None:
        config, treasury = _address(b"program_config"), self.chain.funded_keypair().pubkey()
        # Only Squads' own key may make this account by an instruction.
        fields = bytes(self.members[0].pubkey()) + u64(0) + bytes(treasury) + bytes(64)
        self.chain.put(config, _tag("account:ProgramConfig") + fields, SQUADS_PROGRAM_ID)
        members = b"".join(bytes(member.pubkey()) + bytes([ALL_PERMISSIONS]) for member in self.members)
        terms = NONE + struct.pack("<HI", THRESHOLD, len(self.members)) + members + struct.pack("<I", 0) + NONE + NONE
        accounts = [
            AccountMeta(config, False, False),
            AccountMeta(treasury, False, True),
            AccountMeta(self.multisig, False, True),
            AccountMeta(self.create_key.pubkey(), True, False),
            AccountMeta(self.members[0].pubkey(), True, True),
            AccountMeta(SYSTEM_PROGRAM, False, False),
        ]
        self._send("multisig_create_v2", terms, accounts, self.members[0], self.create_key)

    def propose(self, call: Instruction) -> VaultTransaction:
        """Have the vault's next transaction be `call`, which the vault signs, and put it to the vote."""
        self._count += 1
        index = u64(self._count)
        transaction = _address(bytes(self.multisig), b"transaction", index)
        proposal = _address(bytes(self.multisig), b"transaction", index, b"proposal")
        keys, message = self._message(call)
        creator = self.members[0]
        paid = [
            AccountMeta(creator.pubkey(), True, False),
            AccountMeta(creator.pubkey(), True, True),
            AccountMeta(SYSTEM_PROGRAM, False, False),
        ]
        arguments = b"\0\0" + struct.pack("<I", len(message)) + message + NONE
        accounts = [AccountMeta(self.multisig, False, True), AccountMeta(transaction, False, True), *paid]
        self._send("vault_transaction_create", arguments, accounts, creator)
        accounts = [AccountMeta(self.multisig, False, False), AccountMeta(proposal, False, True), *paid]
        self._send("proposal_create", index + b"\0", accounts, creator)
        return VaultTransaction(transaction, proposal, keys)

    def approve(self, vault_transaction: VaultTransaction) -> None:
        """Approve it by as many members as the threshold says."""
        for member in self.members[:THRESHOLD]:
            accounts = [
                AccountMeta(self.multisig, False, False),
                AccountMeta(member.pubkey(), True, True),
                AccountMeta(vault_transaction.proposal, False, True),
            ]
            self._send("proposal_approve", NONE, accounts, member)

    def approved(self, call: Instruction) -> VaultTransaction:
        """A vault transaction with `call` that only has to be executed."""
        vault_transaction = self.propose(call)
        self.approve(vault_transaction)
        return vault_transaction

    def execute(self, vault_transaction: VaultTransaction) -> Landed:
        """Have the vault make its call. Raises Refused, with the called program's error where it is the one."""
        return self.chain.send(self.execution(vault_transaction), signers=[self.members[2]])

    def execution(self, vault_transaction: VaultTransaction) -> Instruction:
        """The instruction by which the third member executes it."""
        accounts = [
            AccountMeta(self.multisig, False, False),
            AccountMeta(vault_transaction.proposal, False, True),
            AccountMeta(vault_transaction.transaction, False, False),
            AccountMeta(self.members[2].pubkey(), True, False),
            *vault_transaction.keys,
        ]
        return Instruction(SQUADS_PROGRAM_ID, _tag("global:vault_transaction_execute"), accounts)

    def status(self, vault_transaction: VaultTransaction) -> str:
        """How far Squads' own proposal is."""
        return STATUSES[self.chain.account(vault_transaction.proposal).data[STATUS_AT]]

    def _message(self, call: Instruction) -> tuple[list[AccountMeta], bytes]:
        """What Squads stores of `call`: its keys as in a transaction, the vault, who signs, first; then by index."""
        writable = {meta.pubkey: False for meta in [*call.accounts, AccountMeta(call.program_id, False, False)]}
        for meta in call.accounts:
            writable[meta.pubkey] |= meta.is_writable
        assert not writable.pop(self.vault), "the vault pays for nothing here"
        order = sorted(writable, key=lambda key: not writable[key])
        keys = [self.vault, *order]
        indexes = bytes(keys.index(meta.pubkey) for meta in call.accounts)
        # Signers, writable signers, writable others; no address lookup table at the end.
        header = bytes([1, 0, sum(writable.values())])
        compiled = bytes([keys.index(call.program_id), len(indexes)]) + indexes
        compiled += struct.pack("<H", len(call.data)) + call.data
        message = header + bytes([len(keys)]) + b"".join(map(bytes, keys)) + b"\1" + compiled + NONE
        # The vault's signature is Squads' to give: the outer transaction names it without.
        return [AccountMeta(self.vault, False, False), *(AccountMeta(k, False, writable[k]) for k in order)], message

    def _send(self, name: str, arguments: bytes, accounts: list[AccountMeta], *signers: Keypair) -> None:
        instruction = Instruction(SQUADS_PROGRAM_ID, _tag(f"global:{name}") + arguments, accounts)
        self.chain.send(instruction, signers=signers)


def _address(*seeds: bytes) -> Pubkey:
    return Pubkey.find_program_address([b"multisig", *seeds], SQUADS_PROGRAM_ID)[0]


def _tag(name: str) -> bytes:
    return sha256(name.encode()).digest()[:8]
