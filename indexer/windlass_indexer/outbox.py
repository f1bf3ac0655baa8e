"""Brings alerts to webhooks, each change of one at least once: what is to be sent is in a table until it has arrived.

A delivery that fails is tried again after pauses that double, from 5 seconds up to an hour; after 20 attempts, about
12 hours, it is a dead letter, which an operator sees and may send once more.
"""

import asyncio
import logging
from dataclasses import asdict, dataclass, field
from typing import Any

import asyncpg
import httpx

from windlass_indexer import queries
from windlass_indexer.errors import WebhookFailed
from windlass_indexer.leadership import OPEN, Fence
from windlass_indexer.retries import persistently
from windlass_indexer.webhooks import Webhook

_SQL = queries.load("outbox.sql")
_log = logging.getLogger(__name__)

_EVERY_SECONDS = 0.5
_ATTEMPTS = 20
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 3_600.0
_AT_ONCE = 50


class Outbox:
    """One webhook's deliveries, one after the other: where one waits for an answer, other webhooks do not."""

    def __init__(
        self,
        webhook: Webhook,
        pool: asyncpg.Pool,
        fence: Fence = OPEN,
        first_pause: float = _FIRST_PAUSE_SECONDS,
        attempts: int = _ATTEMPTS,
    ) -> None:
        self._webhook = webhook
        self._pool = pool
        self._fence = fence
        self._first_pause = first_pause
        self._attempts = attempts

    async def run(self) -> None:
        """Deliver for ever."""
        await persistently("opening the outbox")(self._begin)
        async with httpx.AsyncClient(follow_redirects=False, headers={"User-Agent": "windlass-indexer"}) as client:
            while True:
                await persistently(f"delivering alerts to {self._webhook.name}")(self._step, client)
                await asyncio.sleep(_EVERY_SECONDS)

    async def _begin(self) -> None:
        async with self._fence.transaction(self._pool) as connection:
            await connection.execute(_SQL["begin"], self._webhook.name)
        if dead := await self._pool.fetchval(_SQL["count_dead"], self._webhook.name):
            _log.warning("%d dead letters for %s: windlass-indexer outbox shows them", dead, self._webhook.name)

    async def _step(self, client: httpx.AsyncClient) -> None:
        if await self._pool.fetchval(_SQL["is_behind"], self._webhook.name):
            async with self._fence.transaction(self._pool) as connection:
                await connection.execute(_SQL["queue"], self._webhook.name)
        for row in await self._pool.fetch(_SQL["due"], self._webhook.name, _AT_ONCE):
            await self._deliver(client, row)

    async def _deliver(self, client: httpx.AsyncClient, row: asyncpg.Record) -> None:
        try:
            await self._webhook.deliver(client, row["id"], row["body"].encode())
        except WebhookFailed as error:
            async with self._fence.transaction(self._pool) as connection:
                state = await connection.fetchval(
                    _SQL["failed"], row["id"], str(error), self._attempts, self._first_pause, _LONGEST_PAUSE_SECONDS
                )
            say = _log.error if state == "dead" else _log.warning
            outcome = "is a dead letter now: windlass-indexer outbox shows it" if state == "dead" else "is tried again"
            say("%s did not take alert %d (%s); it %s", self._webhook.name, row["alert"], error, outcome)
        else:
            async with self._fence.transaction(self._pool) as connection:
                await connection.execute(_SQL["delivered"], row["id"])


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How many deliveries wait and arrived, by target, and the dead letters."""

    targets: list[dict[str, Any]] = field(default_factory=list)
    dead: list[dict[str, Any]] = field(default_factory=list)
    retried: int = 0

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


async def status(connection: asyncpg.Connection, *, retry: bool) -> OutboxStatus:
    """What is in the outbox; with `retry`, dead letters become deliveries again, as if they had never been tried."""
    retried = await connection.fetch(_SQL["retry"]) if retry else []
    return OutboxStatus(
        targets=[dict(row) for row in await connection.fetch(_SQL["counts"])],
        dead=[dict(row) for row in await connection.fetch(_SQL["dead"])],
        retried=len(retried),
    )
