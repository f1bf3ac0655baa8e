"""Approving: who, what exactly, until when, and what the crossing approval does."""

from solders.instruction import AccountMeta, Instruction
from stack.governed import DAY, Governed
from stack.nonce import DurableNonce
from stack.refusals import refused
from windlass_programs.addresses import CLOCK_SYSVAR
from windlass_programs.windlass import ProposalStatus


def test_the_third_of_five_approvals_starts_the_timelock(governed: Governed) -> None:
    id = governed.propose_verified()
    opened = governed.proposal(id)
    for member in governed.members[:2]:
        governed.approve(id, member)
    below = governed.proposal(id)
    assert below.status is ProposalStatus.PROPOSED
    assert (below.eta, below.approved_at, below.expires_at) == (0, 0, opened.expires_at)
    assert governed.program_upgrade_state.approved_proposal is None

    governed.chain.advance(100)
    governed.approve(id, governed.members[2])
    proposal, now = governed.proposal(id), governed.chain.now
    assert proposal.status is ProposalStatus.APPROVED
    assert (proposal.approved_at, proposal.eta) == (now, now + 2 * DAY)
    assert proposal.expires_at == now + 16 * DAY
    assert [(vote.member, vote.at) for vote in proposal.approvals] == [
        (governed.members[0].pubkey(), now - 100),
        (governed.members[1].pubkey(), now - 100),
        (governed.members[2].pubkey(), now),
    ]
    assert governed.program_upgrade_state.approved_proposal == governed.proposal_address(id)


def test_a_further_approval_is_counted_and_does_not_move_eta(governed: Governed) -> None:
    id = governed.approved()
    before = governed.proposal(id)
    governed.chain.advance(DAY)
    governed.approve(id, governed.members[3])
    after = governed.proposal(id)
    assert len(after.approvals) == 4
    assert (after.eta, after.expires_at, after.approved_at, after.status) == (
        before.eta,
        before.expires_at,
        before.approved_at,
        ProposalStatus.APPROVED,
    )


def test_the_programs_longer_timelock_counts(fresh: Governed) -> None:
    fresh.initialize()
    fresh.register(timelock=7 * DAY)
    id = fresh.approved()
    assert fresh.proposal(id).eta == fresh.chain.now + 7 * DAY


def test_the_multisigs_longer_timelock_counts(fresh: Governed) -> None:
    fresh.initialize(timelock=9 * DAY)
    fresh.register(timelock=7 * DAY)
    id = fresh.approved()
    assert fresh.proposal(id).eta == fresh.chain.now + 9 * DAY


def test_a_stranger_cannot_approve(governed: Governed) -> None:
    id = governed.propose_verified()
    with refused("NotAMember"):
        governed.approve(id, governed.stranger)


def test_a_member_who_may_only_propose_cannot_approve(fresh: Governed) -> None:
    members = [(key, 1 if i == 0 else 2) for i, (key, _) in enumerate(fresh.terms.members)]
    fresh.initialize(members=members, cancel_threshold=2)
    fresh.register()
    id = fresh.propose_verified()
    with refused("MissingRole"):
        fresh.approve(id, fresh.members[0])


def test_a_member_cannot_approve_twice(governed: Governed) -> None:
    id = governed.propose_verified()
    governed.approve(id, governed.members[0])
    governed.chain.advance(10)
    with refused("AlreadyApproved"):
        governed.approve(id, governed.members[0])
    assert len(governed.proposal(id).approvals) == 1


def test_a_member_who_does_not_sign_is_refused(governed: Governed) -> None:
    id = governed.propose_verified()
    approval = governed.approval(id, governed.members[0])
    metas = [AccountMeta(meta.pubkey, False, meta.is_writable) for meta in approval.accounts]
    with refused("AccountNotSigner"):
        governed.chain.send(Instruction(approval.program_id, approval.data, metas))


def test_an_approval_of_another_digest_is_refused(governed: Governed) -> None:
    id = governed.propose_verified()
    for wrong in (bytes(32), governed.proposal(id).code_digest):
        with refused("DigestMismatch"):
            governed.approve(id, governed.members[0], wrong)


def test_an_approval_of_another_proposals_digest_is_refused(governed: Governed) -> None:
    id, other = governed.propose_verified(), governed.propose()
    with refused("DigestMismatch"):
        governed.approve(id, governed.members[0], governed.proposal(other).digest)


def test_an_unverified_buffer_cannot_be_approved(governed: Governed) -> None:
    id = governed.propose()
    with refused("BufferNotVerified"):
        governed.approve(id, governed.members[0])


