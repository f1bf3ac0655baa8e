"""The indexer as a whole: one process that follows several programs of one chain into one database."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any

import asyncpg
import websockets

from windlass_indexer.activity import Activity
from windlass_indexer.alerts import TimeAlerts
from windlass_indexer.backfill import Backfill, Backfilled, Progress
from windlass_indexer.chain import Chain, ChainTime
from windlass_indexer.changes import Pruning
from windlass_indexer.database import migrated_pool
from windlass_indexer.endpoints import Endpoints
from windlass_indexer.errors import LeadershipLost, RpcError, RpcUnreachable, WebsocketRefused
from windlass_indexer.event import FollowedProgram
from windlass_indexer.follower import Follower
from windlass_indexer.garbage import collect_less_often
from windlass_indexer.leadership import Leadership, leading
from windlass_indexer.outbox import Outbox
from windlass_indexer.reconciliation import Reconciliation
from windlass_indexer.retries import persistently
from windlass_indexer.settings import Settings, without_password
from windlass_indexer.store import Store
from windlass_indexer.verifier import Comparison, Verifier
from windlass_indexer.wakeups import Wakeups
from windlass_indexer.witnesses import Witnesses

_log = logging.getLogger(__name__)

# The chain's time is asked for at each slot told, but not more often than this; and at least this often.
_CLOCK_AT_MOST_SECONDS = 0.25
_CLOCK_AT_LEAST_SECONDS = 1.0
_START_SECONDS = 5.0
# Who does not end when told to is told again after this.
_STOP_SECONDS = 1.0


async def run(settings: Settings) -> None:
    """Follow until SIGTERM or SIGINT, while no other indexer does so in this database; else stand by.

    Raises DatabaseUnreachable, MigrationError, RpcUnreachable or WebsocketRefused where one of them is not there
    at the start; later they are waited for. Raises ChainMismatch.
    """
    collect_less_often()
    await _until_signalled(_follow(settings))


async def _follow(settings: Settings) -> None:
    async with _claimed(settings) as (pool, chain):
        await _reach_websocket(settings.ws_urls)
        while True:
            try:
                async with leading(settings.database_url) as leadership:
                    await _Indexer(settings, chain, pool, leadership).run()
            except LeadershipLost as lost:
                _log.warning("%s; standing for it again", lost)


async def verify(settings: Settings) -> list[Comparison]:
    """Compare every stream in the tables with its account, once. Raises as `run` does."""
    async with _claimed(settings) as (pool, chain):
        return await Verifier(Witnesses(chain.nodes), pool, lambda program, stream: None).check_all()


async def backfill(settings: Settings, first: int, last: int, told: Progress) -> Backfilled:
    """Read the slots `first` to `last` of all programs followed. Raises as `run` does, and as `Backfill.run`."""
    collect_less_often()
    async with _claimed(settings) as (pool, chain):
        return await Backfill(settings.programs, chain, Store(pool, settings.programs), first, last, told).run()


class _Indexer:
    """Wires the parts: wake-ups to followers, their commits to the verifier, its doubts back to the followers."""

    def __init__(self, settings: Settings, chain: Chain, pool: asyncpg.Pool, leadership: Leadership) -> None:
        self._chain = chain
        self._leadership = leadership
        self._time = ChainTime(0, 0, 0)
        self._slot_told = asyncio.Event()
        self._store = Store(pool, settings.programs, leadership.fence)
        self._verifier = Verifier(Witnesses(chain.nodes), pool, self._repair, leadership.fence)
        self._activity = Activity(chain, pool, lambda: self._time, leadership.fence, settings.watch)
        self._alerts = TimeAlerts(settings.programs, pool, lambda: self._time, leadership.fence)
        self._reconciliation = Reconciliation(chain, pool, lambda: self._time, leadership.fence)
        self._pruning = Pruning(pool, leadership.fence)
        self._outboxes = [Outbox(webhook, pool, leadership.fence) for webhook in settings.webhooks]
        self._followers = {
            program.address: Follower(program, chain, self._store, lambda: self._time, self._verifier.changed)
            for program in settings.programs
        }
        self._wakeups = Wakeups(
            settings.ws_urls,
            list(self._followers),
            self._tell,
            self._slot_told.set,
            self._sweep_soon,
            lambda: self._time.confirmed_slot,
        )

    async def run(self) -> None:
        """Until cancelled, or until something fails for good. Raises LeadershipLost."""
        await persistently("asking for the chain's time")(self._tell_time)
        for follower in self._followers.values():
            _tell_followed(follower.program)
        await _together(
            self._leadership.watch(),
            self._wakeups.run(),
            self._keep_time(),
            self._verifier.run(),
            self._activity.run(),
            self._alerts.run(),
            self._reconciliation.run(),
            self._pruning.run(),
            *(outbox.run() for outbox in self._outboxes),
            *(follower.run() for follower in self._followers.values()),
        )

    async def _keep_time(self) -> None:
        while True:
            started = monotonic()
            self._slot_told.clear()
            await persistently("asking for the chain's time")(self._tell_time)
            await asyncio.sleep(max(0.0, started + _CLOCK_AT_MOST_SECONDS - monotonic()))
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, started + _CLOCK_AT_LEAST_SECONDS - monotonic())):
                    await self._slot_told.wait()

    async def _tell_time(self) -> None:
        time = await self._chain.time()
        if time.confirmed_slot < self._time.confirmed_slot:
            return  # of a node that is behind the one that was asked before
        self._time = time
        await self._store.tell_time(list(self._followers), self._time)

    def _tell(self, program: str, signature: str, slot: int) -> None:
        self._followers[program].tell(signature, slot)

    def _sweep_soon(self) -> None:
        for follower in self._followers.values():
            follower.sweep_soon()

    def _repair(self, program: str, stream: str) -> None:
        if follower := self._followers.get(program):
            follower.repair(stream)


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """All of them until one ends, or until cancelled; the error of the first that failed, once none runs any more.

    An HTTP client whose time is up in the moment of a cancellation takes the one for the other (aiohttp, helpers.py,
    TimerContext). A TaskGroup would wait for ever for who did not hear, so the rest are told until they have ended.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        while running := [task for task in tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=_STOP_SECONDS)
        failures = [task.exception() for task in tasks if not task.cancelled()]
        for failure in filter(None, failures):
            _log.debug("ended by %r", failure)
    for task in tasks:  # in their order: a lost lead says more than what it brings down with it
        if task in ended:
            task.result()


