"""A subscriber whose servers are killed goes on at the next one: it loses nothing and hears nothing twice."""

import asyncio
import os
import random
import signal
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from integration.graphql_api.service import Service, Socket, running
from stack.read_model import Proposal, ReadModel
from websockets.exceptions import ConnectionClosed

ALERTS = "subscription ($after: String) { alertChanged(after: $after) { cursor } }"
PROPOSALS = "subscription ($after: String) { proposalChanged(after: $after) { cursor } }"
RAISED = "SELECT change FROM alerts ORDER BY change"
CHANGED = "SELECT change FROM changes WHERE kind = 'proposal' ORDER BY change"


async def test_nothing_is_lost_or_doubled_when_servers_are_killed(
    database: str, read_model: ReadModel, writer: ReadModel, proposal: Proposal
) -> None:
    await cut_off(database, (read_model, writer), proposal, kills=3, seed=7)


@pytest.mark.long
async def test_nothing_is_lost_or_doubled_when_servers_are_killed_a_hundred_times(
    database: str, read_model: ReadModel, writer: ReadModel, proposal: Proposal
) -> None:
    await cut_off(database, (read_model, writer), proposal, kills=100, seed=8)


@dataclass
class Followed:
    """A feed as a subscriber follows it."""

    document: str
    root: str
    cursor: str
    heard: list[int] = field(default_factory=list)
    """The numbers that the messages' cursors name."""

    def hear(self, data: dict[str, Any]) -> None:
        """Keeps the message's cursor, and what it is about."""
        self.cursor = data[self.root]["cursor"]
        self.heard.append(int(self.cursor.partition(":")[2]))


class Subscriber:
    """Follows both feeds on one socket, from where each of them was heard last."""

    def __init__(self) -> None:
        self.alerts = Followed(ALERTS, "alertChanged", "alerts:0")
        self.proposals = Followed(PROPOSALS, "proposalChanged", "proposals:0")

    async def begin(self, client: Socket) -> None:
        """Goes on at this server."""
        self._client = client
        self._feeds = {await client.begin(each.document, after=each.cursor): each for each in self._all}

    async def hear(self) -> None:
        """The next message of either."""
        message = await self._client.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        self._feeds[message["id"]].hear(message["payload"]["data"])

    @property
    def count(self) -> int:
        """Of what was heard."""
        return sum(len(each.heard) for each in self._all)

    @property
    def _all(self) -> tuple[Followed, Followed]:
        return self.alerts, self.proposals


class TakenBack(Exception):
    """A transaction that is rolled back."""


async def happen(model: ReadModel, proposal: Proposal, chance: random.Random, stopped: asyncio.Event) -> None:
    """One transaction after the other that changes the proposal, raises alerts or does both, as the indexer's do; the
    numbers that some of them drew are never committed.
    """
    while not stopped.is_set():
        with suppress(TakenBack):
            async with model.transaction():
                if chance.random() < 0.5:
                    await model.change("proposal", proposal.address, proposal.governance, None, 1)
                for _ in range(chance.randint(0, 3)):
                    await model.alert(proposal)
                if chance.random() < 0.2:
                    raise TakenBack


async def cut_off(
    database: str, writers: tuple[ReadModel, ReadModel], proposal: Proposal, kills: int, seed: int
) -> None:
    """Kills the subscriber's server after some messages, while two write as fast as they can; each time it goes on at
    another one, from the last cursor of each feed.
    """
    chance = random.Random(seed)
    subscriber = Subscriber()
    async with AsyncExitStack() as servers:

        def another() -> asyncio.Task[Service]:
            return asyncio.create_task(servers.enter_async_context(running(database, killed=True)))

        following = another()
        try:
            for _ in range(kills):
                service, following = await following, another()
                stopped = asyncio.Event()
                async with asyncio.TaskGroup() as writing, service.socket() as client:
                    for each in writers:
                        writing.create_task(happen(each, proposal, chance, stopped))
                    await subscriber.begin(client)
                    for _ in range(chance.randint(0, 60)):
                        await subscriber.hear()
                    os.kill(service.process.pid, signal.SIGKILL)
                    # What was on its way may still arrive.
                    with suppress(ConnectionClosed):
                        while True:
                            await subscriber.hear()
                    stopped.set()
            happened = [await writers[0].connection.fetch(each) for each in (RAISED, CHANGED)]
            async with (await following).socket() as client:
                await subscriber.begin(client)
                while subscriber.count < sum(map(len, happened)):
                    await subscriber.hear()
                await client.settle()
        finally:
            await asyncio.wait((following,))
    for feed, rows in zip((subscriber.alerts, subscriber.proposals), happened, strict=True):
        numbers = [row["change"] for row in rows]
        print(
            f"{kills} kills, {len(numbers)} of {feed.root}: {len(set(numbers) - set(feed.heard))} lost, "
            f"{len(feed.heard) - len(set(feed.heard))} doubled"
        )
        assert feed.heard == numbers
