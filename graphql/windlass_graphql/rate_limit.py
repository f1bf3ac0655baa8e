"""How much one client may ask for: so many requests a second, and a burst of them."""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_network
from time import monotonic_ns

from starlette.types import ASGIApp, Receive, Scope, Send

from windlass_graphql.refusals import refusal

SECOND = 10**9
CLIENTS_KEPT = 65_536
"""Of those, the ones heard of last; what was forgotten begins anew."""
FREE = "/healthz"
"""Asked whether the process lives, which costs nothing."""


class RateLimit:
    """The generic cell rate algorithm: of each client one number, the time at which all it asked for is paid off."""

    def __init__(self, per_second: int, burst: int) -> None:
        """`per_second` 0 is no limit."""
        self._each = SECOND // per_second if per_second else 0
        self._tolerance = (burst - 1) * self._each
        self._paid_off: OrderedDict[str, int] = OrderedDict()

    def wait(self, client: str, now: int) -> int:
        """Nanoseconds until the client may ask again; 0 takes this request as asked. Of `monotonic_ns`, as all here."""
        if not self._each:
            return 0
        at = max(self._paid_off.get(client, now), now)
        if (early := at - self._tolerance - now) > 0:
            return early
        self._owes(client, at + self._each)
        return 0

    def owe(self, client: str, requests: int, now: int) -> None:
        """So many more requests' worth, for what an answered one asked for."""
        if self._each:
            self._owes(client, max(self._paid_off.get(client, now), now) + requests * self._each)

    def _owes(self, client: str, until: int) -> None:
        self._paid_off[client] = until
        self._paid_off.move_to_end(client)
        if len(self._paid_off) > CLIENTS_KEPT:
            self._paid_off.popitem(last=False)


def client_of(scope: Scope) -> str:
    """Who asks: the address, of IPv6 the network of 64 bits, which is what one household has."""
    host: str = scope["client"][0] if scope.get("client") else ""
    if ":" not in host:
        return host
    try:
        return str(ip_network((IPv6Address(host), 64), strict=False))
    except ValueError:
        return host


class LimitRates:
    """Answers 429 to whoever asks too much, and refuses their websockets, before anything is read."""

    def __init__(self, app: ASGIApp, rates: RateLimit) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] in ("http", "websocket") and scope["path"] != FREE:
            wait = self._rates.wait(client_of(scope), monotonic_ns())
            if wait and scope["type"] == "websocket":
                # A handshake is refused with 403: a browser tells its page of no other answer either.
                await send({"type": "websocket.close", "code": 1008})
                return
            if wait:
                headers = {"retry-after": str(_seconds(wait))}
                await refusal(429, "RATE_LIMITED", too_often(wait), headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def too_often(wait: int) -> str:
    """The sentence, from nanoseconds."""
    return f"this address asks more often than is allowed; ask again in {_seconds(wait)} s"


def _seconds(wait: int) -> int:
    return -(-wait // SECOND)
