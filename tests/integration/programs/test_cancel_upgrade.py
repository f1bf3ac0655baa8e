"""Taking a proposal back, and voting it down."""

import pytest
from stack.governed import DAY, Governed
from stack.refusals import refused
from windlass_programs.windlass import ProposalStatus


def test_the_proposer_withdraws_at_once(governed: Governed) -> None:
    id = governed.propose()
    governed.cancel(id, governed.proposer)
    proposal = governed.proposal(id)
    assert (proposal.status, proposal.closed_at) == (ProposalStatus.CANCELLED, governed.chain.now)
    assert proposal.cancel_votes == []
    assert governed.open_proposals(governed.proposer) == 0


def test_withdrawing_makes_room_for_another_proposal(governed: Governed) -> None:
    ids = [governed.propose() for _ in range(3)]
    governed.cancel(ids[1], governed.proposer)
    assert governed.propose() == 4


def test_a_proposal_whose_voting_is_over_can_still_be_withdrawn(governed: Governed) -> None:
    id = governed.propose()
    governed.chain.advance(4 * DAY)
    governed.cancel(id, governed.proposer)
    assert governed.open_proposals(governed.proposer) == 0


def test_another_proposer_cannot_withdraw_it(governed: Governed) -> None:
    id = governed.propose()
    governed.cancel(id, governed.members[1])
    proposal = governed.proposal(id)
    assert proposal.status is ProposalStatus.PROPOSED
    assert [vote.member for vote in proposal.cancel_votes] == [governed.members[1].pubkey()]


@pytest.mark.parametrize("approved", [False, True])
def test_three_of_five_votes_cancel_it(governed: Governed, approved: bool) -> None:
    id = governed.approved() if approved else governed.propose()
    voters = governed.members[2:]
    for member in voters[:2]:
        governed.cancel(id, member)
        assert governed.proposal(id).status is not ProposalStatus.CANCELLED
    governed.cancel(id, voters[2])
    proposal = governed.proposal(id)
    assert (proposal.status, proposal.closed_at) == (ProposalStatus.CANCELLED, governed.chain.now)
    assert [vote.member for vote in proposal.cancel_votes] == [member.pubkey() for member in voters]
    assert governed.program_upgrade_state.approved_proposal is None
    assert governed.open_proposals(governed.proposer) == 0


def test_cancelling_one_proposal_leaves_the_slot_to_another_that_holds_it(governed: Governed) -> None:
    other, id = governed.propose(), governed.approved()
    governed.cancel(other, governed.proposer)
    assert governed.program_upgrade_state.approved_proposal == governed.proposal_address(id)


def test_after_approval_the_proposer_has_one_vote_like_others(governed: Governed) -> None:
    id = governed.approved()
    governed.cancel(id, governed.proposer)
    proposal = governed.proposal(id)
    assert proposal.status is ProposalStatus.APPROVED
    assert [vote.member for vote in proposal.cancel_votes] == [governed.proposer.pubkey()]


def test_one_who_approved_may_vote_to_cancel(governed: Governed) -> None:
    id = governed.approved()
    for member in governed.members[:3]:
        governed.cancel(id, member)
    assert governed.proposal(id).status is ProposalStatus.CANCELLED


def test_a_member_cannot_vote_to_cancel_twice(governed: Governed) -> None:
    id = governed.propose()
    governed.cancel(id, governed.members[2])
    governed.chain.advance(1)
    with refused("AlreadyCancelVoted"):
        governed.cancel(id, governed.members[2])


def test_a_stranger_cannot_cancel(governed: Governed) -> None:
    id = governed.propose()
    with refused("NotAMember"):
        governed.cancel(id, governed.stranger)


def test_a_member_who_may_not_approve_cannot_vote_to_cancel(fresh: Governed) -> None:
    members = [(key, 4 if i == 4 else 3) for i, (key, _) in enumerate(fresh.terms.members)]
    fresh.initialize(members=members, cancel_threshold=2)
    fresh.register()
    id = fresh.propose()
    with refused("MissingRole"):
        fresh.cancel(id, fresh.members[4])


def test_a_cancelled_proposal_stays_cancelled(governed: Governed) -> None:
    id = governed.propose()
    governed.cancel(id, governed.proposer)
    governed.chain.advance(1)
    for member in governed.members[:2]:
        with refused("InvalidState"):
            governed.cancel(id, member)


def test_an_executed_proposal_cannot_be_cancelled(governed: Governed) -> None:
    id = governed.approved()
    governed.chain.advance(2 * DAY)
    governed.execute(id)
    for member in governed.members[:2]:
        with refused("InvalidState"):
            governed.cancel(id, member)


def test_the_state_of_another_program_is_refused(governed: Governed) -> None:
    """It would leave the slot taken for ever."""
    id = governed.approved()
    other = governed.register_another_program()
    with refused("ConstraintSeeds"):
        governed.cancel(id, governed.members[0], program_state=other)
