"""A member that is a Squads v4 vault: it approves by Squads' own vault transaction, with the real Squads program."""

from hashlib import sha256

import pytest
from solders.instruction import Instruction
from stack.chain import elf
from stack.governed import APPROVE, DAY, Governed
from stack.nonce import DurableNonce
from stack.refusals import refused
from stack.squads import Squads
from windlass_programs.addresses import WINDLASS_PROGRAM_ID
from windlass_programs.digests import code_digest, proposal_digest
from windlass_programs.windlass import ProposalKind, ProposalStatus

# Neither plan, config, authority nor rollback: four borsh Options.
NOTHING_BUT_CODE = sha256(bytes(4)).digest()


@pytest.fixture
def squads(fresh: Governed) -> Squads:
    """A Squads multisig on the same chain; a test without the Squads program ends here."""
    return Squads(fresh.chain)


@pytest.fixture
def world(fresh: Governed, squads: Squads) -> Governed:
    """The Squads vault is a sixth member, who may approve; four of the six decide."""
    fresh.initialize(members=[*fresh.terms.members, (squads.vault, APPROVE)], threshold=4, emergency_threshold=5)
    fresh.register()
    return fresh


def approval(world: Governed, squads: Squads, id: int, digest: bytes) -> Instruction:
    """The vault's approval, whether or not there is a proposal yet."""
    return world.instruction("approve_upgrade", id=id, arguments=digest, changes={"member": squads.vault})


def test_a_squads_vault_gives_the_approval_that_decides(world: Governed, squads: Squads) -> None:
    id = world.propose_verified()
    for member in world.members[:3]:
        world.approve(id, member)
    assert world.proposal(id).status is ProposalStatus.PROPOSED
    vote = squads.approved(approval(world, squads, id, world.proposal(id).digest))
    squads.execute(vote)

    assert squads.status(vote) == "Executed"
    proposal = world.proposal(id)
    assert proposal.status is ProposalStatus.APPROVED
    assert [vote.member for vote in proposal.approvals] == [*(m.pubkey() for m in world.members[:3]), squads.vault]
    world.chain.advance(2 * DAY)
    world.execute(id)
    assert world.program_upgrade_state.code_digest == code_digest(elf("collateral_vault_v2"))


def test_squads_threshold_is_kept_first(world: Governed, squads: Squads) -> None:
    id = world.propose_verified()
    vote = squads.propose(approval(world, squads, id, world.proposal(id).digest))
    with refused("InvalidProposalStatus"):
        squads.execute(vote)
    assert world.proposal(id).approvals == []


def test_a_vault_approves_once(world: Governed, squads: Squads) -> None:
    id = world.propose_verified()
    call = approval(world, squads, id, world.proposal(id).digest)
    squads.execute(squads.approved(call))
    again = squads.approved(call)
    with refused("AlreadyApproved"):
        squads.execute(again)


def test_a_vault_transaction_approved_before_the_proposal_existed_is_refused(world: Governed, squads: Squads) -> None:
    """Its author foresaw everything that the digest covers, but for the slot hash of the proposal's own slot."""
    buffer, code = world.upload(), elf("collateral_vault_v2")
    id = world.multisig_config.proposal_count + 1

    def digest(slot_hash: bytes) -> bytes:
        return proposal_digest(
            windlass=WINDLASS_PROGRAM_ID,
            multisig=world.multisig,
            program=world.program,
            id=id,
            kind=ProposalKind.UPGRADE.value,
            proposer=world.proposer.pubkey(),
            buffer=buffer,
            buffer_len=len(code),
            code_digest=code_digest(code),
            base_version=0,
            no_rollback=True,
            config_seq=0,
            slot_hash=slot_hash,
            payload_digest=NOTHING_BUT_CODE,
        )

    assert not world.chain.exists(world.proposal_address(id))
    early = squads.approved(approval(world, squads, id, digest(world.chain.newest_slot_hash)))
    world.chain.advance(1)

    assert world.propose(buffer) == id
    world.verify_all(id)
    proposal = world.proposal(id)
    assert digest(proposal.slot_hash) == proposal.digest, "the slot hash alone was not foreseen"
    with refused("DigestMismatch"):
        squads.execute(early)
    assert (world.proposal(id), squads.status(early)) == (proposal, "Approved")

    squads.execute(squads.approved(approval(world, squads, id, proposal.digest)))
    assert [vote.member for vote in world.proposal(id).approvals] == [squads.vault]


def test_a_vault_transaction_kept_until_voting_is_over_is_refused(world: Governed, squads: Squads) -> None:
    """Squads lets it lie for as long as it wants to; the proposal does not wait."""
    id = world.propose_verified()
    late = squads.approved(approval(world, squads, id, world.proposal(id).digest))
    world.chain.advance(world.multisig_config.voting_period)
    with refused("VotingClosed"):
        squads.execute(late)
    assert world.proposal(id).approvals == []


def test_a_vault_transaction_is_not_executed_in_a_durable_nonce_transaction(world: Governed, squads: Squads) -> None:
    id = world.propose_verified()
    vote = squads.approved(approval(world, squads, id, world.proposal(id).digest))
    nonce, executor = DurableNonce.create(world.chain), squads.members[2]
    with refused("DurableNonce"):
        world.chain.send_message(
            [nonce.advance(), squads.execution(vote)], [nonce.authority, executor], world.chain.svm.latest_blockhash()
        )
    assert world.proposal(id).approvals == []
