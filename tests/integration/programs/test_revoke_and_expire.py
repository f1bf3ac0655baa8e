"""Taking approvals back, closing what is over, and giving buffers back."""

from stack.council import Council
from stack.governed import DAY
from stack.nonce import DurableNonce
from stack.refusals import refused
from windlass_programs.windlass import ProposalStatus


def test_below_the_threshold_the_timelock_is_void(council: Council) -> None:
    id = council.approved()
    created_at = council.proposal(id).created_at
    council.chain.advance(DAY)
    council.revoke(id, council.members[1])
    proposal, state = council.proposal(id), council.program_upgrade_state
    assert (proposal.status, proposal.approved_at, proposal.eta) == (ProposalStatus.PROPOSED, 0, 0)
    assert proposal.expires_at == created_at + 3 * DAY
    assert state.approved_proposal is None


def test_a_member_revokes_by_any_transaction(council: Council) -> None:
    """It only takes power away: one that was signed long ago may."""
    id = council.approved()
    nonce = DurableNonce.create(council.chain)
    member = council.members[0]
    revocation = council.for_kind("revoke_approval", id, b"", {"member": member.pubkey()})
    council.chain.send_message([nonce.advance(), revocation], [nonce.authority, member], nonce.value)
    assert council.proposal(id).status is ProposalStatus.PROPOSED


def test_who_has_not_approved_has_nothing_to_take_back(council: Council) -> None:
    id = council.approved()
    with refused("NotApproved"):
        council.revoke(id, council.members[4])
    with refused("NotApproved"):
        council.revoke(id, council.stranger)


def test_an_expired_proposal_frees_slot_and_quota(council: Council) -> None:
    id = council.approved()
    council.chain.advance(16 * DAY - 1)
    with refused("NotExpired"):
        council.expire(id)
    council.chain.advance(1)
    council.expire(id)
    proposal = council.proposal(id)
    assert (proposal.status, proposal.closed_at) == (ProposalStatus.EXPIRED, council.chain.now)
    assert council.program_upgrade_state.approved_proposal is None
    assert council.open_proposals(council.proposer) == 0
    with refused("InvalidState"):
        council.expire(id)


def test_a_buffer_goes_back_to_who_paid_for_its_proposal(council: Council) -> None:
    id = council.propose()
    council.cancel(id, council.proposer)
    buffer = council.proposal(id).buffer
    rent = council.chain.account(buffer).lamports
    before = council.chain.account(council.payer.pubkey()).lamports
    council.reclaim(id)
    assert not council.chain.exists(buffer)
    assert council.chain.account(council.payer.pubkey()).lamports == before + rent
    assert council.proposal(id).buffer_reclaimed
    with refused("BufferReclaimed"):
        council.reclaim(id)


def test_the_buffer_of_an_open_proposal_is_not_reclaimed(council: Council) -> None:
    with refused("InvalidState"):
        council.reclaim(council.propose())
    with refused("InvalidState"):
        council.reclaim(council.approved())


def test_a_proposal_that_holds_no_code_has_no_buffer_to_reclaim(council: Council) -> None:
    id = council.propose_transfer(council.stranger.pubkey())
    council.cancel(id, council.proposer)
    with refused("InvalidState"):
        council.reclaim(id)
