"""What was sent once is sent again: nothing happens twice, and nothing is made anew from nothing."""

import pytest
from stack.chain import Chain, changed_accounts
from stack.refusals import refused
from stack.scenes import SCENES, staged

REFUSED = {
    "initialize_multisig": "AccountOwnedByWrongProgram",
    "register_program": "NotAMember",
    "propose_upgrade": "ConstraintSeeds",
    "verify_buffer": "BufferAlreadyVerified",
    "execute_upgrade": "BufferInvalid",
    "reclaim_buffer": "BufferReclaimed",
    "pause_system": "SystemPaused",
    "resume_system": "NotPaused",
    "propose_config": "ConstraintSeeds",
    "execute_config": "InvalidState",
    "keep_rollback_buffer": "RollbackBufferKept",
    "propose_rollback": "ConstraintSeeds",
    "retire_rollback": "NothingToRollBack",
    "propose_transfer": "ConstraintSeeds",
    "execute_transfer": "InvalidState",
    "register_released_program": "NotReleased",
    "start_migration": "InvalidState",
    "finalize_migration": "MigrationFinalized",
    "close_account_version": "AccountNotInitialized",
    "approve_upgrade": "AlreadyApproved",
    "revoke_approval": "NotApproved",
    "cancel_upgrade": "InvalidState",
    "expire_proposal": "InvalidState",
    "rollback_upgrade": "NothingToRollBack",
}
# An account that is on that side already is left alone: whoever migrates many need not know which others came first.
PASSED_OVER = {"migrate_account", "revert_account"}


def test_every_instruction_is_sent_twice() -> None:
    assert {*REFUSED, *PASSED_OVER} == set(SCENES)


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_happens_twice(name: str) -> None:
    scene = staged(name, Chain())
    scene.play()
    scene.world.chain.advance(1)
    with refused(REFUSED[name]):
        scene.play()


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_happens_twice_in_one_transaction(name: str) -> None:
    scene = staged(name, Chain())
    with refused(REFUSED[name]):
        scene.world.chain.send(scene.instruction, scene.instruction, signers=scene.signers)
    scene.play()


@pytest.mark.parametrize("name", sorted(PASSED_OVER))
def test_an_account_that_was_moved_is_passed_over(name: str) -> None:
    scene = staged(name, Chain())
    scene.play()
    chain = scene.world.chain
    before = chain.accounts()
    chain.advance(1)
    clock = changed_accounts(before, chain.accounts(), chain.fee_payer.pubkey())
    scene.play()
    assert changed_accounts(before, chain.accounts(), chain.fee_payer.pubkey()) == clock
