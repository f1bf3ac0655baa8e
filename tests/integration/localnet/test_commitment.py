"""Commitments: one after the other, with a real lag, and reads that are of the slot they name."""

from __future__ import annotations

import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solders.keypair import Keypair
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from stack.localnet import Localnet, running_localnet
from stack.rpc import SOL, Rpc, RpcFailure, until


async def test_a_transfer_is_processed_then_confirmed_then_finalized(rpc: Rpc) -> None:
    payer, to = await rpc.funded(), Keypair().pubkey()
    give = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=SOL))
    signature = await rpc.send(await rpc.signed([give], payer))
    seen: list[str] = []

    async def finalized() -> bool:
        status = (await rpc("getSignatureStatuses", [signature]))["value"][0]
        if status["confirmationStatus"] not in seen:
            seen.append(status["confirmationStatus"])
        return bool(status["confirmationStatus"] == "finalized")

    assert await rpc.lamports(to, "processed") == SOL
    assert await rpc.lamports(to, "finalized") == 0
    await until(finalized, "finalized")
    # On a busy machine it is confirmed before it is first asked for.
    assert seen in (["processed", "confirmed", "finalized"], ["confirmed", "finalized"])
    assert await rpc.lamports(to, "finalized") == SOL


async def test_commitments_are_as_far_apart_as_the_flags_say() -> None:
    with running_localnet("--slot-ms", "100", "--confirmed-lag", "3", "--finalized-lag", "7") as running:
        client = Rpc(running.rpc_url)
        slots = {c: await client("getSlot", {"commitment": c}) for c in ("finalized", "confirmed", "processed")}
        await client.http.aclose()
    assert slots["processed"] - slots["confirmed"] in (3, 4)  # a slot may pass between two calls
    assert slots["processed"] - slots["finalized"] in (7, 8)


async def test_a_confirmed_read_is_the_state_of_the_confirmed_slot() -> None:
    with running_localnet("--slot-ms", "60", "--confirmed-lag", "5") as running:
        client = Rpc(running.rpc_url)
        payer, to = await client.funded(), Keypair().pubkey()
        landed: dict[int, int] = {}
        for round_ in range(1, 6):
            give = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=SOL))
            signature = await client.send(await client.signed([give], payer))
            slot = (await client("getSignatureStatuses", [signature]))["value"][0]["slot"]
            landed[slot] = round_ * SOL
            before = await client("getSlot", {"commitment": "processed"})

            async def next_slot(before: int = before) -> bool:
                return bool(await client("getSlot", {"commitment": "processed"}) > before)

            await until(next_slot, "the next slot")

        async def agrees() -> bool:
            answer = await client("getBalance", str(to), {"commitment": "confirmed"})
            at = answer["context"]["slot"]
            expected = max((v for s, v in landed.items() if s <= at), default=0)
            assert answer["value"] == expected, f"at slot {at} of {landed}"
            return bool(at >= max(landed))

        await until(agrees, "the last transfer confirmed")
        await client.http.aclose()


async def test_a_program_s_accounts_at_finalized_lack_what_is_only_confirmed(rpc: Rpc) -> None:
    payer, to = await rpc.funded(), Keypair().pubkey()
    await rpc.run([transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=7_777_777))], payer)

    async def owners(commitment: str) -> set[str]:
        config = {"commitment": commitment, "encoding": "base64", "filters": [{"dataSize": 0}]}
        found = await rpc("getProgramAccounts", "11111111111111111111111111111111", config)
        return {item["pubkey"] for item in found}

    assert str(to) in await owners("confirmed")
    assert str(to) not in await owners("finalized")


async def test_a_slot_that_is_ahead_of_the_commitment_is_refused(rpc: Rpc) -> None:
    with pytest.raises(RpcFailure) as failure:
        await rpc("getSlot", {"commitment": "confirmed", "minContextSlot": 10**9})
    assert failure.value.code == -32016
    assert failure.value.data["contextSlot"] < 10**9


async def test_solana_py_sends_and_confirms(localnet: Localnet, rpc: Rpc) -> None:
    payer, to = await rpc.funded(), Keypair().pubkey()
    give = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=SOL))
    async with AsyncClient(localnet.rpc_url, commitment=Confirmed) as client:
        sent = await client.send_transaction(await rpc.signed([give], payer))
        await client.confirm_transaction(sent.value, Confirmed, sleep_seconds=0.02)
        transaction = await client.get_transaction(sent.value, max_supported_transaction_version=0)
        history = await client.get_signatures_for_address(to)
        balance = await client.get_balance(to)
        info = await client.get_account_info(to)
    assert transaction.value is not None
    assert transaction.value.transaction.meta is not None
    assert transaction.value.transaction.meta.err is None
    assert [item.signature for item in history.value] == [sent.value]
    assert balance.value == SOL
    assert info.value is not None
    assert isinstance(sent.value, Signature)
