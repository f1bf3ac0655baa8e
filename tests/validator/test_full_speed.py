"""Agave's own validator at full speed, cut off and restarted: the indexer holds every event, and proves it."""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import Sequence
from typing import Any

import pytest
from integration.indexer.vault_chain import MINT, User, mint_account, token_account
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import Message
from solders.transaction import Transaction
from stack.cut_connections import cut_connections
from stack.dev import Dev, running_dev
from stack.validator import ON_VALIDATOR, running_validator
from windlass_commands.rpc import Account
from windlass_indexer.rpc import Rpc
from windlass_programs.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf_path
from windlass_programs.collateral_vault import decode_vault

USERS, DEPOSITS_EACH = 50, 100
WALLET_LAMPORTS = 1_000_000_000_000
CUT_SECONDS = 3.0
SECONDS = 600.0
POSTS_AT_ONCE, CALLS_A_POST = 8, 20
STREAMS = "{ indexerStatus { streams { total verified disagreeing } } }"

pytestmark = [*ON_VALIDATOR, pytest.mark.long]
Step = tuple[User, Instruction]


async def landed(rpc_url: str, steps: Sequence[Step]) -> float:
    """Send each in a transaction of its own, as fast as the node takes them, until all are confirmed; the seconds."""
    begun = time.monotonic()
    async with Rpc(rpc_url) as rpc:
        while steps:
            steps = await not_landed(rpc, steps)
    return time.monotonic() - begun


async def not_landed(rpc: Rpc, steps: Sequence[Step]) -> list[Step]:
    """Send all under one blockhash; those that are in no block once it has run out, and so never will be."""
    latest = (await rpc.call("getLatestBlockhash", {"commitment": "confirmed"}))["value"]
    blockhash = Hash.from_string(latest["blockhash"])
    sent = {}
    for user, instruction in steps:
        message = Message.new_with_blockhash([instruction], user.address, blockhash)
        transaction = Transaction([user.keys], message, blockhash)
        sent[str(transaction.signatures[0])] = (transaction, (user, instruction))
    options = {"encoding": "base64", "skipPreflight": True}
    calls = [(base64.b64encode(bytes(transaction)).decode(), options) for transaction, _ in sent.values()]
    gate = asyncio.Semaphore(POSTS_AT_ONCE)

    async def post(first: int) -> None:
        async with gate:
            await rpc.batch("sendTransaction", calls[first : first + CALLS_A_POST])

    await asyncio.gather(*(post(first) for first in range(0, len(calls), CALLS_A_POST)))
    waiting = set(sent)
    while waiting:
        over = await rpc.call("getBlockHeight", {"commitment": "confirmed"}) > latest["lastValidBlockHeight"]
        for signature, status in (await statuses(rpc, sorted(waiting))).items():
            if status is not None and status["confirmationStatus"] != "processed":
                assert status["err"] is None, signature
                waiting.discard(signature)
        if over:
            break
        await asyncio.sleep(0.2)
    return [sent[signature][1] for signature in waiting]


async def statuses(rpc: Rpc, signatures: Sequence[str]) -> dict[str, Any]:
    """What the node knows of each transaction."""
    parts = [signatures[first : first + 256] for first in range(0, len(signatures), 256)]
    answers = [(await rpc.call("getSignatureStatuses", part))["value"] for part in parts]
    return dict(zip(signatures, (status for answer in answers for status in answer), strict=True))


def streams(dev: Dev) -> Any:
    """How many streams are known, and how many proven to their newest event."""
    return dev.ask(STREAMS)["indexerStatus"]["streams"]


def totals(rpc_url: str, users: Sequence[User]) -> list[tuple[int, int]]:
    """Of each vault, as it is on chain: its newest event's number, and what was ever deposited."""

    async def read() -> list[tuple[int, int]]:
        async with Rpc(rpc_url) as rpc:
            keys, options = [str(user.vault) for user in users], {"encoding": "base64", "commitment": "confirmed"}
            accounts = (await rpc.call("getMultipleAccounts", keys, options))["value"]
            vaults = [decode_vault(base64.b64decode(account["data"][0])) for account in accounts]
            return [(vault.stream.seq, vault.total_deposited) for vault in vaults]

    return asyncio.run(read())


def test_five_thousand_transactions_arrive_whatever_is_cut_and_restarted_meanwhile() -> None:
    users = [User(f"user {number}") for number in range(USERS)]
    held = {MINT: mint_account(), **{user.tokens: token_account(user) for user in users}}
    accounts = [Account(address, 10_000_000, TOKEN_PROGRAM, data, executable=False) for address, data in held.items()]
    # Not mints: 500 million SOL for each of them are more lamports than fit into 64 bits.
    accounts += [Account(user.address, WALLET_LAMPORTS, SYSTEM_PROGRAM, b"", executable=False) for user in users]
    programs = [
        (WINDLASS_PROGRAM_ID, program_elf_path("windlass"), None),
        (VAULT_PROGRAM_ID, program_elf_path("collateral_vault_v1"), None),
    ]
    deposits = [(user, user.deposit(amount)) for amount in range(1, DEPOSITS_EACH + 1) for user in users]
    half = len(deposits) // 2
    with (
        running_validator(programs, accounts=accounts) as validator,
        cut_connections(int(validator.ws_url.rpartition(":")[2]), CUT_SECONDS) as websocket,
        running_dev(validator.rpc_url, f"ws://127.0.0.1:{websocket.port}") as dev,
    ):
        asyncio.run(landed(validator.rpc_url, [(user, user.initialize()) for user in users]))
        seconds = asyncio.run(landed(validator.rpc_url, deposits[:half]))
        behind = USERS - streams(dev)["verified"]
        validator.restart()
        seconds += asyncio.run(landed(validator.rpc_url, deposits[half:]))
        sent = time.monotonic()
        each = (1 + DEPOSITS_EACH, sum(range(1, DEPOSITS_EACH + 1)))
        assert totals(validator.rpc_url, users) == [each] * USERS

        query = "query ($n: Int!) { vaults(first: $n) { nodes { totalDeposited verification { seq verifiedSeq } } } }"
        wanted = {"totalDeposited": str(each[1]), "verification": {"seq": each[0], "verifiedSeq": each[0]}}
        dev.until(query, lambda answer: answer["vaults"]["nodes"] == [wanted] * USERS, SECONDS, n=USERS)
        proven = time.monotonic() - sent
        assert streams(dev) == {"total": USERS, "verified": USERS, "disagreeing": 0}
        verified = dev.verify()
        assert (verified.returncode, verified.stdout) == (0, f"{USERS} of {USERS} streams agree with the chain\n")
        assert websocket.cuts > 1
    sys.stdout.write(
        f"{len(deposits):,} transactions at {len(deposits) / seconds:,.0f}/s, {websocket.cuts} cuts of the websocket, "
        f"one restart with {behind} of {USERS} streams behind: all proven {proven:.1f} s after the last was confirmed\n"
    )
