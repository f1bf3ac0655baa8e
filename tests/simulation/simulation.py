"""One seed: a chain, its faulty node, the real indexer in the middle of it all; and what its tables say afterwards."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from simulation.compressed_time import CompressedTime
from simulation.contents import differences, digests
from simulation.databases import Server
from simulation.ledger import SLOT_SECONDS, Run, Script, draw
from simulation.lies import lie, touched
from simulation.node import Faults, Node
from simulation.views import Growth
from windlass_indexer import service
from windlass_indexer.errors import DatabaseUnreachable, RpcError, WebsocketRefused
from windlass_indexer.retries import is_retryable
from windlass_indexer.settings import Settings

Outside = Callable[[Coroutine[Any, Any, None]], Coroutine[Any, Any, None]]

# Until the tables say what the chain says, in compressed seconds.
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a seed does. Times are in seconds after the start."""

    script: Script
    faults: Faults
    shuffled: bool
    index: bool
    stops: tuple[float, ...]  # the indexer ends, wherever it is
    sleeps: tuple[tuple[float, float], ...]  # the machine sleeps: when, for how long
    cut_sessions: tuple[float, ...]
    crashes: tuple[float, ...]  # of PostgreSQL
    second: Faults | None  # of another node

    @classmethod
    def draw(cls, seed: int, *, forks: bool = False) -> "Plan":
        """The same for the same seed."""
        chance = random.Random(f"plan {seed}")
        script = draw(
            seed,
            blocks=chance.randint(10, 60),
            forks=chance.choice([0, 1, 1, 2, 3]) if forks else 0,
            per_block=chance.choice([0.3, 1.0, 2.0, 6.0]),
        )
        end = len(script.moves) * SLOT_SECONDS
        faults = Faults.draw(chance)
        second = None
        # Drawn apart, so that a seed is the same but for its second node.
        another = random.Random(f"second node {seed}")
        if forks and another.random() < 0.4:
            second = Faults.draw(another)
            faults = Faults(broken=1.0, hangup=1.0) if another.random() < 0.3 else faults

        def moments(most: int) -> tuple[float, ...]:
            return tuple(sorted(chance.random() * end for _ in range(chance.randint(0, most))))

        return cls(
            script=script,
            faults=faults,
            shuffled=chance.random() < 0.5,
            index=chance.random() < 0.7,
            stops=moments(3),
            sleeps=tuple((moment, chance.uniform(1, 90)) for moment in moments(1)),
            cut_sessions=moments(3) if chance.random() < 0.3 else (),
            crashes=moments(2) if chance.random() < 0.03 else (),
            second=second,
        )

    def nodes(self, growth: Growth) -> list[Node]:
        """With the plan's faults."""
        return [
            Node(growth, faults, random.Random(f"{name} {self.script.seed}"), shuffled=self.shuffled, index=self.index)
            for name, faults in [("node", self.faults), ("second", self.second)]
            if faults is not None
        ]


@dataclass(slots=True)
class Outcome:
    """`wrong` is empty where the tables say what those of a clean run say, and all is verified."""

    seed: int
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0  # of compressed time, from quiet to verified
    events: int = 0
    requests: int = 0


