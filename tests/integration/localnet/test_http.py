"""HTTP and JSON-RPC as the validator answers them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stack.rpc import Rpc

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{bad", {"code": -32700, "message": "Parse error"}),
        (b"1", {"code": -32700, "message": "Parse error"}),
        (b"{}", {"code": -32600, "message": "Invalid request"}),
        (
            b'{"id":1,"method":"getSlot"}',
            {"code": -32600, "message": "Unsupported JSON-RPC protocol version"},
        ),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"getSlot","params":{"a":1}}',
            {"code": -32602, "message": "`params` should be an array"},
        ),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"getAccountInfo"}',
            {"code": -32602, "message": "`params` should have at least 1 argument(s)"},
        ),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"getBalance","params":["abc"]}',
            {"code": -32602, "message": "Invalid param: WrongSize"},
        ),
        (b'{"jsonrpc":"2.0","id":1,"method":"getSnack"}', {"code": -32601, "message": "Method not found"}),
    ],
)
async def test_a_bad_request_gets_its_error(rpc: Rpc, body: bytes, error: dict[str, Any]) -> None:
    answer = await rpc.http.post("/", content=body, headers=JSON)
    assert answer.status_code == 200
    assert answer.json()["error"] == error


async def test_a_batch_is_answered_in_order_with_an_error_per_item(rpc: Rpc) -> None:
    requests: list[dict[str, Any]] = [
        {"jsonrpc": "2.0", "id": "a", "method": "getHealth"},
        {"jsonrpc": "2.0", "id": "b", "method": "getSnack"},
        {"jsonrpc": "2.0", "method": "getHealth"},  # a notification: no answer
        {"jsonrpc": "2.0", "id": "c", "method": "getVersion"},
    ]
    answers = (await rpc.http.post("/", json=requests)).json()
    assert [answer["id"] for answer in answers] == ["a", "b", "c"]
    assert answers[0]["result"] == "ok"
    assert answers[1]["error"]["code"] == -32601


async def test_a_body_is_at_most_51200_bytes_of_json(rpc: Rpc) -> None:
    request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "getHealth"}).encode()
    full = await rpc.http.post("/", content=request.ljust(51_200), headers=JSON)
    assert full.json()["result"] == "ok"
    assert (await rpc.http.post("/", content=request.ljust(51_201), headers=JSON)).status_code == 413
    assert (await rpc.http.post("/", content=request)).status_code == 415
    assert (await rpc.http.get("/")).status_code == 405
    assert (await rpc.http.get("/health")).text == "ok"


async def test_at_most_a_hundred_accounts_and_four_filters_are_asked_for(rpc: Rpc) -> None:
    system = "11111111111111111111111111111111"
    too_many = {"jsonrpc": "2.0", "id": 1, "method": "getMultipleAccounts", "params": [[system] * 101]}
    answer = (await rpc.http.post("/", json=too_many)).json()
    assert answer["error"]["message"] == "Too many inputs provided; max 100"
    filters = {"filters": [{"dataSize": 1}] * 5}
    too_many = {"jsonrpc": "2.0", "id": 1, "method": "getProgramAccounts", "params": [system, filters]}
    answer = (await rpc.http.post("/", json=too_many)).json()
    assert answer["error"]["message"] == "Too many filters provided; max 4"
