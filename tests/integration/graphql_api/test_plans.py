"""What the API asks stays on indexes when the tables are large, planned as in its sessions: whatever the arguments."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from integration.indexer.test_plans import read_whole
from stack.postgres import create_database, database_url, drop_database
from windlass_graphql.compiler.documents import Documents
from windlass_graphql.queries import queries
from windlass_graphql.schema import graphql_schema

ROWS = 20_000
ADDRESS = "rpad({} || translate(n::text, '0', 'z'), 44, 'x')"
FILL = [
    "SET session_replication_role = replica",
    """INSERT INTO vaults
       SELECT {vault}, {owner}, {mint}, {vault}, n, 0, n, n, 0, now(), n, now(), n
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO vault_transactions
       SELECT {vault}, 2, 'deposit', n, n, now(), n, repeat('1', 88), 0, NULL, NULL
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO balance_snapshots
       SELECT {vault}, 'hour', now(), n, 0, n, 2, n, repeat('1', 88) FROM generate_series(1, $1::int) AS n""",
    # Minutes of three tokens; a token has few days.
    """INSERT INTO tvl_stats
       SELECT rpad('M' || n % 3 + 1, 44, '1'), CASE WHEN n < 300 THEN 'day' ELSE 'minute' END::balance_period,
              timestamptz '2020-01-01Z' + n * interval '1 day', 1, 0, 1, 0, 7, 0, 7, 0
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO migration_jobs (tracker, multisig, program, proposal, state, migrated, started_at, started_slot)
       SELECT {tracker}, {multisig}, {program}, {proposal}, 'migrating', n, now(), n
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO account_migrations
       SELECT {tracker}, 2, {vault}, 'migrate', 0, NULL, NULL, now(), n, repeat('1', 88)
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO alerts (kind, stream, seq, slot, multisig, program, proposal, at, data)
       SELECT 'ready', {multisig}, n, n, {multisig}, {program}, {proposal}, now(), '{{}}'
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO changes (kind, key, multisig, program, owner, slot, seq)
       SELECT kind, {proposal}, {multisig}, {program}, {owner}, n, 1
       FROM generate_series(1, $1::int / 4) AS n, unnest(ARRAY['proposal', 'migration', 'vault', 'tvl']) AS kind""",
    """INSERT INTO streams (stream, program, seq, digest, slot)
       SELECT {vault}, rpad('V', 44, '1'), 2, sha256(''::bytea), n FROM generate_series(1, $1::int) AS n""",
    "ANALYZE",
]
LARGE = {"vaults", "vault_transactions", "balance_snapshots", "tvl_stats", "migration_jobs", "account_migrations"} | {
    *("alerts", "changes", "streams")
}
ONE = "1" * 32
DOCUMENTS = {
    "totals of every token": "{ tvls { mint total available vaults } }",
    "total of a token": f'{{ tvl(mint: "{ONE}") {{ total }} }}',
    "a token's days": f'{{ tvl(mint: "{ONE}") {{ series(period: DAY) {{ at total vaults }} }} }}',
    "a token's minutes": f"""{{ tvl(mint: "{ONE}") {{
        series(period: MINUTE, atFrom: "2026-01-01T00:00:00Z") {{ at total deposits }} }} }}""",
    "a vault's hours": f'{{ vault(address: "{ONE}") {{ snapshots(period: HOUR, first: 5) {{ nodes {{ at }} }} }} }}',
    "a vault's transactions": f'{{ vault(owner: "{ONE}") {{ transactions(first: 5) {{ nodes {{ amount }} }} }} }}',
    "the largest vaults": "{ vaults(order: LARGEST_FIRST, first: 5) { nodes { address verification { seq } } } }",
    "the newest vaults": "{ vaults(first: 5) { nodes { address commitment } } }",
    "the newest migrations": "{ migrations(first: 5) { nodes { migrated accounts(first: 5) { nodes { account } } } } }",
    "a multisig's migrations": f'{{ migrations(multisig: "{ONE}", first: 5) {{ nodes {{ state }} }} }}',
    "a migration": f'{{ migration(address: "{ONE}") {{ migrated accounts(last: 5) {{ nodes {{ account }} }} }} }}',
    "the newest alerts": "{ alerts(first: 5) { nodes { kind at withdrawnAt } } }",
    "a multisig's alerts": f'{{ alerts(multisig: "{ONE}", first: 5) {{ nodes {{ kind }} }} }}',
    "a proposal's alerts": f'{{ alerts(proposal: "{ONE}", first: 5) {{ nodes {{ kind }} }} }}',
    "cursors": "{ cursors { alerts proposals migrations vaults tvls } }",
    "authorities": "{ vaultAuthorities { admin programs { program } verification { seq } } }",
}
NAMED = [
    *("newest", "given_up", "alerts_after", "proposals_after", "migrations_after", "vaults_after", "tvls_after"),
    *("migrations_by_address", "vaults_by_address", "tvls_by_address"),
]


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        names = ("vault", "owner", "mint", "tracker", "multisig", "program", "proposal")
        places = {name: ADDRESS.format(f"'{name[0]}'") for name in names}
        for statement in FILL:
            sql = statement.format(**places)
            await connection.execute(sql, *([ROWS] if "$1" in sql else []))
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def filled(postgres: str, template_database: str) -> Iterator[str]:
    """A database with many rows of everything that grows."""
    name = asyncio.run(create_database(postgres, template_database))
    url = database_url(postgres, name)
    asyncio.run(_fill(url))
    yield url
    asyncio.run(drop_database(postgres, name))


async def _plan(url: str, sql: str) -> Any:
    settings = {"jit": "off", "plan_cache_mode": "force_generic_plan"}
    connection = await asyncpg.connect(url, server_settings=settings)
    try:
        await connection.execute(f"PREPARE asked AS {sql}")
        values = ", ".join(["NULL"] * max((int(number) for number in re.findall(r"\$(\d+)", sql)), default=0))
        asked = f"EXECUTE asked ({values})" if values else "EXECUTE asked"
        return json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {asked}"))[0]["Plan"]
    finally:
        await connection.close()


@pytest.mark.parametrize("what", DOCUMENTS)
async def test_no_query_reads_a_large_table_from_end_to_end(filled: str, what: str) -> None:
    plan = await _plan(filled, Documents(graphql_schema).operation(DOCUMENTS[what], None).ready({}).sql)
    assert not LARGE & set(read_whole(plan)), json.dumps(plan, indent=1)


@pytest.mark.parametrize("name", NAMED)
async def test_no_feed_reads_a_large_table_from_end_to_end(filled: str, name: str) -> None:
    plan = await _plan(filled, queries()[name])
    assert not LARGE & set(read_whole(plan)), json.dumps(plan, indent=1)


async def test_a_query_without_its_index_is_noticed(filled: str) -> None:
    plan = await _plan(filled, "SELECT * FROM changes WHERE change + 0 > $1::bigint")
    assert set(read_whole(plan)) == {"changes"}