def test_a_half_verified_buffer_cannot_be_approved(governed: Governed) -> None:
    id = governed.propose(governed.upload(bytes(2_000_000)))
    governed.verify(id)
    with refused("BufferNotVerified"):
        governed.approve(id, governed.members[0])


def test_voting_ends(governed: Governed) -> None:
    id = governed.propose_verified()
    governed.chain.advance(3 * DAY - 1)
    governed.approve(id, governed.members[0])
    governed.chain.advance(1)
    with refused("VotingClosed"):
        governed.approve(id, governed.members[1])


def test_a_proposal_for_a_former_version_is_stale(governed: Governed) -> None:
    late, id = governed.propose_verified(), governed.approved()
    governed.chain.advance(2 * DAY)
    governed.execute(id)
    with refused("StaleProposal"):
        governed.approve(late, governed.members[0])


def test_a_second_approved_proposal_for_the_same_program_is_refused(governed: Governed) -> None:
    waiting, id = governed.propose_verified(), governed.approved()
    for member in governed.members[:2]:
        governed.approve(waiting, member)
    with refused("SlotTaken"):
        governed.approve(waiting, governed.members[2])
    assert governed.program_upgrade_state.approved_proposal == governed.proposal_address(id)


def test_a_freed_slot_can_be_taken(governed: Governed) -> None:
    waiting, id = governed.propose_verified(), governed.approved()
    for member in governed.members[:2]:
        governed.approve(waiting, member)
    for member in governed.members[:3]:
        governed.cancel(id, member)
    governed.approve(waiting, governed.members[2])
    assert governed.program_upgrade_state.approved_proposal == governed.proposal_address(waiting)


def test_a_cancelled_proposal_cannot_be_approved(governed: Governed) -> None:
    id = governed.propose_verified()
    governed.cancel(id, governed.proposer)
    with refused("InvalidState"):
        governed.approve(id, governed.members[1])


def test_an_executed_proposal_cannot_be_approved(governed: Governed) -> None:
    id = governed.approved()
    governed.chain.advance(2 * DAY)
    governed.execute(id)
    with refused("InvalidState"):
        governed.approve(id, governed.members[3])


def test_an_approval_in_a_durable_nonce_transaction_is_refused(governed: Governed) -> None:
    id, nonce = governed.propose_verified(), DurableNonce.create(governed.chain)
    member = governed.members[0]
    signers = [member, nonce.authority]
    instructions = [nonce.advance(), governed.approval(id, member)]
    with refused("DurableNonce"):
        governed.chain.send_message(instructions, signers, governed.chain.svm.latest_blockhash())
    assert governed.proposal(id).approvals == []


def test_a_nonce_that_is_not_advanced_first_is_no_durable_nonce(governed: Governed) -> None:
    """Then the transaction has a recent blockhash, and expires."""
    id, nonce = governed.propose_verified(), DurableNonce.create(governed.chain)
    member = governed.members[0]
    governed.chain.send(governed.approval(id, member), nonce.advance(), signers=[member, nonce.authority])
    assert len(governed.proposal(id).approvals) == 1


def test_another_account_in_the_place_of_the_instructions_sysvar_is_refused(governed: Governed) -> None:
    id = governed.propose_verified()
    with refused("SysvarInvalid"):
        governed.approve(id, governed.members[0], instructions=CLOCK_SYSVAR)


def test_the_state_of_another_program_is_refused(governed: Governed) -> None:
    """Its slot may be free: two approved upgrades would wait for one program."""
    id = governed.propose_verified()
    other = governed.register_another_program()
    with refused("ConstraintSeeds"):
        governed.approve(id, governed.members[0], program_state=other)


def test_sixteen_members_can_all_vote(fresh: Governed) -> None:
    """The largest accounts fit the program's heap, its stack and their own space, to the last vote."""
    members = [*fresh.members, *(fresh.chain.keypair() for _ in range(11))]
    roles = [(member.pubkey(), 7) for member in members]
    fresh.initialize(members=roles, threshold=16, cancel_threshold=16, emergency_threshold=16)
    fresh.register()
    id = fresh.propose_verified()
    for member in members:
        fresh.approve(id, member)
    for member in members[:15]:
        fresh.cancel(id, member)
    proposal = fresh.proposal(id)
    assert (len(proposal.approvals), len(proposal.cancel_votes)) == (16, 15)
    assert proposal.status is ProposalStatus.APPROVED
    fresh.cancel(id, members[15])
    assert fresh.proposal(id).status is ProposalStatus.CANCELLED
