"""Pauses: what they stop, what they move, and what they never stop."""

import pytest
from stack.council import Council
from stack.governed import DAY, HOUR
from stack.refusals import refused
from windlass_programs.windlass import ProposalStatus


def test_a_pause_stops_proposing_approving_and_executing(council: Council) -> None:
    ready = council.approved()
    voting = council.propose_config(voting_period=DAY)
    council.chain.advance(2 * DAY)
    council.pause(council.members[3], HOUR)
    for attempt in (
        lambda: council.execute(ready),
        lambda: council.approve_by(voting, council.members[0]),
        council.propose,
        lambda: council.propose_config(voting_period=DAY),
        lambda: council.propose_transfer(council.stranger.pubkey()),
    ):
        with refused("SystemPaused"):
            attempt()


def test_a_pause_moves_eta_by_its_length_and_never_the_end(council: Council) -> None:
    id = council.approved()
    before = council.proposal(id)
    council.chain.advance(DAY)
    council.pause(council.members[3], 2 * DAY)
    council.chain.advance(2 * DAY)
    council.resume(council.stranger)
    assert council.multisig_config.accumulated_pause == 2 * DAY
    council.chain.advance(DAY - 1)
    with refused("TimelockNotOver"):
        council.execute(id)
    council.chain.advance(1)
    council.execute(id)
    assert council.proposal(id).expires_at == before.expires_at


def test_a_pause_that_ran_out_moves_eta_though_nobody_resumed(council: Council) -> None:
    id = council.approved()
    council.pause(council.members[3], DAY)
    council.chain.advance(3 * DAY - 1)
    with refused("TimelockNotOver"):
        council.execute(id)
    council.chain.advance(1)
    council.execute(id)


def test_the_guard_resumes_early_and_only_the_time_of_the_pause_counts(council: Council) -> None:
    council.pause(council.members[3], 3 * DAY)
    council.chain.advance(100)
    with refused("PauseNotOver"):
        council.resume(council.stranger)
    council.resume(council.members[3])
    config = council.multisig_config
    assert (config.pause_started_at, config.paused_until, config.accumulated_pause) == (0, 0, 100)
    council.propose()


@pytest.mark.parametrize(("seconds", "error"), [(0, "PauseOutOfRange"), (3 * DAY + 1, "PauseOutOfRange")])
def test_a_pause_has_its_bounds(council: Council, seconds: int, error: str) -> None:
    with refused(error):
        council.pause(council.members[3], seconds)


def test_only_a_guard_pauses(council: Council) -> None:
    with refused("MissingRole"):
        council.pause(council.members[0], HOUR)
    with refused("NotAMember"):
        council.pause(council.stranger, HOUR)


def test_a_pause_stops_nothing_that_takes_power_away(council: Council) -> None:
    id = council.approved()
    other = council.propose()
    council.pause(council.members[3], 3 * DAY)
    council.revoke(id, council.members[0])
    council.cancel(other, council.proposer)
    council.reclaim(other)
    council.chain.advance(3 * DAY - 1)
    council.chain.advance(DAY)
    council.pause(council.members[3], HOUR)
    council.expire(id)
    assert council.proposal(id).status is ProposalStatus.EXPIRED


def test_a_rollback_goes_through_in_a_pause(council: Council) -> None:
    council.upgraded()
    council.pause(council.members[3], 3 * DAY)
    id = council.rollback_approved()
    council.chain.advance(HOUR)
    council.roll_back(id)
    assert council.program_upgrade_state.version == 2
