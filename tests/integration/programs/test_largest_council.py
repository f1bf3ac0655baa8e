"""Sixteen members who all vote on everything: the largest accounts fit heap, stack, transaction and their own space."""

import pytest
from stack.council import Council
from stack.governed import DAY, HOUR
from stack.ledger import Layout, Ledger, Plan
from windlass_programs.windlass import ProposalStatus


@pytest.fixture
def largest() -> Council:
    """All sixteen must agree, and all must disagree to cancel."""
    council = Council()
    council.members += [council.chain.keypair() for _ in range(11)]
    members = [(member.pubkey(), 7) for member in council.members]
    council.initialize(members=members, threshold=16, cancel_threshold=16, emergency_threshold=16)
    council.register()
    return council


def test_they_upgrade_and_roll_back(largest: Council) -> None:
    id = largest.propose(no_rollback=False)
    largest.verify_all(id)
    largest.approve_by(id, *largest.members)
    for member in largest.members[1:]:
        largest.cancel(id, member)
    largest.keep(id)
    largest.chain.advance(2 * DAY)
    largest.execute(id)
    rollback = largest.propose_rollback()
    largest.approve_by(rollback, *largest.members)
    for member in largest.members[1:]:
        largest.cancel_of(rollback, member)
    largest.chain.advance(HOUR)
    largest.roll_back(rollback)
    assert largest.program_upgrade_state.version == 2


def test_they_replace_all_of_themselves(largest: Council) -> None:
    members = [(largest.chain.keypair().pubkey(), 7) for _ in range(16)]
    id = largest.propose_config(members=members)
    largest.approve_by(id, *largest.members)
    for member in largest.members[1:]:
        largest.cancel_of(id, member)
    largest.revoke(id, largest.members[15])
    largest.approve_by(id, largest.members[15])
    largest.chain.advance(2 * DAY)
    largest.execute_config(id)
    assert [(member.key, member.roles) for member in largest.multisig_config.members] == members


def test_they_give_the_program_away_or_let_it_lapse(largest: Council) -> None:
    heir = largest.chain.keypair()
    lapsing = largest.propose_transfer(heir.pubkey())
    largest.approve_by(lapsing, *largest.members)
    largest.chain.advance(16 * DAY)
    largest.expire(lapsing)
    assert largest.proposal(lapsing).status is ProposalStatus.EXPIRED
    id = largest.propose_transfer(heir.pubkey())
    largest.approve_by(id, *largest.members)
    largest.chain.advance(2 * DAY)
    largest.transfer(id, heir)
    assert largest.program_upgrade_state.released


def test_they_migrate_and_roll_back() -> None:
    ledger = Ledger()
    ledger.members += [ledger.chain.keypair() for _ in range(11)]
    members = [(member.pubkey(), 7) for member in ledger.members]
    ledger.initialize(members=members, threshold=3, cancel_threshold=16, emergency_threshold=4)
    ledger.register()
    ledger.migrating()
    id = ledger.approve_rollback()
    ledger.chain.advance(HOUR)
    ledger.roll_back(id)
    assert ledger.program_upgrade_state.version == 2


def test_they_vote_on_the_largest_plan() -> None:
    """507 bytes of it: as many fields as a plan can name."""
    ledger = Ledger()
    ledger.members += [ledger.chain.keypair() for _ in range(11)]
    members = [(member.pubkey(), 7) for member in ledger.members]
    ledger.initialize(members=members, threshold=16, cancel_threshold=16, emergency_threshold=16)
    ledger.register()
    size = 8 + 77
    layout = Layout(old_size=size, new_size=size, mapped=[(8 + n, 8 + n, 1) for n in range(77)], dropped=())
    id = ledger.propose_with_plan(Plan([layout], may_strand=2**64 - 1, receipts=True))
    ledger.verify_all(id)
    for member in ledger.members:
        ledger.approve(id, member)
    for member in ledger.members[1:]:
        ledger.cancel(id, member)
    ledger.keep_copy(id)
    ledger.chain.advance(2 * DAY)
    ledger.execute(id)
    ledger.start(id)
    assert ledger.proposal(id).status is ProposalStatus.MIGRATING
