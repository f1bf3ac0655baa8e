"""Time travel, the Clock, and SlotHashes."""

from __future__ import annotations

import struct

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from stack.localnet import running_localnet
from stack.rpc import SOL, Rpc, RpcFailure, until

CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
SLOT_HASHES = Pubkey.from_string("SysvarS1otHashes111111111111111111111111111")
TWO_DAYS = 172_800


async def clock(rpc: Rpc) -> tuple[int, int, int]:
    """(slot, epoch, unix timestamp)"""
    slot, _, epoch, _, timestamp = struct.unpack("<QqQQq", await rpc.data(CLOCK))
    return slot, epoch, timestamp


async def slot_hashes(rpc: Rpc) -> list[tuple[int, bytes]]:
    data = await rpc.data(SLOT_HASHES)
    (count,) = struct.unpack_from("<Q", data)
    assert len(data) == 8 + 40 * count
    return [(struct.unpack_from("<Q", data, at)[0], data[at + 8 : at + 40]) for at in range(8, len(data), 40)]


async def test_time_travel_moves_the_clock_and_the_chain_goes_on(rpc: Rpc) -> None:
    payer = await rpc.funded()
    slot, epoch, now = await clock(rpc)
    target = now + TWO_DAYS
    info = await rpc("surfnet_timeTravel", {"absoluteTimestamp": target * 1000})
    assert set(info) == {
        "absoluteSlot",
        "blockHeight",
        "epoch",
        "slotIndex",
        "slotsInEpoch",
        "transactionCount",
    }
    new_slot, new_epoch, new_now = await clock(rpc)
    assert new_now - target in range(3)
    assert new_slot >= info["absoluteSlot"] > slot
    # Clocks are whole seconds, at both ends.
    assert new_slot - slot >= (TWO_DAYS - 2) * 1000 // 40, "the slots that the time would have had"
    assert new_epoch == new_slot // info["slotsInEpoch"] > epoch
    give = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=Keypair().pubkey(), lamports=SOL))
    landed = await rpc.run([give], payer)
    assert landed["meta"]["err"] is None
    assert landed["blockTime"] - target in range(5)
    history = await rpc("getSignaturesForAddress", str(payer.pubkey()), {"commitment": "confirmed"})
    assert len(history) == 2, "what was before the journey is still there"
    skipped = info["absoluteSlot"] - 1
    with pytest.raises(RpcFailure, match="Block not available"):
        await rpc("getBlock", skipped, {"commitment": "confirmed"})
    tip = await rpc("getSlot", {"commitment": "confirmed"})
    listed = await rpc("getBlocks", skipped - 100_000, tip, {"commitment": "confirmed"})
    assert listed == list(range(info["absoluteSlot"], tip + 1)), "skipped slots have no blocks"
    with pytest.raises(RpcFailure, match="Slot range too large; max 500000"):
        await rpc("getBlocks", 0, tip, {"commitment": "confirmed"})


async def test_time_travel_by_slot_and_epoch_goes_forward_only(rpc: Rpc) -> None:
    slot, epoch, now = await clock(rpc)
    info = await rpc("surfnet_timeTravel", {"absoluteSlot": slot + 1_000})
    assert info["absoluteSlot"] == slot + 1_000
    info = await rpc("surfnet_timeTravel", {"absoluteEpoch": epoch + 2})
    assert info["epoch"] == epoch + 2
    assert info["slotIndex"] == 0
    for past in ({"absoluteSlot": 1}, {"absoluteEpoch": 0}, {"absoluteTimestamp": now * 1000}):
        with pytest.raises(RpcFailure, match="Cannot travel to past") as failure:
            await rpc("surfnet_timeTravel", past)
        assert failure.value.code == -32602


async def test_slot_hashes_are_512_distinct_entries_newest_first(rpc: Rpc) -> None:
    for _ in range(3):
        entries = await slot_hashes(rpc)
        assert len(entries) == 512
        assert len({digest for _, digest in entries}) == 512
        slots = [slot for slot, _ in entries]
        assert slots == sorted(slots, reverse=True)
        now = await rpc("getSlot", {"commitment": "processed"})
        await rpc("surfnet_timeTravel", {"absoluteSlot": now + 50_000})


async def test_two_chains_never_share_slot_hashes_or_blockhashes() -> None:
    seen: list[set[bytes]] = []
    genesis = set()
    for _ in range(2):
        with running_localnet("--slot-ms", "50") as running:
            rpc = Rpc(running.rpc_url)
            seen.append({digest for _, digest in await slot_hashes(rpc)} | {bytes(await rpc.blockhash())})
            genesis.add(await rpc("getGenesisHash"))
            await rpc.http.aclose()
    assert not seen[0] & seen[1]
    assert len(genesis) == 2


async def test_the_clock_is_that_of_the_wall(rpc: Rpc) -> None:
    with running_localnet("--slot-ms", "50") as running:
        client = Rpc(running.rpc_url)
        slot, _, first = await clock(client)

        async def second_passes() -> bool:
            return (await clock(client))[2] > first + 1

        await until(second_passes, "two seconds of chain time")
        later = (await clock(client))[0]
        await client.http.aclose()
    assert 20 <= later - slot <= 60, "two seconds are about forty slots of 50 ms"
