"""The read API as a process of its own, asked over real HTTP and websockets."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

DEADLINE = 90.0
"""Seconds after which what is waited for is not coming any more."""


@dataclass
class Service:
    """A running server."""

    process: Process
    url: str
    graphql: str
    websocket: str
    http: httpx.AsyncClient

    async def post(self, query: str, **variables: object) -> dict[str, Any]:
        """The whole response body."""
        response = await self.http.post(self.graphql, json={"query": query, "variables": variables})
        return cast(dict[str, Any], response.json())

    async def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """The data of a query that has to succeed."""
        body = await self.post(query, **variables)
        assert "errors" not in body, body["errors"]
        return cast(dict[str, Any], body["data"])

    async def refusal(self, query: str, **variables: object) -> dict[str, Any]:
        """The one error of a query that has to fail."""
        (error,) = (await self.post(query, **variables))["errors"]
        return cast(dict[str, Any], error)

    async def until_ready(self) -> None:
        """Returns once it says that it is ready."""
        async with asyncio.timeout(DEADLINE):
            while (await self.http.get(f"{self.url}/readyz")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def until_heard(self) -> None:
        """Returns once the server has heard of all that is committed: who subscribes then is told of nothing before."""
        cursors = (await self.ask("{ cursors { alerts proposals migrations vaults tvls } }"))["cursors"]
        committed = {feed: int(cursor.partition(":")[2]) for feed, cursor in cursors.items()}
        async with asyncio.timeout(DEADLINE):
            for feed, number in committed.items():
                while await self._heard(feed) < number:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    async def _heard(self, feed: str) -> int:
        page = (await self.http.get(f"{self.url}/metrics")).text
        (number,) = re.findall(rf'^windlass_graphql_heard{{feed="{feed}"}} (\S+)$', page, re.M)
        return int(float(number))

    @asynccontextmanager
    async def socket(self) -> AsyncIterator["Socket"]:
        """A connected graphql-transport-ws client."""
        async with connect(
            self.websocket, subprotocols=[Subprotocol("graphql-transport-ws")], ping_interval=None
        ) as connection:
            await connection.send(json.dumps({"type": "connection_init"}))
            socket = Socket(self, connection)
            assert (await socket.receive())["type"] == "connection_ack"
            yield socket


@dataclass
class Socket:
    """A websocket that speaks graphql-transport-ws."""

    service: Service
    connection: ClientConnection

    def __post_init__(self) -> None:
        self._ids = count(1)

    async def subscribe(self, query: str, **variables: object) -> str:
        """Begins a subscription, and returns once the server has begun it too. Without a cursor nothing that is
        committed by now comes.
        """
        if "after" not in variables:
            await self.service.until_heard()
        id = await self.begin(query, **variables)
        # What is asked afterwards on the same socket is answered when the subscription is set up.
        await self.settle()
        return id

    async def settle(self) -> None:
        """Asks for the time and waits for the answer; nothing else may have been on its way."""
        id = await self.begin("{ chainTime }")
        for kind in ("next", "complete"):
            message = await self.receive()
            assert (message["id"], message["type"]) == (id, kind), message

    async def begin(self, query: str, **variables: object) -> str:
        """Begins a subscription without waiting for it."""
        id = str(next(self._ids))
        payload = {"query": query, "variables": variables}
        await self.connection.send(json.dumps({"id": id, "type": "subscribe", "payload": payload}))
        return id

    async def complete(self, id: str) -> None:
        """Ends a subscription."""
        await self.connection.send(json.dumps({"id": id, "type": "complete"}))

    async def receive(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(DEADLINE):
            return cast(dict[str, Any], json.loads(await self.connection.recv()))

    async def next(self) -> dict[str, Any]:
        """The data of the next message of a subscription."""
        message = await self.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return cast(dict[str, Any], message["payload"]["data"])


def reader_url(database: str) -> str:
    """The database's URL as the reader role."""
    parts = urlsplit(database)
    return urlunsplit(parts._replace(netloc=f"windlass_reader@{parts.netloc.rpartition('@')[2]}"))


async def start(*arguments: str, environment: Mapping[str, str]) -> Process:
    """The process, as the console script would start it, on a free port."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("WINDLASS_", "DATABASE_"))}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-c",
        "from windlass_graphql.cli import main; main()",
        "--port",
        "0",
        "--json",
        *arguments,
        stdout=PIPE,
        stderr=PIPE,
        env=inherited | dict(environment),
    )


@asynccontextmanager
async def running(
    database: str, expect_errors: bool = False, killed: bool = False, **environment: str
) -> AsyncIterator[Service]:
    """A server over the database, which it reads as windlass_reader. It must end cleanly, without unexpected errors,
    unless the test kills it.

    No limit to the rate of requests holds but one that is asked for: a test is many clients at one address. Nor does
    one to the indexer's lag: there is none.
    """
    unlimited = {"WINDLASS_RATE_LIMIT": "0", "WINDLASS_READY_LAG": "0"}
    process = await start(environment={"DATABASE_URL": database, **unlimited, **environment})
    assert process.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE):
            line = await process.stdout.readline()
        if not line:
            _, said = await process.communicate()
            raise AssertionError(f"the service did not start: {said.decode()}")
        ready = json.loads(line)
        async with httpx.AsyncClient(timeout=DEADLINE) as http:
            yield Service(process, ready["url"], ready["graphql"], ready["websocket"], http)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                # Not by the process' own method: that would take its exit code from whoever waits for it.
                os.kill(process.pid, signal.SIGKILL if killed else signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), DEADLINE)
    # Reached only where the test itself did not fail.
    assert process.returncode == (-signal.SIGKILL if killed else 0), said.decode()
    assert expect_errors or " ERROR " not in said.decode(), said.decode()