def _tell_followed(program: FollowedProgram) -> None:
    proof = "" if program.has_streams else " (without event streams: nothing to verify its events against)"
    _log.info("following %s %s%s", program.idl.name, program.address, proof)
    for name, why in program.codec.undecodable.items():
        _log.warning("%s: %s is kept raw: %s", program.idl.name, name, why)


@asynccontextmanager
async def _claimed(settings: Settings) -> AsyncIterator[tuple[asyncpg.Pool, Chain]]:
    """The database and the chain that it is about."""

    async def claim() -> None:
        await Store(pool, settings.programs).claim_chain(await chain.genesis_hash())

    async with migrated_pool(settings.database_url) as pool, _reached_chain(settings) as chain:
        await persistently("asking which chain this is")(claim)
        yield pool, chain


@asynccontextmanager
async def _reached_chain(settings: Settings) -> AsyncIterator[Chain]:
    async with Endpoints(settings.rpc_urls) as endpoints, endpoints.watched():
        chain = Chain(endpoints)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await chain.time()
        except (RpcError, TimeoutError) as error:
            raise RpcUnreachable(
                f"the Solana RPC could not be asked for the time at {chain.shown}: "
                f"{error or f'no answer within {_START_SECONDS:.0f} s'}\n"
                "Start it (windlass-localnet is one), or say where it is with --rpc or WINDLASS_RPC_URL."
            ) from error
        yield chain


async def _reach_websocket(urls: Sequence[str]) -> None:
    """One of them is enough."""
    for url in urls:
        try:
            async with websockets.connect(url, open_timeout=_START_SECONDS):
                return
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            failure = error
    raise WebsocketRefused(
        f"the Solana websocket could not be reached at {', '.join(map(without_password, urls))}: "
        f"{failure or 'no answer'}\n"
        "It is the RPC's port + 1 unless --ws or WINDLASS_WS_URL says otherwise."
    ) from failure


async def _until_signalled(work: Coroutine[None, None, None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        _log.info("stopped")
