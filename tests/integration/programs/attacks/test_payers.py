"""Attacks by who is paid back: an address that cannot be paid would keep what pays it from ever being executed."""

import pytest
from solders.pubkey import Pubkey
from stack.chain import buffer_data, elf
from stack.council import Council
from stack.governed import DAY, HOUR
from stack.refusals import refused
from windlass_programs.addresses import LOADER_V3
from windlass_programs.windlass import ProposalStatus


def become_a_program(council: Council, payer: Pubkey) -> None:
    """What the holder of an address can do at any time: transfer, allocate, assign, deploy."""
    council.chain.put_program(payer, elf("collateral_vault_v1"), payer)


def test_a_buffer_does_not_pay_for_its_own_proposal(council: Council) -> None:
    """It would get its own lamports: the loader refuses that, after the vote and two days of waiting."""
    buffer = council.chain.keypair()
    code = buffer_data(elf("collateral_vault_v2"), council.proposer.pubkey())
    council.chain.put(buffer.pubkey(), code, LOADER_V3)
    council.chain.airdrop(council.proposal_address(1), 10**9)
    honest, council.payer = council.payer, buffer
    with refused("PayerInvalid"):
        council.propose(buffer.pubkey())
    council.payer = honest
    council.propose(buffer.pubkey())


def test_a_payer_who_becomes_a_program_does_not_keep_the_upgrade_from_being_executed(council: Council) -> None:
    """The runtime takes nothing back from a call for an executable account, and so fails every call that pays it."""
    id = council.approved()
    become_a_program(council, council.payer.pubkey())
    council.chain.advance(2 * DAY)
    rent = council.chain.account(council.proposal(id).buffer).lamports
    before = council.chain.account(council.multisig).lamports
    paid = council.chain.account(council.proposal(id).payer).lamports
    council.execute(id)
    assert council.proposal(id).status is ProposalStatus.EXECUTED
    assert council.chain.account(council.multisig).lamports >= before + rent
    assert council.chain.account(council.proposal(id).payer).lamports == paid


def test_a_stranger_whose_copy_was_kept_does_not_block_the_rollback_by_becoming_a_program(council: Council) -> None:
    council.upgraded()
    kept = council.program_upgrade_state.rollback
    assert kept is not None
    assert kept.payer == council.stranger.pubkey()
    become_a_program(council, council.stranger.pubkey())
    council.stranger = council.chain.funded_keypair()
    id = council.rollback_approved()
    council.chain.advance(HOUR)
    with refused("SpillMismatch"):
        council.roll_back(id, spill=council.stranger.pubkey())
    council.roll_back(id)
    assert council.program_upgrade_state.version == 2


@pytest.mark.parametrize("way", ["reclaim", "retire"])
def test_a_payer_who_becomes_a_program_keeps_no_buffer_from_being_closed(council: Council, way: str) -> None:
    id = council.propose(no_rollback=False)
    council.verify_all(id)
    council.approve_by(id, *council.members[:3])
    council.keep(id)
    for member in council.members[:3]:
        council.cancel(id, member)
    proposal, before = council.proposal(id), council.chain.account(council.multisig).lamports
    kept = proposal.rollback_buffer
    assert kept is not None
    buffer = proposal.buffer if way == "reclaim" else kept.buffer
    rent = council.chain.account(buffer).lamports
    become_a_program(council, proposal.payer if way == "reclaim" else kept.payer)
    instruction = (
        council.instruction("reclaim_buffer", id=id, changes={"buffer": buffer, "recipient": proposal.payer})
        if way == "reclaim"
        else council.instruction("retire_rollback", id=id, changes={"buffer": buffer, "recipient": kept.payer})
    )
    council.chain.send(instruction)
    assert not council.chain.exists(buffer)
    assert council.chain.account(council.multisig).lamports == before + rent
