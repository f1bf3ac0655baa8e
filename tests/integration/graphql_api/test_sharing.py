"""Many who ask in the same words hear the same, each from where they began, and nobody waits for anybody."""

import asyncio
import re

from integration.graphql_api.service import DEADLINE, Service
from stack.read_model import ReadModel

CHANGES = """subscription ($after: String, $current: Boolean! = false) {
    proposalChanged(after: $after, includeCurrent: $current) { cursor seq proposal { approvalCount } }
}"""
OTHERS = "subscription ($after: String) { proposalChanged(after: $after) { seq } }"
WHAT = ("subscriptions", "subscribers")
WRONG: tuple[object, ...] = ("alerts:1", 5, ["x"], {})
REQUIRED = "subscription ($after: String!) { proposalChanged(after: $after) { seq cursor } }"


async def test_each_hears_everything_from_where_it_began(service: Service, read_model: ReadModel) -> None:
    """Clients come while things go on happening, each with a cursor of its own, some in the same words as others."""
    proposal = await read_model.propose(await read_model.govern())
    numbers = range(1, 151)

    async def happen() -> None:
        for number in numbers:
            await read_model.change("proposal", proposal.address, proposal.governance, None, number)

    async def follow(query: str, begin: int, cursor: str) -> None:
        async with service.socket() as client:
            await client.begin(query, after=cursor)
            heard = [(await client.next())["proposalChanged"]["seq"] for _ in numbers[begin:]]
        assert heard == list(numbers[begin:])

    async with service.socket() as first, asyncio.TaskGroup() as clients:
        await first.subscribe(CHANGES)
        clients.create_task(happen())
        for number in numbers:
            change = (await first.next())["proposalChanged"]
            assert change["seq"] == number
            if number % 10 == 0:
                for query in (CHANGES, REQUIRED):
                    clients.create_task(follow(query, number, change["cursor"]))


async def test_what_is_asked_in_the_same_words_is_carried_out_once(service: Service, read_model: ReadModel) -> None:
    """Else it is still heard, at many times the cost: this is what notices that the libraries below have changed."""
    await read_model.propose(await read_model.govern())

    async def shared() -> tuple[float, float]:
        page = (await service.http.get(f"{service.url}/metrics")).text
        found = [re.search(rf"^windlass_graphql_shared_{what} (\S+)$", page, re.M) for what in WHAT]
        return float(found[0][1]), float(found[1][1])  # type: ignore[index]  # they are always there

    async with service.socket() as first:
        async with service.socket() as second:
            for client, query in ((first, CHANGES), (second, CHANGES), (second, OTHERS)):
                await client.begin(query, after="proposals:0")
                await client.next()
            assert await shared() == (2, 3)
        async with asyncio.timeout(DEADLINE):
            while await shared() != (1, 1):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_who_begins_wrong_hurts_nobody_who_asks_in_the_same_words(
    service: Service, read_model: ReadModel
) -> None:
    proposal = await read_model.propose(await read_model.govern())
    async with service.socket() as wrong, service.socket() as right:
        for after in WRONG:
            await wrong.begin(CHANGES, after=after)
        await right.subscribe(CHANGES, after="proposals:0")
        for _ in range(4):
            message = await wrong.receive()
            while message["type"] == "complete":
                message = await wrong.receive()
            assert message["type"] == "error" or message["payload"]["errors"]
        assert (await right.next())["proposalChanged"]["proposal"] == {"approvalCount": 0}
        await read_model.approve(proposal)
        assert (await right.next())["proposalChanged"]["proposal"] == {"approvalCount": 1}


async def test_who_has_left_is_not_written_to_and_the_others_go_on(service: Service, read_model: ReadModel) -> None:
    proposal = await read_model.propose(await read_model.govern())
    async with service.socket() as stays:
        async with service.socket() as leaves:
            await stays.subscribe(CHANGES)
            id = await leaves.subscribe(CHANGES)
            await read_model.approve(proposal)
            for client in (stays, leaves):
                assert (await client.next())["proposalChanged"]["proposal"] == {"approvalCount": 1}
            await leaves.complete(id)
            await leaves.settle()
            await read_model.approve(proposal)
            assert (await stays.next())["proposalChanged"]["proposal"] == {"approvalCount": 2}
            await leaves.settle()
        await read_model.approve(proposal)
        assert (await stays.next())["proposalChanged"]["proposal"] == {"approvalCount": 3}
