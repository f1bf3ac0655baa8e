"""Alerts of a proposal on a running chain, while the indexer is killed and started again."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from integration.indexer.indexer_process import running_indexer
from integration.indexer.receiver import SECRET, Receiver
from stack.governance import Governance, governed_localnet
from stack.localnet import Localnet
from stack.waiting import until

HOUR = 3_600


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Governance, Localnet]]:
    with governed_localnet(tmp_path_factory.mktemp("wallets"), 1) as governed:
        yield governed


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """A webhook that the indexer's environment names."""
    async with Receiver().serving() as receiver:
        monkeypatch.setenv("WINDLASS_WEBHOOKS", f"ops={receiver.webhook().url}")
        monkeypatch.setenv("WINDLASS_WEBHOOK_SECRET", SECRET)
        yield receiver


async def test_each_alert_comes_once_and_reaches_the_webhook_although_the_indexer_is_killed(
    governed: tuple[Governance, Localnet], database: str, connection: asyncpg.Connection, receiver: Receiver
) -> None:
    governance, localnet = governed

    async def raised(kind: str) -> None:
        query = "SELECT count(*) > 0 FROM alerts WHERE kind::text = $1"
        await until(lambda: connection.fetchval(query, kind), f"{kind} is raised")

    async with running_indexer(localnet, database) as indexer:
        multisig = await asyncio.to_thread(governance.multisig)
        program = await asyncio.to_thread(governance.registered, multisig)
        proposal = await asyncio.to_thread(governance.approved, multisig, program)
        await raised("threshold_reached")
        await asyncio.to_thread(governance.travel, 25 * HOUR)
        await raised("timelock_half")
        indexer.kill()
    # Nobody looks while an hour is left.
    await asyncio.to_thread(governance.travel, 22 * HOUR + 600)
    async with running_indexer(localnet, database) as indexer:
        await raised("timelock_hour_left")
        indexer.kill()
    async with running_indexer(localnet, database):
        await asyncio.to_thread(governance.travel, HOUR)
        await raised("ready")
        await asyncio.to_thread(governance.done, "execute", proposal)
        await raised("executed")
        query = "SELECT count(*) = 6 FROM outbox WHERE state = 'delivered'"
        await until(lambda: connection.fetchval(query), "all alerts have arrived")
    rows = await connection.fetch("SELECT kind::text, proposal, withdrawn_at FROM alerts")
    expected = ("proposal_created", "threshold_reached", "timelock_half", "timelock_hour_left", "ready", "executed")
    assert Counter(row["kind"] for row in rows) == Counter(expected)
    assert {(row["proposal"], row["withdrawn_at"]) for row in rows} == {(proposal, None)}
    # At least once each: a kill between an answer and its record sends a delivery again, as the same one.
    arrived = {headers["windlass-delivery"]: json.loads(body)["kind"] for headers, body in receiver.taken}
    assert Counter(arrived.values()) == Counter(expected)