class Simulation:
    """Runs seeds against one PostgreSQL server, on a loop of compressed time."""

    def __init__(self, server: Server, outside: Outside) -> None:
        self._server = server
        # Runs what PostgreSQL's supervisor does in the loop that it lives in.
        self._outside = outside

    async def run(self, seed: int, *, forks: bool = True) -> Outcome:
        """The seed's outcome."""
        plan = Plan.draw(seed, forks=forks)
        outcome = Outcome(seed)
        growth = Growth(plan.script, Run(plan.script))
        nodes = plan.nodes(growth)
        async with self._server.database() as database:
            async with serving(nodes), ticking(growth, nodes), _kept_running(nodes, database, plan.stops):
                await self._disturb(plan, database, growth)
                await settle(nodes, database, outcome)
            await self.compare(plan, growth, database, outcome)
        return outcome

    async def run_lied_to(self, seed: int) -> Outcome:
        """With a node whose transactions are not those that its accounts come from, and no other faults."""
        plan = Plan.draw(seed)
        outcome = Outcome(seed)
        altered = lie(plan.script)
        told = Growth(plan.script, Run(plan.script, altered))
        truth = told.accounts = Growth(plan.script, Run(plan.script))
        node = Node(told, Faults(), random.Random(seed), shuffled=plan.shuffled, index=plan.index)
        wrong = touched(plan.script, altered)
        async with (
            self._server.database() as database,
            node.serving(),
            ticking(told, [node]),
            _kept_running([node], database, ()),
        ):
            await told.ended.wait()
            outcome.events = len(wrong)
            outcome.seconds = await _settled(lambda: _believed(database, truth, wrong), outcome)
        return outcome

    async def run_lied_to_by_another(self, seed: int) -> Outcome:
        """With a second node that tells another history than the first one, and accounts that go with it."""
        plan = Plan.draw(seed)
        outcome = Outcome(seed)
        altered = lie(plan.script)
        truth, told = Growth(plan.script, Run(plan.script)), Growth(plan.script, Run(plan.script, altered))
        nodes = [
            Node(growth, Faults(), random.Random(seed), shuffled=plan.shuffled, index=plan.index)
            for growth in (truth, told)
        ]
        doubtful = touched(plan.script, altered)
        outcome.events = len(doubtful)
        async with self._server.database() as database:
            async with (
                serving(nodes),
                ticking(truth, nodes[:1]),
                ticking(told, nodes[1:]),
                _kept_running(nodes, database, ()),
            ):
                await truth.ended.wait()
                last = truth.view.blocks[-1].slot
                outcome.seconds = await _settled(lambda: _vouched_for(database, truth, doubtful, last), outcome)
            await self.compare(plan, truth, database, outcome)
        return outcome

    async def compare(self, plan: Plan, growth: Growth, database: str, outcome: Outcome) -> None:
        """With the tables of one who comes when all is over, and has luck."""
        node = Node(growth, Faults(), random.Random(plan.script.seed), shuffled=plan.shuffled, index=plan.index)
        async with self._server.database() as clean:
            async with node.serving(), ticking(growth, [node]), _kept_running([node], clean, ()):
                await _agreement(clean, growth, outcome)
            outcome.wrong += await _compared(database, clean, growth, index=plan.index)

    async def _disturb(self, plan: Plan, database: str, growth: Growth) -> None:
        """Until the script has ended."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, CompressedTime)
        start = loop.time()
        due = [(moment, "sleep", length) for moment, length in plan.sleeps]
        due += [(moment, "cut", 0.0) for moment in plan.cut_sessions]
        due += [(moment, "crash", 0.0) for moment in plan.crashes]
        for moment, what, length in sorted(due):
            await asyncio.sleep(max(0.0, start + moment - loop.time()))
            if what == "sleep":
                loop.jump(length)
            elif what == "cut":
                await self._server.end_sessions(database)
            else:
                await self._outside(self._server.crash())
        await growth.ended.wait()


@asynccontextmanager
async def serving(nodes: Sequence[Node]) -> AsyncIterator[None]:
    """All of them."""
    async with AsyncExitStack() as stack:
        for node in nodes:
            await stack.enter_async_context(node.serving())
        yield


def environment(nodes: Sequence[Node]) -> dict[str, str]:
    """The settings that name them."""
    first, *more = nodes
    return {
        "WINDLASS_RPC_URL": first.rpc_url,
        "WINDLASS_MORE_RPC_URLS": ",".join(node.rpc_url for node in more),
        "WINDLASS_WS_URL": first.ws_url,
    }


@asynccontextmanager
async def ticking(growth: Growth, nodes: Sequence[Node], seconds: float = SLOT_SECONDS) -> AsyncIterator[None]:
    """A move each so many seconds; four times as fast once only empty blocks come."""

    async def tick() -> None:
        while True:
            await asyncio.sleep(seconds / 4 if growth.ended.is_set() else seconds)
            growth.step()
            for node in nodes:
                node.hear()

    async with beside(tick()):
        yield


@asynccontextmanager
async def _kept_running(nodes: Sequence[Node], database: str, stops: tuple[float, ...]) -> AsyncIterator[None]:
    """The indexer, started again by its supervisor whenever it ends."""
    settings = Settings.read(environment(nodes), database=database)
    loop = asyncio.get_running_loop()
    start = loop.time()

    async def keep_running() -> None:
        ends = list(stops)
        task = asyncio.current_task()
        assert task is not None
        while True:
            deadline = start + ends.pop(0) if ends else None
            try:
                async with asyncio.timeout_at(deadline):
                    await service.run(settings)
                if task.cancelling():
                    return  # it takes being cancelled for a signal, and ends as if nothing were wrong
            except TimeoutError:
                pass  # stopped, as planned
            except (DatabaseUnreachable, RpcError, WebsocketRefused):
                await asyncio.sleep(1.0)  # as it was started while something was down
            except Exception as error:
                if not is_retryable(error):
                    raise
                await asyncio.sleep(1.0)

    async with beside(keep_running()):
        yield


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Fails with the work, if that fails first."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work)
        yield
        task.cancel()


async def settle(nodes: Sequence[Node], database: str, outcome: Outcome) -> None:
    """Nothing goes wrong any more: the tables are waited for."""
    for node in nodes:
        node.heal()
    growth = nodes[0].growth
    outcome.seconds = await _agreement(database, growth, outcome, len(nodes))
    outcome.requests = sum(node.requests for node in nodes)
    outcome.events = sum(len(t.events) for b in growth.view.blocks for t in b.transactions)


async def _agreement(database: str, growth: Growth, outcome: Outcome, nodes: int = 1) -> float:
    """Seconds until the tables have all of the chain, verified by all nodes; what is missing after PATIENCE is written
    down."""
    last = growth.view.blocks[-1].slot
    return await _settled(lambda: _missing(database, growth, last, nodes), outcome)


async def _settled(missing_now: Callable[[], Coroutine[Any, Any, str]], outcome: Outcome) -> float:
    """Seconds until nothing is missing; what still is after PATIENCE is written down."""
    start = _time()
    while missing := await missing_now():
        if _time() > start + PATIENCE:
            outcome.wrong.append(missing)
            break
        await asyncio.sleep(1.0)
    return _time() - start


def _time() -> float:
    """The loop's, without what passed because PostgreSQL was slow: a full machine is not the indexer's fault."""
    loop = asyncio.get_running_loop()
    return loop.time() - (loop.leapt if isinstance(loop, CompressedTime) else 0.0)


async def _missing(database: str, growth: Growth, last: int, nodes: int) -> str:
    """In words, or nothing."""
    try:
        connection = await asyncpg.connect(database)
    except (OSError, asyncpg.PostgresError) as error:
        return f"the database cannot be reached: {error}"
    try:
        rows = await connection.fetch("SELECT stream, seq, verified_seq, verified_by, disagreement FROM streams")
        unread = await _unread(connection, last)
    finally:
        await connection.close()
    if unread:
        return unread
    streams = {row["stream"]: row for row in rows}
    for name, stream in growth.view.blocks[-1].streams.items():
        if (row := streams.get(name)) is None:
            return f"stream {name} is not in the tables"
        verified = (row["verified_seq"], row["verified_by"]) == (stream.seq, nodes)
        if row["seq"] != stream.seq or not verified or row["disagreement"]:
            return f"stream {name} is at {stream.seq} on chain, and the tables say {dict(row)}"
    return ""


async def _unread(connection: asyncpg.Connection, last: int) -> str:
    """How far the tables are from slot `last`, or nothing."""
    finalized = await connection.fetchval("SELECT min(least(finalized_slot, slot)) FROM cursors")
    counted = await connection.fetchval(
        "SELECT min(coalesce(slot, 0)) FROM programs LEFT JOIN activity_cursors USING (program)"
    )
    if (finalized or 0) < last:
        return f"slot {last} is not finalized in the tables, which are at {finalized}"
    if counted is not None and counted < last:
        return f"activity is counted up to slot {counted}, and not to {last}"
    return ""


async def _believed(database: str, truth: Growth, wrong: set[str]) -> str:
    """Which stream is taken for right and is not, or the other way round; nothing where all is as it should be."""
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch("SELECT stream, seq, digest, verified_seq, disagreement FROM streams")
    finally:
        await connection.close()
    streams = {row["stream"]: row for row in rows}
    for name, stream in truth.view.blocks[-1].streams.items():
        if (row := streams.get(name)) is None:
            return f"stream {name} is not in the tables"
        right = (row["seq"], row["digest"], row["verified_seq"]) == (stream.seq, stream.digest, stream.seq)
        if name in wrong and row["disagreement"] is None:
            return f"stream {name} is not what the node's own account says, and nobody is told: {dict(row)}"
        if name not in wrong and (row["disagreement"] or not right):
            return f"stream {name} is at {stream.seq} on chain, and the tables say {dict(row)}"
    return ""


async def _vouched_for(database: str, truth: Growth, doubtful: set[str], last: int) -> str:
    """Which stream the second node is taken to vouch for, although it does not, or the other way round."""
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch("SELECT stream, seq, verified_seq, verified_by, disagreement FROM streams")
        unread = await _unread(connection, last)
    finally:
        await connection.close()
    streams = {row["stream"]: row for row in rows}
    for name, stream in truth.view.blocks[-1].streams.items():
        if (row := streams.get(name)) is None or row["seq"] != stream.seq:
            return f"stream {name} is at {stream.seq} on chain, and the tables say {row and dict(row)}"
        by = 0 if row["disagreement"] else row["verified_by"] if row["verified_seq"] == stream.seq else 0
        if by != 2 if name not in doubtful else by == 2:
            return f"stream {name} is {'not ' if name in doubtful else ''}as the second node says, and {dict(row)}"
    return unread


async def _compared(left: str, right: str, growth: Growth, *, index: bool) -> list[str]:
    """What is different in the tables of the faulty run from those of the clean one, and in either from the ledger."""
    wrong = []
    connections = [await asyncpg.connect(left), await asyncpg.connect(right)]
    try:
        mine, theirs = [await digests(connection, index=index) for connection in connections]
        if tables := sorted(table for table in mine.keys() | theirs.keys() if mine.get(table) != theirs.get(table)):
            wrong.append(await differences(connections[0], connections[1], tables))
        rows = await connections[0].fetch("SELECT program, stream, seq, bytes, signature, slot FROM events")
    finally:
        for connection in connections:
            await connection.close()
    stored = {tuple(row) for row in rows}
    truth = {
        (*event, transaction.signature, block.slot)
        for block in growth.view.blocks
        for transaction in block.transactions
        for event in transaction.events
    }
    wrong += [f"not in the tables: {event}" for event in sorted(truth - stored)[:5]]
    wrong += [f"not on the chain: {event}" for event in sorted(stored - truth)[:5]]
    return wrong
