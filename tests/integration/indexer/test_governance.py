"""What the indexer makes of a multisig's whole life is what the accounts on the chain say."""

from collections.abc import AsyncIterator
from hashlib import sha512

import asyncpg
import pytest
from solders.pubkey import Pubkey
from solders.signature import Signature
from stack.council import Council
from stack.governed import APPROVE, DAY, HOUR
from stack.ledger import Ledger
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.store import Store
from windlass_programs.addresses import WINDLASS_PROGRAM_ID
from windlass_programs.idl import Idl
from windlass_programs.windlass import ProposalKind, ProposalStatus

WINDLASS = FollowedProgram(str(WINDLASS_PROGRAM_ID), Idl.load("windlass"))


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    async with asyncpg.create_pool(database, min_size=1, max_size=2) as pool:
        yield Store(pool, [WINDLASS])


def as_read(raw: bytes, slot: int) -> Event:
    """The event as if it had been read from a transaction of its own."""
    decoded = WINDLASS.codec.event(raw)
    stream = str(Pubkey.from_bytes(raw[8:40]))
    seq = int.from_bytes(raw[40:48], "little")
    signature = str(Signature(sha512(b"%d" % slot).digest()))
    return Event(slot, 0, signature, (0, 0), WINDLASS.address, decoded.name, stream, seq, None, raw, decoded.fields)


def live(council: Council) -> None:
    """Every kind of proposal, every way to end one."""
    flickering = council.approved()
    council.revoke(flickering, council.members[0])
    council.approve(flickering, council.members[3])
    council.cancel(council.propose(), council.proposer)
    lapsing = council.propose_config(voting_period=DAY)
    council.approve_by(lapsing, council.members[0])
    council.revoke(lapsing, council.members[0])
    council.cancel_of(lapsing, council.members[1])
    council.pause(council.members[3], HOUR)
    council.chain.advance(HOUR)
    council.resume(council.stranger)
    council.chain.advance(16 * DAY)
    for id in (flickering, lapsing):
        council.expire(id)
    council.reclaim(flickering)

    newcomer = (council.chain.keypair().pubkey(), APPROVE)
    members = [council.terms.members[1], council.terms.members[0], *council.terms.members[2:], newcomer]
    outdated = council.propose()
    council.change_config(members=members, threshold=3, cancel_threshold=4, timelock=2 * DAY + HOUR)
    council.expire(outdated)
    council.change_config(members=council.terms.members[:5], cancel_threshold=3, timelock=2 * DAY)
    council.upgraded()
    rollback = council.rollback_approved()
    council.chain.advance(HOUR)
    council.roll_back(rollback)
    heir = council.chain.keypair()
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    council.register_again(heir)
    council.propose()
    council.pause(council.members[3], DAY)
    council.chain.advance(DAY)
    waiting = council.propose_verified()
    council.approve_by(waiting, *council.members[:3])


