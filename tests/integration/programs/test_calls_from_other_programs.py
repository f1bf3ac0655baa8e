"""What another program may do to Windlass, and what only a transaction may."""

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import EVENT_TAG
from stack.governed import APPROVE, DAY, Governed
from stack.refusals import refused
from stack.relay import RELAY_MEMBER, put_relay, relayed
from windlass_programs.addresses import WINDLASS_PROGRAM_ID, event_authority_address
from windlass_programs.windlass import ProposalStatus


@pytest.fixture
def world(fresh: Governed) -> Governed:
    """The relay's own address is a sixth member, who may approve."""
    put_relay(fresh.chain)
    fresh.initialize(members=[*fresh.terms.members, (RELAY_MEMBER, APPROVE)], threshold=4, emergency_threshold=5)
    fresh.register()
    return fresh


def approval_of(world: Governed, id: int, member: Pubkey) -> Instruction:
    digest = world.proposal(id).digest
    return world.instruction("approve_upgrade", id=id, arguments=digest, changes={"member": member})


def test_a_keypair_cannot_approve_in_another_programs_instruction(world: Governed) -> None:
    """It may have signed for something else altogether."""
    id = world.propose_verified()
    member = world.members[0]
    with refused("NestedApproval"):
        world.chain.send(relayed(world.approval(id, member)), signers=[member])
    world.approve(id, member)


def test_a_program_that_is_a_member_approves_by_its_call(world: Governed) -> None:
    id = world.propose_verified()
    world.chain.send(relayed(approval_of(world, id, RELAY_MEMBER)))
    assert [vote.member for vote in world.proposal(id).approvals] == [RELAY_MEMBER]
    world.chain.advance(1)
    with refused("AlreadyApproved"):
        world.chain.send(relayed(approval_of(world, id, RELAY_MEMBER)))


def test_nobody_else_approves_for_a_program(world: Governed) -> None:
    id = world.propose_verified()
    approval = approval_of(world, id, RELAY_MEMBER)
    metas = [AccountMeta(meta.pubkey, False, meta.is_writable) for meta in approval.accounts]
    with refused("AccountNotSigner"):
        world.chain.send(Instruction(approval.program_id, approval.data, metas))


def test_an_upgrade_may_be_executed_and_cancelled_by_a_call(world: Governed) -> None:
    """Neither needs anybody's judgement of what the transaction says."""
    id = world.propose_verified()
    for member in world.members[:4]:
        world.approve(id, member)
    world.chain.send(relayed(world.instruction("cancel_upgrade", id=id, changes={"member": RELAY_MEMBER})))
    assert [vote.member for vote in world.proposal(id).cancel_votes] == [RELAY_MEMBER]
    world.chain.advance(2 * DAY)
    world.chain.send(relayed(world.execution(id)), signers=[world.stranger])
    assert world.proposal(id).status is ProposalStatus.EXECUTED


@pytest.mark.parametrize("by_call", [False, True])
def test_nobody_else_emits_windlass_events(world: Governed, by_call: bool) -> None:
    authority = event_authority_address(WINDLASS_PROGRAM_ID)
    forged = Instruction(WINDLASS_PROGRAM_ID, EVENT_TAG + bytes(100), [AccountMeta(authority, False, False)])
    with refused("ConstraintSigner"):
        world.chain.send(relayed(forged) if by_call else forged)
    other = AccountMeta(world.stranger.pubkey(), True, False)
    forged = Instruction(WINDLASS_PROGRAM_ID, EVENT_TAG + bytes(100), [other])
    with refused("ConstraintSeeds"):
        world.chain.send(relayed(forged) if by_call else forged, signers=[world.stranger])
