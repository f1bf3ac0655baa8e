"""Who may decide, how many of them, and the bounds of every duration."""

import pytest
from solders.pubkey import Pubkey
from stack.governed import APPROVE, DAY, GUARD, HOUR, PROPOSE, Governed
from stack.refusals import refused

I64_ENDS = (-(2**63), -1, 2**63 - 1)


def test_a_multisig_is_what_its_creator_asked_for(fresh: Governed) -> None:
    fresh.initialize()
    config, terms = fresh.multisig_config, fresh.terms
    assert [(member.key, member.roles, member.open_proposals) for member in config.members] == [
        (key, roles, 0) for key, roles in terms.members
    ]
    assert config.create_key == fresh.create_key.pubkey()
    assert (config.threshold, config.cancel_threshold, config.emergency_threshold) == (3, 3, 4)
    assert (config.timelock, config.rollback_delay) == (2 * DAY, HOUR)
    assert (config.grace_period, config.voting_period) == (14 * DAY, 3 * DAY)
    assert (config.config_seq, config.proposal_count, config.stream.seq) == (0, 0, 1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"threshold": 0}, "ThresholdOutOfRange"),
        ({"threshold": 6, "emergency_threshold": 6}, "ThresholdOutOfRange"),
        ({"cancel_threshold": 2}, "CancelThresholdOutOfRange"),
        ({"cancel_threshold": 6}, "CancelThresholdOutOfRange"),
        ({"emergency_threshold": 2}, "EmergencyThresholdOutOfRange"),
        ({"emergency_threshold": 6}, "EmergencyThresholdOutOfRange"),
        ({"timelock": 2 * DAY - 1}, "TimelockOutOfRange"),
        ({"timelock": 0}, "TimelockOutOfRange"),
        *(({"timelock": end}, "TimelockOutOfRange") for end in I64_ENDS),
        ({"timelock": 30 * DAY + 1}, "TimelockOutOfRange"),
        *(({"grace_period": end}, "GracePeriodOutOfRange") for end in I64_ENDS),
        ({"grace_period": 14 * DAY - 1}, "GracePeriodOutOfRange"),
        ({"grace_period": 30 * DAY + 1}, "GracePeriodOutOfRange"),
        *(({"voting_period": end}, "VotingPeriodOutOfRange") for end in I64_ENDS),
        ({"voting_period": HOUR - 1}, "VotingPeriodOutOfRange"),
        ({"voting_period": 7 * DAY + 1}, "VotingPeriodOutOfRange"),
        *(({"rollback_delay": end}, "RollbackDelayOutOfRange") for end in I64_ENDS),
        ({"rollback_delay": 59}, "RollbackDelayOutOfRange"),
        ({"rollback_delay": 30 * DAY + 1}, "RollbackDelayOutOfRange"),
        ({"members": []}, "NoMembers"),
    ],
)
def test_terms_out_of_range_are_refused(fresh: Governed, changes: dict[str, object], error: str) -> None:
    with refused(error):
        fresh.initialize(**changes)
    assert not fresh.chain.exists(fresh.multisig)


def test_a_threshold_above_the_members_who_may_approve_is_refused(fresh: Governed) -> None:
    members = [(key, PROPOSE | GUARD if i < 3 else APPROVE) for i, (key, _) in enumerate(fresh.terms.members)]
    with refused("ThresholdOutOfRange"):
        fresh.initialize(members=members)


def test_a_duplicate_member_is_refused(fresh: Governed) -> None:
    members = [*fresh.terms.members, (fresh.members[2].pubkey(), GUARD)]
    with refused("DuplicateMember"):
        fresh.initialize(members=members)


@pytest.mark.parametrize("member", [(Pubkey.default(), APPROVE), (Pubkey.new_unique(), 0), (Pubkey.new_unique(), 8)])
def test_a_zero_key_and_unknown_roles_are_refused(fresh: Governed, member: tuple[Pubkey, int]) -> None:
    with refused("InvalidMember"):
        fresh.initialize(members=[*fresh.terms.members, member])


def test_a_multisig_has_at_most_sixteen_members(fresh: Governed) -> None:
    extra = [(fresh.chain.keypair().pubkey(), GUARD) for _ in range(12)]
    with refused("TooManyMembers"):
        fresh.initialize(members=[*fresh.terms.members, *extra])
    fresh.initialize(members=[*fresh.terms.members, *extra[:11]])
    assert len(fresh.multisig_config.members) == 16


def test_somebody_must_be_able_to_propose(fresh: Governed) -> None:
    with refused("NoProposer"):
        fresh.initialize(members=[(key, APPROVE) for key, _ in fresh.terms.members])


def test_a_multisig_is_made_once(fresh: Governed) -> None:
    fresh.initialize()
    fresh.chain.advance(1)
    with refused("AccountOwnedByWrongProgram"):
        fresh.initialize(timelock=30 * DAY)
    assert fresh.multisig_config.timelock == 2 * DAY


def test_only_the_create_key_takes_its_address(fresh: Governed) -> None:
    instruction = fresh.instruction("initialize_multisig", arguments=fresh.terms.pack())
    unsigned = [
        meta if meta.pubkey != fresh.create_key.pubkey() else type(meta)(meta.pubkey, False, False)
        for meta in instruction.accounts
    ]
    forged = type(instruction)(instruction.program_id, instruction.data, unsigned)
    with refused("AccountNotSigner"):
        fresh.chain.send(forged, signers=[fresh.payer])
