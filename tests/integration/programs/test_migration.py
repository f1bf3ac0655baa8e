"""Migrating the accounts of an upgraded program, and taking them back before a rollback."""

from hashlib import sha256

import pytest
from solders.pubkey import Pubkey
from stack.chain import idl
from stack.governed import DAY
from stack.ledger import ARCHIVE, ROLLBACK_WINDOW, Fields, Ledger, Plan
from stack.refusals import refused
from windlass_programs.addresses import WINDLASS_PROGRAM_ID
from windlass_programs.codec import Codec, Decoded
from windlass_programs.digests import next_stream_digest
from windlass_programs.windlass import MigrationState, ProposalStatus

ARCHIVE_SIZE = ARCHIVE.new_size


def events_of(world: Ledger, stream: Pubkey) -> tuple[list[Decoded], bytes]:
    """What a stream's events say, in order, and the digest that whoever holds them all arrives at."""
    codec, decoded, digest = Codec(idl("windlass")), [], bytes(32)
    for event in world.chain.events_of(WINDLASS_PROGRAM_ID):
        fields = codec.event(event)
        if fields.fields["header"]["stream"] == str(stream):
            decoded.append(fields)
            digest = next_stream_digest(digest, event)
    return decoded, digest


def tracker_events(world: Ledger) -> list[Decoded]:
    """The tracker's events, having made sure that they are what the tracker says they are."""
    events, digest = events_of(world, world.tracker_address())
    stream = world.tracker.stream
    assert (stream.seq, stream.digest) == (len(events), digest)
    assert [event.fields["header"]["seq"] for event in events] == list(range(1, len(events) + 1))
    return events


def test_a_started_migration_knows_its_plan(ledger: Ledger) -> None:
    id = ledger.executed(ledger.plan)
    assert ledger.proposal(id).status is ProposalStatus.EXECUTED
    ledger.start()
    tracker, state = ledger.tracker, ledger.program_upgrade_state
    assert ledger.proposal(id).status is ProposalStatus.MIGRATING
    assert (state.migration, state.migration_open) == (ledger.tracker_address(), True)
    assert (tracker.multisig, tracker.program, tracker.proposal) == (
        ledger.multisig,
        ledger.program,
        ledger.proposal_address(id),
    )
    assert (tracker.proposal_id, tracker.version, tracker.state) == (id, 1, MigrationState.MIGRATING)
    assert tracker.plan == ledger.proposal(id).plan
    assert (tracker.migrated, tracker.reverted, tracker.finalized_at) == (0, 0, 0)
    assert tracker.started_at == ledger.chain.now
    started = events_of(ledger, ledger.multisig)[0][-1]
    assert started.name == "MigrationStarted"
    assert started.fields["migration_authority"] == str(ledger.migration_authority)
    assert started.fields["tracker"] == str(ledger.tracker_address())


def test_an_account_gets_the_new_layout_and_keeps_every_mapped_byte(migrating: Ledger) -> None:
    fields = Fields(balance=77)
    account = migrating.put_account(fields)
    migrating.migrate(account)
    assert migrating.data(account) == fields.new()
    after = migrating.chain.account(account)
    assert after.owner == migrating.program
    assert after.lamports == migrating.chain.svm.minimum_balance_for_rent_exemption(len(after.data))

    assert (migrating.tracker.migrated, migrating.tracker.reverted) == (1, 0)
    (event,) = tracker_events(migrating)
    assert event.name == "AccountMigrated"
    assert (event.fields["account"], event.fields["layout"]) == (str(account), 0)
    assert event.fields["before"] == sha256(fields.old()).hexdigest()
    assert event.fields["after"] == sha256(fields.new()).hexdigest()


def test_the_payer_pays_what_the_account_lacks_and_nothing_else(migrating: Ledger) -> None:
    account = migrating.put_account()
    rent = migrating.chain.svm.minimum_balance_for_rent_exemption
    before = migrating.chain.account(migrating.payer.pubkey()).lamports
    migrating.migrate(account)
    paid = before - migrating.chain.account(migrating.payer.pubkey()).lamports
    assert paid == rent(96) - rent(64)
    assert not migrating.chain.exists(migrating.migration_authority)


