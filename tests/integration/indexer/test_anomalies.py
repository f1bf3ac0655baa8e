"""An upgrade after which a program's transactions fail is told of, once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

import asyncpg
import pytest
from integration.indexer.indexer_process import running_indexer
from solders.instruction import AccountMeta, Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from stack.governance import MEMBERS, Governance, governed_localnet
from stack.localnet import Localnet
from stack.waiting import until
from windlass_commands.rpc import Rpc

TWO_DAYS = 172_800
FAILURES = "SELECT coalesce(sum(failures), 0) FROM program_activity WHERE program = $1"
RAISED = """SELECT proposal, data->>'failures' AS failures, withdrawn_at FROM alerts
            WHERE kind = 'failing_after_upgrade'"""


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Governance, Localnet]]:
    with governed_localnet(tmp_path_factory.mktemp("wallets"), 1) as world:
        yield world


async def failing(governance: Governance, program: str, numbers: range) -> None:
    """Transactions that the program refuses: it has no such instruction."""
    user = governance.wallets["user"]
    async with Rpc(governance.url) as rpc:
        blockhash, _ = await rpc.latest_blockhash()
        for number in numbers:
            call = Instruction(
                Pubkey.from_string(program), number.to_bytes(8, "big"), [AccountMeta(user.pubkey(), True, True)]
            )
            message = Message.new_with_blockhash([call], user.pubkey(), blockhash)
            await rpc.send(bytes(VersionedTransaction(message, [user])))


def upgraded(governance: Governance, program: str, multisig: str) -> str:
    """The proposal by which the program has its next version."""
    proposal = governance.proposal(multisig, program)
    for name in MEMBERS[:3]:
        governance.done("approve", proposal, by=name)
    governance.travel(TWO_DAYS + 5)
    governance.done("execute", proposal)
    return proposal


async def test_failures_before_an_upgrade_are_no_alert_and_those_after_it_are_one(
    world: tuple[Governance, Localnet], database: str, connection: asyncpg.Connection
) -> None:
    governance, localnet = world
    multisig = await asyncio.to_thread(governance.multisig)
    program = await asyncio.to_thread(governance.registered, multisig)

    async def counted(at_least: int) -> bool:
        return int(await connection.fetchval(FAILURES, program)) >= at_least

    async with running_indexer(localnet, database):
        await failing(governance, program, range(60))
        await until(partial(counted, 60), "failures before the upgrade are counted")
        proposal = await asyncio.to_thread(upgraded, governance, program, multisig)
        await failing(governance, program, range(60, 100))
        await until(partial(counted, 100), "40 failures after it are counted")
        assert await connection.fetch(RAISED) == [], "40 transactions are too few to tell"
        await failing(governance, program, range(100, 120))
        await until(partial(counted, 120), "60 failures after it are counted")
        (raised,) = await connection.fetch(RAISED)
        assert raised["proposal"] == proposal
        assert 50 <= int(raised["failures"]) <= 60
        assert raised["withdrawn_at"] is None
        await failing(governance, program, range(120, 180))
        await until(partial(counted, 180), "more of them are counted")
        assert len(await connection.fetch(RAISED)) == 1
