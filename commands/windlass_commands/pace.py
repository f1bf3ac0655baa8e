"""How often a node may be asked: public ones refuse who asks more often than they say."""

from __future__ import annotations

import asyncio
import time


class Pace:
    """Lets at most `rate` requests a second begin, evenly; 0 lets all begin at once."""

    def __init__(self, rate: float = 0) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        """Returns once the next request may begin."""
        if not self._interval:
            return
        now = time.monotonic()
        self._next = max(self._next, now) + self._interval
        await asyncio.sleep(self._next - self._interval - now)
