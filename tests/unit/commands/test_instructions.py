"""Instructions are what the IDL says: discriminator, arguments, accounts in order with their flags."""

from __future__ import annotations

import inspect
import struct
from hashlib import sha256
from typing import Any

import pytest
from solders.pubkey import Pubkey
from windlass_commands.instructions.add_authorized_program import add_authorized_program
from windlass_commands.instructions.anchor_program import anchor_program
from windlass_commands.instructions.approve_upgrade import approve_upgrade
from windlass_commands.instructions.cancel_upgrade import cancel_upgrade
from windlass_commands.instructions.close_account_version import close_account_version
from windlass_commands.instructions.deposit import deposit
from windlass_commands.instructions.execute_config import execute_config
from windlass_commands.instructions.execute_transfer import execute_transfer
from windlass_commands.instructions.execute_upgrade import execute_upgrade
from windlass_commands.instructions.expire_proposal import expire_proposal
from windlass_commands.instructions.finalize_migration import finalize_migration
from windlass_commands.instructions.initialize_authority import initialize_authority
from windlass_commands.instructions.initialize_multisig import Member, MultisigParams, initialize_multisig
from windlass_commands.instructions.initialize_vault import initialize_vault
from windlass_commands.instructions.keep_rollback_buffer import keep_rollback_buffer
from windlass_commands.instructions.move_accounts import MoveCall, migrate_account, revert_account
from windlass_commands.instructions.pause_system import pause_system
from windlass_commands.instructions.propose_config import propose_config
from windlass_commands.instructions.propose_rollback import propose_rollback
from windlass_commands.instructions.propose_transfer import propose_transfer
from windlass_commands.instructions.propose_upgrade import propose_upgrade
from windlass_commands.instructions.reclaim_buffer import reclaim_buffer
from windlass_commands.instructions.register_program import register_program
from windlass_commands.instructions.register_released_program import register_released_program
from windlass_commands.instructions.remove_authorized_program import remove_authorized_program
from windlass_commands.instructions.resume_system import resume_system
from windlass_commands.instructions.retire_rollback import retire_rollback
from windlass_commands.instructions.revoke_approval import revoke_approval
from windlass_commands.instructions.rollback_upgrade import rollback_upgrade
from windlass_commands.instructions.set_admin import set_admin
from windlass_commands.instructions.start_migration import start_migration
from windlass_commands.instructions.verify_buffer import verify_buffer
from windlass_commands.instructions.voted import Voted
from windlass_commands.instructions.withdraw import withdraw
from windlass_commands.instructions.withdraw_all import withdraw_all
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID, account_version_address
from windlass_programs.artifacts import ProgramName
from windlass_programs.idl import Idl
from windlass_programs.payload import pack_plan
from windlass_programs.windlass import AccountLayout, DroppedRange, MappedRange, MigrationPlan

PARAMS = MultisigParams((Member(Pubkey.new_unique(), 7),), 1, 1, 1, 172_800, 60, 1_209_600, 3_600)
PLAN = MigrationPlan(
    [AccountLayout(b"ledger_1", b"ledger_2", 64, 96, [MappedRange(8, 40, 48)], [DroppedRange(56, 8)])], 1, True
)
GOVERNANCE = (
    initialize_multisig,
    register_program,
    propose_upgrade,
    verify_buffer,
    approve_upgrade,
    execute_upgrade,
    cancel_upgrade,
    execute_config,
    execute_transfer,
    expire_proposal,
    keep_rollback_buffer,
    pause_system,
    propose_config,
    propose_rollback,
    propose_transfer,
    reclaim_buffer,
    resume_system,
    retire_rollback,
    revoke_approval,
    rollback_upgrade,
    close_account_version,
    finalize_migration,
    migrate_account,
    register_released_program,
    revert_account,
    start_migration,
)
VAULT = (
    initialize_vault,
    deposit,
    withdraw,
    withdraw_all,
    initialize_authority,
    set_admin,
    add_authorized_program,
    remove_authorized_program,
)
# Of the vault: authorized programs call these, and Windlass.
CALLED_BY_PROGRAMS = {"lock_collateral", "unlock_collateral", "transfer_collateral", "migrate", "revert"}


