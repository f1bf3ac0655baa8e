"""Attacks by time: pauses, expiry, the rollback window, configs that would shorten them."""

import pytest
from stack.chain import Chain
from stack.council import Council
from stack.governed import APPROVE, DAY, GUARD, HOUR
from stack.refusals import refused
from stack.scenes import staged
from windlass_programs.windlass import ProposalStatus


def test_one_guard_does_not_pause_for_ever(council: Council) -> None:
    guard = council.members[3]
    for _ in range(3):
        council.pause(guard, 3 * DAY)
        with refused("SystemPaused"):
            council.pause(guard, 3 * DAY)
        council.chain.advance(3 * DAY)
    with refused("PauseLimit"):
        council.pause(guard, 1)
    council.chain.advance(21 * DAY - 1)
    with refused("PauseLimit"):
        council.pause(guard, 1)
    council.chain.advance(1)
    council.pause(guard, 1)


def test_a_guard_cannot_keep_their_own_removal_from_being_executed(council: Council) -> None:
    members = [(key, roles & ~GUARD) for key, roles in council.terms.members]
    id = council.propose_config(members=members)
    council.approve_by(id, *council.members[:3])
    council.chain.advance(2 * DAY)
    for _ in range(3):
        council.pause(council.members[3], 3 * DAY)
        with refused("SystemPaused"):
            council.execute_config(id)
        council.chain.advance(3 * DAY)
    with refused("PauseLimit"):
        council.pause(council.members[3], 1)
    council.execute_config(id)


def test_a_proposal_that_had_expired_before_a_pause_does_not_come_back(council: Council) -> None:
    id = council.approved()
    council.chain.advance(16 * DAY - HOUR)
    council.pause(council.members[3], 2 * HOUR)
    council.chain.advance(2 * HOUR)
    council.resume(council.members[3])
    with refused("GraceOver"):
        council.execute(id)


@pytest.mark.parametrize("after", [0, 1])
def test_a_pause_at_the_last_second_of_the_timelock_delays_all_of_it(council: Council, after: int) -> None:
    id = council.approved()
    council.chain.advance(2 * DAY - 1 + after)
    council.pause(council.members[3], HOUR)
    council.chain.advance(HOUR - 1)
    with refused("SystemPaused"):
        council.execute(id)
    council.chain.advance(1)
    if after == 0:
        with refused("TimelockNotOver"):
            council.execute(id)
        council.chain.advance(1)
    council.execute(id)


def test_rollback_to_a_version_older_than_a_week_is_refused(council: Council) -> None:
    council.upgraded()
    council.chain.advance(7 * DAY)
    with refused("RollbackWindowOver"):
        council.propose_rollback()


def test_a_rollback_that_could_not_run_in_time_is_not_even_approved(council: Council) -> None:
    council.upgraded()
    council.chain.advance(7 * DAY - HOUR)
    id = council.propose_rollback()
    council.approve_by(id, *council.members[:3])
    with refused("RollbackWindowOver"):
        council.approve_by(id, council.members[3])


def test_a_rollback_that_comes_too_late_makes_room_for_another(council: Council) -> None:
    council.upgraded()
    council.chain.advance(7 * DAY - HOUR - 2)
    id = council.rollback_approved()
    council.chain.advance(HOUR + 2)
    with refused("GraceOver"):
        council.roll_back(id)
    council.expire(id)
    assert council.program_upgrade_state.approved_rollback is None


def test_an_upgrade_approved_for_one_version_is_not_executed_at_another_after_a_rollback(council: Council) -> None:
    council.upgraded()
    waiting = council.approved()
    rollback = council.rollback_approved()
    council.chain.advance(HOUR)
    council.roll_back(rollback)
    council.chain.advance(2 * DAY)
    with refused("StaleProposal"):
        council.execute(waiting)


def test_an_approved_rollback_does_not_run_over_the_next_upgrade(council: Council) -> None:
    council.upgraded()
    next_upgrade = council.approved()
    council.chain.advance(2 * DAY - HOUR)
    rollback = council.rollback_approved()
    council.chain.advance(HOUR)
    kept = council.program_upgrade_state.rollback
    assert kept is not None
    council.execute(next_upgrade)
    with refused("NothingToRollBack"):
        council.roll_back(rollback, spill=kept.payer)


def test_an_approved_rollback_does_not_put_an_older_copy_back_over_the_next_upgrade(council: Council) -> None:
    """Nor is the copy that was kept for the next upgrade what its members approved."""
    council.upgraded()
    next_upgrade = council.propose(no_rollback=False)
    council.verify_all(next_upgrade)
    council.approve_by(next_upgrade, *council.members[:3])
    council.keep(next_upgrade)
    council.chain.advance(2 * DAY - HOUR)
    rollback = council.rollback_approved()
    council.chain.advance(HOUR)
    council.execute(next_upgrade)
    with refused("BufferMismatch"):
        council.roll_back(rollback)
    kept = council.program_upgrade_state.rollback
    assert kept is not None
    with refused("BufferMismatch"):
        council.roll_back(rollback, buffer=kept.buffer)


