"""Handing a program's upgrade authority over."""

import struct

import pytest
from solders.pubkey import Pubkey
from stack.chain import elf
from stack.governed import DAY, Governed
from stack.refusals import refused
from windlass_programs.addresses import (
    LOADER_V3,
    SYSTEM_PROGRAM,
    program_data_address,
    program_state_address,
    upgrade_authority_address,
)


def upgrade_authority_on_chain(world: Governed) -> Pubkey | None:
    data = world.chain.account(world.program_data).data
    tag, _slot, some, key = struct.unpack_from("<IQB32s", data)
    assert tag == 3
    return Pubkey.from_bytes(key) if some else None


def test_the_authority_moves_to_an_address_that_only_windlass_signs_for(fresh: Governed) -> None:
    fresh.initialize()
    fresh.register(timelock=7 * DAY)
    assert upgrade_authority_on_chain(fresh) == fresh.upgrade_authority
    state = fresh.program_upgrade_state
    assert (state.multisig, state.program, state.program_data) == (
        fresh.multisig,
        fresh.program,
        fresh.program_data,
    )
    assert (state.version, state.code_digest, state.timelock) == (0, bytes(32), 7 * DAY)
    assert (state.last_upgrade_at, state.approved_proposal, state.released) == (0, None, False)


@pytest.mark.parametrize("timelock", [1, 2 * DAY - 1, 30 * DAY + 1, -1])
def test_a_programs_own_timelock_has_the_same_bounds(fresh: Governed, timelock: int) -> None:
    fresh.initialize()
    with refused("TimelockOutOfRange"):
        fresh.register(timelock)
    assert upgrade_authority_on_chain(fresh) == fresh.deployer.pubkey()


def test_a_signer_who_is_not_the_upgrade_authority_is_refused(fresh: Governed) -> None:
    fresh.initialize()
    with refused("UpgradeAuthorityMismatch"):
        fresh.send(
            "register_program",
            fresh.stranger,
            arguments=bytes(8),
            changes={"authority": fresh.stranger.pubkey()},
        )


def test_an_immutable_program_cannot_be_registered(fresh: Governed) -> None:
    fresh.initialize()
    fresh.chain.put_program(fresh.program, elf("collateral_vault_v1"), None)
    with refused("UpgradeAuthorityMismatch"):
        fresh.register()


def test_a_program_that_is_under_the_address_already_needs_a_proposer(fresh: Governed) -> None:
    fresh.initialize()
    fresh.chain.put_program(fresh.program, elf("collateral_vault_v1"), fresh.upgrade_authority)
    for signer, error in ((fresh.stranger, "NotAMember"), (fresh.members[4], "MissingRole")):
        with refused(error):
            fresh.send("register_program", signer, arguments=bytes(8), changes={"authority": signer.pubkey()})
    fresh.send(
        "register_program",
        fresh.proposer,
        arguments=bytes(8),
        changes={"authority": fresh.proposer.pubkey()},
    )
    assert fresh.program_upgrade_state.program == fresh.program


def test_program_data_of_another_program_is_refused(fresh: Governed) -> None:
    fresh.initialize()
    other = fresh.chain.keypair().pubkey()
    fresh.chain.put_program(other, elf("collateral_vault_v1"), fresh.deployer.pubkey())
    with refused("ProgramDataInvalid"):
        fresh.register(program_data=program_data_address(other))


def test_a_program_account_that_only_looks_like_one_is_refused(fresh: Governed) -> None:
    """It names somebody's real ProgramData, but belongs to another owner, or cannot be executed."""
    fresh.initialize()
    data = struct.pack("<I32s", 2, bytes(fresh.program_data))
    for owner, executable in ((SYSTEM_PROGRAM, False), (LOADER_V3, False)):
        fake = fresh.chain.keypair().pubkey()
        fresh.chain.put(fake, data, owner, executable=executable)
        with refused("ProgramMismatch"):
            register_as(fresh, fake)


def test_a_second_program_account_over_the_same_program_data_is_refused(fresh: Governed) -> None:
    fresh.initialize()
    fake = fresh.chain.keypair().pubkey()
    data = struct.pack("<I32s", 2, bytes(fresh.program_data))
    fresh.chain.put(fake, data, LOADER_V3, executable=True)
    with refused("ProgramDataInvalid"):
        register_as(fresh, fake)


def test_a_program_is_registered_once(governed: Governed) -> None:
    governed.chain.advance(1)
    with refused("AccountOwnedByWrongProgram"):
        governed.send(
            "register_program",
            governed.proposer,
            arguments=bytes(8),
            changes={"authority": governed.proposer.pubkey()},
        )


def test_another_loader_is_refused(fresh: Governed) -> None:
    fresh.initialize()
    with refused("InvalidProgramId"):
        fresh.register(loader=SYSTEM_PROGRAM)


def register_as(world: Governed, program: Pubkey) -> None:
    world.register(
        governed_program=program,
        program_state=program_state_address(world.multisig, program),
        upgrade_authority=upgrade_authority_address(world.multisig, program),
    )
