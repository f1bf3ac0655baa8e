"""The statements that run all the time use their indexes, with as many events as years bring."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from stack.many_events import store_many_events
from stack.many_proposals import write_many_proposals
from stack.postgres import create_database, database_url, drop_database
from windlass_graphql.queries import queries as api_queries
from windlass_indexer import queries
from windlass_indexer.folds import registry
from windlass_indexer.rebuild import rebuild
from windlass_indexer.settings import Settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
# Tables that grow for ever: none of these statements reads one from end to end.
LARGE = {
    *("events", "vaults", "vault_transactions", "streams", "upgrade_proposals", "timelocks", "approval_history"),
    *("countdowns", "audit_log", "alerts", "balance_snapshots", "tvl_stats"),
}


@dataclass(frozen=True)
class Filled:
    """A database, and what can be asked for in it."""

    url: str
    vaults: list[str]
    multisigs: list[str]
    proposals: list[str]
    ids: list[int]
    newest: int  # event


async def fill(url: str, events: int) -> Filled:
    connection = await asyncpg.connect(url)
    try:
        await store_many_events(connection, events, vaults=events // 100)
        await rebuild(url, Settings.read({}).programs, lambda done, of: None)
        # A year has half a million minutes.
        await connection.execute(
            """INSERT INTO tvl_stats
               SELECT mint, 'minute', timestamptz '2020-01-01Z' + n * interval '1 min', 1, 0, 1, 0, 7, 0, 7, 0
               FROM (SELECT mint FROM vaults LIMIT 1) AS of, generate_series(1, $1::integer) AS n""",
            events,
        )
        await connection.execute("ANALYZE tvl_stats")
        await write_many_proposals(connection, events // 5, multisigs=events // 500)
        some = "SELECT array_agg(address::text) FROM (SELECT address FROM {} ORDER BY address LIMIT 5) AS first"
        return Filled(
            url,
            vaults=await connection.fetchval(some.format("vaults")),
            multisigs=await connection.fetchval(some.format("multisigs")),
            proposals=await connection.fetchval(some.format("upgrade_proposals")),
            ids=await connection.fetchval("SELECT array_agg(id) FROM (SELECT id FROM events LIMIT 5) AS first"),
            newest=await connection.fetchval("SELECT max(id) FROM events"),
        )
    finally:
        await connection.close()


@pytest.fixture(scope="module", params=[100_000, pytest.param(1_000_000, marks=pytest.mark.long)], ids=["100k", "1M"])
def filled(request: pytest.FixtureRequest, postgres: str, template_database: str) -> Iterator[Filled]:
    """Filled once for all statements."""
    name = asyncio.run(create_database(postgres, template_database))
    yield asyncio.run(fill(database_url(postgres, name), request.param))
    asyncio.run(drop_database(postgres, name))


def statements(filled: Filled) -> dict[str, tuple[str, list[Any]]]:
    """What runs at each commit, at each tick, and at each page of the API, with parameters."""
    store, folding, verifier, alerts, outbox, rebuilding, timeline, tvl, reconciliation = (
        queries.load(f"{name}.sql")
        for name in (
            *("store", "folding", "verifier", "alerts", "outbox", "rebuild", "timeline", "tvl", "reconciliation"),
        )
    )
    api = api_queries()
    five = [1] * len(filled.vaults)
    signatures = ["1" * 88] * len(filled.vaults)
    found: dict[str, tuple[str, list[Any]]] = {
        "store: rivals": (store["rival_events"], [filled.vaults, five, signatures, ["{0}"] * 5]),
        "store: last signature": (store["last_signature"], [filled.vaults[0]]),
        "folding: lock": (folding["lock_streams"], [filled.vaults]),
        "folding: unfolded": (folding["unfolded_events"], [filled.vaults]),
        "folding: advance": (folding["advance_streams"], [filled.vaults, five, [bytes(32)] * 5, five]),
        "folding: mark": (folding["mark_streams"], [filled.vaults, ["wrong"] * 5]),
        "verifier: stalest": (verifier["stalest"], [100]),
        "verifier: named": (verifier["named"], [filled.vaults]),
        "verifier: agreed": (verifier["agreed"], [filled.vaults, five, five, [1] * 5]),
        "verifier: disagreed": (verifier["disagreed"], [filled.vaults, five, ["wrong"] * 5]),
        "alerts: scope": (alerts["scope"], [filled.ids]),
        "alerts: raise": (alerts["raise"], [filled.ids, filled.multisigs, NOW, None]),
        "alerts: tick": (alerts["raise"], [[], [], None, NOW]),
        "alerts: withdraw": (alerts["withdraw"], [filled.multisigs, NOW, []]),
        "outbox: behind": (outbox["is_behind"], ["ops"]),
        "outbox: queue": (outbox["queue"], ["ops"]),
        "outbox: due": (outbox["due"], ["ops", 50]),
        "rebuild: page": (rebuilding["next_events"], [filled.vaults[0], 5, 10_000]),
        "rebuild: caught up": (rebuilding["streams_with_events_after"], [filled.newest - 1_000]),
        "tvl: add": (tvl["add"], [filled.vaults, five, [9] * 5]),
        "tvl: take back": (tvl["take_back"], [filled.vaults, five, [9] * 5]),
        "reconciliation: after": (reconciliation["after"], [filled.vaults[0], 50]),
        "reconciliation: again": (reconciliation["again"], [filled.vaults]),
        "reconciliation: unbacked": (reconciliation["unbacked"], [1_000]),
        "api: proposals by address": (api["proposals_by_address"], [filled.proposals]),
        "api: vaults by address": (api["vaults_by_address"], [filled.vaults]),
    }
    found |= {f"fold: {event}": (sql, [filled.ids]) for (_, event), sql in registry().items()}
    found |= {f"timeline: {name}": (sql, [filled.ids]) for name, sql in timeline.items()}
    return found


NAMES = sorted(statements(Filled("", ["x"], ["x"], ["x"], [1], 1)))


def read_whole(plan: Any) -> Iterator[str]:
    """The tables that the plan reads from end to end."""
    if plan["Node Type"] in ("Seq Scan", "Parallel Seq Scan"):
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from read_whole(part)


@pytest.mark.parametrize("name", NAMES)
async def test_no_large_table_is_read_from_end_to_end(filled: Filled, name: str) -> None:
    sql, parameters = statements(filled)[name]
    connection = await asyncpg.connect(filled.url, server_settings={"jit": "off"})
    try:
        plan = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *parameters))[0]["Plan"]
    finally:
        await connection.close()
    assert not LARGE & set(read_whole(plan)), json.dumps(plan, indent=1)


async def test_a_plan_without_its_index_is_noticed(filled: Filled) -> None:
    connection = await asyncpg.connect(filled.url)
    try:
        plan = json.loads(await connection.fetchval("EXPLAIN (FORMAT JSON) SELECT * FROM events WHERE slot + 0 = 1"))
    finally:
        await connection.close()
    assert set(read_whole(plan[0]["Plan"])) == {"events"}
