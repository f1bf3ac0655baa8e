"""Alerts on their way to a real HTTP server, which refuses, is silent, and comes back."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

import asyncpg
import httpx
import pytest
from integration.indexer.alert_history import CouncilHistory
from integration.indexer.indexer_process import Ended, run_to_end
from integration.indexer.receiver import PATH, SECRET, Receiver
from integration.indexer.synthetic import DAY, START
from stack.waiting import until
from windlass_indexer import outbox as outboxes
from windlass_indexer import webhooks
from windlass_indexer.chain import ChainTime
from windlass_indexer.leadership import Fence
from windlass_indexer.outbox import Outbox
from windlass_indexer.settings import Settings
from windlass_indexer.store import Store
from windlass_indexer.webhooks import Webhook
from windlass_programs.addresses import WINDLASS_PROGRAM_ID

WINDLASS = str(WINDLASS_PROGRAM_ID)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().serving() as receiver:
        yield receiver


@asynccontextmanager
async def delivering(pool: asyncpg.Pool, *webhooks: Webhook, attempts: int = 20) -> AsyncIterator[None]:
    """Outboxes at work; leaving stops them wherever they are, as a kill would."""
    tasks = [
        asyncio.create_task(Outbox(webhook, pool, first_pause=0.02, attempts=attempts).run()) for webhook in webhooks
    ]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def raise_alerts(pool: asyncpg.Pool, history: CouncilHistory, count: int) -> None:
    store = Store(pool, Settings.read({}).programs)
    await store.tell_time([WINDLASS], ChainTime(1_000, 1_000, (history.now or 0) + 1))
    for _ in range(count):
        history.propose()
    await store.commit(WINDLASS, history.events)


async def settled(pool: asyncpg.Pool, state: str, count: int) -> None:
    async def there() -> bool:
        found = await pool.fetchval("SELECT count(*) FROM outbox WHERE state::text = $1", state)
        return bool(found == count)

    await until(there, f"{count} deliveries are {state}")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for half a second."""
    monkeypatch.setattr(outboxes, "_EVERY_SECONDS", 0.01)


async def test_an_alert_arrives_once_signed_and_dated(pool: asyncpg.Pool, receiver: Receiver) -> None:
    async with delivering(pool, receiver.webhook()):
        await raise_alerts(pool, CouncilHistory("arrives"), 3)
        await settled(pool, "delivered", 3)
    assert [body["kind"] for body in receiver.bodies()] == ["proposal_created"] * 3
    headers, body = receiver.taken[0]
    said = dict(part.split("=") for part in headers["windlass-signature"].split(","))
    assert abs(time() - int(said["t"])) < 60
    assert headers["windlass-signature"] == webhooks.signature(SECRET, body, int(said["t"]))
    assert headers["windlass-signature"] != webhooks.signature(SECRET + "x", body, int(said["t"]))
    assert len({headers["windlass-delivery"] for headers, _ in receiver.taken}) == 3
    row = await pool.fetchrow("SELECT * FROM alerts ORDER BY id LIMIT 1")
    told = json.loads(body)
    assert (told["id"], told["state"], told["proposal"]) == (row["id"], "raised", row["proposal"])
    assert (told["signature"], told["data"]["proposer"]) == (row["signature"], json.loads(row["data"])["proposer"])


async def test_a_server_that_refuses_is_tried_until_it_takes_it(pool: asyncpg.Pool, receiver: Receiver) -> None:
    receiver.answer = 500
    async with delivering(pool, receiver.webhook()):
        await raise_alerts(pool, CouncilHistory("refused"), 2)
        await until(lambda: answered(receiver, 5), "it was tried several times")
        assert not receiver.taken
        receiver.answer = 200
        await settled(pool, "delivered", 2)
    assert len(receiver.taken) == 2
    assert await pool.fetchval("SELECT min(attempts) FROM outbox") > 1


async def answered(receiver: Receiver, requests: int) -> bool:
    return receiver.requests >= requests


@pytest.mark.parametrize("status", [301, 404, 503])
async def test_only_an_answer_of_success_counts(pool: asyncpg.Pool, receiver: Receiver, status: int) -> None:
    receiver.answer = status
    async with delivering(pool, receiver.webhook(), attempts=2):
        await raise_alerts(pool, CouncilHistory("no success"), 1)
        await settled(pool, "dead", 1)
    assert await pool.fetchval("SELECT last_error FROM outbox") == f"HTTP status {status}"
    assert receiver.requests == 2


async def test_a_server_that_never_answers_keeps_no_other_waiting(
    pool: asyncpg.Pool, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "_ANSWER_SECONDS", 0.3)
    async with (
        Receiver(answer=None).serving() as silent,
        delivering(pool, silent.webhook("silent"), receiver.webhook("ops"), attempts=2),
    ):
        await raise_alerts(pool, CouncilHistory("silent"), 2)
        await settled(pool, "delivered", 2)
        await settled(pool, "dead", 2)
    rows = await pool.fetch("SELECT DISTINCT target, last_error FROM outbox WHERE state = 'dead'")
    assert [tuple(row) for row in rows] == [("silent", "no answer within 0 s")]


async def test_what_was_queued_survives_a_server_that_restarts_and_an_indexer_that_does(pool: asyncpg.Pool) -> None:
    receiver = Receiver()
    async with receiver.serving(), delivering(pool, receiver.webhook()):
        pass
    history = CouncilHistory("restarts")
    async with delivering(pool, receiver.webhook()):
        await raise_alerts(pool, history, 3)
        await until(lambda: pool.fetchval("SELECT bool_and(attempts > 0) FROM outbox"), "nobody was there")
    error = await pool.fetchval("SELECT last_error FROM outbox LIMIT 1")
    assert "ConnectError" in error
    async with receiver.serving(), delivering(pool, receiver.webhook()):
        await settled(pool, "delivered", 3)
    assert sorted(str(body["proposal"]) for body in receiver.bodies()) == sorted(map(history.address_of, (1, 2, 3)))


