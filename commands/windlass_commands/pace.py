"""How often a node may be asked: public ones refuse who asks more often than they say."""

from __future__ import annotations

import asyncio
import time


class Pace:
    """Lets at most `rate` requests a second begin, evenly; 0 lets all begin at once."""

    def __init__(self, rate: float = 0) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0

    async def wait(self, requests: int = 1) -> None:
        """Returns once the next request may begin; an array of several counts as so many."""
        if not self._interval:
            return
        now = time.monotonic()
        begin = max(self._next, now)
        self._next = begin + requests * self._interval
        await asyncio.sleep(begin - now)
