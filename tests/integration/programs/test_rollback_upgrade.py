"""The way back: a copy that was compared with the running code, and nothing else."""

import pytest
from stack.chain import elf
from stack.council import Council
from stack.governed import DAY, HOUR
from stack.refusals import refused
from windlass_programs.codec import Codec
from windlass_programs.idl import Idl
from windlass_programs.windlass import ProposalStatus

CODEC = Codec(Idl.load("windlass"))
PROGRAM_DATA_HEADER = 45


@pytest.fixture
def waiting(council: Council) -> tuple[Council, int]:
    """An approved upgrade for which a copy has to be kept."""
    id = council.propose(no_rollback=False)
    council.verify_all(id)
    council.approve_by(id, *council.members[:3])
    return council, id


def test_an_upgrade_is_rolled_back_to_the_code_before(council: Council) -> None:
    upgrade = council.upgraded()
    kept = council.program_upgrade_state.rollback
    assert kept is not None
    assert kept.version == 0
    id = council.rollback_approved()
    council.chain.advance(HOUR)
    before = council.chain.account(kept.payer).lamports
    landed = council.roll_back(id)

    code = elf("collateral_vault_v1")
    data = council.chain.account(council.program_data).data[PROGRAM_DATA_HEADER:]
    assert data[: len(code)] == code
    assert not any(data[len(code) :])
    assert not council.chain.exists(kept.buffer)
    assert council.chain.account(kept.payer).lamports > before
    state = council.program_upgrade_state
    assert (state.version, state.rollback, state.last_upgrade_proposal) == (2, None, None)
    assert council.proposal(upgrade).status is ProposalStatus.ROLLED_BACK
    assert council.proposal(upgrade).rollback_buffer is None
    assert council.proposal(id).status is ProposalStatus.EXECUTED
    assert council.open_proposals(council.proposer) == 0
    assert [CODEC.event(event).name for _, event in landed.events] == ["UpgradeRolledBack"]
    with refused("NothingToRollBack"):
        council.propose_rollback()


def test_the_copy_is_locked_when_it_is_kept(waiting: tuple[Council, int]) -> None:
    council, id = waiting
    copy = council.upload(council.running_code, council.stranger.pubkey())
    council.keep(id, copy)
    kept = council.proposal(id).rollback_buffer
    assert kept is not None
    assert (kept.buffer, kept.payer, kept.version) == (copy, council.stranger.pubkey(), 0)
    assert council.chain.account(copy).data[5:37] == bytes(council.upgrade_authority)
    with refused("RollbackBufferKept"):
        council.keep(id)


def test_without_a_copy_the_upgrade_waits(waiting: tuple[Council, int]) -> None:
    council, id = waiting
    council.chain.advance(2 * DAY)
    with refused("RollbackBufferRequired"):
        council.execute(id)
    council.keep(id)
    council.execute(id)
    assert council.program_upgrade_state.rollback is not None


@pytest.mark.parametrize("spoil", ["first", "last", "shorter", "longer"])
def test_a_copy_that_is_not_the_running_code_is_refused(waiting: tuple[Council, int], spoil: str) -> None:
    council, id = waiting
    code = bytearray(council.running_code)
    if spoil == "first":
        code[0] ^= 1
    elif spoil == "last":
        code[-1] ^= 1
    elif spoil == "shorter":
        del code[-1]
    else:
        code += bytes(1)
    with refused("CopyMismatch"):
        council.keep(id, council.upload(bytes(code), council.stranger.pubkey()))


def test_after_an_upgrade_a_copy_of_the_voted_length_is_enough(council: Council) -> None:
    council.upgraded()
    code = elf("collateral_vault_v2")
    id = council.propose(council.upload(elf("collateral_vault_v1")), no_rollback=False)
    council.verify_all(id)
    council.approve_by(id, *council.members[:3])
    with refused("CopyMismatch"):
        council.keep(id, council.upload(code[:-1], council.stranger.pubkey()))
    council.keep(id, council.upload(code, council.stranger.pubkey()))


def test_a_copy_for_a_proposal_that_is_not_approved_is_refused(council: Council) -> None:
    id = council.propose(no_rollback=False)
    with refused("InvalidState"):
        council.keep(id)


def test_a_rollback_needs_the_emergency_threshold_and_its_delay(council: Council) -> None:
    council.upgraded()
    id = council.propose_rollback()
    council.approve_by(id, *council.members[:3])
    with refused("InvalidState"):
        council.roll_back(id)
    council.approve_by(id, council.members[3])
    council.chain.advance(HOUR - 1)
    with refused("TimelockNotOver"):
        council.roll_back(id)
    council.chain.advance(1)
    council.roll_back(id)


def test_a_kept_copy_is_retired_after_the_window(council: Council) -> None:
    id = council.upgraded()
    kept = council.proposal(id).rollback_buffer
    assert kept is not None
    council.chain.advance(7 * DAY - 1)
    with refused("RollbackBufferInUse"):
        council.retire(id)
    council.chain.advance(1)
    rent, before = council.chain.account(kept.buffer).lamports, council.chain.account(kept.payer).lamports
    council.retire(id)
    assert council.chain.account(kept.payer).lamports == before + rent
    assert not council.chain.exists(kept.buffer)
    assert council.program_upgrade_state.rollback is None
    with refused("NothingToRollBack"):
        council.retire(id, buffer=kept.buffer, recipient=kept.payer)


def test_a_kept_copy_is_retired_when_its_upgrade_is_cancelled(waiting: tuple[Council, int]) -> None:
    council, id = waiting
    council.keep(id)
    with refused("RollbackBufferInUse"):
        council.retire(id)
    for member in council.members[:3]:
        council.cancel(id, member)
    council.retire(id)
    assert council.proposal(id).rollback_buffer is None


def test_a_replaced_copy_is_retired_and_the_new_one_is_not(council: Council) -> None:
    first = council.upgraded()
    council.release = "collateral_vault_v2"
    council.successor = "collateral_vault_v1"
    second = council.upgraded()
    council.retire(first)
    with refused("RollbackBufferInUse"):
        council.retire(second)


def test_windlass_rolls_itself_back() -> None:
    """It cannot be called again after the loader's call in that slot: its event comes before."""
    from windlass_programs.addresses import WINDLASS_PROGRAM_ID

    world = Council(program=WINDLASS_PROGRAM_ID, release="windlass", successor="windlass")
    world.chain.advance(1)
    world.initialize()
    world.register()
    world.upgraded()
    world.chain.advance(1)
    id = world.rollback_approved()
    world.chain.advance(HOUR)
    landed = world.roll_back(id)
    assert [CODEC.event(event).name for _, event in landed.events] == ["UpgradeRolledBack"]
    world.chain.advance(1)
    assert world.program_upgrade_state.version == 2
