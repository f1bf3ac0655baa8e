"""Changing the config: by the same threshold and timelock as everything else, and whole."""

import pytest
from stack.council import Council
from stack.governed import APPROVE, DAY, GUARD, HOUR, PROPOSE
from stack.refusals import refused
from windlass_programs.addresses import WINDLASS_PROGRAM_ID
from windlass_programs.codec import Codec
from windlass_programs.digests import proposal_digest
from windlass_programs.idl import Idl
from windlass_programs.payload import payload_digest
from windlass_programs.windlass import ProposalKind, ProposalStatus

CODEC = Codec(Idl.load("windlass"))


def test_the_config_becomes_what_was_voted(council: Council) -> None:
    newcomer = council.chain.keypair().pubkey()
    members = [*council.terms.members[1:], (newcomer, PROPOSE | APPROVE | GUARD)]
    id = council.propose_config(members=members, threshold=4, cancel_threshold=2, timelock=3 * DAY)
    council.approve_by(id, *council.members[:3])
    council.chain.advance(2 * DAY)
    landed = council.execute_config(id)

    config = council.multisig_config
    assert [(member.key, member.roles, member.open_proposals) for member in config.members] == [
        (key, roles, 0) for key, roles in members
    ]
    assert (config.threshold, config.cancel_threshold, config.timelock) == (4, 2, 3 * DAY)
    assert (config.config_seq, config.proposal_count, config.create_key) == (1, 1, council.create_key.pubkey())
    assert council.proposal(id).status is ProposalStatus.EXECUTED
    [(_, event)] = landed.events
    changed = CODEC.event(event)
    assert changed.name == "ConfigChanged"
    assert (changed.fields["config_seq"], changed.fields["old"]["threshold"]) == (1, 3)
    assert changed.fields["new"]["threshold"] == 4


def test_a_config_proposal_waits_as_long_as_the_multisig_says(council: Council) -> None:
    id = council.propose_config(threshold=4, cancel_threshold=2)
    council.approve_by(id, *council.members[:3])
    council.chain.advance(2 * DAY - 1)
    with refused("TimelockNotOver"):
        council.execute_config(id)
    council.chain.advance(14 * DAY + 1)
    with refused("GraceOver"):
        council.execute_config(id)


def test_its_digest_covers_the_config_and_can_be_recomputed(council: Council) -> None:
    proposal = council.proposal(council.propose_config(voting_period=4 * HOUR))
    assert (proposal.kind, proposal.base_version, proposal.buffer_len) == (ProposalKind.CONFIG, 0, 0)
    assert proposal.new_config is not None
    assert proposal.new_config.voting_period == 4 * HOUR
    assert proposal.digest == proposal_digest(
        windlass=WINDLASS_PROGRAM_ID,
        multisig=proposal.multisig,
        program=proposal.program,
        id=proposal.id,
        kind=proposal.kind.value,
        proposer=proposal.proposer,
        buffer=proposal.buffer,
        buffer_len=proposal.buffer_len,
        code_digest=proposal.code_digest,
        base_version=proposal.base_version,
        no_rollback=proposal.no_rollback,
        config_seq=proposal.config_seq,
        slot_hash=proposal.slot_hash,
        payload_digest=payload_digest(proposal),
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"timelock": 2 * DAY - 1}, "TimelockOutOfRange"),
        ({"threshold": 0}, "ThresholdOutOfRange"),
        ({"cancel_threshold": 2}, "CancelThresholdOutOfRange"),
        ({"emergency_threshold": 2}, "EmergencyThresholdOutOfRange"),
        ({"grace_period": 14 * DAY - 1}, "GracePeriodOutOfRange"),
        ({"rollback_delay": 59}, "RollbackDelayOutOfRange"),
        ({"members": []}, "NoMembers"),
    ],
)
def test_a_config_that_may_not_be_is_not_even_proposed(
    council: Council, changes: dict[str, object], error: str
) -> None:
    with refused(error):
        council.propose_config(**changes)  # type: ignore[arg-type]


def test_seventeen_members_are_not_even_proposed(council: Council) -> None:
    members = [(council.chain.keypair().pubkey(), 7) for _ in range(17)]
    with refused("TooManyMembers"):
        council.propose_config(members=members)


def test_sixteen_members_replace_five(council: Council) -> None:
    """The largest config fits the transaction, the heap and the stack, from proposal to execution."""
    members = [(council.chain.keypair().pubkey(), 7) for _ in range(16)]
    council.change_config(members=members, threshold=9, cancel_threshold=8, emergency_threshold=16)
    assert len(council.multisig_config.members) == 16


def test_every_open_proposal_is_stale_and_its_quota_free(council: Council) -> None:
    waiting = council.approved()
    proposed = council.propose()
    council.change_config(voting_period=DAY)
    assert council.open_proposals(council.proposer) == 0
    with refused("StaleProposal"):
        council.execute(waiting)
    for id in (waiting, proposed):
        council.expire(id)
        assert council.proposal(id).status is ProposalStatus.STALE
    assert council.program_upgrade_state.approved_proposal is None
    assert council.open_proposals(council.proposer) == 0


def test_a_proposer_who_left_and_came_back_blocks_nothing(council: Council) -> None:
    """Their old proposal counts against no quota: it can be closed all the same, and the slot is free again."""
    waiting = council.approved()
    everybody = council.terms.members
    without = [*everybody[1:], (council.chain.keypair().pubkey(), APPROVE)]
    council.change_config(members=without)
    id = council.propose_config(proposer=council.members[1], members=everybody)
    council.approve_by(id, *council.members[1:4])
    council.chain.advance(2 * DAY)
    council.execute_config(id)
    council.expire(waiting)
    assert council.program_upgrade_state.approved_proposal is None
    assert council.open_proposals(council.proposer) == 0


def test_of_two_approved_configs_the_second_is_stale(council: Council) -> None:
    first = council.propose_config(voting_period=DAY)
    second = council.propose_config(voting_period=2 * DAY)
    for id in (first, second):
        council.approve_by(id, *council.members[:3])
    council.chain.advance(2 * DAY)
    council.execute_config(first)
    with refused("StaleProposal"):
        council.execute_config(second)


def test_a_config_can_be_withdrawn_and_voted_down(council: Council) -> None:
    first, second = council.propose_config(voting_period=DAY), council.propose_config(voting_period=DAY)
    council.cancel_of(first, council.proposer)
    for member in council.members[1:4]:
        council.cancel_of(second, member)
    assert council.proposal(first).status is ProposalStatus.CANCELLED
    assert council.proposal(second).status is ProposalStatus.CANCELLED


def test_a_config_is_not_voted_on_with_a_programs_state(council: Council) -> None:
    id = council.propose_config(voting_period=DAY)
    with refused("ConstraintSeeds"):
        council.approve(id, council.members[0])


def test_an_upgrade_is_not_voted_on_without_its_programs_state(council: Council) -> None:
    """The slot and the version would go unseen."""
    id = council.propose_verified()
    member = council.members[0]
    arguments, accounts = council.proposal(id).digest, {"member": member.pubkey()}
    for name in ("approve_upgrade", "cancel_upgrade"):
        instruction = council.instruction(
            name,
            id=id,
            arguments=arguments if name == "approve_upgrade" else b"",
            changes=accounts,
            without="program_state",
        )
        with refused("ProgramMismatch"):
            council.chain.send(instruction, signers=[member])
    with refused("ProgramMismatch"):
        council.chain.send(council.instruction("expire_proposal", id=id, without="program_state"))
