"""Loader v3 for real: deploy, upgrade, extend, and when the new code runs.

LiteSVM carries SPL programs; their ELF files are what is deployed here.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Sequence
from pathlib import Path

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.system_program import ID, CreateAccountParams, create_account
from stack.localnet import running_localnet
from stack.relay import RELAY_ELF, RELAY_PROGRAM_ID, relayed
from stack.rpc import Rpc, until

LOADER = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
RENT = Pubkey.from_string("SysvarRent111111111111111111111111111111111")
CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
CHUNK = 1_000
PROGRAM_DATA_META = 45


def elf_of(program: Pubkey) -> bytes:
    account = LiteSVM().get_account(program)
    assert account is not None
    return account.data


def program_data(program: Pubkey) -> Pubkey:
    return Pubkey.find_program_address([bytes(program)], LOADER)[0]


def upgrade(program: Pubkey, buffer: Pubkey, authority: Pubkey) -> Instruction:
    return Instruction(
        LOADER,
        struct.pack("<I", 3),
        [
            AccountMeta(program_data(program), False, True),
            AccountMeta(program, False, True),
            AccountMeta(buffer, False, True),
            AccountMeta(authority, False, True),
            AccountMeta(RENT, False, False),
            AccountMeta(CLOCK, False, False),
            AccountMeta(authority, True, False),
        ],
    )


async def batch(rpc: Rpc, instructions: Sequence[Instruction], payer: Keypair) -> list[str]:
    """Send each instruction as a transaction, all in one HTTP request; wait until confirmed."""
    blockhash = await rpc.blockhash()
    signatures: list[str] = []
    for start in range(0, len(instructions), 25):
        requests = []
        for instruction in instructions[start : start + 25]:
            signed = await rpc.signed([instruction], payer, blockhash=blockhash)
            encoded = base64.b64encode(bytes(signed)).decode()
            params = [encoded, {"encoding": "base64", "skipPreflight": True}]
            requests.append({"jsonrpc": "2.0", "id": 1, "method": "sendTransaction", "params": params})
        signatures += [a["result"] for a in (await rpc.http.post("/", json=requests)).json()]
    for signature in signatures:
        await rpc.confirmed(signature)
    return signatures


async def buffer_with(rpc: Rpc, payer: Keypair, elf: bytes) -> Pubkey:
    buffer, size = Keypair(), 37 + len(elf)
    lamports = await rpc("getMinimumBalanceForRentExemption", size)
    make = create_account(
        CreateAccountParams(
            from_pubkey=payer.pubkey(), to_pubkey=buffer.pubkey(), lamports=lamports, space=size, owner=LOADER
        )
    )
    accounts = [AccountMeta(buffer.pubkey(), False, True), AccountMeta(payer.pubkey(), False, False)]
    initialize = Instruction(LOADER, struct.pack("<I", 0), accounts)
    assert (await rpc.run([make, initialize], payer, buffer))["meta"]["err"] is None
    writes = []
    for offset in range(0, len(elf), CHUNK):
        chunk = elf[offset : offset + CHUNK]
        data = struct.pack("<IIQ", 1, offset, len(chunk)) + chunk
        accounts = [AccountMeta(buffer.pubkey(), False, True), AccountMeta(payer.pubkey(), True, False)]
        writes.append(Instruction(LOADER, data, accounts))
    await batch(rpc, writes, payer)
    return buffer.pubkey()


async def deploy(rpc: Rpc, payer: Keypair, program: Keypair, buffer: Pubkey, max_len: int) -> None:
    lamports = await rpc("getMinimumBalanceForRentExemption", 36)
    make = create_account(
        CreateAccountParams(
            from_pubkey=payer.pubkey(), to_pubkey=program.pubkey(), lamports=lamports, space=36, owner=LOADER
        )
    )
    accounts = [
        AccountMeta(payer.pubkey(), True, True),
        AccountMeta(program_data(program.pubkey()), False, True),
        AccountMeta(program.pubkey(), False, True),
        AccountMeta(buffer, False, True),
        AccountMeta(RENT, False, False),
        AccountMeta(CLOCK, False, False),
        AccountMeta(ID, False, False),
        AccountMeta(payer.pubkey(), True, False),
    ]
    deploy_ix = Instruction(LOADER, struct.pack("<IQ", 2, max_len), accounts)
    assert (await rpc.run([make, deploy_ix], payer, program))["meta"]["err"] is None


async def test_an_upgraded_program_runs_its_new_code_from_the_next_slot(rpc: Rpc) -> None:
    payer, program = await rpc.funded(), Keypair()
    token, memo = elf_of(TOKEN), elf_of(MEMO)
    await deploy(rpc, payer, program, await buffer_with(rpc, payer, token), len(token))
    call = Instruction(program.pubkey(), b"hello", [])
    old = await rpc.run([call], payer)
    assert "Program log: Error: Invalid instruction" in old["meta"]["logMessages"]

    buffer = await buffer_with(rpc, payer, memo)
    upgraded, called = await batch(rpc, [upgrade(program.pubkey(), buffer, payer.pubkey()), call], payer)
    first, second = await rpc.confirmed(upgraded), await rpc.confirmed(called)
    assert first["meta"]["err"] is None
    assert first["slot"] == second["slot"]
    assert second["meta"]["err"] == {"InstructionError": [0, "UnsupportedProgramId"]}
    assert second["meta"]["logMessages"][-2] == "Program is not deployed"

    new = await rpc.run([call, Instruction(program.pubkey(), b"again", [])], payer)
    assert new["meta"]["err"] is None
    assert 'Program log: Memo (len 5): "hello"' in new["meta"]["logMessages"]
    gone = await rpc("getAccountInfo", str(buffer), {"commitment": "confirmed", "encoding": "base64"})
    assert gone["value"] is None, "the upgrade consumed the buffer"
    owned = await rpc(
        "getProgramAccounts",
        str(LOADER),
        {"commitment": "confirmed", "encoding": "base64", "dataSlice": {"offset": 0, "length": 4}},
    )
    assert str(buffer) not in {item["pubkey"] for item in owned}
    assert {str(program.pubkey()), str(program_data(program.pubkey()))} <= {item["pubkey"] for item in owned}


async def test_a_program_is_upgraded_once_a_slot(rpc: Rpc) -> None:
    payer, program, memo = await rpc.funded(), Keypair(), elf_of(MEMO)
    await deploy(rpc, payer, program, await buffer_with(rpc, payer, memo), len(memo))
    one, two = [await buffer_with(rpc, payer, memo) for _ in range(2)]
    upgrades = [upgrade(program.pubkey(), buffer, payer.pubkey()) for buffer in (one, two)]
    first, second = [await rpc.confirmed(s) for s in await batch(rpc, upgrades, payer)]
    assert first["meta"]["err"] is None
    assert second["meta"]["err"] == {"InstructionError": [0, "InvalidArgument"]}
    assert "Program was deployed in this block already" in second["meta"]["logMessages"]


async def test_an_extension_blocks_that_slot_s_upgrade_and_no_other(rpc: Rpc) -> None:
    payer, stranger = await rpc.funded(), await rpc.funded()
    program, memo = Keypair(), elf_of(MEMO)
    await deploy(rpc, payer, program, await buffer_with(rpc, payer, memo), len(memo))
    buffer = await buffer_with(rpc, payer, memo)
    extend = Instruction(
        LOADER,
        struct.pack("<II", 6, 10_240),
        [
            AccountMeta(program_data(program.pubkey()), False, True),
            AccountMeta(program.pubkey(), False, True),
            AccountMeta(ID, False, False),
            AccountMeta(stranger.pubkey(), True, True),
        ],
    )
    wanted = upgrade(program.pubkey(), buffer, payer.pubkey())
    blockhash = await rpc.blockhash()
    both = [
        await rpc.signed([extend], stranger, blockhash=blockhash),
        await rpc.signed([wanted], payer, blockhash=blockhash),
    ]
    requests = [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "sendTransaction",
            "params": [
                base64.b64encode(bytes(signed)).decode(),
                {"encoding": "base64", "skipPreflight": True},
            ],
        }
        for signed in both
    ]
    sent = [a["result"] for a in (await rpc.http.post("/", json=requests)).json()]
    extended, blocked = [await rpc.confirmed(signature) for signature in sent]
    assert extended["meta"]["err"] is None
    assert blocked["meta"]["err"] == {"InstructionError": [0, "InvalidArgument"]}
    size = PROGRAM_DATA_META + len(memo) + 10_240
    assert len(await rpc.data(program_data(program.pubkey()))) == size
    assert (await rpc.run([wanted], payer))["meta"]["err"] is None, "the refused upgrade can be repeated"


async def test_genesis_programs_and_accounts_are_there_and_callable(tmp_path: Path) -> None:
    payer, program, fixed, loaded = Keypair(), Keypair().pubkey(), Keypair().pubkey(), Keypair().pubkey()
    elf = tmp_path / "memo.so"
    elf.write_bytes(elf_of(MEMO))
    file = tmp_path / "account.json"
    account = {"lamports": 1_000_000, "data": ["AQID", "base64"], "owner": str(program), "executable": False}
    file.write_text(json.dumps({"pubkey": str(loaded), "account": {**account, "rentEpoch": 0}}))
    flags = ["--upgradeable-program", str(program), str(elf), str(payer.pubkey())]
    flags += ["--bpf-program", str(fixed), str(elf), "--account", "-", str(file)]
    with running_localnet("--slot-ms", "40", "--mint", str(payer.pubkey()), *flags) as running:
        rpc = Rpc(running.rpc_url)
        for target in (program, fixed):
            landed = await rpc.run([Instruction(target, b"hello", [])], payer)
            assert 'Program log: Memo (len 5): "hello"' in landed["meta"]["logMessages"]
        data = await rpc.data(program_data(program), "finalized")
        assert data[12:45] == b"\1" + bytes(payer.pubkey())
        assert data[PROGRAM_DATA_META:] == elf.read_bytes(), "no room beyond the ELF"
        owned = await rpc("getProgramAccounts", str(program), {"encoding": "base64"})
        assert [item["pubkey"] for item in owned] == [str(loaded)]
        buffer = await buffer_with(rpc, payer, elf.read_bytes())
        landed = await rpc.run([upgrade(program, buffer, payer.pubkey())], payer)
        assert landed["meta"]["err"] is None

        async def callable_after_travel() -> bool:
            info = await rpc("getEpochInfo", {"commitment": "processed"})
            await rpc("surfnet_timeTravel", {"absoluteSlot": info["absoluteSlot"] + 5_000_000})
            again = await rpc.run([Instruction(program, b"hello", [])], payer)
            return again["meta"]["err"] is None

        assert await until(callable_after_travel, "a call after time travel")
        await rpc.http.aclose()


async def test_a_loader_called_by_a_program_is_named_by_its_place_among_the_transactions_accounts() -> None:
    with running_localnet("--upgradeable-program", str(RELAY_PROGRAM_ID), str(RELAY_ELF), "none") as localnet:
        rpc = Rpc(localnet.rpc_url)
        payer = await rpc.funded()
        buffer = await buffer_with(rpc, payer, b"code")
        accounts = [
            AccountMeta(buffer, False, True),
            AccountMeta(payer.pubkey(), True, False),
            AccountMeta(Pubkey.new_unique(), False, False),
        ]
        handed_over = await rpc.run([relayed(Instruction(LOADER, struct.pack("<I", 4), accounts))], payer)
        assert handed_over["meta"]["err"] is None
        (called,) = handed_over["meta"]["innerInstructions"][0]["instructions"]
        assert handed_over["transaction"]["message"]["accountKeys"][called["programIdIndex"]] == str(LOADER)
        await rpc.http.aclose()
