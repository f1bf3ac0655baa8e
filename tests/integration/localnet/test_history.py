"""Blocks and histories: orders, pages, and errors as the validator gives them."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import pytest
from solders.keypair import Keypair
from solders.system_program import TransferParams, transfer
from stack.localnet import running_localnet
from stack.rpc import SOL, Rpc, RpcFailure, until


async def many_in_a_slot(rpc: Rpc, count: int) -> tuple[Keypair, list[str]]:
    """Transactions sent in one HTTP request, which is answered within one slot."""
    payer, to = await rpc.funded(), Keypair().pubkey()
    blockhash = await rpc.blockhash()
    requests = []
    for number in range(count):
        give = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=SOL // 100 + number))
        signed = await rpc.signed([give], payer, blockhash=blockhash)
        params: list[Any] = [
            base64.b64encode(bytes(signed)).decode(),
            {"encoding": "base64", "skipPreflight": True},
        ]
        requests.append({"jsonrpc": "2.0", "id": number, "method": "sendTransaction", "params": params})
    answers = (await rpc.http.post("/", json=requests)).json()
    assert [answer["id"] for answer in answers] == list(range(count))
    signatures = [answer["result"] for answer in answers]
    await rpc.confirmed(signatures[-1])
    return payer, signatures


async def test_a_history_is_the_reversed_order_of_the_blocks(rpc: Rpc) -> None:
    payer, sent = await many_in_a_slot(rpc, 30)
    history = await rpc("getSignaturesForAddress", str(payer.pubkey()), {"commitment": "confirmed"})
    listed = [item["signature"] for item in history][:30]
    assert listed == sent[::-1]
    slot = history[0]["slot"]
    config = {"commitment": "confirmed", "transactionDetails": "signatures", "rewards": False}
    block = (await rpc("getBlock", slot, config))["signatures"]
    assert [s for s in block if s in sent] == sent
    assert [item["transactionIndex"] for item in history if item["slot"] == slot] == sorted(
        (block.index(s) for s in sent), reverse=True
    )
    assert set(history[0]) == {
        "blockTime",
        "confirmationStatus",
        "err",
        "memo",
        "signature",
        "slot",
        "transactionIndex",
    }


async def test_pages_begin_and_end_in_the_middle_of_a_slot(rpc: Rpc) -> None:
    payer, sent = await many_in_a_slot(rpc, 25)
    newest_first = sent[::-1]
    pages: list[str] = []
    before: dict[str, str] = {}
    while True:
        config = {"commitment": "confirmed", "limit": 7, "until": sent[0], **before}
        page = await rpc("getSignaturesForAddress", str(payer.pubkey()), config)
        if not page:
            break
        pages += [item["signature"] for item in page]
        before = {"before": page[-1]["signature"]}
    assert pages == newest_first[:-1], "before and until are both exclusive"


async def test_an_unknown_signature_in_before_is_an_error(rpc: Rpc) -> None:
    payer = await rpc.funded()
    unknown = str(payer.sign_message(b"never sent"))
    with pytest.raises(RpcFailure, match="not found") as failure:
        await rpc("getSignaturesForAddress", str(payer.pubkey()), {"before": unknown})
    assert failure.value.code == -32020


@pytest.mark.parametrize("method", ["getSignaturesForAddress", "getTransaction", "getBlock"])
async def test_history_is_not_served_below_confirmed(rpc: Rpc, method: str) -> None:
    payer = await rpc.funded()
    first: Any = {
        "getSignaturesForAddress": str(payer.pubkey()),
        "getTransaction": str(payer.sign_message(b"x")),
        "getBlock": 1,
    }[method]
    with pytest.raises(RpcFailure, match="below `confirmed`") as failure:
        await rpc(method, first, {"commitment": "processed"})
    assert failure.value.code == -32602


async def test_a_block_of_the_future_is_not_available(rpc: Rpc) -> None:
    with pytest.raises(RpcFailure, match="Block not available for slot 1000000") as failure:
        await rpc("getBlock", 1_000_000, {"commitment": "confirmed"})
    assert failure.value.code == -32004


async def test_blocks_are_a_chain(rpc: Rpc) -> None:
    tip = await rpc("getSlot", {"commitment": "confirmed"})
    slots = await rpc("getBlocks", tip - 10, tip, {"commitment": "confirmed"})
    assert slots == list(range(tip - 10, tip + 1))
    config = {"commitment": "confirmed", "transactionDetails": "none"}
    blocks = [await rpc("getBlock", slot, config) for slot in slots]
    for parent, child in itertools.pairwise(blocks):
        assert child["previousBlockhash"] == parent["blockhash"]
        assert child["blockHeight"] == parent["blockHeight"] + 1


async def test_a_limited_ledger_forgets_its_oldest_blocks() -> None:
    with running_localnet("--slot-ms", "5", "--finalized-lag", "10", "--limit-ledger-size", "40") as running:
        rpc = Rpc(running.rpc_url)
        payer = await rpc.funded()
        history = await rpc("getSignaturesForAddress", str(payer.pubkey()), {"commitment": "confirmed"})
        landed = history[0]["slot"]

        async def forgotten() -> bool:
            return bool(await rpc("getFirstAvailableBlock") > landed)

        await until(forgotten, "the slot is forgotten")
        config = {"commitment": "confirmed"}
        assert await rpc("getTransaction", history[0]["signature"], config) is None
        assert await rpc("getSignaturesForAddress", str(payer.pubkey()), config) == []
        assert await rpc.lamports(payer.pubkey()) == 100 * SOL
        await rpc.http.aclose()
