"""Attacks on the vote: approvals that were collected early, count twice, flicker, or are another's."""

import struct
from collections.abc import Callable

import pytest
from stack.chain import Chain
from stack.council import Council
from stack.governed import APPROVE, DAY, PROPOSE
from stack.instructions import unsigned
from stack.nonce import DurableNonce
from stack.refusals import refused
from stack.relay import put_relay, relayed
from stack.scenes import staged
from windlass_programs.windlass import ProposalStatus


@pytest.mark.parametrize("kind", ["config", "transfer", "rollback"])
def test_no_kind_is_approved_in_a_durable_nonce_transaction(council: Council, kind: str) -> None:
    if kind == "rollback":
        council.upgraded()
    propose: dict[str, Callable[[], int]] = {
        "config": lambda: council.propose_config(voting_period=DAY),
        "transfer": lambda: council.propose_transfer(council.stranger.pubkey()),
        "rollback": council.propose_rollback,
    }
    id = propose[kind]()
    nonce, member = DurableNonce.create(council.chain), council.members[0]
    with refused("DurableNonce"):
        council.chain.send_message([nonce.advance(), council.vote(id, member)], [nonce.authority, member], nonce.value)


@pytest.mark.parametrize("name", ["execute_upgrade", "execute_config", "execute_transfer", "rollback_upgrade"])
def test_no_kind_is_executed_in_a_durable_nonce_transaction(name: str) -> None:
    chain = Chain()
    scene, nonce = staged(name, chain), DurableNonce.create(chain)
    with refused("DurableNonce"):
        chain.send_message([nonce.advance(), scene.instruction], [nonce.authority, *scene.signers], nonce.value)
    scene.play()


def test_an_approval_signed_before_the_proposal_existed_names_another_digest(council: Council) -> None:
    """Everything but the newest slot hash can be known beforehand; the digest cannot."""
    rehearsal = council.propose_config(voting_period=DAY)
    digest = council.proposal(rehearsal).digest
    council.cancel_of(rehearsal, council.proposer)
    council.chain.advance(1)
    id = council.propose_config(voting_period=DAY)
    with refused("DigestMismatch"):
        council.chain.send(council.vote(id, council.members[0], digest), signers=[council.members[0]])


def test_an_approval_of_one_config_is_not_one_of_another(council: Council) -> None:
    harmless = council.propose_config(voting_period=DAY)
    harmful = council.propose_config(threshold=1, cancel_threshold=5)
    digest, member = council.proposal(harmless).digest, council.members[0]
    with refused("DigestMismatch"):
        council.chain.send(council.vote(harmful, member, digest), signers=[member])


def test_approvals_that_flicker_do_not_run_the_timelock(council: Council) -> None:
    """Reached, revoked, reached again just before eta: the two days begin anew, and everybody sees them."""
    id = council.approved()
    first = council.proposal(id).eta
    council.revoke(id, council.members[2])
    council.chain.advance(2 * DAY - 1)
    council.approve(id, council.members[2])
    assert council.proposal(id).eta == first + 2 * DAY - 1
    council.chain.advance(1)
    with refused("TimelockNotOver"):
        council.execute(id)


def test_a_revoked_approval_is_not_counted(council: Council) -> None:
    id = council.approved()
    council.chain.advance(2 * DAY)
    council.revoke(id, council.members[0])
    with refused("InvalidState"):
        council.execute(id)


def test_revoking_does_not_reopen_a_vote_that_is_over(council: Council) -> None:
    id = council.approved()
    council.chain.advance(3 * DAY)
    council.revoke(id, council.members[0])
    with refused("VotingClosed"):
        council.approve(id, council.members[0])
    council.expire(id)
    assert council.proposal(id).status is ProposalStatus.EXPIRED


def test_nobody_revokes_for_another(council: Council) -> None:
    id = council.approved()
    instruction = council.for_kind("revoke_approval", id, b"", {"member": council.members[0].pubkey()})
    with refused("AccountNotSigner"):
        council.chain.send(unsigned(instruction, council.members[0].pubkey()))


def test_a_member_does_not_count_twice_through_a_call(council: Council) -> None:
    put_relay(council.chain)
    id = council.propose_verified()
    council.approve(id, council.members[0])
    with refused("NestedApproval"):
        council.chain.send(relayed(council.approval(id, council.members[0])), signers=[council.members[0]])


def test_a_member_who_was_removed_after_voting_counts_no_more(council: Council) -> None:
    id = council.approved()
    members = [*council.terms.members[1:], (council.chain.keypair().pubkey(), PROPOSE | APPROVE)]
    council.change_config(members=members)
    with refused("StaleProposal"):
        council.execute(id)


def test_a_member_who_was_removed_approves_nothing(council: Council) -> None:
    members = [*council.terms.members[1:], (council.chain.keypair().pubkey(), APPROVE)]
    council.change_config(members=members)
    id = council.propose_config(proposer=council.members[1], members=members, voting_period=DAY)
    with refused("NotAMember"):
        council.approve_by(id, council.members[0])


def test_one_member_does_not_flood_the_voters(council: Council) -> None:
    """All kinds count together."""
    council.upgraded()
    council.propose_config(voting_period=DAY)
    council.propose_transfer(council.stranger.pubkey())
    council.propose_rollback()
    ways: list[Callable[[], int]] = [
        council.propose,
        council.propose_rollback,
        lambda: council.propose_config(voting_period=DAY),
        lambda: council.propose_transfer(council.stranger.pubkey()),
    ]
    for another in ways:
        with refused("TooManyOpenProposals"):
            another()


def test_the_last_id_is_not_followed_by_the_first(council: Council) -> None:
    """A proposal id that wraps would meet the accounts of old proposals."""
    account = council.chain.account(council.multisig)
    data = bytearray(account.data)
    count_at = 8 + 40 + 1 + 32 + 3 + 4 * 8 + 8
    assert struct.unpack_from("<Q", data, count_at) == (0,)
    struct.pack_into("<Q", data, count_at, 2**64 - 1)
    council.chain.put(council.multisig, bytes(data), account.owner)
    accounts = {"proposal": council.proposal_address(0), "proposer": council.proposer.pubkey()}
    with refused("Overflow"):
        council.send("propose_config", council.proposer, arguments=council.terms.pack(), changes=accounts)


def test_a_proposal_is_not_executed_as_another_kind(council: Council) -> None:
    """An approved transfer is no upgrade, an approved upgrade no config, an approved rollback no upgrade."""
    council.upgraded()
    rollback = council.rollback_approved()
    council.chain.advance(DAY)
    kept = council.program_upgrade_state.rollback
    assert kept is not None
    with refused("InvalidState"):
        council.execute(rollback, spill=council.proposal(rollback).payer)
    with refused("InvalidState"):
        council.execute_config(rollback)
    with refused("NewAuthorityInvalid"):
        council.transfer(rollback, council.chain.keypair())
    with refused("ConstraintSeeds"):
        council.roll_back(council.propose_config(voting_period=DAY), buffer=kept.buffer)


def test_lamports_at_the_next_proposals_address_stop_no_proposal(council: Council) -> None:
    """Anyone knows where it will lie."""
    council.chain.airdrop(council.proposal_address(1), 10**6)
    council.chain.airdrop(council.proposal_address(2), 10**9)
    assert council.propose() == 1
    assert council.propose_config(voting_period=DAY) == 2
