"""A governed program that misuses what Windlass gives it, in `migrate` and in `revert`: nothing changes."""

import pytest
from solders.instruction import AccountMeta, Instruction
from stack.ledger import IN_REVERT, Behaviour, Fields, Ledger
from stack.refusals import refused
from windlass_programs.addresses import LOADER_V3

MIGRATE = bytes.fromhex("9beae792ec9ea21e")
REVERT = bytes.fromhex("223f685605798242")

# The runtime says no to those that reach for more than the account; Windlass to those that do their work badly.
MISDEEDS = [
    (Behaviour.CALL_BACK, "Cross-program invocation reentrancy not allowed for this instruction"),
    (Behaviour.CALL_ITSELF, "MigrationChangedField"),
    (Behaviour.CALL_THE_LOADER, "An account required by the instruction is missing"),
    (Behaviour.TAKE_LAMPORTS, "instruction changed the balance of a read-only account"),
    (Behaviour.SPEND_THE_AUTHORITYS_LAMPORTS, "Cross-program invocation with unauthorized signer or writable account"),
    (Behaviour.CLOSE, "instruction changed the balance of a read-only account"),
    (Behaviour.CHANGE_OWNER, "MigrationChangedOwner"),
    (Behaviour.CHANGE_A_MAPPED_BYTE, "MigrationChangedField"),
    (Behaviour.WRONG_SIZE, "MigrationWrongLayout"),
    (Behaviour.KEEP_THE_DISCRIMINATOR, "MigrationWrongLayout"),
    (Behaviour.TOUCH_NOTHING, "MigrationWrongLayout"),
    (Behaviour.GROW_TOO_MUCH, "Failed to reallocate account data"),
]
BY_NAME = [behaviour.name.lower() for behaviour, _ in MISDEEDS]


@pytest.mark.parametrize(("behaviour", "error"), MISDEEDS, ids=BY_NAME)
def test_a_program_that_misbehaves_in_migrate_migrates_nothing(
    migrating: Ledger, behaviour: Behaviour, error: str
) -> None:
    """Neither the accounts before it nor those after it in the same call."""
    good, bad = migrating.put_account(), migrating.put_account(Fields(behaviour=behaviour))
    migrating.chain.airdrop(migrating.migration_authority, 10**9)
    with refused(error):
        migrating.migrate(good, bad, migrating.put_account())
    assert migrating.data(good) == Fields().old()
    assert migrating.tracker.migrated == 0


@pytest.mark.parametrize(("behaviour", "error"), MISDEEDS, ids=BY_NAME)
def test_a_program_that_misbehaves_in_revert_reverts_nothing(
    migrating: Ledger, behaviour: Behaviour, error: str
) -> None:
    if behaviour is Behaviour.GROW_TOO_MUCH:
        error = "MigrationWrongLayout"  # from 96 bytes it may grow as far, and no farther
    good, bad = migrating.put_account(), migrating.put_account(Fields(behaviour=behaviour | IN_REVERT))
    migrating.chain.airdrop(migrating.migration_authority, 10**9)
    migrating.migrate(good, bad)
    migrating.approve_rollback()
    with refused(error):
        migrating.revert(good, bad)
    assert migrating.data(good) == Fields().new()
    assert migrating.tracker.reverted == 0


def test_a_loader_that_the_transaction_names_does_nothing_for_the_program(migrating: Ledger) -> None:
    """The loader and ProgramData are in the transaction; the program is handed neither, nor the upgrade authority."""
    bad = migrating.put_account(Fields(behaviour=Behaviour.CALL_THE_LOADER))
    moving = migrating.moving("migrate_account", [bad])
    keys = (migrating.program_data, migrating.upgrade_authority)
    bystander = Instruction(LOADER_V3, b"", [AccountMeta(key, False, True) for key in keys])
    with refused("invalid account data for instruction"):
        migrating.chain.send(moving, bystander, signers=[migrating.payer])


@pytest.mark.parametrize("name", [MIGRATE, REVERT])
def test_nobody_but_windlass_migrates_an_account(migrating: Ledger, name: bytes) -> None:
    account = migrating.put_account(data=Fields().old() if name == MIGRATE else Fields().new())

    def call(authority: AccountMeta) -> Instruction:
        return Instruction(migrating.program, name, [AccountMeta(account, False, True), authority])

    with refused("missing required signature for instruction"):
        migrating.chain.send(call(AccountMeta(migrating.migration_authority, False, False)))
    stranger = migrating.stranger
    with refused("Provided seeds do not result in a valid address"):
        migrating.chain.send(call(AccountMeta(stranger.pubkey(), True, False)), signers=[stranger])