def test_an_account_with_lamports_to_spare_costs_nobody_anything(migrating: Ledger) -> None:
    account = migrating.put_account()
    migrating.chain.airdrop(account, 10**9)
    lamports = migrating.chain.account(account).lamports
    before = migrating.chain.account(migrating.payer.pubkey()).lamports
    migrating.migrate(account)
    assert migrating.chain.account(account).lamports == lamports
    assert migrating.chain.account(migrating.payer.pubkey()).lamports == before


def test_an_account_grows_by_as_much_as_one_instruction_can(migrating: Ledger) -> None:
    fields = Fields(balance=5)
    account = migrating.put_account(data=fields.old(ARCHIVE.old))
    migrating.migrate(account)
    assert migrating.data(account) == fields.new(ARCHIVE.new, ARCHIVE_SIZE)
    (event,) = tracker_events(migrating)
    assert event.fields["layout"] == 1
    assert event.fields["after"] == sha256(migrating.data(account)).hexdigest()


@pytest.mark.parametrize("count", [8, 20])
def test_many_accounts_are_migrated_in_one_call(migrating: Ledger, count: int) -> None:
    accounts = migrating.put_accounts(count)
    landed = migrating.migrate(*accounts)
    assert len(landed.events) == count
    assert migrating.tracker.migrated == count
    assert [migrating.data(account) for account in accounts] == [Fields(balance=n).new() for n in range(count)]
    assert [event.fields["account"] for event in tracker_events(migrating)] == [str(account) for account in accounts]
    assert landed.compute_units < 400_000


def test_an_account_in_the_new_layout_is_skipped_without_an_event(migrating: Ledger) -> None:
    old, born = migrating.put_account(), migrating.put_account(data=Fields(balance=3).new())
    landed = migrating.migrate(born, old, old, born)
    assert len(landed.events) == 1
    landed = migrating.migrate(old)
    assert landed.events == []
    assert migrating.tracker.migrated == 1
    assert migrating.data(born) == Fields(balance=3).new()


def test_a_user_migrates_right_before_their_own_instruction(migrating: Ledger) -> None:
    """In the same transaction; the second time, somebody else was faster, and it makes no difference."""
    account = migrating.put_account(Fields(balance=100))
    with refused("custom program error: 0x1"):  # the program's word for: migrate first
        migrating.add(account, 5)
    moving = migrating.moving("migrate_account", [account])
    for _ in range(2):
        migrating.chain.send(moving, migrating.addition(account, 5), signers=[migrating.payer])
    assert migrating.data(account) == Fields(balance=110).new()
    assert migrating.tracker.migrated == 1


def test_a_call_without_accounts_changes_nothing(migrating: Ledger) -> None:
    assert migrating.migrate().events == []
    assert migrating.tracker.stream.seq == 0


def test_what_users_did_meanwhile_goes_back_with_the_account(migrating: Ledger) -> None:
    account = migrating.put_account(Fields(balance=100))
    migrating.migrate(account)
    migrating.add(account, 11)
    migrating.approve_rollback()
    lamports = migrating.chain.account(account).lamports
    migrating.revert(account)
    assert migrating.data(account) == Fields(balance=111).reverted()
    assert migrating.chain.account(account).lamports == lamports
    assert (migrating.tracker.migrated, migrating.tracker.reverted) == (1, 1)
    migrated, reverted = tracker_events(migrating)
    assert reverted.name == "AccountReverted"
    assert reverted.fields["before"] == sha256(Fields(balance=111).new()).hexdigest()
    assert reverted.fields["after"] == sha256(Fields(balance=111).reverted()).hexdigest()
    assert migrated.fields["before"] != reverted.fields["after"], "the dropped bytes are lost"