def test_rollback_to_a_buffer_that_was_never_deployed_is_refused(council: Council) -> None:
    council.upgraded()
    id = council.rollback_approved()
    council.chain.advance(HOUR)
    with refused("BufferMismatch"):
        council.roll_back(id, buffer=council.upload(authority=council.upgrade_authority))


def test_a_lower_threshold_helps_nothing_that_was_proposed_before_it(council: Council) -> None:
    """Pending and executed in one transaction: the upgrade that waits for the lower threshold is stale."""
    upgrade = council.propose_verified()
    council.approve(upgrade, council.members[0])
    lower = council.propose_config(threshold=1, cancel_threshold=5)
    council.approve_by(lower, *council.members[:3])
    council.chain.advance(2 * DAY)
    with refused("StaleProposal"):
        council.chain.send(
            council.config_execution(lower),
            council.approval(upgrade, council.members[1]),
            signers=[council.stranger, council.members[1]],
        )


def test_a_shorter_timelock_does_not_shorten_what_waits(council: Council) -> None:
    council.change_config(timelock=10 * DAY)
    waiting = council.approved()
    shorter = council.propose_config(timelock=2 * DAY)
    council.approve_by(shorter, *council.members[:3])
    council.chain.advance(2 * DAY)
    with refused("TimelockNotOver"):
        council.execute_config(shorter)
    council.chain.advance(8 * DAY)
    council.execute_config(shorter)
    with refused("StaleProposal"):
        council.execute(waiting)


def test_a_shorter_timelock_is_not_lowered_and_used_in_one_transaction(council: Council) -> None:
    council.change_config(timelock=10 * DAY)
    shorter = council.propose_config(timelock=2 * DAY)
    council.approve_by(shorter, *council.members[:3])
    council.chain.advance(8 * DAY)
    waiting = council.approved()
    council.chain.advance(2 * DAY)
    lower, use = council.config_execution(shorter), council.execution(waiting)
    with refused("StaleProposal"):
        council.chain.send(lower, use, signers=[council.stranger])
    with refused("TimelockNotOver"):
        council.chain.send(use, lower, signers=[council.stranger])


def test_a_program_is_not_upgraded_twice_in_one_slot(council: Council) -> None:
    """Rolled back and upgraded, or upgraded and rolled back: whichever comes first makes the other void."""
    council.upgraded()
    council.chain.advance(HOUR)
    waiting = council.approved()
    council.chain.advance(2 * DAY - HOUR)
    rollback = council.rollback_approved()
    council.chain.advance(HOUR)
    back, on = council.rollback(rollback), council.execution(waiting)
    with refused("StaleProposal"):
        council.chain.send(back, on, signers=[council.stranger])
    with refused("NothingToRollBack"):
        council.chain.send(on, back, signers=[council.stranger])
    council.chain.send(on, signers=[council.stranger])


def test_a_minority_that_can_cancel_nothing_cannot_protect_itself_from_removal(council: Council) -> None:
    """Whoever could block with fewer votes than it takes to outvote them is no config that may be."""
    members = [*council.terms.members[:3], *((council.chain.keypair().pubkey(), APPROVE) for _ in range(2))]
    id = council.propose_config(members=members)
    council.approve_by(id, *council.members[:3])
    for member in council.members[3:]:
        council.cancel_of(id, member)
    assert council.proposal(id).status is ProposalStatus.APPROVED
    council.chain.advance(2 * DAY)
    council.execute_config(id)
    with refused("CancelThresholdOutOfRange"):
        council.propose_config(cancel_threshold=2)


@pytest.mark.parametrize("name", ["execute_upgrade", "execute_config", "execute_transfer", "rollback_upgrade"])
@pytest.mark.parametrize("late", [False, True])
def test_the_last_second_of_grace_is_in_time_and_the_next_is_not(name: str, late: bool) -> None:
    scene = staged(name, Chain())
    chain, proposals = scene.world.chain, scene.world.multisig_config.proposal_count
    chain.advance(scene.world.proposal(proposals).expires_at - 1 + late - chain.now)
    if late:
        with refused("GraceOver"):
            scene.play()
    else:
        scene.play()


@pytest.mark.parametrize("seconds", [-(2**63), -1, 2**63 - 1])
def test_pauses_at_the_ends_of_the_numbers_are_refused(council: Council, seconds: int) -> None:
    with refused("PauseOutOfRange"):
        council.pause(council.members[3], seconds)
