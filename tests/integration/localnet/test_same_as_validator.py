"""The same requests to Agave's own validator and to the embedded chain: answers of one shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from stack.localnet import running_localnet
from stack.rpc import SOL, Rpc, RpcFailure
from stack.validator import ON_VALIDATOR, running_validator

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
# LiteSVM has no cost model.
NOT_SHOWN = {"costUnits"}

pytestmark = ON_VALIDATOR


@pytest.fixture(scope="module")
def validator_url() -> Iterator[str]:
    """A running validator."""
    with running_validator(without=[]) as running:
        yield running.rpc_url


def shape(value: Any) -> Any:
    """Keys and types, not values; a list has the shape of its first element."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in sorted(value.items()) if key not in NOT_SHOWN}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


async def failure_of(rpc: Rpc, method: str, *params: Any) -> dict[str, Any]:
    with pytest.raises(RpcFailure) as raised:
        await rpc(method, *params)
    return {"code": raised.value.code, "message": raised.value.message, "data": shape(raised.value.data)}


async def story(url: str) -> dict[str, Any]:
    """What a client sees that sends, fails, and asks for all of it."""
    rpc = Rpc(url)
    payer = await rpc.funded()
    address = str(payer.pubkey())
    give = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=Keypair().pubkey(), lamports=SOL))
    greedy = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=Keypair().pubkey(), lamports=10**17))
    landed = await rpc.run([give], payer)
    failed = await rpc.run([greedy], payer)
    dust = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=Keypair().pubkey(), lamports=5))
    poor = await rpc.run([dust], payer)
    unknown = await rpc.run([Instruction(Keypair().pubkey(), b"", [])], payer)
    signature, slot = landed["transaction"]["signatures"][0], landed["slot"]
    config = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    block = {**config, "rewards": False}
    base64 = {"commitment": "confirmed", "encoding": "base64"}
    seen: dict[str, Any] = {
        "json": shape(landed),
        "version": landed["version"],
        "failed": shape(failed),
        "failed err": failed["meta"]["err"],
        "failed logs": [line for line in failed["meta"]["logMessages"] if "insufficient" not in line],
        "below rent": (poor["meta"]["err"], poor["meta"]["logMessages"]),
        "unknown program": unknown["meta"]["err"],
        "fees": [t["meta"]["fee"] for t in (landed, failed, poor, unknown)],
        "units": [t["meta"]["computeUnitsConsumed"] for t in (landed, failed, poor, unknown)],
        "base64": shape(await rpc("getTransaction", signature, {**config, "encoding": "base64"})),
        "history": shape(await rpc("getSignaturesForAddress", address, {"commitment": "confirmed"})),
        "statuses": shape(await rpc("getSignatureStatuses", [signature])),
        "account": shape(await rpc("getAccountInfo", address, base64)),
        "accounts": shape(await rpc("getMultipleAccounts", [address], base64)),
        "balance": shape(await rpc("getBalance", address)),
        "block": shape({**await rpc("getBlock", slot, block), "transactions": []}),
        "block signatures": shape(await rpc("getBlock", slot, {**block, "transactionDetails": "signatures"})),
        "blockhash": shape(await rpc("getLatestBlockhash")),
        "epoch": shape(await rpc("getEpochInfo")),
        "version of node": shape(await rpc("getVersion")),
        "rent": await rpc("getMinimumBalanceForRentExemption", 165),
        "too many": await failure_of(rpc, "getMultipleAccounts", [address] * 101),
        "no method": await failure_of(rpc, "getSnack"),
        "wrong size": await failure_of(rpc, "getBalance", "abc"),
        "low commitment": await failure_of(rpc, "getTransaction", signature, {"commitment": "processed"}),
        "future block": await failure_of(rpc, "getBlock", 10**7, {"commitment": "confirmed"}),
        "limit": await failure_of(rpc, "getSignaturesForAddress", address, {"limit": 1001}),
        "ahead": await failure_of(rpc, "getSlot", {"minContextSlot": 10**9}),
    }
    transaction = await rpc.signed([greedy], payer)
    with pytest.raises(RpcFailure) as refused:
        await rpc.send(transaction)
    data = {**refused.value.data, "logs": [], "loadedAccountsDataSize": 0, "fee": 0}
    seen["preflight"] = (refused.value.code, refused.value.message, data["err"], data["unitsConsumed"])
    await rpc.http.aclose()
    return seen


async def test_answers_have_the_validator_s_shapes(validator_url: str) -> None:
    real = await story(validator_url)
    with running_localnet("--slot-ms", "100") as running:
        embedded = await story(running.rpc_url)
    assert embedded == real
