"""The JSON-RPC client against a real HTTP server that answers as told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import pytest
from windlass_indexer.chain import Chain, is_unknown_signature
from windlass_indexer.errors import RpcRefused, RpcUnreachable
from windlass_indexer.retries import is_retryable
from windlass_indexer.rpc import Rpc

Answer = Callable[[Any], tuple[int, bytes]]


@asynccontextmanager
async def node(answer: Answer) -> AsyncIterator[tuple[Rpc, list[bytes]]]:
    """A client of a server that gives `answer(request)`, and the bodies that the server received."""
    bodies: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(
                int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: ")
            )
            bodies.append(await reader.readexactly(length))
            status, body = answer(orjson.loads(bodies[-1]))
            writer.write(b"HTTP/1.1 %d told\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body))
            await writer.drain()

    connections: set[asyncio.Task[None]] = set()

    async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await serve(reader, writer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(until_closed, "127.0.0.1", 0)
    async with server:
        async with Rpc(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as rpc:
            yield rpc, bodies
        await asyncio.gather(*connections)


def echo(request: Any) -> tuple[int, bytes]:
    """Each call's result is its first parameter; an array is answered in reversed order."""
    if isinstance(request, list):
        return 200, orjson.dumps([{"id": call["id"], "result": call["params"][0]} for call in reversed(request)])
    return 200, orjson.dumps({"id": request["id"], "result": request["params"][0]})


async def test_results_come_in_the_order_of_the_calls_whatever_the_node_does() -> None:
    async with node(echo) as (rpc, _):
        assert await rpc.batch("echo", [[number] for number in range(450)]) == list(range(450))


async def test_arrays_stay_within_what_a_node_takes() -> None:
    async with node(echo) as (rpc, bodies):
        await rpc.batch("getTransaction", [["s" * 88, {"encoding": "json"}] for _ in range(450)])
        await rpc.batch("long", [["x" * 1_000] for _ in range(120)])
    assert max(map(len, bodies)) <= 51_200
    assert max(len(orjson.loads(body)) for body in bodies) <= 200
    assert len(bodies) == 3 + 3


async def test_one_refused_call_leaves_the_others_of_its_array() -> None:
    def answer(request: Any) -> tuple[int, bytes]:
        refusal = {"id": request[0]["id"], "error": {"code": -32015, "message": "version"}}
        return 200, orjson.dumps([refusal, {"id": request[1]["id"], "result": None}])

    async with node(answer) as (rpc, _):
        refused, nothing = await rpc.batch("getTransaction", [["a"], ["b"]])
    assert isinstance(refused, RpcRefused)
    assert (refused.code, nothing) == (-32015, None)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (429, b"", "HTTP 429"),
        (503, b"busy", "HTTP 503"),
        (200, b"<html>", "did not answer with JSON"),
        (200, b"[]", "not JSON-RPC"),
        (200, b"{}", "not JSON-RPC"),
    ],
)
async def test_what_is_no_answer_is_worth_another_try(status: int, body: bytes, said: str) -> None:
    async with node(lambda request: (status, body)) as (rpc, _):
        with pytest.raises(RpcUnreachable, match=said) as unreachable:
            await rpc.call("getSlot")
    assert is_retryable(unreachable.value)


async def test_an_array_that_is_answered_in_part_is_worth_another_try() -> None:
    async with node(lambda request: (200, b"[]")) as (rpc, _):
        with pytest.raises(RpcUnreachable, match="unanswered"):
            await rpc.batch("getTransaction", [["a"]])


@pytest.mark.parametrize(("code", "retryable"), [(-32005, True), (-32016, True), (-32601, False), (-32602, False)])
async def test_refusals_are_told_apart(code: int, retryable: bool) -> None:
    error = orjson.dumps({"id": 1, "error": {"code": code, "message": "no"}})
    async with node(lambda request: (200, error)) as (rpc, _):
        with pytest.raises(RpcRefused) as refused:
            await rpc.call("getSlot")
    assert is_retryable(refused.value) is retryable


async def test_history_is_read_page_by_page_until_the_signature_that_is_known() -> None:
    history = [{"signature": f"s{number}", "slot": number, "err": None} for number in range(2_500, 0, -1)]

    def answer(request: Any) -> tuple[int, bytes]:
        options = request["params"][1]
        start = 0 if "before" not in options else 2_501 - int(options["before"][1:])
        end = 2_500 - int(options["until"][1:])
        return 200, orjson.dumps({"id": request["id"], "result": history[start:end][: options["limit"]]})

    async with node(answer) as (rpc, bodies):
        pages = [page async for page in Chain(rpc).history("address", "s100")]
    assert [item.slot for page in pages for item in page] == list(range(2_500, 100, -1))
    assert len(bodies) == 3


async def test_a_signature_that_the_node_does_not_know_is_told_apart_from_no_history() -> None:
    error = orjson.dumps({"id": 1, "error": {"code": -32020, "message": "Transaction s1 not found"}})
    async with node(lambda request: (200, error)) as (rpc, _):
        with pytest.raises(RpcRefused) as refused:
            [page async for page in Chain(rpc).history("address", "s1")]
    assert is_unknown_signature(refused.value)
