"""Waiting for a condition, with a deadline and a word on what did not come."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

Value = TypeVar("Value")


async def until(condition: Callable[[], Awaitable[Value | None]], what: str, seconds: float = 90.0) -> Value:
    """The first value of `condition` that is true; asks every 10 ms. Raises AssertionError after `seconds`."""
    deadline = monotonic() + seconds
    while not (value := await condition()):
        assert monotonic() < deadline, f"after {seconds} s still not so: {what}"
        await asyncio.sleep(0.01)
    return value
