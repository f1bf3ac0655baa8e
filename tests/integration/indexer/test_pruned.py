"""History that a node keeps no more: the streams that lack it say so, and another node that has it mends them."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import asyncpg
from integration.indexer.indexer_process import COMMAND
from integration.indexer.synthetic import signature
from simulation.ledger import FIRST_SLOT, Intent, Move, Planned, Run, Script, Step, vault
from simulation.node import Faults, Node
from simulation.simulation import environment, serving, ticking
from simulation.views import Growth
from stack.waiting import until

DISAGREEMENT = "SELECT disagreement FROM streams WHERE stream = $1"
VOUCHED_FOR = "SELECT count(*) = 2 FROM streams WHERE verified_seq = seq AND verified_by = 2 AND disagreement IS NULL"


def moving(who: int, amount: int) -> Intent:
    """Of 0, the vault is made."""
    return Intent(signature(f"{who} {amount}"), (Step("vault", who, amount),), "legacy", False, False, frozenset())


def block(slot: int, *intents: Intent) -> Planned:
    return Planned(slot, 1_790_000_000 + slot, 0, intents)


@asynccontextmanager
async def running(nodes: Sequence[Node], database: str) -> AsyncIterator[None]:
    settings = os.environ | environment(nodes) | {"DATABASE_URL": database}
    process = await asyncio.create_subprocess_exec(COMMAND, "run", env=settings)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def test_a_stream_whose_beginning_is_pruned_says_so_until_a_node_that_has_it_is_named(
    database: str, connection: asyncpg.Connection
) -> None:
    blocks = block(FIRST_SLOT, moving(0, 0)), block(101, moving(0, 30)), block(102, moving(1, 0), moving(0, 40))
    script = Script(seed=0, lag=2, moves=[Move(0, blocks)])
    growth = Growth(script, Run(script))
    nodes = [Node(growth, Faults(), random.Random(0), shuffled=False, index=True) for _ in range(2)]
    nodes[0].prune(before=102)
    async with serving(nodes), ticking(growth, nodes, 0.1):
        async with running(nodes[:1], database):
            await until(lambda: connection.fetchval(DISAGREEMENT, vault(0)), "it is told", 60)

            async def why() -> bool:
                return "nothing before slot 102" in (await connection.fetchval(DISAGREEMENT, vault(0)) or "")

            await until(why, "and why", 60)
            assert await connection.fetchval(DISAGREEMENT, vault(1)) is None
        async with running(nodes, database):
            await until(lambda: connection.fetchval(VOUCHED_FOR), "both streams are whole, by the word of both", 60)
    balance = await connection.fetchval("SELECT total_balance::bigint FROM vaults WHERE address = $1", vault(0))
    assert balance == 70
