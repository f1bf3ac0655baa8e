"""Attacks on who holds the program: to nobody, to a thief, to no one who signs, and back by a stranger."""

import struct

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import Chain, elf
from stack.council import Council
from stack.governed import DAY
from stack.refusals import refused
from stack.scenes import staged
from windlass_programs.addresses import CLOCK_SYSVAR, LOADER_V3, RENT_SYSVAR

UPGRADE, SET_AUTHORITY, CLOSE, SET_AUTHORITY_CHECKED = 3, 4, 5, 7


def test_the_program_is_not_given_to_a_key_that_nobody_holds(council: Council) -> None:
    nobody = Pubkey.from_bytes(bytes(range(32)))
    id = council.transfer_approved(nobody)
    instruction = council.instruction(
        "execute_transfer", id=id, changes={"new_authority": nobody, "executor": council.stranger.pubkey()}
    )
    metas = [
        type(meta)(meta.pubkey, meta.is_signer and meta.pubkey != nobody, meta.is_writable)
        for meta in instruction.accounts
    ]
    with refused("AccountNotSigner"):
        council.chain.send(
            type(instruction)(instruction.program_id, instruction.data, metas), signers=[council.stranger]
        )


def test_the_program_is_not_given_to_another_key_than_was_voted(council: Council) -> None:
    id = council.transfer_approved(council.chain.keypair().pubkey())
    with refused("NewAuthorityInvalid"):
        council.transfer(id, council.stranger)


@pytest.mark.parametrize("thief", ["deployer", "proposer"])
def test_nobody_reaches_the_program_past_windlass(council: Council, thief: str) -> None:
    """By the loader's own instructions, each of which asks for the authority: neither who had it nor a member is it."""
    signer, program_data = getattr(council, thief), council.program_data
    by = signer.pubkey()
    buffer, spill = council.upload(authority=by), council.stranger.pubkey()
    upgrade = [program_data, council.program, buffer, spill, RENT_SYSVAR, CLOCK_SYSVAR, by]
    attempts = [
        (UPGRADE, upgrade),
        (SET_AUTHORITY, [program_data, by]),
        (SET_AUTHORITY, [program_data, by, spill]),
        (SET_AUTHORITY_CHECKED, [program_data, by, by]),
        (CLOSE, [program_data, spill, by, council.program]),
    ]
    for tag, keys in attempts:
        metas = [AccountMeta(key, key == by, key not in (by, RENT_SYSVAR, CLOCK_SYSVAR)) for key in keys]
        with refused("Incorrect authority provided"):
            council.chain.send(Instruction(LOADER_V3, struct.pack("<I", tag), metas), signers=[signer])


@pytest.mark.parametrize("nobody", ["none", "itself"])
def test_the_authority_does_not_become_none_or_itself(council: Council, nobody: str) -> None:
    key = Pubkey.default() if nobody == "none" else council.upgrade_authority
    with refused("NewAuthorityInvalid"):
        council.propose_transfer(key)


@pytest.mark.parametrize("name", ["execute_upgrade", "execute_transfer", "keep_rollback_buffer", "rollback_upgrade"])
def test_nothing_is_done_to_a_program_whose_authority_is_another(name: str) -> None:
    scene = staged(name, Chain())
    world, account = scene.world, scene.world.chain.account(scene.world.program_data)
    data = account.data.replace(bytes(world.upgrade_authority), bytes(world.stranger.pubkey()))
    world.chain.put(world.program_data, data, account.owner)
    with refused("UpgradeAuthorityMismatch"):
        scene.play()
    world.chain.put(world.program_data, account.data, account.owner)
    scene.play()


def test_an_upgrade_voted_for_one_program_is_not_executed_on_another(council: Council) -> None:
    """Every account is the other program's own; only the proposal is not about it."""
    id = council.approved()
    other = council.accounts_of(council.put_another_program())
    council.send("register_program", council.deployer, arguments=bytes(8), changes=other)
    council.chain.advance(2 * DAY)
    with refused("ProgramMismatch"):
        council.execute(id, **other)
    council.execute(id)


def test_a_transfer_is_executed_once(council: Council) -> None:
    heir = council.chain.keypair()
    id = council.transfer_approved(heir.pubkey())
    council.transfer(id, heir)
    council.register_again(heir)
    with refused("InvalidState"):
        council.transfer(id, heir)


def test_another_programs_data_is_not_transferred(council: Council) -> None:
    heir = council.chain.keypair()
    state = council.register_another_program()
    id = council.transfer_approved(heir.pubkey())
    with refused("ConstraintSeeds"):
        council.transfer(id, heir, program_state=state)


def test_a_released_program_takes_nothing_any_more(council: Council) -> None:
    heir = council.chain.keypair()
    upgrade = council.upgraded()
    rollback = council.rollback_approved()
    id = council.transfer_approved(heir.pubkey())
    council.transfer(id, heir)
    with refused("Released"):
        council.propose()
    with refused("Released"):
        council.propose_transfer(council.stranger.pubkey())
    with refused("Released"):
        council.propose_rollback()
    with refused("Released"):
        council.roll_back(rollback)
    with refused("Released"):
        council.approve(rollback, council.members[4])
    council.expire(rollback)
    council.retire(upgrade)


def test_a_stranger_does_not_take_a_released_program_in(council: Council) -> None:
    heir = council.chain.keypair()
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    with refused("UpgradeAuthorityMismatch"):
        council.register_again(council.stranger)
    with refused("UpgradeAuthorityMismatch"):
        council.register_again(council.proposer)


@pytest.mark.parametrize("timelock", [-(2**63), -1, 0, 2**63 - 1])
def test_a_stranger_does_not_register_what_is_the_councils_already(timelock: int) -> None:
    """The upgrade authority is the derived address: there is nobody to sign for the program but a proposer."""
    world = Council()
    world.initialize()
    world.chain.put_program(world.program, elf(world.release), world.upgrade_authority)
    for signer, error in [
        (world.stranger, "NotAMember"),
        (world.deployer, "NotAMember"),
        (world.members[4], "MissingRole"),
    ]:
        world.deployer = signer
        with refused(error):
            world.register(timelock)
    world.deployer = world.proposer
    if timelock:
        with refused("TimelockOutOfRange"):
            world.register(timelock)
    else:
        world.register(timelock)


@pytest.mark.parametrize("timelock", [-(2**63), -1, 1, 2 * DAY - 1, 30 * DAY + 1, 2**63 - 1])
def test_a_program_is_not_registered_again_with_absurd_times(council: Council, timelock: int) -> None:
    heir = council.chain.keypair()
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    with refused("TimelockOutOfRange"):
        council.register_again(heir, timelock)


def test_a_registered_program_is_not_registered_anew_after_its_release(council: Council) -> None:
    """From nothing: its version would begin again, and old approvals would fit."""
    heir = council.chain.keypair()
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    council.deployer = heir
    with refused("AccountOwnedByWrongProgram"):
        council.register()
