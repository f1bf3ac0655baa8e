"""Listens to PostgreSQL for changes on one connection for all subscribers, and comes back when it is lost."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from windlass_graphql.changes import BURST, Change, Hub, Told
from windlass_graphql.database import SESSION_LOST, Database, Row
from windlass_graphql.feeds import FEEDS, PAGE, Feed
from windlass_graphql.queries import queries
from windlass_graphql.reader import Reader

CHANNEL = "windlass_changes"
QUIET = 15.0
"""Seconds without a notification after which the connection is asked whether it still lives."""
ANSWER = 5.0
"""Seconds in which it has to answer."""
AGAIN = 0.1
"""Seconds until it is tried again, whatever ended it."""

_log = logging.getLogger(__name__)


class Listener:
    """Reads each changed aggregate once, after the commit that changed it, and tells the hub.

    Of a feed a notification only says that there is something to read: each entry is told once, in order, whatever
    happens to the connection. What is no feed (the indexer's status) is told as it comes.
    """

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._listening = asyncio.Event()

    @property
    def is_listening(self) -> bool:
        """Whether changes arrive at the moment."""
        return self._listening.is_set()

    @property
    def heard(self) -> Mapping[str, int]:
        """Of each feed by its name, the number up to which it was told."""
        return {feed.name: self._hub.heard[feed.kind] for feed in FEEDS if feed.kind in self._hub.heard}

    async def wait_until_listening(self) -> None:
        """Returns once changes arrive."""
        await self._listening.wait()

    async def run(self) -> None:
        """Listens until it is cancelled."""
        while True:
            try:
                connection = await self._connect()
                try:
                    await self._listen(connection)
                finally:
                    self._listening.clear()
                    connection.terminate()
            except SESSION_LOST as error:
                _log.warning("the connection that listens for changes was lost (%s); connecting again", error)
            except Exception:
                # What was being told may have reached some and not others: they go on from their cursors.
                _log.exception("telling changes failed; all subscriptions end, and it begins anew")
                self._hub.interrupt()
            await asyncio.sleep(AGAIN)

    async def _connect(self) -> Any:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(SESSION_LOST),
            wait=wait_random_exponential(multiplier=0.1, max=5),
            before_sleep=_say_why,
        )
        return await retrying(self._database.connect)

    async def _listen(self, connection: Any) -> None:
        arrived: asyncio.Queue[str | None] = asyncio.Queue()
        connection.add_termination_listener(lambda _: arrived.put_nowait(None))
        await connection.add_listener(CHANNEL, lambda *notification: arrived.put_nowait(notification[-1]))
        await self._catch_up(connection)
        self._listening.set()
        while True:
            try:
                async with asyncio.timeout(QUIET):
                    payloads = [await arrived.get()]
            except TimeoutError:
                await self._read(connection, FEEDS)
                continue
            while not arrived.empty():
                payloads.append(arrived.get_nowait())
            changes = _changes(payloads)
            await self._read(connection, [feed for feed in FEEDS if any(feed.kind == each.kind for each in changes)])
            await self._tell([each for each in changes if each.kind not in self._hub.heard])
            if None in payloads:
                raise ConnectionError("PostgreSQL closed it")

    async def _catch_up(self, connection: Any) -> None:
        for feed in FEEDS:
            if feed.kind not in self._hub.heard:
                self._hub.heard[feed.kind] = await feed.newest(_On(connection))
        await self._read(connection, FEEDS)
        await self._tell([Change("status", "", slot=0, seq=0)])

    async def _read(self, connection: Any, feeds: Iterable[Feed]) -> None:
        """Tells what is new in these feeds."""
        source = _On(connection)
        for feed in feeds:
            more = True
            while more:
                entries = await feed.entries(source, self._hub.heard[feed.kind])
                more = len(entries) == PAGE
                if not entries:
                    continue
                before = self._hub.heard[feed.kind]
                # Whoever subscribes from here on finds these in the table.
                self._hub.heard[feed.kind] = entries[-1]["change"]
                try:
                    told = await feed.told(source, entries, self._hub.wants, Reader(self._database))
                except SESSION_LOST:
                    # They are read once more; whoever has found them in the table knows their numbers.
                    self._hub.heard[feed.kind] = before
                    raise
                await self._offer(told)

    async def _tell(self, changes: list[Change]) -> None:
        reader = Reader(self._database)
        await self._offer([Told(change, None, reader) for change in changes if self._hub.wants(change)])

    async def _offer(self, told: list[Told]) -> None:
        for number, each in enumerate(told, start=1):
            self._hub.tell(each)
            if number % BURST == 0:
                await self._hub.settle()


@dataclass(frozen=True)
class _On:
    """The connection that listens, to read from: it answers, or it is lost."""

    connection: Any

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        return await self.fetch_sql(queries()[query], *arguments)

    async def fetch_sql(self, sql: str, *arguments: object) -> list[Row]:
        rows: list[Row] = await self.connection.fetch(sql, *arguments, timeout=ANSWER)
        return rows


def _changes(payloads: list[str | None]) -> list[Change]:
    changes = []
    for payload in payloads:
        if payload is None:
            continue
        try:
            changes.append(Change.parse(payload))
        except (ValueError, TypeError) as error:
            _log.error("a notification on %s could not be read and was passed over: %s", CHANNEL, error)
    return changes


def _say_why(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.warning("cannot listen for changes yet (%s); trying again", error)
