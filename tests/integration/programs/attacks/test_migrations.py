"""Migrations against the rules: the wrong accounts, the wrong time, somebody else's tracker."""

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.governed import DAY
from stack.ledger import ROLLBACK_WINDOW, Fields, Ledger, Plan
from stack.refusals import refused
from windlass_programs.addresses import (
    LOADER_V3,
    SYSTEM_PROGRAM,
    VAULT_PROGRAM_ID,
    WINDLASS_PROGRAM_ID,
    migration_authority_address,
)


def test_only_an_executed_upgrade_is_migrated(ledger: Ledger) -> None:
    id = ledger.ready(ledger.plan)
    with refused("InvalidState"):
        ledger.start(id)


def test_an_upgrade_without_a_plan_has_no_migration(ledger: Ledger) -> None:
    ledger.executed(None)
    with refused("NoMigrationPlan"):
        ledger.start()


def test_a_migration_starts_once(migrating: Ledger) -> None:
    """Nor does its tracker start again from nothing."""
    with refused("InvalidState"):
        migrating.start()


def test_lamports_at_the_trackers_address_do_not_keep_a_migration_from_starting(ledger: Ledger) -> None:
    """Anyone can send them there before the upgrade is even executed."""
    ledger.executed(ledger.plan)
    ledger.chain.airdrop(ledger.tracker_address(), 10**6)
    ledger.start()
    account = ledger.chain.account(ledger.tracker_address())
    assert account.lamports == ledger.chain.svm.minimum_balance_for_rent_exemption(len(account.data))


def test_the_migration_of_a_replaced_upgrade_never_starts(ledger: Ledger) -> None:
    earlier = ledger.executed(ledger.plan)
    ledger.executed(None)
    with refused("MigrationVersionMismatch"):
        ledger.start(earlier)


def test_no_migration_starts_under_an_approved_rollback(ledger: Ledger) -> None:
    """Whoever started it then could migrate accounts that nobody could revert, and so block the rollback."""
    ledger.executed(ledger.plan)
    id = ledger.propose_rollback()
    for member in ledger.members[:4]:
        ledger.approve(id, member)
    with refused("MigrationReverting"):
        ledger.start()


def test_a_migration_that_starts_between_the_votes_of_a_rollback_is_reverted_by_the_last(ledger: Ledger) -> None:
    """The approval that crosses the threshold has to bring the tracker."""
    ledger.executed(ledger.plan)
    id = ledger.propose_rollback()
    for member in ledger.members[:3]:
        ledger.approve(id, member)
    ledger.start()
    account = ledger.put_account()
    ledger.migrate(account)
    with refused("AccountMissing"):
        ledger.approve(id, ledger.members[3])
    ledger.approve(id, ledger.members[3], tracker=ledger.tracker_address())
    ledger.revert(account)


def test_a_reverted_account_does_not_go_forward_again_to_block_the_rollback(migrating: Ledger) -> None:
    account = migrating.put_account()
    migrating.migrate(account)
    id = migrating.approve_rollback()
    migrating.revert(account)
    with refused("MigrationReverting"):
        migrating.migrate(account)
    migrating.chain.advance(DAY)
    migrating.roll_back(id)


def test_a_reverted_account_that_is_closed_does_not_block_the_rollback(migrating: Ledger) -> None:
    account = migrating.put_account()
    migrating.migrate(account)
    id = migrating.approve_rollback()
    migrating.revert(account)
    migrating.chain.put(account, b"", SYSTEM_PROGRAM)
    migrating.chain.advance(DAY)
    migrating.roll_back(id)


def test_a_migrated_account_that_is_closed_blocks_the_rollback_only_until_another_goes_back(migrating: Ledger) -> None:
    """The count cannot know which account it was; anyone can make one in the new layout and revert it."""
    closed = migrating.put_account()
    migrating.migrate(closed)
    migrating.chain.put(closed, b"", SYSTEM_PROGRAM)
    id = migrating.approve_rollback()
    migrating.chain.advance(DAY)
    with refused("RollbackStrandsAccounts"):
        migrating.roll_back(id)
    migrating.revert(migrating.put_account(data=Fields().new()))
    migrating.roll_back(id)


