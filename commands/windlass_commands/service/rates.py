"""How often one client may ask: a bucket of tokens for each address, filled again at a steady rate."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_network
from math import ceil
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from windlass_commands.service.refusals import Refusal

CLIENTS_KEPT = 65_536
FREE = "/healthz"
"""Asked whether the process lives, which costs nothing."""


class Buckets:
    """`per_minute` tokens come in each minute, at most `most` are kept; 0 a minute is no limit."""

    def __init__(self, per_minute: int, most: int) -> None:
        self._per_second = per_minute / 60
        self._most = most
        self._buckets: dict[str, tuple[float, float]] = {}
        """Each client's tokens, and when (`monotonic` seconds) they were counted; the one heard of last is last."""

    def take(self, client: str, now: float) -> float:
        """Take a token, and give 0; or give the seconds until there is one."""
        if not self._per_second:
            return 0
        tokens, counted_at = self._buckets.pop(client, (self._most, now))
        tokens = min(self._most, tokens + (now - counted_at) * self._per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._per_second
        self._buckets[client] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > CLIENTS_KEPT:
            del self._buckets[next(iter(self._buckets))]
        return wait


def client_of(scope: Scope) -> str:
    """Who asks: the address, of IPv6 the network of 64 bits, which is what one household has."""
    host = caller_of(scope)
    try:
        return str(ip_network((IPv6Address(host), 64), strict=False))
    except ValueError:
        return host


def caller_of(scope: Scope) -> str:
    """The address that the request came from, as far as trusted proxies tell; empty where nobody does."""
    client = scope.get("client")
    return str(client[0]) if client else ""


class LimitRates:
    """Answers 429 to whoever asks too often, before anything is read."""

    def __init__(self, app: ASGIApp, buckets: Buckets) -> None:
        self._app = app
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["path"] != FREE:
            wait = ceil(self._buckets.take(client_of(scope), monotonic()))
            if wait:
                message = f"This address asks more often than is allowed; ask again in {wait} s."
                await Refusal(429, message).response(**{"retry-after": str(wait)})(scope, receive, send)
                return
        await self._app(scope, receive, send)
