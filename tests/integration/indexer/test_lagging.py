"""A first node that answers everything and stays behind: the next one is followed, and people are told."""

import asyncio
import os
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import asyncpg
from integration.indexer.indexer_process import COMMAND
from integration.indexer.synthetic import signature
from simulation.ledger import FIRST_SLOT, Intent, Move, Planned, Run, Script, Step
from simulation.node import Faults, Node
from simulation.simulation import environment, serving, ticking
from simulation.views import Growth
from stack.waiting import until

SLOTS = 60
DEPOSITED = "SELECT total_balance::bigint FROM vaults WHERE total_balance = $1"


def script() -> Script:
    """A vault that is made, and a deposit so many slots later."""
    birth, deposit = (
        Intent(signature(f"lagging {amount}"), (Step("vault", 0, amount),), "legacy", False, False, frozenset())
        for amount in (0, 70)
    )
    blocks = [Planned(FIRST_SLOT + number, 1_790_000_000 + number, 0, ()) for number in range(SLOTS)]
    blocks[0] = Planned(FIRST_SLOT, 1_790_000_000, 0, (birth,))
    blocks.append(Planned(FIRST_SLOT + SLOTS, 1_790_000_000 + SLOTS, 0, (deposit,)))
    return Script(seed=0, lag=2, moves=[Move(0, (planned,)) for planned in blocks])


@asynccontextmanager
async def running(nodes: list[Node], database: str, log: Path) -> AsyncIterator[None]:
    settings = os.environ | environment(nodes) | {"DATABASE_URL": database}
    with log.open("w") as stderr:
        process = await asyncio.create_subprocess_exec(COMMAND, "run", env=settings, stderr=stderr)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def test_a_first_node_that_never_errs_and_stays_behind_is_left_for_the_next_until_it_has_caught_up(
    database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    slow, quick = (Growth(script(), Run(script())) for _ in range(2))
    nodes = [Node(growth, Faults(), random.Random(0), shuffled=False, index=True) for growth in (slow, quick)]
    log = tmp_path / "log"

    async def told(what: str) -> bool:
        return any(re.search(what, line) for line in log.read_text().splitlines())

    first, second = nodes
    async with (
        serving(nodes),
        ticking(slow, [first], 1.0),
        ticking(quick, [second], 0.1),
        running(nodes, database, log),
    ):
        await until(partial(connection.fetchval, DEPOSITED, 70), "the deposit is there, as the second tells it", 60)
        await until(partial(told, f"{first.rpc_url}.* slots behind {second.rpc_url}.*"), "people are told", 60)
        await until(partial(told, f"{first.ws_url} is .* slots behind"), "its wake-ups are left", 60)
        assert slow.view.blocks[-1].slot < FIRST_SLOT + SLOTS, "the first has not come to the deposit"
        async with ticking(slow, [first], 0.01):
            await until(partial(told, f"{first.rpc_url}.* has caught up"), "the first one is asked again", 60)