def test_nothing_is_reverted_without_an_approved_rollback(migrating: Ledger) -> None:
    account = migrating.put_account()
    migrating.migrate(account)
    with refused("MigrationNotReverting"):
        migrating.revert(account)
    migrating.chain.advance(ROLLBACK_WINDOW)
    migrating.finalize()
    with refused("MigrationNotReverting"):
        migrating.revert(account)


def test_after_a_rollback_nothing_moves(migrating: Ledger) -> None:
    account = migrating.put_account()
    id = migrating.approve_rollback()
    migrating.chain.advance(DAY)
    migrating.roll_back(id)
    with refused("TrackerMismatch"):
        migrating.migrate(account)
    with refused("TrackerMismatch"):
        migrating.revert(account)
    with refused("TrackerMismatch"):
        migrating.finalize()
    with refused("InvalidState"):
        migrating.start()


def test_a_foreign_multisigs_tracker_for_the_same_program_moves_nothing(migrating: Ledger) -> None:
    """The program was in other hands before, whose migration never ended: they sign as another migration authority."""
    foreign = migrating
    owner = Ledger(chain=foreign.chain)
    owner.initialize()
    owner.register()
    owner.migrating()
    account = owner.put_account()
    with refused("Provided seeds do not result in a valid address"):
        foreign.migrate(account)
    substitutions = [
        ({"tracker": foreign.tracker_address()}, "TrackerMismatch"),
        ({"tracker": foreign.tracker_address(), "program_state": foreign.program_state}, "ConstraintSeeds"),
        ({"multisig": foreign.multisig}, "ConstraintSeeds"),
        ({"program_state": foreign.program_state}, "ConstraintSeeds"),
        ({"migration_authority": foreign.migration_authority}, "ConstraintSeeds"),
    ]
    for changes, error in substitutions:
        with refused(error):
            owner.migrate(account, **changes)
    owner.migrate(account)


OTHER = Pubkey.find_program_address([b"other"], SYSTEM_PROGRAM)[0]


@pytest.mark.parametrize(
    ("account", "error"),
    [
        ("multisig", "AccountNotInitialized"),
        ("program_state", "AccountNotInitialized"),
        ("tracker", "AccountNotInitialized"),
        ("governed_program", "ConstraintSeeds"),
        ("migration_authority", "ConstraintSeeds"),
        ("system_program", "InvalidProgramId"),
        ("event_authority", "ConstraintAddress"),
    ],
)
@pytest.mark.parametrize("direction", ["migrate", "revert"])
def test_no_account_of_a_move_can_be_another(migrating: Ledger, direction: str, account: str, error: str) -> None:
    moved = migrating.put_account()
    move = migrating.migrate
    if direction == "revert":
        migrating.migrate(moved)
        migrating.approve_rollback()
        move = migrating.revert
    with refused(error):
        move(moved, **{account: OTHER})
    move(moved)


@pytest.mark.parametrize("account", ["multisig", "program_state", "tracker"])
def test_no_account_of_a_move_can_be_one_of_another_kind(migrating: Ledger, account: str) -> None:
    moved = migrating.put_account()
    with refused("AccountDiscriminatorMismatch"):
        migrating.migrate(moved, **{account: migrating.proposal_address(migrating.upgrade)})


def test_only_the_governed_programs_accounts_are_moved(migrating: Ledger) -> None:
    """Whatever their bytes say."""
    foreign = migrating.chain.keypair().pubkey()
    migrating.chain.put(foreign, Fields().old(), VAULT_PROGRAM_ID)
    others = [foreign, migrating.payer.pubkey(), migrating.multisig, migrating.tracker_address(), migrating.program]
    for other in [*others, migrating.program_data, migrating.migration_authority]:
        with refused("AccountNotGoverned"):
            migrating.migrate(migrating.put_account(), other)


