"""Executing: only the approved bytes, only in their time, and all or nothing."""

import struct

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import ROOM_TO_GROW, buffer_data, elf
from stack.governed import DAY, Governed
from stack.refusals import refused
from windlass_programs.addresses import (
    CLOCK_SYSVAR,
    LOADER_V3,
    RENT_SYSVAR,
    SYSTEM_PROGRAM,
    program_data_address,
)
from windlass_programs.digests import code_digest
from windlass_programs.windlass import ProposalStatus

PROGRAM_DATA_HEADER = 45
EXTEND_PROGRAM = 6
# MultisigConfig: discriminator, stream, bump, create key, three thresholds, four durations, then config_seq.
CONFIG_SEQ_AT = 8 + 40 + 1 + 32 + 3 + 4 * 8


@pytest.fixture
def ready(governed: Governed) -> tuple[Governed, int]:
    """An approved proposal whose timelock is over."""
    id = governed.approved()
    governed.chain.advance(2 * DAY)
    return governed, id


def extend(world: Governed, additional: int) -> Instruction:
    """ExtendProgram, which anyone may call."""
    accounts = [
        AccountMeta(world.program_data, False, True),
        AccountMeta(world.program, False, True),
        AccountMeta(SYSTEM_PROGRAM, False, False),
        AccountMeta(world.stranger.pubkey(), True, True),
    ]
    return Instruction(LOADER_V3, struct.pack("<II", EXTEND_PROGRAM, additional), accounts)


def test_the_program_runs_the_approved_bytes(ready: tuple[Governed, int]) -> None:
    world, id = ready
    buffer = world.proposal(id).buffer
    rent = world.chain.account(buffer).lamports
    before = world.chain.account(world.payer.pubkey()).lamports
    world.execute(id)

    code = elf("collateral_vault_v2")
    data = world.chain.account(world.program_data).data[PROGRAM_DATA_HEADER:]
    assert data[: len(code)] == code
    assert not any(data[len(code) :])
    assert not world.chain.exists(buffer)
    assert world.chain.account(world.payer.pubkey()).lamports >= before + rent

    proposal, state = world.proposal(id), world.program_upgrade_state
    assert (proposal.status, proposal.closed_at) == (ProposalStatus.EXECUTED, world.chain.now)
    assert (state.version, state.code_digest) == (1, code_digest(code))
    assert (state.last_upgrade_at, state.approved_proposal) == (world.chain.now, None)
    assert world.open_proposals(world.proposer) == 0


def test_executing_before_eta_is_refused(governed: Governed) -> None:
    id = governed.approved()
    with refused("TimelockNotOver"):
        governed.execute(id)
    governed.chain.advance(2 * DAY - 1)
    with refused("TimelockNotOver"):
        governed.execute(id)
    governed.chain.advance(1)
    governed.execute(id)


def test_an_unapproved_proposal_is_never_executed(governed: Governed) -> None:
    id = governed.propose_verified()
    for member in governed.members[:2]:
        governed.approve(id, member)
    governed.chain.advance(2 * DAY)
    with refused("InvalidState"):
        governed.execute(id)


def test_an_upgrade_is_executed_once(ready: tuple[Governed, int]) -> None:
    world, id = ready
    buffer = world.proposal(id).buffer
    world.execute(id)
    world.chain.advance(10)
    # Not even with a buffer at the same address again.
    world.chain.put(buffer, buffer_data(elf("collateral_vault_v2"), world.upgrade_authority), LOADER_V3)
    with refused("InvalidState"):
        world.execute(id)


def test_a_cancelled_proposal_is_not_executed(ready: tuple[Governed, int]) -> None:
    world, id = ready
    for member in world.members[:3]:
        world.cancel(id, member)
    with refused("InvalidState"):
        world.execute(id)


def test_another_buffer_is_refused(ready: tuple[Governed, int]) -> None:
    world, id = ready
    for authority in (world.stranger.pubkey(), world.upgrade_authority):
        other = world.upload(elf("collateral_vault_v1"), authority)
        with refused("BufferMismatch"):
            world.execute(id, buffer=other)


def test_the_buffer_of_another_proposal_is_refused(governed: Governed) -> None:
    other = governed.proposal(governed.propose(governed.upload(elf("collateral_vault_v1"))))
    id = governed.approved()
    governed.chain.advance(2 * DAY)
    with refused("BufferMismatch"):
        governed.execute(id, buffer=other.buffer)


def test_a_buffer_that_somebody_else_holds_now_is_refused(ready: tuple[Governed, int]) -> None:
    world, id = ready
    buffer = world.proposal(id).buffer
    for authority in (world.stranger.pubkey(), world.proposer.pubkey(), None):
        world.chain.put(buffer, buffer_data(elf("collateral_vault_v2"), authority), LOADER_V3)
        with refused("BufferAuthorityMismatch"):
            world.execute(id)


