"""The listener goes on after a fault of its own, and nobody who followed is left waiting or misses anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

import pytest
from integration.graphql_api.service import DEADLINE
from stack.read_model import ReadModel
from windlass_graphql.changes import Hub, Interest, Told
from windlass_graphql.context import Context
from windlass_graphql.database import Database, open_database
from windlass_graphql.errors import Interrupted
from windlass_graphql.feeds import PROPOSALS
from windlass_graphql.following import follow
from windlass_graphql.listener import Listener
from windlass_graphql.sharing import Asked, Member, Shares


class FailsOnce(Hub):
    """Its first change meets a fault that no lost connection explains."""

    has_failed = False

    def tell(self, told: Told) -> None:
        if not self.has_failed:
            self.has_failed = True
            raise RuntimeError("a fault of the server's own")
        super().tell(told)


@asynccontextmanager
async def listening(database: Database, hub: Hub) -> AsyncIterator[Listener]:
    listener = Listener(database, hub)
    task = asyncio.create_task(listener.run())
    try:
        await listener.wait_until_listening()
        yield listener
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_fault_while_telling_ends_subscriptions_and_their_clients_go_on_from_their_cursors(
    database: str, read_model: ReadModel, caplog: pytest.LogCaptureFixture
) -> None:
    governance = await read_model.govern()
    hub = FailsOnce()
    async with asyncio.timeout(DEADLINE), open_database(database) as opened, listening(opened, hub) as listener:
        context = Context(opened, hub)
        heard = hub.heard[PROPOSALS.kind]
        async with aclosing(follow(context, PROPOSALS, Interest(PROPOSALS.kind), None)) as following:
            waiting = asyncio.create_task(anext(following))
            await context.subscribed.wait()
            missed = await read_model.propose(governance)
            with pytest.raises(Interrupted):
                await waiting
        await listener.wait_until_listening()
        async with aclosing(follow(context, PROPOSALS, Interest(PROPOSALS.kind), heard)) as following:
            assert (await anext(following)).change.key == missed.address
            waiting = asyncio.create_task(anext(following))
            later = await read_model.propose(governance)
            assert (await waiting).change.key == later.address
    assert "a fault of the server's own" in caplog.text


async def test_those_who_share_a_subscription_are_told_of_the_fault_as_well(
    database: str, read_model: ReadModel
) -> None:
    governance = await read_model.govern()
    hub = FailsOnce()
    asked = Asked("subscription { proposalChanged { seq } }", {}, None).from_now_on()
    assert asked is not None
    member = Member("1", push=lambda framed: True)
    async with (
        asyncio.timeout(DEADLINE),
        open_database(database) as opened,
        listening(opened, hub),
        Shares().joined(asked, Context(opened, hub), member) as goes_on,
    ):
        assert goes_on
        await read_model.propose(governance)
        assert isinstance(await member.ended, Interrupted)