def test_an_account_that_is_not_writable_is_refused(migrating: Ledger) -> None:
    account = migrating.put_account()
    moving = migrating.moving("migrate_account", [])
    metas = [*moving.accounts, AccountMeta(account, False, False)]
    with refused("AccountNotGoverned"):
        migrating.chain.send(Instruction(WINDLASS_PROGRAM_ID, moving.data, metas), signers=[migrating.payer])


@pytest.mark.parametrize(
    "data",
    [
        Fields().old() + b"\0",
        Fields().old()[:-1],
        Fields().old(b"unknown."),
        Fields().old(b"ledger_2"),
        Fields().new(b"ledger_1"),
        Fields().new(b"ledger_2", 97),
        b"ledger_",
        b"\0",
    ],
)
def test_an_account_in_no_layout_of_the_plan_is_refused(migrating: Ledger, data: bytes) -> None:
    account = migrating.put_account(data=data)
    with refused("UnknownLayout"):
        migrating.migrate(migrating.put_account(), account)


def test_nobody_pays_without_signing(migrating: Ledger) -> None:
    account = migrating.put_account()
    moving = migrating.moving("migrate_account", [account])
    metas = [AccountMeta(meta.pubkey, False, meta.is_writable) for meta in moving.accounts]
    with refused("AccountNotSigner"):
        migrating.chain.send(Instruction(WINDLASS_PROGRAM_ID, moving.data, metas))


@pytest.mark.parametrize("account", ["program_state", "proposal", "tracker"])
def test_no_account_of_a_finalization_can_be_another(migrating: Ledger, account: str) -> None:
    other = migrating.register_another_program() if account == "program_state" else None
    if account == "proposal":
        other = migrating.proposal_address(migrating.ready(None))
    migrating.chain.advance(ROLLBACK_WINDOW)
    error = {"program_state": "ConstraintSeeds", "proposal": "TrackerMismatch", "tracker": "AccountNotInitialized"}
    with refused(error[account]):
        migrating.finalize(**{account: other or OTHER})
    migrating.finalize()


@pytest.mark.parametrize("account", ["multisig", "program_state", "proposal", "tracker"])
def test_no_account_of_a_start_can_be_another(ledger: Ledger, account: str) -> None:
    ledger.executed(ledger.plan)
    others = {
        "multisig": (OTHER, "AccountNotInitialized"),
        "program_state": (ledger.register_another_program(), "ProgramMismatch"),
        "proposal": (ledger.proposal_address(ledger.propose_with_plan(Plan())), "ConstraintSeeds"),
        "tracker": (OTHER, "ConstraintSeeds"),
    }
    other, error = others[account]
    with refused(error):
        ledger.start(None, **{account: other})
    ledger.start()


def test_the_migration_authority_signs_for_one_program_under_one_multisig(migrating: Ledger) -> None:
    others = [
        migration_authority_address(migrating.multisig, VAULT_PROGRAM_ID),
        migration_authority_address(migrating.program, migrating.multisig),
        migrating.upgrade_authority,
        migrating.stranger.pubkey(),
        LOADER_V3,
    ]
    for other in others:
        with refused("ConstraintSeeds"):
            migrating.migrate(migrating.put_account(), migration_authority=other)


def test_a_rollback_does_not_lapse_without_its_tracker(migrating: Ledger) -> None:
    """Left out, it would stay at reverting, and nobody could migrate."""
    id = migrating.approve_rollback()
    with refused("AccountMissing"):
        migrating.send(
            "revoke_approval", migrating.members[0], id=id, changes={"member": migrating.members[0].pubkey()}
        )
    for member in migrating.members[:2]:
        migrating.cancel(id, member)
    with refused("AccountMissing"):
        migrating.cancel(id, migrating.members[2])
    migrating.chain.advance(ROLLBACK_WINDOW)
    with refused("AccountMissing"):
        migrating.chain.send(migrating.instruction("expire_proposal", id=id))
    foreign = migrating.register_another_program()
    with refused("AccountDiscriminatorMismatch"):
        migrating.chain.send(migrating.instruction("expire_proposal", id=id, changes={"tracker": foreign}))
