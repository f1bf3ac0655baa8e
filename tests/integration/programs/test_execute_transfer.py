"""The way out: the authority leaves by a vote, to a key that signs; and the way back in."""

import struct

from solders.instruction import AccountMeta, Instruction
from stack.council import Council
from stack.governed import DAY
from stack.refusals import refused
from windlass_programs.addresses import LOADER_V3
from windlass_programs.windlass import ProposalStatus

AUTHORITY = slice(13, 45)


def test_the_program_goes_to_the_key_that_was_voted(council: Council) -> None:
    heir = council.chain.keypair()
    id = council.transfer_approved(heir.pubkey())
    council.transfer(id, heir)
    assert council.chain.account(council.program_data).data[AUTHORITY] == bytes(heir.pubkey())
    assert council.program_upgrade_state.released
    assert council.proposal(id).status is ProposalStatus.EXECUTED
    with refused("Released"):
        council.propose()


def test_a_transfer_waits_for_its_timelock(council: Council) -> None:
    heir = council.chain.keypair()
    id = council.propose_transfer(heir.pubkey())
    council.approve_by(id, *council.members[:3])
    council.chain.advance(2 * DAY - 1)
    with refused("TimelockNotOver"):
        council.transfer(id, heir)


def test_a_transfer_and_an_upgrade_do_not_wait_at_once(council: Council) -> None:
    council.approved()
    id = council.propose_transfer(council.chain.keypair().pubkey())
    with refused("SlotTaken"):
        council.approve_by(id, *council.members[:3])


def test_a_released_program_gives_back_what_it_holds(council: Council) -> None:
    heir = council.chain.keypair()
    upgrade, proposed = council.upgraded(), council.propose()
    id = council.transfer_approved(heir.pubkey())
    council.transfer(id, heir)
    council.retire(upgrade)
    council.expire(proposed)
    assert council.proposal(proposed).status is ProposalStatus.STALE
    council.reclaim(proposed)


def test_a_program_comes_back_and_old_proposals_do_not(council: Council) -> None:
    """Its code may have changed while it was away: what was voted on before is meant for another version."""
    heir = council.chain.keypair()
    old = council.propose()
    council.verify(old)
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    council.register_again(heir, 5 * DAY)
    state = council.program_upgrade_state
    assert (state.released, state.version, state.code_digest, state.timelock) == (False, 1, bytes(32), 5 * DAY)
    assert council.chain.account(council.program_data).data[AUTHORITY] == bytes(council.upgrade_authority)
    with refused("StaleProposal"):
        council.approve(old, council.members[0])
    id = council.propose()
    assert council.proposal(id).base_version == 1


def test_a_governed_program_is_not_registered_again(council: Council) -> None:
    with refused("NotReleased"):
        council.register_again(council.proposer)


def test_a_released_program_that_was_handed_back_is_registered_by_a_proposer(council: Council) -> None:
    heir = council.chain.keypair()
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    keys = [council.program_data, heir.pubkey(), council.upgrade_authority]
    metas = [AccountMeta(key, key == heir.pubkey(), key == council.program_data) for key in keys]
    council.chain.send(Instruction(LOADER_V3, struct.pack("<I", 4), metas), signers=[heir])
    with refused("NotAMember"):
        council.register_again(council.stranger)
    with refused("MissingRole"):
        council.register_again(council.members[4])
    council.register_again(council.proposer)
    assert not council.program_upgrade_state.released
