"""The node's JSON-RPC over HTTP: the few methods that are read, one by one or as JSON arrays."""

from collections.abc import Iterator, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from windlass_indexer.errors import RpcRefused, RpcUnreachable
from windlass_indexer.settings import without_password

Json = Any

# Agave takes request bodies up to 51,200 bytes (HTTP 413 beyond).
_MAX_BODY_BYTES = 51_200
_MAX_BATCH = 200
_HEADERS = {"content-type": "application/json"}

# "Transaction ... not found", for an unknown signature in `before` or `until`.
SIGNATURE_NOT_FOUND = -32020


class Rpc:
    """Asks one node. Every method raises RpcUnreachable or RpcRefused."""

    def __init__(self, url: str, timeout: float = 20.0) -> None:
        """`timeout` in seconds, for an answer; a connection is given up after 3."""
        self.url = url
        # As people may see it, without keys.
        self.shown = without_password(url)
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=3.0)
        self._client: aiohttp.ClientSession | None = None
        self._ids = count(1)

    @property
    def nodes(self) -> "list[Rpc]":
        """This one: as where several are asked."""
        return [self]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()

    async def call(self, method: str, *params: Json) -> Json:
        """One method's result."""
        answer = await self._post(orjson.dumps(self._request(method, params)))
        return _result(method, answer)

    async def batch(self, method: str, calls: Sequence[Sequence[Json]]) -> list[Json | RpcRefused]:
        """The results of one method for many lists of parameters, in their order, in as few requests as fit.

        A call that the node refuses has its RpcRefused in the result's place.
        """
        return await self.together([(method, params) for params in calls])

    async def together(self, calls: Sequence[tuple[str, Sequence[Json]]]) -> list[Json | RpcRefused]:
        """As `batch`, for any methods."""
        answers: dict[int, Json] = {}
        requests = [self._request(method, params) for method, params in calls]
        for body in _bodies(requests):
            answer = await self._post(body)
            if not isinstance(answer, list):
                _result("a JSON array of requests", answer)  # raises where the array as a whole was refused
                raise RpcUnreachable(f"{self.shown} does not answer JSON arrays of requests: name another node")
            answers.update((item.get("id"), item) for item in answer)
        return [_item(request, answers.get(request["id"])) for request in requests]

    def _request(self, method: str, params: Sequence[Json]) -> Json:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}

    async def _post(self, body: bytes) -> Json:
        if self._client is None:  # made where it is used: it belongs to the running loop
            self._client = aiohttp.ClientSession(timeout=self._timeout, headers=_HEADERS)
        try:
            async with self._client.post(self.url, data=body, allow_redirects=False) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RpcUnreachable(f"no answer from {self.shown}: {error or type(error).__name__}") from error
        if response.status != 200:
            raise RpcUnreachable(f"{self.shown} answered with HTTP {response.status}")
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            raise RpcUnreachable(f"{self.shown} did not answer with JSON: is it a Solana RPC?") from None


def _bodies(requests: Sequence[Json]) -> Iterator[bytes]:
    chunk: list[bytes] = []
    size = 2
    for encoded in map(orjson.dumps, requests):
        if chunk and (len(chunk) == _MAX_BATCH or size + len(encoded) + 1 > _MAX_BODY_BYTES):
            yield b"[" + b",".join(chunk) + b"]"
            chunk, size = [], 2
        chunk.append(encoded)
        size += len(encoded) + 1
    if chunk:
        yield b"[" + b",".join(chunk) + b"]"


def _item(request: Json, answer: Json) -> Json | RpcRefused:
    if answer is None:
        raise RpcUnreachable(f"the node left one {request['method']} of a JSON array unanswered")
    try:
        return _result(request["method"], answer)
    except RpcRefused as refused:
        return refused


def _result(method: str, answer: Json) -> Json:
    if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
        raise RpcUnreachable("the answer is not JSON-RPC: is this a Solana RPC?")
    if (error := answer.get("error")) is not None:
        raise RpcRefused(method, error.get("code", 0), str(error.get("message", error)))
    return answer["result"]
