"""Live: from a slot's confirmation to its rows' commit, at hundreds of transactions a second, and the indexer's memory.

The indexer is the real process, woken by a websocket, and reads what it is told of. A row is there when
PostgreSQL tells of its commit (NOTIFY), which is heard here.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path
from time import monotonic

import aiohttp
import asyncpg
from stack.postgres import create_database, create_template, database_url, running_postgres

from benchmarks.indexer.timing import percentile

SLOT_MS = 400
VAULTS = 2_000
WARM_UP_SECONDS = 10.0


def measure(seconds: float = 60.0, rate: int = 500) -> dict[str, float]:
    """Prints the figures and gives them."""
    with running_postgres() as server:
        template = asyncio.run(create_template(server))
        name = asyncio.run(create_database(server, template))
        return asyncio.run(_Live(database_url(server, name), seconds, rate).run())


class _Live:
    def __init__(self, database: str, seconds: float, rate: int) -> None:
        self._database = database
        self._seconds = seconds
        self._per_slot = rate * SLOT_MS // 1_000
        self._landed: dict[int, float] = {}
        self._told: list[tuple[float, int]] = []

    async def run(self) -> dict[str, float]:
        listener = await asyncpg.connect(self._database)
        await listener.add_listener("windlass_changes", self._hear)
        arguments = map(str, (self._per_slot, SLOT_MS, VAULTS))
        node = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.indexer.live_node", *arguments, stdin=PIPE, stdout=PIPE
        )
        assert node.stdin is not None
        assert node.stdout is not None
        rpc, websocket = (await node.stdout.readline()).split()
        environment = os.environ | {
            "DATABASE_URL": self._database,
            "WINDLASS_RPC_URL": f"http://127.0.0.1:{int(rpc)}",
            "WINDLASS_WS_URL": f"ws://127.0.0.1:{int(websocket)}",
            "WINDLASS_LOG_LEVEL": "warning",
        }
        command = str(Path(sys.executable).with_name("windlass-indexer"))
        with tempfile.TemporaryFile("w+") as log:
            indexer = await asyncio.create_subprocess_exec(command, "run", env=environment, stderr=log)
            node.stdin.write(b"\n")
            reader = asyncio.create_task(self._read(node.stdout))
            try:
                memory, calls = await self._watch(indexer.pid, f"http://127.0.0.1:{int(rpc)}")
                node.stdin.write(b"\n")
                await reader
                figures = await self._figures(listener)
                figures["calls"] = calls / (self._seconds * 1_000 / SLOT_MS * self._per_slot)
                print(f"  {figures['calls']:.3f} RPC calls a transaction, each of a JSON array counted")
            except BaseException:
                # Only then: that none of these vaults has a token account fills it.
                log.seek(0)
                sys.stderr.write(log.read())
                raise
            finally:
                reader.cancel()
                indexer.terminate()
                await indexer.wait()
                node.kill()
                await node.wait()
                await listener.close()
        quarters = [memory[len(memory) * quarter // 4 - (quarter > 0)] for quarter in range(5)]
        print(
            f"  memory of the indexer {WARM_UP_SECONDS:.0f} s after its start, and after each quarter of the time: "
            f"{', '.join(f'{megabytes:.0f}' for megabytes in quarters)} MB"
        )
        first, last = memory[0], memory[-1]
        return figures | {"memory first": first, "memory last": last}

    def _hear(self, *notification: object) -> None:
        told = json.loads(str(notification[-1]))
        if told["kind"] == "vault":
            self._told.append((monotonic(), told["slot"]))

    async def _read(self, lines: asyncio.StreamReader) -> None:
        while (line := await lines.readline()) not in (b"", b"stopped\n"):
            slot, moment = line.split()
            self._landed[int(slot)] = float(moment)

    async def _watch(self, pid: int, rpc: str) -> tuple[list[float], int]:
        """The process' resident memory in MB, each second after the warm-up, and how often the node is called."""
        await asyncio.sleep(WARM_UP_SECONDS)
        await _calls(rpc)
        self._told.clear()
        memory: list[float] = []
        end = monotonic() + self._seconds
        while monotonic() < end:
            memory.append(_megabytes(pid))
            await asyncio.sleep(1.0)
        return memory, await _calls(rpc)

    async def _figures(self, listener: asyncpg.Connection) -> dict[str, float]:
        slots = len(self._landed)
        async with asyncio.timeout(20):
            while await listener.fetchval("SELECT coalesce(sum(seq), 0) FROM streams") < slots * self._per_slot:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        times = [(heard - self._landed[slot]) * 1_000 for heard, slot in self._told if slot in self._landed]
        median, p99 = statistics.median(times), percentile(times, 0.99)
        wrong = await listener.fetchval("SELECT count(*) FROM streams WHERE disagreement IS NOT NULL")
        assert wrong == 0
        print(
            f"  {self._per_slot} transactions every {SLOT_MS} ms for {self._seconds:.0f} s, confirmed to committed: "
            f"median {median:.0f} ms, p99 {p99:.0f} ms, most {max(times):.0f} ms ({len(times):,} heard, none lost)"
        )
        return {"median ms": median, "p99 ms": p99}


async def _calls(rpc: str) -> int:
    """Since this was last asked."""
    async with aiohttp.ClientSession() as client, client.post(rpc, data=b"calls") as response:
        return int(await response.read())


def _megabytes(pid: int) -> float:
    """Of the process' resident memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
