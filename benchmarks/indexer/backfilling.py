"""From RPC on loopback to committed rows with projections: `windlass-indexer backfill`, without its command line."""

import asyncio
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import asyncpg
import httpx
from stack.postgres import create_database, create_template, database_url, drop_database, running_postgres
from windlass_indexer import service
from windlass_indexer.settings import Settings

from benchmarks.indexer.corpus import FIRST_SLOT, PROGRAM
from benchmarks.indexer.timing import told

VAULTS = 500
DENSE, SPARSE = 20, 4  # transactions of the program in a slot: fetched as blocks, or one by one


@contextmanager
def recorded_node(events: int, per_slot: int) -> Iterator[str]:
    """The node's URL."""
    arguments = map(str, (events, VAULTS, per_slot))
    command = [sys.executable, "-m", "benchmarks.indexer.recorded_node", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def measure(events: int = 100_000, rounds: int = 3) -> dict[str, float]:
    """Prints the figures; gives the medians."""
    figures: dict[str, float] = {}
    with running_postgres() as server:
        template = asyncio.run(create_template(server))
        for name, per_slot in (("dense", DENSE), ("sparse", SPARSE)):
            with recorded_node(events, per_slot) as url:
                rates = [asyncio.run(_backfill(server, template, url, events, per_slot)) for _ in range(rounds)]
                calls = httpx.post(url, content=b"calls").json()
            calls_each = sum(calls.values()) / rounds / events
            print(f"  {per_slot} transactions a slot: {told(rates)} events; {calls_each:.3f} RPC calls a transaction")
            figures |= {f"{name} rate": statistics.median(rates), f"{name} calls": calls_each}
    return figures


async def _backfill(server: str, template: str, url: str, events: int, per_slot: int) -> float:
    """Into a database of its own; events a second, once all is there as it should be."""
    name = await create_database(server, template)
    try:
        database = database_url(server, name)
        environment = {"WINDLASS_VAULT_PROGRAM_ID": PROGRAM}
        settings = Settings.read(environment, database=database, rpc=url)
        last = FIRST_SLOT + (events - 1) // per_slot
        started = perf_counter()
        done = await service.backfill(settings, FIRST_SLOT, last, lambda done, of: None)
        seconds = perf_counter() - started
        connection = await asyncpg.connect(database)
        counted = await connection.fetchrow(
            """SELECT (SELECT count(*) FROM events) AS events, (SELECT sum(seq) FROM streams)::bigint AS folded,
                      (SELECT count(*) FROM vaults) AS vaults, (SELECT count(*) FROM vault_transactions) AS moves"""
        )
        await connection.close()
        assert tuple(counted) == (events, events, VAULTS, events - VAULTS), counted
        assert (done.events, done.unreadable, done.gaps) == (events, 0, 0)
        return events / seconds
    finally:
        await drop_database(server, name)