def test_an_account_that_was_born_in_the_new_layout_goes_back_too(migrating: Ledger) -> None:
    born = migrating.put_account(data=Fields(balance=9).new())
    migrating.approve_rollback()
    migrating.revert(born)
    assert migrating.data(born) == Fields(balance=9).reverted()
    assert (migrating.tracker.migrated, migrating.tracker.reverted) == (0, 1)


def test_the_largest_account_goes_back(migrating: Ledger) -> None:
    account = migrating.put_account(data=Fields().old(ARCHIVE.old))
    migrating.migrate(account)
    migrating.approve_rollback()
    migrating.revert(account)
    assert migrating.data(account) == Fields().reverted(ARCHIVE.old)


def test_an_upgrade_is_rolled_back_once_its_accounts_are(migrating: Ledger) -> None:
    accounts = migrating.put_accounts(5)
    migrating.migrate(*accounts)
    id = migrating.approve_rollback()
    assert migrating.tracker.state is MigrationState.REVERTING
    migrating.revert(*accounts[:4])
    migrating.chain.advance(DAY)
    with refused("RollbackStrandsAccounts"):
        migrating.roll_back(id)
    migrating.revert(*accounts)
    migrating.roll_back(id)
    state = migrating.program_upgrade_state
    assert (state.version, state.migration, state.migration_open) == (2, None, False)
    assert migrating.proposal(migrating.upgrade).status is ProposalStatus.ROLLED_BACK


def test_as_many_accounts_as_were_voted_may_be_stranded(ledger: Ledger) -> None:
    ledger.migrating(Plan(may_strand=1))
    accounts = ledger.put_accounts(3)
    ledger.migrate(*accounts)
    id = ledger.approve_rollback()
    ledger.chain.advance(DAY)
    ledger.revert(accounts[0])
    with refused("RollbackStrandsAccounts"):
        ledger.roll_back(id)
    ledger.revert(accounts[1])
    ledger.roll_back(id)
    assert ledger.data(accounts[2]) == Fields(balance=2).new()


def test_a_rollback_that_lapses_lets_the_migration_go_on(migrating: Ledger) -> None:
    first, second = migrating.put_accounts(2)
    migrating.migrate(first)
    id = migrating.approve_rollback()
    migrating.revert(first)
    migrating.cancel_rollback(id)
    assert migrating.tracker.state is MigrationState.MIGRATING
    with refused("MigrationNotReverting"):
        migrating.revert(second)
    migrating.migrate(first, second)
    assert (migrating.tracker.migrated, migrating.tracker.reverted) == (3, 1)
    assert [event.name for event in tracker_events(migrating)] == [
        "AccountMigrated",
        "AccountReverted",
        "AccountMigrated",
        "AccountMigrated",
    ]


def test_a_pause_stops_migrating_and_never_reverting(migrating: Ledger) -> None:
    first, second = migrating.put_accounts(2)
    migrating.migrate(first)
    migrating.approve_rollback()
    migrating.pause()
    migrating.revert(first)
    assert migrating.tracker.reverted == 1
    assert migrating.data(second) == Fields(balance=1).old()


def test_nothing_is_migrated_while_paused(migrating: Ledger) -> None:
    account = migrating.put_account()
    migrating.pause()
    with refused("SystemPaused"):
        migrating.migrate(account)
    migrating.chain.advance(DAY - 1)
    with refused("SystemPaused"):
        migrating.migrate(account)
    migrating.chain.advance(1)
    migrating.migrate(account)


def test_no_migration_is_started_while_paused(ledger: Ledger) -> None:
    ledger.executed(ledger.plan)
    ledger.pause()
    with refused("SystemPaused"):
        ledger.start()
    ledger.chain.advance(DAY)
    ledger.start()


