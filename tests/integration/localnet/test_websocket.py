"""Subscriptions: when they notify, of what, and which are refused."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from solders.keypair import Keypair
from solders.system_program import TransferParams, transfer
from stack.localnet import Localnet, running_localnet
from stack.rpc import DEADLINE_SECONDS, SOL, Rpc
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError


class Socket:
    """A websocket that keeps answers and notifications apart."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.notifications: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        text = await asyncio.wait_for(self.connection.recv(), DEADLINE_SECONDS)
        message: dict[str, Any] = json.loads(text)
        return message

    async def call(self, method: str, *params: Any) -> dict[str, Any]:
        request = {"jsonrpc": "2.0", "id": method, "method": method, "params": list(params)}
        await self.connection.send(json.dumps(request))
        while (message := await self.receive()).get("id") != method:
            self.notifications.append(message)
        return message

    async def drain(self) -> None:
        """Receive until the connection ends."""
        while True:
            await self.receive()

    async def next(self, subscription: int) -> Any:
        """The next notification's result."""
        for position, message in enumerate(self.notifications):
            if message["params"]["subscription"] == subscription:
                return self.notifications.pop(position)["params"]["result"]
        while (message := await self.receive())["params"]["subscription"] != subscription:
            self.notifications.append(message)
        return message["params"]["result"]


@pytest.fixture
async def socket(localnet: Localnet) -> AsyncIterator[Socket]:
    async with connect(localnet.ws_url) as connection:
        yield Socket(connection)


async def transfer_from(rpc: Rpc, payer: Keypair, lamports: int = SOL) -> tuple[str, str]:
    to = Keypair().pubkey()
    give = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=lamports))
    return await rpc.send(await rpc.signed([give], payer), skip_preflight=True), str(to)


async def test_logs_arrive_at_each_commitment_with_the_slot_they_are_in(rpc: Rpc, socket: Socket) -> None:
    payer = await rpc.funded()
    mentions = {"mentions": [str(payer.pubkey())]}
    numbers = {}
    for commitment in ("finalized", "confirmed", "processed"):
        answer = await socket.call("logsSubscribe", mentions, {"commitment": commitment})
        numbers[commitment] = answer["result"]
    signature, _ = await transfer_from(rpc, payer)
    results = {}
    for commitment in ("processed", "confirmed", "finalized"):
        while (result := await socket.next(numbers[commitment]))["value"]["signature"] != signature:
            pass  # the airdrop becomes final too
        status = (await rpc("getSignatureStatuses", [signature]))["value"][0]["confirmationStatus"]
        order = ["processed", "confirmed", "finalized"]
        assert order.index(status) >= order.index(commitment), "told before it was so"
        results[commitment] = result
    landed = await rpc.confirmed(signature)
    for result in results.values():
        assert result == {
            "context": {"slot": landed["slot"]},
            "value": {"signature": signature, "err": None, "logs": landed["meta"]["logMessages"]},
        }


async def test_failed_transactions_notify_with_their_error(rpc: Rpc, socket: Socket) -> None:
    payer = await rpc.funded()
    number = (await socket.call("logsSubscribe", "all", {"commitment": "confirmed"}))["result"]
    signature, _ = await transfer_from(rpc, payer, 10**18)
    while (result := await socket.next(number))["value"]["signature"] != signature:
        pass
    assert result["value"]["err"] == {"InstructionError": [0, {"Custom": 1}]}


async def test_a_signature_is_notified_once_and_at_once_if_it_is_there(rpc: Rpc, socket: Socket) -> None:
    payer = await rpc.funded()
    signature, _ = await transfer_from(rpc, payer)
    landed = await rpc.confirmed(signature)
    for _ in range(2):
        answer = await socket.call("signatureSubscribe", signature, {"commitment": "confirmed"})
        result = await socket.next(answer["result"])
        assert result == {"context": {"slot": landed["slot"]}, "value": {"err": None}}
        over = await socket.call("signatureUnsubscribe", answer["result"])
        assert over["error"]["code"] == -32602


async def test_accounts_and_programs_are_notified_with_their_new_state(rpc: Rpc, socket: Socket) -> None:
    payer = await rpc.funded()
    config = {"commitment": "confirmed", "encoding": "base64"}
    account = (await socket.call("accountSubscribe", str(payer.pubkey()), config))["result"]
    system = "11111111111111111111111111111111"
    program = (await socket.call("programSubscribe", system, config))["result"]
    signature, to = await transfer_from(rpc, payer)
    landed = await rpc.confirmed(signature)
    result = await socket.next(account)
    assert result["context"]["slot"] == landed["slot"]
    assert result["value"]["lamports"] == landed["meta"]["postBalances"][0]
    while (result := await socket.next(program))["value"]["pubkey"] != to:
        pass
    assert result["value"]["account"] == {
        "data": ["", "base64"],
        "executable": False,
        "lamports": SOL,
        "owner": system,
        "rentEpoch": result["value"]["account"]["rentEpoch"],
        "space": 0,
    }


async def test_slots_and_roots_are_notified_in_order(socket: Socket) -> None:
    slots = (await socket.call("slotSubscribe"))["result"]
    roots = (await socket.call("rootSubscribe"))["result"]
    seen = [await socket.next(slots) for _ in range(5)]
    for earlier, later in itertools.pairwise(seen):
        assert later["parent"] == earlier["slot"] < later["slot"]
        assert later["root"] > earlier["root"]
    first, second = await socket.next(roots), await socket.next(roots)
    assert second == first + 1
    assert (await socket.call("slotUnsubscribe", slots))["result"] is True


@pytest.mark.parametrize(
    ("method", "params", "code", "message"),
    [
        ("blockSubscribe", ["all"], -32601, "Method not found"),
        ("getSlot", [], -32601, "Method not found"),
        ("slotUnsubscribe", [123456], -32602, "Invalid subscription id."),
        ("accountSubscribe", ["short"], -32602, "Invalid param: WrongSize"),
        (
            "logsSubscribe",
            [{"mentions": ["11111111111111111111111111111111"] * 2}],
            -32602,
            "Invalid Request: Only 1 address supported",
        ),
    ],
)
async def test_wrong_requests_are_refused(
    socket: Socket, method: str, params: list[Any], code: int, message: str
) -> None:
    answer = await socket.call(method, *params)
    assert answer["error"] == {"code": code, "message": message}


async def test_a_client_that_does_not_keep_up_is_cut_off() -> None:
    with running_localnet("--slot-ms", "40", "--rpc-pubsub-queue-capacity-items", "5") as running:
        rpc = Rpc(running.rpc_url)
        payer = await rpc.funded()
        async with connect(running.ws_url) as connection:
            socket = Socket(connection)
            for _ in range(20):  # one transaction makes twenty messages at once
                await socket.call("logsSubscribe", "all", {"commitment": "confirmed"})
            await transfer_from(rpc, payer)
            with pytest.raises(ConnectionClosedError):
                await socket.drain()
        await rpc.http.aclose()
