"""The actions that readers are told are allowed in a status are those that the program takes."""

from collections.abc import Callable

import pytest
from stack.council import Council
from stack.governed import DAY
from stack.refusals import refused
from windlass_programs.proposal_states import STATUS_AFTER, ProposalAction, allowed_actions
from windlass_programs.windlass import ProposalStatus

ATTEMPTS: list[tuple[set[ProposalAction], Callable[[Council, int], object]]] = [
    ({ProposalAction.VERIFY}, lambda council, id: council.verify(id)),
    (
        {ProposalAction.APPROVE, ProposalAction.CROSS_THRESHOLD},
        lambda council, id: council.approve(id, council.members[4]),
    ),
    (
        {ProposalAction.REVOKE, ProposalAction.FALL_BELOW_THRESHOLD},
        lambda council, id: council.revoke(id, council.members[0]),
    ),
    (
        {ProposalAction.VOTE_TO_CANCEL, ProposalAction.CANCEL, ProposalAction.WITHDRAW},
        lambda council, id: council.cancel(id, council.members[4]),
    ),
    ({ProposalAction.EXPIRE, ProposalAction.OUTDATE}, lambda council, id: council.expire(id)),
]


def cancelled(council: Council) -> int:
    id = council.propose_verified()
    council.cancel(id, council.proposer)
    return id


def expired(council: Council) -> int:
    id = council.propose_verified()
    council.chain.advance(8 * DAY)
    council.expire(id)
    return id


def stale(council: Council) -> int:
    id = council.propose_verified()
    council.change_config()
    council.expire(id)
    return id


def rolled_back(council: Council) -> int:
    id = council.upgraded()
    rollback = council.rollback_approved()
    council.chain.advance(DAY)
    council.roll_back(rollback)
    return id


REACHED: dict[ProposalStatus, Callable[[Council], int]] = {
    ProposalStatus.CANCELLED: cancelled,
    ProposalStatus.EXPIRED: expired,
    ProposalStatus.STALE: stale,
    ProposalStatus.EXECUTED: lambda council: council.upgraded(),
    ProposalStatus.ROLLED_BACK: rolled_back,
    ProposalStatus.APPROVED: lambda council: council.approved(),
}


@pytest.mark.parametrize("status", REACHED, ids=lambda status: status.name.lower())
def test_what_no_table_allows_the_program_refuses(council: Council, status: ProposalStatus) -> None:
    id = REACHED[status](council)
    assert council.proposal(id).status is status
    for actions, attempt in ATTEMPTS:
        if not actions & allowed_actions(status):
            with refused("InvalidState"):
                attempt(council, id)


def test_every_vote_leads_where_the_table_says(council: Council) -> None:
    id = council.propose_verified()
    for member, action in zip(
        council.members[:3],
        [ProposalAction.APPROVE, ProposalAction.APPROVE, ProposalAction.CROSS_THRESHOLD],
        strict=True,
    ):
        before = council.proposal(id).status
        council.approve(id, member)
        assert council.proposal(id).status is STATUS_AFTER[before][action]
    council.revoke(id, council.members[0])
    after = STATUS_AFTER[ProposalStatus.APPROVED][ProposalAction.FALL_BELOW_THRESHOLD]
    assert council.proposal(id).status is after


def test_a_final_status_allows_nothing_and_every_status_is_in_the_table() -> None:
    assert set(STATUS_AFTER) == {None, *ProposalStatus}
    final = {status for status in ProposalStatus if not allowed_actions(status)}
    assert final == {
        ProposalStatus.COMPLETED,
        ProposalStatus.CANCELLED,
        ProposalStatus.EXPIRED,
        ProposalStatus.STALE,
        ProposalStatus.ROLLED_BACK,
    }