def test_a_migration_is_finalized_a_week_after_the_upgrade_and_stays_open(migrating: Ledger) -> None:
    first, second = migrating.put_accounts(2)
    migrating.migrate(first)
    upgraded_at = migrating.program_upgrade_state.last_upgrade_at
    migrating.chain.advance(upgraded_at + ROLLBACK_WINDOW - 1 - migrating.chain.now)
    with refused("RollbackWindowOpen"):
        migrating.finalize()
    migrating.chain.advance(1)
    migrating.finalize()
    assert migrating.proposal(migrating.upgrade).status is ProposalStatus.COMPLETED
    assert migrating.program_upgrade_state.migration_open is False
    tracker = migrating.tracker
    assert (tracker.state, tracker.finalized_at) == (MigrationState.FINALIZED, migrating.chain.now)
    with refused("MigrationFinalized"):
        migrating.finalize()

    migrating.migrate(second)
    events = tracker_events(migrating)
    assert [event.name for event in events] == ["AccountMigrated", "MigrationFinalized", "AccountMigrated"]
    assert (events[1].fields["migrated"], events[1].fields["reverted"]) == (1, 0)


def test_a_rollback_that_was_not_executed_in_time_keeps_nobody_from_migrating(migrating: Ledger) -> None:
    account = migrating.put_account()
    migrating.approve_rollback()
    migrating.chain.advance(ROLLBACK_WINDOW)
    with refused("MigrationReverting"):
        migrating.migrate(account)
    migrating.finalize()
    migrating.migrate(account)
    assert migrating.tracker.state is MigrationState.FINALIZED


def test_a_rollback_that_lapses_after_finalization_does_not_open_the_migration_again(migrating: Ledger) -> None:
    id = migrating.approve_rollback()
    migrating.chain.advance(ROLLBACK_WINDOW)
    migrating.finalize()
    migrating.send("expire_proposal", id=id, changes={"tracker": migrating.tracker_address()})
    assert migrating.tracker.state is MigrationState.FINALIZED
    assert migrating.proposal(id).status is ProposalStatus.EXPIRED


def test_a_revoked_rollback_lets_the_migration_go_on(migrating: Ledger) -> None:
    account = migrating.put_account()
    id = migrating.approve_rollback()
    member = migrating.members[0]
    accounts = {"member": member.pubkey()}
    with refused("AccountMissing"):
        migrating.send("revoke_approval", member, id=id, changes=accounts)
    migrating.send("revoke_approval", member, id=id, changes=accounts | {"tracker": migrating.tracker_address()})
    revoked = migrating.tracker.state
    migrating.migrate(account)
    migrating.approve(id, member, tracker=migrating.tracker_address())
    assert (revoked, migrating.tracker.state) == (MigrationState.MIGRATING, MigrationState.REVERTING)
    migrating.revert(account)


def test_a_program_is_not_handed_over_while_its_accounts_are_migrated(migrating: Ledger) -> None:
    """Released, nothing could migrate the rest, and their owners would be locked out."""
    heir = migrating.chain.keypair()
    id = migrating.multisig_config.proposal_count + 1
    accounts = {"proposal": migrating.proposal_address(id), "proposer": migrating.proposer.pubkey()}
    migrating.send("propose_transfer", migrating.proposer, arguments=bytes(heir.pubkey()), changes=accounts)
    for member in migrating.members[:3]:
        migrating.approve(id, member)
    migrating.chain.advance(2 * DAY)
    accounts = {"new_authority": heir.pubkey(), "executor": migrating.stranger.pubkey()}
    execution = migrating.instruction("execute_transfer", id=id, changes=accounts)
    with refused("MigrationOpen"):
        migrating.chain.send(execution, signers=[heir, migrating.stranger])
    migrating.chain.advance(5 * DAY)
    migrating.finalize()
    migrating.chain.send(execution, signers=[heir, migrating.stranger])
    with refused("Released"):
        migrating.migrate(migrating.put_account())


def test_the_next_upgrade_waits_for_the_migration_and_ends_it(migrating: Ledger) -> None:
    account = migrating.put_account()
    next_upgrade = migrating.ready(None)
    with refused("MigrationOpen"):
        migrating.execute(next_upgrade)
    migrating.chain.advance(5 * DAY)
    migrating.finalize()
    migrating.execute(next_upgrade)
    assert migrating.program_upgrade_state.migration is None
    with refused("TrackerMismatch"):
        migrating.migrate(account)
