"""Dense slots are read by their blocks, a few calls for any number of transactions; sparse ones one by one."""

import random
from collections.abc import AsyncIterator

import asyncpg
import pytest
from integration.indexer.synthetic import signature
from simulation.ledger import FIRST_SLOT, VAULT, Intent, Move, Planned, Run, Script, Step
from simulation.node import Faults, Node
from simulation.views import Growth
from windlass_indexer.chain import Chain
from windlass_indexer.ingest import DENSE, Ingest
from windlass_indexer.rpc import Rpc
from windlass_indexer.settings import Settings
from windlass_indexer.store import Store

PROGRAMS = Settings.read({}).programs
BIRTH, DEPOSITS = FIRST_SLOT, FIRST_SLOT + 1


def intent(number: int) -> Intent:
    """The first makes the vault, the others deposit."""
    return Intent(signature(f"dense {number}"), (Step("vault", 0, number),), "legacy", False, False, frozenset())


def node(deposits: int) -> Node:
    """With a vault that is made in one slot and gets all deposits in the next."""
    intents = [intent(number) for number in range(deposits + 1)]
    blocks = Planned(BIRTH, 1_790_000_000, 0, (intents[0],)), Planned(DEPOSITS, 1_790_000_001, 0, tuple(intents[1:]))
    script = Script(seed=0, lag=8, moves=[Move(0, blocks)])
    return Node(Growth(script, Run(script)), Faults(), random.Random(0), shuffled=False, index=True)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as pool:
        yield pool


@pytest.mark.parametrize(
    ("deposits", "said", "calls"),
    [
        (200, DEPOSITS, {"getBlock": 1, "getTransaction": 1}),
        (DENSE - 1, DEPOSITS, {"getTransaction": DENSE}),
        # A wake-up may name a slot that a transaction is not in: what is not found there is asked for by itself.
        (20, BIRTH, {"getBlock": 1, "getTransaction": 20}),
        (20, DEPOSITS + 1, {"getBlock": 1, "getTransaction": 21}),
    ],
)
async def test_a_dense_slot_is_read_by_its_block(
    pool: asyncpg.Pool, deposits: int, said: int, calls: dict[str, int]
) -> None:
    program = next(program for program in PROGRAMS if program.address == VAULT)
    places = {intent(number).signature: said if number else BIRTH for number in range(deposits + 1)}
    served = node(deposits)
    async with served.serving(), Rpc(served.rpc_url) as rpc:
        done = await Ingest(program, Chain(rpc), Store(pool, PROGRAMS), lambda: 0).fetch(places)
    assert served.calls == calls
    assert not done.missing
    assert await pool.fetchval("SELECT seq FROM streams") == deposits + 1
    slots = await pool.fetch("SELECT slot, count(*) AS events FROM events GROUP BY slot ORDER BY slot")
    assert [tuple(row) for row in slots] == [(BIRTH, 1), (DEPOSITS, deposits)]
