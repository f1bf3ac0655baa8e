"""What can be followed over a websocket can be over HTTP: server-sent events, as graphql-sse has them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import httpx
import pytest
from integration.graphql_api.service import DEADLINE, Service
from stack.read_model import Proposal, ReadModel

ALERTS = "subscription ($after: String) { alertChanged(after: $after) { cursor alert { id } } }"
ACCEPT = {"Accept": "text/event-stream"}


@pytest.fixture
async def proposal(read_model: ReadModel) -> Proposal:
    """One to raise alerts about."""
    return await read_model.propose(await read_model.govern())


class Events:
    """A stream's events."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.last_id: str | None = None

    async def next(self) -> tuple[str, Any]:
        """The next event's name and data."""
        async with asyncio.timeout(DEADLINE):
            name = ""
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    self.last_id = value
                elif field.startswith("data"):
                    return name, json.loads(value) if value else None
        raise EOFError


@asynccontextmanager
async def streaming(service: Service, query: str, **variables: object) -> AsyncIterator[Events]:
    """A POST that goes on."""
    body = {"query": query, "variables": variables}
    async with service.http.stream("POST", service.graphql, json=body, headers=ACCEPT) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Events(response)


async def test_a_subscription_is_followed_and_goes_on_after_a_cursor(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    first = await read_model.alert(proposal)
    async with streaming(service, ALERTS, after="alerts:0") as events:
        name, message = await events.next()
        assert (name, message["data"]["alertChanged"]["alert"]["id"]) == ("next", first)
    missed = await read_model.alert(proposal)
    async with streaming(service, ALERTS, after=message["data"]["alertChanged"]["cursor"]) as events:
        heard = [(await events.next())[1]["data"]["alertChanged"]["alert"]["id"]]
        heard_live = await read_model.alert(proposal)
        heard.append((await events.next())[1]["data"]["alertChanged"]["alert"]["id"])
    assert heard == [missed, heard_live]


async def test_a_browsers_event_source_can_follow(service: Service, read_model: ReadModel, proposal: Proposal) -> None:
    """It can only GET."""
    asked = {"query": ALERTS, "variables": json.dumps({"after": "alerts:0"})}
    id = await read_model.alert(proposal)
    async with service.http.stream("GET", service.graphql, params=asked, headers=ACCEPT) as response:
        _, message = await Events(response).next()
    assert message["data"]["alertChanged"]["alert"]["id"] == id


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("subscription ($after: String) { proposalChanged(after: $after) { address seq } }", {"after": "proposals:0"}),
        ("subscription { proposalChanged(includeCurrent: true) { address seq } }", {}),
    ],
)
async def test_an_event_source_that_comes_back_goes_on_after_its_last_event_whatever_its_address_says(
    service: Service, read_model: ReadModel, proposal: Proposal, query: str, variables: dict[str, str]
) -> None:
    """It asks for the same address again, with the id of the last event in a header."""
    asked = {"query": query, "variables": json.dumps(variables)}
    second = await read_model.propose(proposal.governance)
    async with service.http.stream("GET", service.graphql, params=asked, headers=ACCEPT) as response:
        events = Events(response)
        ids = []
        for expected in (proposal, second):
            assert (await events.next())[1]["data"]["proposalChanged"]["address"] == expected.address
            ids.append(events.last_id)
    assert ids[-1] is not None
    assert ids[0] is None if "includeCurrent" in query else ids[0] not in (None, ids[1])
    await read_model.approve(proposal)
    came_back = ACCEPT | {"Last-Event-ID": ids[-1]}
    async with service.http.stream("GET", service.graphql, params=asked, headers=came_back) as response:
        events = Events(response)
        missed = (await events.next())[1]["data"]["proposalChanged"]
        await read_model.approve(second)
        live = (await events.next())[1]["data"]["proposalChanged"]
    assert [missed["address"], live["address"]] == [proposal.address, second.address]
    assert events.last_id not in ids


async def test_a_last_event_id_of_something_else_is_refused(service: Service) -> None:
    headers = ACCEPT | {"Last-Event-ID": "proposals:1"}
    async with service.http.stream("POST", service.graphql, json={"query": ALERTS}, headers=headers) as response:
        name, message = await Events(response).next()
    assert (name, message["errors"][0]["extensions"]) == ("next", {"code": "BAD_CURSOR"})


async def test_a_query_is_answered_in_one_event(service: Service) -> None:
    async with streaming(service, "{ chainTime }") as events:
        assert await events.next() == ("next", {"data": {"chainTime": None}})
        assert await events.next() == ("complete", None)


async def test_what_is_refused_is_said_and_ends_the_stream(service: Service) -> None:
    async with streaming(service, ALERTS, after="nothing") as events:
        name, message = await events.next()
        assert (name, message["errors"][0]["extensions"]) == ("next", {"code": "BAD_CURSOR"})
        assert await events.next() == ("complete", None)


async def test_the_server_ends_within_a_second_and_its_streams_are_not_complete(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    """Whoever hears that it is complete does not come back."""
    await read_model.alert(proposal)
    async with streaming(service, ALERTS, after="alerts:0") as events:
        await events.next()
        begun = perf_counter()
        service.process.terminate()
        with pytest.raises(EOFError):
            await events.next()
        async with asyncio.timeout(DEADLINE):
            assert await service.process.wait() == 0
        assert perf_counter() - begun < 2
