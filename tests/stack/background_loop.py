"""An event loop in a thread: for synchronous fixtures that keep processes whose output has to be read meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

Value = TypeVar("Value")


@contextmanager
def loop_in_a_thread() -> Iterator[Callable[[Coroutine[Any, Any, Value]], Value]]:
    """Runs coroutines for synchronous fixtures; between them the loop goes on."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="background loop")
    thread.start()
    try:
        yield lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
