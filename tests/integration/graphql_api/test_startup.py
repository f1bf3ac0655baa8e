"""The service says what keeps it from starting, and how to mend it."""

import asyncio
import json

import asyncpg
from integration.graphql_api.service import DEADLINE, Service, running, start
from stack.postgres import create_database, database_url, drop_database
from stack.read_model import GENESIS, ReadModel
from windlass_indexer import migrations


async def refused_start(*arguments: str, **environment: str) -> str:
    """The one line that it says."""
    process = await start(*arguments, environment=environment)
    async with asyncio.timeout(DEADLINE):
        out, said = await process.communicate()
    assert process.returncode == 1
    assert out == b""
    (line,) = said.decode().splitlines()
    return line


async def test_an_unreachable_database_is_named_without_its_password() -> None:
    line = await refused_start(DATABASE_URL="postgresql://operator:secret@127.0.0.1:1/windlass")
    assert line == (
        "windlass-graphql: PostgreSQL at postgresql://windlass_reader@127.0.0.1:1/windlass cannot be reached: "
        "connection refused. Start it, or name another in DATABASE_URL, WINDLASS_GRAPHQL_DATABASE_URL or --database."
    )
    line = await refused_start(
        WINDLASS_GRAPHQL_DATABASE_URL="postgresql://own:secret@127.0.0.1:1/windlass?password=secret"
    )
    assert "postgresql://own@127.0.0.1:1/windlass cannot be reached" in line
    assert "secret" not in line
    line = await refused_start("--database", "mysql://127.0.0.1/windlass")
    assert "scheme is expected to be either" in line


async def test_a_database_without_the_tables_is_told_to_be_migrated(postgres: str) -> None:
    name = await create_database(postgres, "template1")
    try:
        line = await refused_start("--wait", "0", DATABASE_URL=database_url(postgres, name))
    finally:
        await drop_database(postgres, name)
    assert "run `windlass-indexer migrate` first" in line


async def test_it_waits_for_an_indexer_that_was_started_at_the_same_time(postgres: str, template_database: str) -> None:
    name = await create_database(postgres, "template1")
    url = database_url(postgres, name)
    process = await start("--wait", str(DEADLINE), environment={"DATABASE_URL": url})
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        async with asyncio.timeout(DEADLINE):
            assert b"waiting for `windlass-indexer migrate`" in await process.stderr.readline()
            connection = await asyncpg.connect(url)
            await migrations.apply(connection)
            await connection.close()
            assert json.loads(await process.stdout.readline())["event"] == "ready"
    finally:
        process.terminate()
        await process.communicate()
        await drop_database(postgres, name)


async def test_a_database_that_is_not_there_is_named(postgres: str, template_database: str) -> None:
    line = await refused_start(DATABASE_URL=database_url(postgres, "nowhere"))
    assert 'database "nowhere" does not exist' in line


async def test_settings_that_cannot_be_meant_are_refused(postgres: str) -> None:
    assert "WINDLASS_GRAPHQL_PORT: expected 0 to 65535, got 'http'" in await refused_start(WINDLASS_GRAPHQL_PORT="http")
    assert "WINDLASS_LOG_LEVEL: expected debug" in await refused_start(WINDLASS_LOG_LEVEL="loud")
    assert "WINDLASS_LOG_FORMAT: expected text or json" in await refused_start(WINDLASS_LOG_FORMAT="xml")
    assert "WINDLASS_RATE_BURST: expected 1 to 1000000, got '0'" in await refused_start(WINDLASS_RATE_BURST="0")
    assert "like 10.0.0.0/8, got '*'" in await refused_start(WINDLASS_TRUSTED_PROXIES="::1, *")


async def test_a_taken_port_is_named(database: str, service: Service) -> None:
    port = service.url.rpartition(":")[2]
    line = await refused_start("--port", port, DATABASE_URL=database)
    assert f"Cannot listen on 127.0.0.1:{port} (address already in use); choose another --port" in line


async def test_it_reads_as_a_role_that_can_change_nothing(database: str, service: Service) -> None:
    connection = await asyncpg.connect(database)
    roles = await connection.fetch(
        """SELECT DISTINCT usename FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE 'windlass-graphql%'"""
    )
    assert [row["usename"] for row in roles] == ["windlass_reader"]
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rights = await connection.fetch(
        """SELECT name, kind FROM unnest($1::text[]) AS name,
               unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS kind
           WHERE has_table_privilege('windlass_reader', name, kind)""",
        [row["tablename"] for row in tables],
    )
    assert len(tables) > 10
    assert rights == []
    await connection.close()


async def test_it_is_ready_only_while_the_database_is(database: str, service: Service) -> None:
    async def readiness() -> tuple[int, dict[str, object]]:
        response = await service.http.get(f"{service.url}/readyz")
        return response.status_code, response.json()

    assert await readiness() == (
        200,
        {"status": "ready", "checks": {"database": "ok", "migrations": "ok", "indexer": "ok", "changes": "ok"}},
    )
    assert (await service.http.get(f"{service.url}/healthz")).json() == {"status": "ok"}
    connection = await asyncpg.connect(database)
    await connection.execute("ALTER TABLE vaults RENAME TO elsewhere")
    assert (await readiness())[0] == 503
    await connection.execute("ALTER TABLE elsewhere RENAME TO vaults")
    assert (await readiness())[0] == 200
    await connection.close()


async def test_it_is_not_ready_while_the_indexer_lags(database: str, read_model: ReadModel) -> None:
    async with running(database, WINDLASS_READY_LAG="60") as service:

        async def indexer() -> tuple[int, str]:
            response = await service.http.get(f"{service.url}/readyz")
            return response.status_code, response.json()["checks"]["indexer"]

        assert await indexer() == (
            503,
            "it has not told of the chain yet; is `windlass-indexer run` running?",
        )
        await read_model.chain(GENESIS)
        assert await indexer() == (200, "ok")
        await read_model.connection.execute("UPDATE cursors SET confirmed_slot = slot + 151")
        assert await indexer() == (
            503,
            "it is 151 slots behind the chain, about 60 s; at most 60 s are allowed",
        )
        await read_model.connection.execute("UPDATE cursors SET confirmed_slot = slot + 150")
        assert await indexer() == (200, "ok")
        await read_model.connection.execute("UPDATE cursors SET updated_at = now() - interval '1 day'")
        status, said = await indexer()
        assert status == 503
        assert said.startswith("it has not told of the chain for 864")


async def test_logs_can_be_json(database: str) -> None:
    process = await start(
        environment={"DATABASE_URL": database, "WINDLASS_LOG_FORMAT": "json", "WINDLASS_LOG_LEVEL": "debug"}
    )
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE):
        await process.stdout.readline()
        process.terminate()
        _, said = await process.communicate()
    for line in said.decode().splitlines():
        assert {"time", "level", "logger", "message"} <= json.loads(line).keys()
