"""Seeds in real time: the indexer is a process of its own, which is killed (SIGKILL) wherever it is."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from simulation.databases import Server
from simulation.ledger import SLOT_SECONDS, Run
from simulation.node import Node
from simulation.simulation import Outcome, Plan, beside, environment, serving, settle, ticking
from simulation.views import Growth

COMMAND = str(Path(sys.executable).with_name("windlass-indexer"))
# A slot, in real seconds.
_TICK = 0.1
# How often each indexer is killed, at least.
_KILLS = 3
_AT_ONCE = 4


class Killing:
    """Runs several seeds at once, each to where its tables have settled; what is in them is looked at later."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.kills = 0

    async def run(self, seeds: Sequence[int]) -> list[tuple[Plan, Growth, str, Outcome]]:
        """Plan, chain, database (which is to be given back) and outcome of each."""
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(seed: int) -> tuple[Plan, Growth, str, Outcome]:
            async with free:
                return await self._run(seed)

        return list(await asyncio.gather(*map(one, seeds)))

    async def _run(self, seed: int) -> tuple[Plan, Growth, str, Outcome]:
        plan = Plan.draw(seed, forks=True)
        outcome = Outcome(seed)
        growth = Growth(plan.script, Run(plan.script))
        nodes = plan.nodes(growth)
        database = await self._server.take()
        async with serving(nodes), ticking(growth, nodes, _TICK), self._kept_running(nodes, database, plan):
            await growth.ended.wait()
            await settle(nodes, database, outcome)
        return plan, growth, database, outcome

    @asynccontextmanager
    async def _kept_running(self, nodes: Sequence[Node], database: str, plan: Plan) -> AsyncIterator[None]:
        """Started again whenever it ends."""
        length = len(plan.script.moves) * _TICK
        kills = [moment * _TICK / SLOT_SECONDS for moment in plan.stops]
        kills += [length * (number + 1) / _KILLS for number in range(_KILLS - len(kills))]
        start = asyncio.get_running_loop().time()
        settings = os.environ | {"DATABASE_URL": database} | environment(nodes)

        async def keep_running() -> None:
            due = sorted(kills)
            while True:
                deadline = start + due.pop(0) if due else None
                if await self._one_life(settings, deadline) == -signal.SIGKILL:
                    self.kills += 1
                else:
                    await asyncio.sleep(0.5)  # as it was started while something was down

        async with beside(keep_running()):
            yield

    @staticmethod
    async def _one_life(environment: dict[str, str], deadline: float | None) -> int:
        """How it ended; at the deadline by SIGKILL."""
        with tempfile.TemporaryFile("w+") as log:
            process = await asyncio.create_subprocess_exec(COMMAND, "run", env=environment, stderr=log)
            try:
                async with asyncio.timeout_at(deadline):
                    await process.wait()
            except TimeoutError:
                pass
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            log.seek(0)
            text = log.read()
        assert "Traceback" not in text, text
        return process.returncode or 0
