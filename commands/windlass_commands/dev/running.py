"""Runs a stack with some work beside it, until the work is done, a process ends, or somebody stops us."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator

from windlass_commands.dev.stack import Stack, Urls

Work = Callable[[Urls], Awaitable[None]]


async def run_stack(stack: Stack, work: Work) -> bool:
    """Start the stack, do the work, stop the stack; True where the work came to its end, False where we were stopped.

    Raises what the work raises, and ProcessFailed where a process of the stack ends before.
    """
    with _stop_requested() as stopped:
        whole = asyncio.create_task(_within(stack, work))
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait([whole, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not whole.done():
            whole.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await whole
            return False
        whole.result()
        return True


async def _within(stack: Stack, work: Work) -> None:
    async with stack as urls:
        ended = asyncio.create_task(stack.supervisor.first_end())
        working = asyncio.ensure_future(work(urls))
        try:
            await asyncio.wait([ended, working], return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise ended.result()
            working.result()
        finally:
            ended.cancel()
            working.cancel()
            await asyncio.gather(ended, working, return_exceptions=True)


@contextlib.contextmanager
def _stop_requested() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C, SIGTERM or a closing terminal sets, instead of ending us on the spot."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
