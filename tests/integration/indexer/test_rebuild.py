"""`windlass-indexer rebuild`: the same read model from the events alone, while everybody goes on."""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
import pytest
from integration.indexer.indexer_process import Ended, counts, run_to_end, running_indexer, tables
from integration.indexer.synthetic import History, governance_history, vault_history
from integration.indexer.vault_chain import User, VaultChain, vault_localnet
from stack.postgres import create_database, database_url, drop_database
from stack.waiting import until
from windlass_indexer.event import Event
from windlass_indexer.folds import TABLES
from windlass_indexer.settings import Settings
from windlass_indexer.store import Store

# What is not folded from events: the events themselves, how far they were read, what is counted from elsewhere, and
# what belongs to the database.
NOT_FOLDED = {
    *("events", "cursors", "chain", "leadership", "schema_migrations"),
    *("program_activity", "activity_cursors"),
    *("alerts", "changes", "changes_given_up", "command_log", "outbox", "outbox_cursors"),
    *("reconciliations", "reconciliation_sums", "unbacked_vaults"),
}
DESCRIPTIONS = {
    "columns": """SELECT table_name, column_name, ordinal_position, column_default, is_nullable, domain_name, udt_name
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 3""",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 ORDER BY 1, 2""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "owners": "SELECT relname, relowner, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
    "AND relkind IN ('r', 'v') ORDER BY 1",
    "privileges": """SELECT relname, grantee::regrole::text, privilege_type FROM pg_class, aclexplode(relacl)
        WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3""",
    "schemas": "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'windlass%'",
}


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=3) as pool:
        yield pool


def histories(seed: int, vaults: int = 20) -> list[History]:
    chance = random.Random(seed)
    return [
        *(governance_history(f"multisig {seed} {number}", chance, proposals=4) for number in range(3)),
        *(vault_history(f"vault {seed} {number}", chance, moves=10) for number in range(vaults)),
    ]


async def commit(pool: asyncpg.Pool, events: Sequence[Event]) -> None:
    store = Store(pool, Settings.read({}).programs)
    for program in {event.program for event in events}:
        await store.commit(program, [event for event in events if event.program == program])


async def filled(pool: asyncpg.Pool, seed: int = 1) -> None:
    await commit(pool, [event for history in histories(seed) for event in history.events])


async def rebuild(database: str, *options: str) -> Ended:
    return await run_to_end("rebuild", *options, env=os.environ | {"DATABASE_URL": database})


async def description(connection: asyncpg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """The tables without their rows."""
    await connection.execute("SET search_path = public")
    return {name: [tuple(row) for row in await connection.fetch(query)] for name, query in DESCRIPTIONS.items()}


async def test_a_rebuild_gives_the_same_rows_in_the_same_tables(
    pool: asyncpg.Pool, database: str, connection: asyncpg.Connection
) -> None:
    await filled(pool)
    await connection.execute("UPDATE streams SET verified_seq = seq, verified_slot = slot, verified_at = now()")
    verdicts = "SELECT stream, verified_seq, verified_slot, verified_at, disagreement FROM streams ORDER BY stream"
    before = await tables(connection), await connection.fetch(verdicts), await description(connection)
    oid = await connection.fetchval("SELECT 'vaults'::regclass::oid")
    done = await rebuild(database, "--json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    events = sum(len(history.events) for history in histories(1))
    assert (told["events"], told["streams"]) == (events, 23)
    assert (await tables(connection), await connection.fetch(verdicts), await description(connection)) == before
    assert await connection.fetchval("SELECT 'vaults'::regclass::oid") != oid
    await connection.execute("SET ROLE windlass_reader")
    assert await connection.fetchval("SELECT count(*) FROM vaults") == 20


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE vaults SET total_balance = 7, available_balance = 7, locked_balance = 0, total_deposited = 7, "
        "total_withdrawn = 0",
        "DELETE FROM upgrade_proposals",
        "UPDATE streams SET seq = seq + 100, digest = decode(repeat('ff', 32), 'hex')",
        "TRUNCATE " + ", ".join(TABLES),
    ],
)
async def test_a_rebuild_heals_what_was_damaged(
    pool: asyncpg.Pool, database: str, connection: asyncpg.Connection, damage: str
) -> None:
    await filled(pool)
    sound = await tables(connection)
    await connection.execute(damage)
    assert await tables(connection) != sound
    done = await rebuild(database)
    assert done.code == 0, done.err
    assert "events of 23 streams folded" in done.out
    assert await tables(connection) == sound
    await commit(pool, [event for history in histories(2) for event in history.events])
    assert await connection.fetchval("SELECT count(*) FROM vaults") == 40


async def test_readers_and_writers_go_on_during_a_rebuild(
    pool: asyncpg.Pool, postgres: str, template_database: str, database: str, connection: asyncpg.Connection
) -> None:
    await filled(pool, seed=1)
    later = [event for history in histories(3, vaults=60) for event in history.events]
    ended = asyncio.Event()
    waits: list[float] = []

    async def read() -> None:
        # As the API does: the same prepared statements over and over, in a session that may only read.
        reader = await asyncpg.connect(database)
        await reader.execute("SET ROLE windlass_reader")
        while not ended.is_set():
            began = monotonic()
            assert await reader.fetchval("SELECT count(*) FROM vaults JOIN vault_transactions ON vault = address") > 0
            assert await reader.fetchval("SELECT count(*) FROM upgrade_proposals JOIN timelocks ON proposal = address")
            waits.append(monotonic() - began)
        await reader.close()

    async def write() -> None:
        for start in range(0, len(later), 5):
            await commit(pool, later[start : start + 5])

    reading = [asyncio.create_task(read()) for _ in range(2)]
    writing = asyncio.create_task(write())
    rebuilds = 0
    while not writing.done() or rebuilds < 2:
        done = await rebuild(database, "--json")
        assert done.code == 0, done.err
        print(done.out)
        rebuilds += 1
    ended.set()
    await asyncio.gather(writing, *reading)
    print(f"{rebuilds} rebuilds; {len(waits)} reads, the slowest took {max(waits) * 1000:.0f} ms")
    # How long readers wait is measured in benchmarks/; here, that nobody waits for as long as rebuilds take.
    assert max(waits) < 10.0

    name = await create_database(postgres, template_database)
    async with asyncpg.create_pool(database_url(postgres, name), min_size=1, max_size=1) as undisturbed:
        await filled(undisturbed, seed=1)
        await commit(undisturbed, later)
        async with undisturbed.acquire() as other:
            assert await tables(connection) == await tables(other)
    await drop_database(postgres, name)


