"""Windlass governs its own program: its next release comes by a proposal to the release before."""

import pytest
from stack.chain import ROOM_TO_GROW, Refused, elf, idl
from stack.governed import DAY, Governed
from stack.refusals import refused
from windlass_programs.addresses import LOADER_V3, WINDLASS_PROGRAM_ID
from windlass_programs.codec import Codec
from windlass_programs.digests import code_digest
from windlass_programs.windlass import ProposalStatus

# What a release answers when it is asked to verify a verified buffer; of one length, so that the ELF file stays whole.
THIS_RELEASE_SAYS = "is verified already: nothing is left to do"
NEXT_RELEASE_SAYS = "was verified before: nothing is left to do"


@pytest.fixture
def release() -> bytes:
    """The next Windlass: the same program, but that it words one of its errors otherwise."""
    code = elf("windlass")
    assert code.count(THIS_RELEASE_SAYS.encode()) == 1
    return code.replace(THIS_RELEASE_SAYS.encode(), NEXT_RELEASE_SAYS.encode())


@pytest.fixture
def itself() -> Governed:
    """Windlass, its upgrade authority handed over to a multisig of its own."""
    world = Governed(program=WINDLASS_PROGRAM_ID, release="windlass", successor="windlass")
    world.initialize()
    world.register()
    return world


def ready(world: Governed, code: bytes) -> int:
    """A proposal of `code`, with three approvals, its timelock over."""
    id = world.propose(world.upload(code))
    world.verify_all(id)
    for member in world.members[:3]:
        world.approve(id, member)
    world.chain.advance(2 * DAY)
    return id


def answer(world: Governed) -> str:
    """What the running Windlass says of a verified buffer, once its proposal is withdrawn again."""
    id = world.propose_verified()
    with pytest.raises(Refused) as raised:
        world.verify(id)
    world.cancel(id, world.proposer)
    return str(raised.value)


def test_windlass_upgrades_its_own_code(itself: Governed, release: bytes) -> None:
    assert THIS_RELEASE_SAYS in answer(itself)
    id = ready(itself, release)
    buffer = itself.proposal(id).buffer
    itself.execute(id)

    assert itself.running_code == release + bytes(ROOM_TO_GROW)
    assert not itself.chain.exists(buffer)
    proposal, state = itself.proposal(id), itself.program_upgrade_state
    assert (proposal.status, proposal.closed_at) == (ProposalStatus.EXECUTED, itself.chain.now)
    assert (state.version, state.code_digest) == (1, code_digest(release))
    itself.chain.advance(1)
    assert NEXT_RELEASE_SAYS in answer(itself)


def test_the_event_is_emitted_before_the_loader_is_called(itself: Governed, release: bytes) -> None:
    """Once the loader was called the program counts as not deployed in that slot, and could not call itself."""
    id = ready(itself, release)
    buffer = itself.proposal(id).buffer
    landed = itself.execute(id)
    assert landed.called == [WINDLASS_PROGRAM_ID, LOADER_V3]

    [(emitter, data)] = landed.events
    event = Codec(idl("windlass")).event(data)
    assert (emitter, event.name) == (WINDLASS_PROGRAM_ID, "UpgradeExecuted")
    assert event.fields["program"] == str(WINDLASS_PROGRAM_ID)
    assert event.fields["proposal"] == str(itself.proposal_address(id))
    assert event.fields["buffer"] == str(buffer)
    assert (event.fields["version"], event.fields["code_digest"]) == (1, code_digest(release).hex())


def test_the_new_release_governs_itself_in_turn(itself: Governed, release: bytes) -> None:
    for version, code in ((1, release), (2, elf("windlass"))):
        itself.execute(ready(itself, code))
        itself.chain.advance(1)
        state = itself.program_upgrade_state
        assert (state.version, state.code_digest) == (version, code_digest(code))
    assert THIS_RELEASE_SAYS in answer(itself)


def test_windlass_keeps_its_own_timelock(itself: Governed, release: bytes) -> None:
    id = itself.propose(itself.upload(release))
    itself.verify_all(id)
    for member in itself.members[:3]:
        itself.approve(id, member)
    itself.chain.advance(2 * DAY - 1)
    with refused("TimelockNotOver"):
        itself.execute(id)
    assert itself.running_code == elf("windlass") + bytes(ROOM_TO_GROW)
