"""The verifier over PostgreSQL: what it says of a stream that never stands still."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import pytest
from integration.indexer.synthetic import address
from unit.indexer.test_rpc import node
from windlass_indexer import verifier
from windlass_indexer.chain import Chain
from windlass_indexer.verifier import Verifier
from windlass_indexer.witnesses import Witnesses
from windlass_programs.addresses import VAULT_PROGRAM_ID

STREAM = address("busy")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as pool:
        yield pool


async def test_a_stream_that_is_always_one_behind_and_moves_on_is_not_called_wrong(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At hundreds of transactions a second a stream has moved on the chain whenever it is looked at."""
    now, on_chain = 1_000.0, 1

    def answer(request: Any) -> tuple[int, bytes]:
        data = bytes(8) + on_chain.to_bytes(8, "little") + bytes(32)
        account = {"data": [b64encode(data).decode(), "base64"]}
        result = {"context": {"slot": on_chain}, "value": [account]}
        return 200, orjson.dumps([{"id": request[0]["id"], "result": result}])

    monkeypatch.setattr(verifier, "monotonic", lambda: now)
    repairs: list[str] = []
    await pool.execute("INSERT INTO streams VALUES ($1, $2, 0, $3, 0)", STREAM, str(VAULT_PROGRAM_ID), bytes(32))
    async with node(answer) as (rpc, _):
        looking = Verifier(Witnesses([Chain(rpc)]), pool, lambda program, stream: repairs.append(stream))
        for _ in range(40):
            await looking.check_all()
            now, on_chain = now + 2.0, on_chain + 1
            await pool.execute("UPDATE streams SET seq = seq + 1")
        assert await pool.fetchval("SELECT disagreement FROM streams") is None
        assert repairs == []
        for _ in range(10):
            now += 2.0
            await looking.check_all()
    assert "behind the chain" in await pool.fetchval("SELECT disagreement FROM streams")
    assert set(repairs) == {STREAM}
