"""Prometheus is told what was answered, how it went and how the read model stands."""

import asyncio
from datetime import timedelta

import asyncpg
from integration.graphql_api.service import DEADLINE, Service, running
from prometheus_client.parser import text_string_to_metric_families
from stack.read_model import GENESIS, ReadModel, key

Samples = dict[tuple[str, ...], float]


async def _metrics(service: Service) -> Samples:
    """By the name and the labels' values."""
    response = await service.http.get(f"{service.url}/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(response.text))
    assert all(family.documentation for family in families)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


async def test_requests_are_counted_and_timed_by_the_route_that_answered(service: Service) -> None:
    for query in ("{ chainTime }", "{ __typename chainTime }", "{ nonsense }", '{ vault(owner: "x") { owner } }'):
        await service.post(query)
    for path in ("/upgrade/proposals", f"/upgrade/{key()}/status", "/upgrade/x/status", "/a", "/b", "/healthz"):
        await service.http.get(service.url + path)
    found = await _metrics(service)
    requests = {name[1:]: value for name, value in found.items() if name[0] == "windlass_graphql_requests_total"}
    assert requests == {
        ("/graphql", "200"): 4,
        ("/upgrade/proposals", "200"): 1,
        ("/upgrade/{id}/status", "404"): 1,
        ("/upgrade/{id}/status", "400"): 1,
        ("other", "404"): 2,
        ("/healthz", "200"): 1,
    }
    assert found["windlass_graphql_request_seconds_count", "/graphql"] == 4
    assert 0 < found["windlass_graphql_request_seconds_sum", "/graphql"] < DEADLINE
    errors = {name[1]: value for name, value in found.items() if name[0] == "windlass_graphql_errors_total"}
    assert errors == {"INVALID": 1, "BAD_ADDRESS": 2, "NOT_FOUND": 3}
    assert found["process_resident_memory_bytes",] > 10**7


async def test_the_indexers_state_is_told(service: Service, read_model: ReadModel) -> None:
    first = await read_model.govern()
    await read_model.govern()
    await read_model.verified(first.multisig)
    await read_model.chain(GENESIS + timedelta(days=1))
    await read_model.connection.execute("UPDATE cursors SET updated_at = now() - interval '100 s'")
    found = await _metrics(service)
    assert found["windlass_indexer_lag_slots",] == 3
    assert 100 <= found["windlass_indexer_silence_seconds",] < 100 + DEADLINE
    streams = {name[1]: value for name, value in found.items() if name[0] == "windlass_indexer_streams"}
    assert streams == {"total": 2, "verified": 1, "disagreeing": 0}
    assert found["windlass_graphql_database_up",] == 1
    assert found["windlass_graphql_listening",] == 1


async def test_open_websockets_and_connections_are_told(service: Service) -> None:
    async with service.socket(), service.socket():
        found = await _metrics(service)
        assert found["windlass_graphql_websockets",] == 2
    connections = {name[1]: value for name, value in found.items() if "database_connections" in name[0]}
    assert connections.keys() == {"busy", "idle"}
    assert sum(connections.values()) >= 1
    async with asyncio.timeout(DEADLINE):
        while (await _metrics(service))["windlass_graphql_websockets",]:
            pass


async def test_a_database_that_does_not_answer_is_told_and_nothing_else_is_lost(database: str) -> None:
    connection = await asyncpg.connect(database)
    async with running(database) as service:
        async with connection.transaction():
            await connection.execute("LOCK TABLE cursors")
            found = await _metrics(service)
        assert found["windlass_graphql_database_up",] == 0
        assert (await _metrics(service))["windlass_graphql_database_up",] == 1
    await connection.close()