def test_a_buffer_of_another_length_is_refused(ready: tuple[Governed, int]) -> None:
    world, id = ready
    buffer = world.proposal(id).buffer
    code = elf("collateral_vault_v2")
    for other in (code + b"\x00", code[:-1]):
        world.chain.put(buffer, buffer_data(other, world.upgrade_authority), LOADER_V3)
        with refused("BufferLengthMismatch"):
            world.execute(id)


def test_a_buffer_that_is_gone_is_refused(ready: tuple[Governed, int]) -> None:
    world, id = ready
    buffer = world.proposal(id).buffer
    world.chain.put(buffer, b"", SYSTEM_PROGRAM)
    with refused("BufferInvalid"):
        world.execute(id)


def test_a_changed_config_makes_it_stale(ready: tuple[Governed, int]) -> None:
    world, id = ready
    account = world.chain.account(world.multisig)
    data = bytearray(account.data)
    assert struct.unpack_from("<Q", data, CONFIG_SEQ_AT) == (world.multisig_config.config_seq,)
    struct.pack_into("<Q", data, CONFIG_SEQ_AT, 1)
    world.chain.put(world.multisig, bytes(data), account.owner)
    with refused("StaleProposal"):
        world.execute(id)


def test_spill_goes_to_nobody_but_the_payer(ready: tuple[Governed, int]) -> None:
    world, id = ready
    for somebody in (world.stranger.pubkey(), world.proposer.pubkey()):
        with refused("SpillMismatch"):
            world.execute(id, spill=somebody)


def test_the_payer_may_execute(ready: tuple[Governed, int]) -> None:
    world, id = ready
    execution = world.execution(id, executor=world.payer.pubkey())
    world.chain.send(execution, signers=[world.payer])
    assert world.program_upgrade_state.version == 1


@pytest.mark.parametrize(
    ("account", "address", "error"),
    [
        ("instructions", RENT_SYSVAR, "SysvarInvalid"),
        ("rent", CLOCK_SYSVAR, "SysvarInvalid"),
        ("clock", RENT_SYSVAR, "SysvarInvalid"),
        ("loader", SYSTEM_PROGRAM, "InvalidProgramId"),
        ("upgrade_authority", SYSTEM_PROGRAM, "ConstraintSeeds"),
        ("program_data", SYSTEM_PROGRAM, "ProgramDataInvalid"),
        ("governed_program", SYSTEM_PROGRAM, "ConstraintSeeds"),
    ],
)
def test_an_account_in_the_place_of_another_is_refused(
    ready: tuple[Governed, int], account: str, address: Pubkey, error: str
) -> None:
    world, id = ready
    with refused(error):
        world.execute(id, **{account: address})


def test_another_program_is_refused(ready: tuple[Governed, int]) -> None:
    """The same upgrade on a second program of the same multisig."""
    world, id = ready
    state = world.register_another_program()
    with refused("ConstraintSeeds"):
        world.execute(id, program_state=state)


def test_a_stranger_who_extends_the_program_delays_it_by_a_slot_only(ready: tuple[Governed, int]) -> None:
    """The loader refuses a second change of a program in one slot, and anyone may extend one."""
    world, id = ready
    world.chain.send(extend(world, 10_240), signers=[world.stranger])
    with refused("invalid program argument"):
        world.execute(id)
    assert world.proposal(id).status is ProposalStatus.APPROVED
    world.chain.advance(1)
    world.execute(id)
    assert world.program_upgrade_state.version == 1


def test_code_that_does_not_fit_yet_can_be_executed_once_the_program_is_extended(governed: Governed) -> None:
    code = elf("collateral_vault_v2")
    room = len(elf("collateral_vault_v1")) + ROOM_TO_GROW
    id = governed.propose(governed.upload(code + bytes(room - len(code) + 1)))
    governed.verify(id)
    for member in governed.members[:3]:
        governed.approve(id, member)
    governed.chain.advance(2 * DAY)
    with refused("account data too small for instruction"):
        governed.execute(id)
    governed.chain.send(extend(governed, 10_240), signers=[governed.stranger])
    governed.chain.advance(1)
    governed.execute(id)
    assert governed.program_upgrade_state.version == 1


def test_code_that_is_no_program_is_refused_by_the_loader(governed: Governed) -> None:
    """Members may approve it; it still cannot replace a program that runs."""
    id = governed.propose(governed.upload(b"not an ELF file" * 10))
    governed.verify(id)
    for member in governed.members[:3]:
        governed.approve(id, member)
    governed.chain.advance(2 * DAY)
    with refused("invalid account data for instruction"):
        governed.execute(id)
    assert governed.proposal(id).status is ProposalStatus.APPROVED


def test_program_data_of_another_program_is_refused(ready: tuple[Governed, int]) -> None:
    world, id = ready
    other = world.chain.keypair().pubkey()
    world.chain.put_program(other, elf("collateral_vault_v1"), world.upgrade_authority)
    with refused("ProgramDataInvalid"):
        world.execute(id, program_data=program_data_address(other))