def arguments_of(builder: Any, program_id: Pubkey) -> dict[str, Any]:
    """A value for each parameter of a builder, by its annotation."""
    key = Pubkey.new_unique()
    values: dict[str, Any] = {
        "Pubkey": None,
        "int": 3,
        "bool": True,
        "bytes": bytes(range(32)),
        "MultisigParams": PARAMS,
        "MoveCall": MoveCall(program_id, key, key, key, key, receipts=True),
        "Voted": Voted(*(Pubkey.new_unique() for _ in range(4))),
        "Sequence[Pubkey]": (),
        "MigrationPlan | None": PLAN,
    }
    return {
        name: program_id
        if name == "program_id"
        else Pubkey.new_unique()
        if parameter.annotation in ("Pubkey", "Pubkey | None")
        else values[parameter.annotation]
        for name, parameter in inspect.signature(builder).parameters.items()
    }


@pytest.mark.parametrize("builder", [*GOVERNANCE, *VAULT], ids=lambda builder: builder.__name__)
def test_a_builder_makes_the_idls_instruction(builder: Any) -> None:
    program: ProgramName = "windlass" if builder in GOVERNANCE else "collateral_vault_v2"
    program_id = WINDLASS_PROGRAM_ID if builder in GOVERNANCE else VAULT_PROGRAM_ID
    (expected,) = [i for i in Idl.load(program).json["instructions"] if i["name"] == builder.__name__]
    instruction = builder(**arguments_of(builder, program_id))
    assert instruction.program_id == program_id
    assert instruction.data[:8] == bytes(expected["discriminator"]) == _discriminator(builder.__name__)
    for meta, account in zip(instruction.accounts, expected["accounts"], strict=True):
        if account.get("optional") and meta.pubkey == program_id:
            continue  # left out, as Anchor spells it
        flags = (meta.is_signer, meta.is_writable)
        assert flags == (account.get("signer", False), account.get("writable", False)), account["name"]
        if "address" in account:
            assert str(meta.pubkey) == account["address"], account["name"]


def test_every_instruction_has_a_builder() -> None:
    built = {builder.__name__ for builder in (*GOVERNANCE, *VAULT)}
    programs: tuple[ProgramName, ...] = ("windlass", "collateral_vault_v1", "collateral_vault_v2")
    assert {
        i["name"] for program in programs for i in Idl.load(program).json["instructions"]
    } == built | CALLED_BY_PROGRAMS


def test_arguments_are_borsh() -> None:
    program, multisig, proposal, member = (Pubkey.new_unique() for _ in range(4))
    digest = bytes(range(32))
    instruction = approve_upgrade(WINDLASS_PROGRAM_ID, Voted(proposal, multisig), member, digest)
    assert instruction.data[8:] == digest
    instruction = initialize_multisig(WINDLASS_PROGRAM_ID, program, member, PARAMS)
    expected = struct.pack("<I", 1) + bytes(PARAMS.members[0].key) + bytes([7, 1, 1, 1])
    assert instruction.data[8:] == expected + struct.pack("<qqqq", 172_800, 60, 1_209_600, 3_600)


def test_a_proposal_carries_its_migration_plan_byte_for_byte() -> None:
    keys = [Pubkey.new_unique() for _ in range(5)]
    multisig, program, buffer, proposer, payer = keys
    arguments = (WINDLASS_PROGRAM_ID, multisig, program, 1, buffer, proposer, payer, bytes(range(32)))
    instruction = propose_upgrade(*arguments, no_rollback=True, plan=PLAN)
    assert instruction.data[8:] == bytes(range(32)) + b"\1\1" + pack_plan(PLAN)
    assert propose_upgrade(*arguments, no_rollback=False).data[8:] == bytes(range(32)) + b"\0\0"


def test_moved_accounts_follow_each_with_its_receipt_where_the_plan_has_them() -> None:
    multisig, program, tracker, payer, one, other = (Pubkey.new_unique() for _ in range(6))
    for receipts in (False, True):
        call = MoveCall(WINDLASS_PROGRAM_ID, multisig, program, tracker, payer, receipts)
        behind = migrate_account(call, [one, other]).accounts[9:]
        expected = [[each, account_version_address(tracker, each)][: 1 + receipts] for each in (one, other)]
        assert [meta.pubkey for meta in behind] == [address for pair in expected for address in pair]
        assert all(meta.is_writable and not meta.is_signer for meta in behind)


def test_accounts_that_are_missing_or_unknown_are_told() -> None:
    program, key = anchor_program("windlass"), Pubkey.new_unique()
    with pytest.raises(ValueError, match="verify_buffer needs the accounts proposal, buffer"):
        program.instruction(key, "verify_buffer", {}, {"multisig": key})
    with pytest.raises(ValueError, match="verify_buffer has no accounts payer"):
        program.instruction(key, "verify_buffer", {}, {"multisig": key, "proposal": key, "buffer": key, "payer": key})


def _discriminator(name: str) -> bytes:
    return sha256(f"global:{name}".encode()).digest()[:8]
