"""The node's websocket, taken as a wake-up only.

logsSubscribe tells of executions, not of transactions: repeated, with wrong slots, sometimes with success for what
failed, and with holes when the node drops a slow or busy connection. So a message only says "look at this
signature now"; what is true is fetched, and what was never told is found by the regular sweeps.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from itertools import cycle
from time import monotonic
from typing import Any

import orjson
import websockets

from windlass_indexer.endpoints import BEHIND_SLOTS
from windlass_indexer.errors import WebsocketRefused
from windlass_indexer.retries import persistently
from windlass_indexer.settings import without_password

_log = logging.getLogger(__name__)

# Slots come every 400 ms or so. A connection that is silent for this long is stalled.
_STALLED_AFTER_SECONDS = 5.0
# A connection that ends sooner than this counts as a failed one.
_BRIEF_SECONDS = 1.0
_MAX_MESSAGE_BYTES = 16 << 20


class Wakeups:
    """One connection with a slot subscription and one logs subscription for each program; to the next of `urls`
    whenever one ends.

    Calls `on_signature(program, signature, slot)` for each success told, `on_slot()` for each slot, and
    `on_connected()` whenever the subscriptions stand (again): what happened before that was not told.
    `confirmed_slot()` is how far the chain is: a connection that tells of much older slots ends, if there is another.
    """

    def __init__(
        self,
        urls: Sequence[str],
        programs: Sequence[str],
        on_signature: Callable[[str, str, int], None],
        on_slot: Callable[[], None],
        on_connected: Callable[[], None],
        confirmed_slot: Callable[[], int],
    ) -> None:
        self._several = len(urls) > 1
        self._urls = cycle(urls)
        self._shown = " or ".join(map(without_password, urls))
        self._url = next(self._urls)
        self._programs = programs
        self._on_signature = on_signature
        self._on_slot = on_slot
        self._on_connected = on_connected
        self._confirmed_slot = confirmed_slot

    async def run(self) -> None:
        """Listen for ever, connecting again as often as it takes. Raises WebsocketRefused."""
        while True:
            await persistently(f"listening to {self._shown}")(self._listen)

    async def _listen(self) -> None:
        try:
            await self._listen_once()
        finally:
            self._url = next(self._urls)

    async def _listen_once(self) -> None:
        async with websockets.connect(self._url, max_size=_MAX_MESSAGE_BYTES, open_timeout=5.0) as socket:
            programs = await self._subscribe(socket)
            _log.info("listening to %s", without_password(self._url))
            self._on_connected()
            connected = monotonic()
            try:
                await self._hear(socket, programs)
            except (websockets.ConnectionClosed, TimeoutError) as error:
                if monotonic() - connected < _BRIEF_SECONDS:
                    raise  # at once again would be a storm: let the pauses grow
                _log.warning("the websocket was lost, connecting again: %s", error)

    async def _hear(self, socket: websockets.ClientConnection, programs: dict[int, str]) -> None:
        while True:
            try:
                async with asyncio.timeout(_STALLED_AFTER_SECONDS):
                    message = await socket.recv()
            except TimeoutError:
                raise TimeoutError(f"nothing came for {_STALLED_AFTER_SECONDS:.0f} s") from None
            self._dispatch(orjson.loads(message), programs)

    async def _subscribe(self, socket: websockets.ClientConnection) -> dict[int, str]:
        """The programs by the id of their subscription."""
        options = {"commitment": "confirmed"}
        requests: list[tuple[str, list[Any]]] = [("slotSubscribe", [])]
        requests += [("logsSubscribe", [{"mentions": [program]}, options]) for program in self._programs]
        for number, (method, params) in enumerate(requests):
            await socket.send(
                orjson.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}), text=True
            )
        subscriptions: dict[int, str] = {}
        answered = 0
        # Notifications of the first subscriptions may come between the answers; the sweep that follows covers them.
        async with asyncio.timeout(_STALLED_AFTER_SECONDS):
            while answered < len(requests):
                message = orjson.loads(await socket.recv())
                if "id" not in message:
                    continue
                number = message["id"]
                if "error" in message:
                    method, why = requests[number][0], message["error"].get("message")
                    raise WebsocketRefused(
                        f"{without_password(self._url)} refuses {method}: {why}; "
                        "set WINDLASS_WS_URL to a websocket that takes it"
                    )
                if number > 0:
                    subscriptions[message["result"]] = self._programs[number - 1]
                answered += 1
        return subscriptions

    def _dispatch(self, message: Any, programs: dict[int, str]) -> None:
        match message:
            case {"method": "slotNotification", "params": {"result": {"slot": slot}}}:
                behind = self._confirmed_slot() - slot
                if self._several and behind >= BEHIND_SLOTS:
                    raise TimeoutError(f"{without_password(self._url)} is {behind} slots behind")
                self._on_slot()
            case {
                "method": "logsNotification",
                "params": {
                    "subscription": id,
                    "result": {"context": {"slot": slot}, "value": {"signature": signature, "err": None}},
                },
            } if id in programs:
                self._on_signature(programs[id], signature, slot)