async def test_views_and_foreign_keys_of_others_survive_the_swap(
    pool: asyncpg.Pool, database: str, connection: asyncpg.Connection
) -> None:
    await filled(pool)
    await connection.execute(
        """CREATE VIEW rich_vaults WITH (security_barrier = true) AS
               SELECT address, owner, total_balance FROM vaults WHERE total_balance > 0;
           CREATE VIEW rich_owners AS SELECT owner FROM rich_vaults;
           GRANT SELECT ON rich_owners TO windlass_reader;
           CREATE TABLE notes (vault pubkey REFERENCES vaults ON DELETE CASCADE, note text);
           INSERT INTO notes SELECT address, 'mine' FROM vaults"""
    )
    before = await description(connection)
    rich = await connection.fetch("SELECT * FROM rich_vaults ORDER BY address")
    done = await rebuild(database)
    assert done.code == 0, done.err
    assert await description(connection) == before
    assert await connection.fetch("SELECT * FROM rich_vaults ORDER BY address") == rich
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute("INSERT INTO notes SELECT stream, 'no vault' FROM streams")
    await connection.execute("DELETE FROM vaults")
    assert await connection.fetchval("SELECT (SELECT count(*) FROM rich_owners) + (SELECT count(*) FROM notes)") == 0


async def test_what_a_killed_rebuild_left_is_in_nobodys_way(
    pool: asyncpg.Pool, database: str, connection: asyncpg.Connection
) -> None:
    await filled(pool)
    before = await tables(connection)
    for schema in ("windlass_rebuild", "windlass_replaced"):
        await connection.execute(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.vaults (address pubkey)")
    assert (await rebuild(database)).code == 0
    assert await tables(connection) == before


@pytest.mark.parametrize(
    ("hindrance", "said"),
    [
        ("CREATE MATERIALIZED VIEW known AS SELECT address FROM vaults", "the materialized view known"),
        (
            "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
            "CREATE TRIGGER watch BEFORE INSERT ON vaults FOR EACH ROW EXECUTE FUNCTION stop()",
            "the trigger watch of vaults",
        ),
        (
            "CREATE FUNCTION vault_count() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM vaults; END",
            "function vault_count() depends on table vaults",
        ),
        (
            "CREATE FUNCTION is_rich(vault vaults) RETURNS boolean LANGUAGE sql AS 'SELECT vault.total_balance > 0'",
            "function is_rich(vaults) depends on table vaults",
        ),
        (
            "CREATE TABLE copies (kept vaults[])",
            "column kept of table copies depends on table vaults",
        ),
        (
            "UPDATE streams SET program = 'Fwd1111111111111111111111111111111111111111' WHERE seq = 11",
            "the read model of Fwd1111111111111111111111111111111111111111 too",
        ),
        ("SELECT pg_advisory_lock(hashtext('windlass_indexer.rebuild'))", "another rebuild is under way"),
        ("BEGIN; SELECT count(*) FROM vaults", "readers held the tables"),
    ],
)
async def test_a_rebuild_that_cannot_be_says_why_and_changes_nothing(
    pool: asyncpg.Pool, database: str, connection: asyncpg.Connection, hindrance: str, said: str
) -> None:
    await filled(pool)
    await connection.execute(hindrance)
    before, oid = await tables(connection), await connection.fetchval("SELECT 'vaults'::regclass::oid")
    done = await rebuild(database)
    assert done.code == 1
    assert said in done.err
    assert "Traceback" not in done.err
    assert await tables(connection) == before
    assert await connection.fetchval("SELECT 'vaults'::regclass::oid") == oid
    assert not await connection.fetch("SELECT FROM pg_namespace WHERE nspname LIKE 'windlass%'")


async def test_every_table_is_either_rebuilt_or_known_not_to_be_folded(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    known = {*TABLES, *NOT_FOLDED}
    assert {row["tablename"] for row in rows} == known, "name a new table in folds.TABLES, or here if no fold writes it"


async def test_a_rebuild_beside_a_leader_on_a_live_chain_leaves_nothing_out(
    database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    users = [User(f"rebuild {number}") for number in range(4)]
    with vault_localnet(users, tmp_path, "--slot-ms", "100") as localnet:
        async with VaultChain(localnet) as chain, running_indexer(localnet, database):
            await chain.send_all([(user, user.initialize()) for user in users])
            for _ in range(4):
                sending = asyncio.create_task(chain.send_all([(user, user.deposit(1)) for user in users * 20]))
                done = await rebuild(database)
                assert done.code == 0, done.err
                await sending

            async def all_folded() -> bool:
                return await counts(connection) == (324, 324)

            async def all_verified() -> bool:
                return not await connection.fetchval("SELECT count(*) FROM streams WHERE verified_seq < seq")

            await until(all_folded, "every event is folded")
            await until(all_verified, "all streams agree with the chain")
            assert await connection.fetchval("SELECT sum(total_balance) FROM vaults") == 320
