"""What is tried again, and what is not."""

import asyncio

import asyncpg
import pytest
from windlass_indexer.retries import persistently


async def test_who_is_told_to_stop_stops_although_the_connection_is_lost_at_that_moment() -> None:
    begun = asyncio.Event()

    async def roll_back_fails() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            # As asyncpg's transaction does when it cannot roll back any more.
            raise asyncpg.InterfaceError("connection is closed")

    task: asyncio.Task[None] = asyncio.ensure_future(persistently("writing")(roll_back_fails))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await task
    assert task.cancelled()


async def test_a_lost_connection_is_tried_again() -> None:
    tries = iter([asyncpg.InterfaceError("connection is closed"), None])

    async def write() -> None:
        if (error := next(tries)) is not None:
            raise error

    await persistently("writing")(write)
    assert next(tries, "all tried") == "all tried"
