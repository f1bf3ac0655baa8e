"""`windlass-indexer rebuild` over a million events, and how long readers wait for its swap."""

import asyncio
from time import perf_counter

import asyncpg
from stack.many_events import store_many_events
from stack.postgres import create_database, create_template, database_url, running_postgres
from windlass_indexer.rebuild import rebuild
from windlass_indexer.settings import Settings


def measure(events: int = 1_000_000, vaults: int = 10_000) -> dict[str, float]:
    """Prints the figures and gives them."""
    with running_postgres() as server:
        template = asyncio.run(create_template(server))
        name = asyncio.run(create_database(server, template))
        return asyncio.run(_rebuild(database_url(server, name), events, vaults))


async def _rebuild(database: str, events: int, vaults: int) -> dict[str, float]:
    connection = await asyncpg.connect(database)
    await store_many_events(connection, events, vaults)
    reader = asyncio.create_task(_slowest_read(database))
    done = await rebuild(database, Settings.read({}).programs, lambda done, of: None)
    reader.cancel()
    slowest = await reader
    balance = await connection.fetchrow("SELECT count(*) AS vaults, sum(total_balance)::bigint AS total FROM vaults")
    await connection.close()
    assert tuple(balance) == (vaults, (events - vaults) * 7)
    print(
        f"  {done.events:,} events of {done.streams:,} streams: {done.events_per_second:,} events/s; the swap blocked "
        f"reads for {done.reads_blocked_ms:.1f} ms and writes for {done.writes_blocked_ms:.1f} ms; a reader's slowest "
        f"query meanwhile took {slowest * 1_000:.0f} ms"
    )
    return {"rate": done.events_per_second, "blocked": done.reads_blocked_ms, "slowest": slowest * 1_000}


async def _slowest_read(database: str) -> float:
    """Reads a vault all the time, until it is cancelled; seconds of the slowest answer."""
    connection = await asyncpg.connect(database)
    slowest = 0.0
    try:
        while True:
            started = perf_counter()
            await connection.fetchrow("SELECT * FROM vaults ORDER BY created_slot DESC, address DESC LIMIT 1")
            slowest = max(slowest, perf_counter() - started)
            await asyncio.sleep(0.002)
    except asyncio.CancelledError:
        return slowest
    finally:
        connection.terminate()