async def test_a_webhook_that_is_new_hears_of_what_happens_from_then_on(pool: asyncpg.Pool, receiver: Receiver) -> None:
    history = CouncilHistory("new target")
    await raise_alerts(pool, history, 2)
    async with delivering(pool, receiver.webhook()):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outbox_cursors"), "the webhook is known")
        await raise_alerts(pool, history, 1)
        await settled(pool, "delivered", 1)
    assert [body["proposal"] for body in receiver.bodies()] == [history.address_of(3)]


async def test_a_history_that_is_read_later_is_no_news(pool: asyncpg.Pool, receiver: Receiver) -> None:
    history = CouncilHistory("old")
    store = Store(pool, Settings.read({}).programs)
    await store.tell_time([WINDLASS], ChainTime(1_000, 1_000, START + 30 * DAY))
    async with delivering(pool, receiver.webhook()):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outbox_cursors"), "the webhook is known")
        history.propose()
        history.now = START + 29 * DAY
        history.propose()
        await store.commit(WINDLASS, history.events)
        await settled(pool, "delivered", 1)
    assert await pool.fetchval("SELECT count(*) FROM alerts") == 2
    assert [body["proposal"] for body in receiver.bodies()] == [history.address_of(2)]


async def test_a_withdrawn_alert_is_told_as_such_to_who_was_told_of_it(pool: asyncpg.Pool, receiver: Receiver) -> None:
    async with delivering(pool, receiver.webhook()):
        await raise_alerts(pool, CouncilHistory("withdrawn"), 1)
        await settled(pool, "delivered", 1)
        await pool.execute("UPDATE alerts SET withdrawn_at = now(), change = nextval('alert_changes')")
        await settled(pool, "delivered", 2)
    assert [body["state"] for body in receiver.bodies()] == ["raised", "withdrawn"]


async def test_dead_letters_are_listed_and_sent_once_more(
    pool: asyncpg.Pool, receiver: Receiver, database: str
) -> None:
    env = os.environ | {"DATABASE_URL": database}
    assert await run_to_end("outbox", env=env) == Ended(0, "nothing was ever sent\n", "")
    receiver.answer = 500
    async with delivering(pool, receiver.webhook(), attempts=1):
        await raise_alerts(pool, CouncilHistory("dead"), 2)
        await settled(pool, "dead", 2)
    listed = await run_to_end("outbox", env=env)
    assert listed.code == 1
    assert listed.out.splitlines() == [
        "ops: 0 delivered, 0 waiting (0 after a failure), 2 dead",
        "dead letter 1: alert 1 (proposal_created) to ops after 1 attempts: HTTP status 500",
        "dead letter 2: alert 2 (proposal_created) to ops after 1 attempts: HTTP status 500",
    ]
    retried = await run_to_end("outbox", "--retry", "--json", env=env)
    assert (retried.code, json.loads(retried.out)["retried"]) == (0, 2)
    receiver.answer = 200
    async with delivering(pool, receiver.webhook()):
        await settled(pool, "delivered", 2)


async def test_neither_urls_nor_secrets_get_into_the_database_or_the_log(
    pool: asyncpg.Pool, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "windlass_indexer")
    receiver.answer = 500
    broken = Webhook("broken", f"http://127.0.0.1:1{PATH}", SECRET)
    async with delivering(pool, receiver.webhook(), broken, attempts=1):
        await raise_alerts(pool, CouncilHistory("secret"), 1)
        await settled(pool, "dead", 2)
    stored = str(await pool.fetch("SELECT * FROM outbox")) + str(await pool.fetch("SELECT * FROM outbox_cursors"))
    settings = Settings.read({"WINDLASS_WEBHOOKS": f"ops=https://h{PATH}", "WINDLASS_WEBHOOK_SECRET": SECRET})
    assert caplog.text.count("is a dead letter now") == 2
    for secret in (SECRET, PATH):
        assert secret not in stored + caplog.text + repr(settings)


async def test_who_leads_no_more_records_nothing(pool: asyncpg.Pool, receiver: Receiver) -> None:
    await raise_alerts(pool, CouncilHistory("deposed"), 1)
    with pytest.raises(Exception, match="another indexer leads now"):
        await Outbox(receiver.webhook(), pool, Fence(99)).run()
    assert await pool.fetchval("SELECT count(*) FROM outbox_cursors") == 0


async def test_the_signature_is_checked_as_the_documentation_says(receiver: Receiver) -> None:
    async with httpx.AsyncClient() as client:
        await receiver.webhook().deliver(client, 7, b'{"id":1}')
    headers, body = receiver.taken[0]
    assert headers["windlass-delivery"] == "7"
    text = (Path(__file__).parents[3] / "docs" / "ALERTS.md").read_text(encoding="utf-8")
    code = text.partition("```python\n")[2].partition("```")[0]
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102
    check = names["is_from_windlass"]
    assert callable(check)
    assert check(SECRET, headers["windlass-signature"], body)
    assert not check(SECRET, headers["windlass-signature"], body + b" ")
    assert not check("another", headers["windlass-signature"], body)
    old = webhooks.signature(SECRET, body, int(time()) - 3_600)
    assert not check(SECRET, old, body)