async def agree(connection: asyncpg.Connection, world: Council | Ledger) -> None:
    """The tables say what the accounts say."""
    assert await connection.fetchval("SELECT count(*) FROM streams WHERE disagreement IS NOT NULL") == 0
    config = world.multisig_config
    row = await connection.fetchrow("SELECT * FROM multisigs")
    for column in ("threshold", "cancel_threshold", "timelock", "voting_period", "config_seq", "accumulated_pause"):
        assert row[column] == getattr(config, column)
    members = await connection.fetch("SELECT key, can_approve FROM multisig_members ORDER BY position")
    assert [tuple(member) for member in members] == [(str(m.key), m.roles & APPROVE != 0) for m in config.members]

    for id in range(1, config.proposal_count + 1):
        proposal = world.proposal(id)
        row = await connection.fetchrow(
            """SELECT kind::text, status::text, program, closed_at, pause_mark, buffer_reclaimed, rollback_buffer,
                      extract(epoch FROM voting_ends_at)::bigint AS voting_ends,
                      extract(epoch FROM eta)::bigint AS eta_seconds,
                      (SELECT count(*) FILTER (WHERE vote = 'approve') - count(*) FILTER (WHERE vote = 'revoke')
                       FROM approval_history WHERE proposal = address) AS approvals
               FROM upgrade_proposals p JOIN timelocks ON proposal = address WHERE id = $1""",
            id,
        )
        assert row["kind"] == proposal.kind.name.lower()
        assert row["program"] == (str(proposal.program) if proposal.kind is not ProposalKind.CONFIG else None)
        assert row["buffer_reclaimed"] == proposal.buffer_reclaimed
        assert row["rollback_buffer"] == (str(kept.buffer) if (kept := proposal.rollback_buffer) else None)
        assert row["approvals"] == len(proposal.approvals)
        if proposal.status is ProposalStatus.PROPOSED:
            assert row["voting_ends"] == proposal.expires_at
        assert row["status"] == proposal.status.name.lower()
        assert (row["closed_at"] is None) == (proposal.closed_at == 0)
        assert (row["eta_seconds"] or 0, row["pause_mark"]) == (proposal.eta, proposal.pause_mark)

    state = world.program_upgrade_state
    row = await connection.fetchrow("SELECT version, released, code_digest FROM programs")
    assert (row["version"], row["released"]) == (state.version, state.released)
    assert (row["code_digest"] or bytes(32)) == state.code_digest


@pytest.mark.parametrize("at_once", [1, 7, 1_000])
async def test_a_whole_life_is_folded_to_what_the_chain_says(
    store: Store, connection: asyncpg.Connection, at_once: int
) -> None:
    council = Council()
    council.initialize()
    council.register()
    live(council)
    events = [as_read(raw, slot) for slot, raw in enumerate(council.chain.events_of(WINDLASS_PROGRAM_ID), 1)]
    for start in range(0, len(events), at_once):
        await store.commit(WINDLASS.address, events[start : start + at_once])
    await agree(connection, council)


async def test_a_released_program_is_one_in_the_tables_too(store: Store, connection: asyncpg.Connection) -> None:
    council = Council()
    council.initialize()
    council.register()
    heir = council.chain.keypair()
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    events = [as_read(raw, slot) for slot, raw in enumerate(council.chain.events_of(WINDLASS_PROGRAM_ID), 1)]
    await store.commit(WINDLASS.address, events)
    await agree(connection, council)


async def test_an_upgrade_that_is_migrated_is_migrating(store: Store, connection: asyncpg.Connection) -> None:
    ledger = Ledger()
    ledger.initialize()
    ledger.register()
    ledger.migrating()
    accounts = ledger.put_accounts(2)
    ledger.migrate(*accounts)
    events = [as_read(raw, slot) for slot, raw in enumerate(ledger.chain.events_of(WINDLASS_PROGRAM_ID), 1)]
    await store.commit(WINDLASS.address, events)
    await agree(connection, ledger)


@pytest.mark.parametrize("tracker_first", [False, True])
async def test_a_migration_is_completed_whichever_stream_is_read_first(
    store: Store, connection: asyncpg.Connection, tracker_first: bool
) -> None:
    ledger = Ledger()
    ledger.initialize()
    ledger.register()
    ledger.migrating()
    ledger.migrate(*ledger.put_accounts(2))
    ledger.chain.advance(30 * DAY)
    ledger.finalize()
    events = [as_read(raw, slot) for slot, raw in enumerate(ledger.chain.events_of(WINDLASS_PROGRAM_ID), 1)]
    tracker = str(ledger.tracker_address())
    for of_tracker in (tracker_first, not tracker_first):
        await store.commit(WINDLASS.address, [event for event in events if (event.stream == tracker) is of_tracker])
    await agree(connection, ledger)
    row = await connection.fetchrow("SELECT * FROM migration_jobs")
    assert (row["tracker"], row["state"], row["migrated"], row["reverted"]) == (tracker, "finalized", 2, 0)
    assert (row["proposal"], row["version"]) == (str(ledger.tracker.proposal), ledger.tracker.version)
    assert await connection.fetchval("SELECT count(*) FROM account_migrations WHERE kind = 'migrate'") == 2
