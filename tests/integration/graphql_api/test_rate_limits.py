"""Whoever asks too often is told to wait, and nobody else waits for it."""

import json
from typing import Any

import pytest
from integration.graphql_api.service import Service, running
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

BURST = 5
SLOW: dict[str, Any] = {"WINDLASS_RATE_LIMIT": "1", "WINDLASS_RATE_BURST": str(BURST)}


async def _statuses(service: Service, times: int, **headers: str) -> list[int]:
    body = {"query": "{ chainTime }"}
    responses = [await service.http.post(service.graphql, json=body, headers=headers) for _ in range(times)]
    return [response.status_code for response in responses]


async def test_more_than_a_burst_is_refused_with_the_time_to_wait(database: str) -> None:
    async with running(database, **SLOW, WINDLASS_CORS_ORIGINS="https://app.example") as service:
        assert await _statuses(service, BURST) == [200] * BURST
        response = await service.http.post(service.graphql, json={}, headers={"origin": "https://app.example"})
        assert response.status_code == 429
        assert response.headers["retry-after"] == "1"
        # A page may read the refusal.
        assert response.headers["access-control-allow-origin"] == "https://app.example"
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "RATE_LIMITED"}
        assert error["message"] == "this address asks more often than is allowed; ask again in 1 s"
        assert (await service.http.get(f"{service.url}/healthz")).status_code == 200
        with pytest.raises(InvalidStatus, match="403"):
            async with connect(service.websocket):
                pass


async def test_behind_a_trusted_proxy_each_client_has_its_own_limit(database: str) -> None:
    async with running(database, **SLOW) as service:
        for client in ("192.0.2.1", "192.0.2.2"):
            # What a client itself puts before is not believed.
            for claimed in ("198.51.100.7", "198.51.100.8"):
                forwarded = {"x-forwarded-for": f"{claimed}, {client}"}
                allowed = BURST if claimed.endswith("7") else 0
                statuses = await _statuses(service, BURST, **forwarded)
                assert statuses == [200] * allowed + [429] * (BURST - allowed)


async def test_who_is_no_trusted_proxy_speaks_for_nobody_else(database: str) -> None:
    async with running(database, **SLOW, WINDLASS_TRUSTED_PROXIES="192.0.2.0/24") as service:
        for number in range(BURST):
            assert await _statuses(service, 1, **{"x-forwarded-for": f"198.51.100.{number}"}) == [200]
        assert await _statuses(service, 1, **{"x-forwarded-for": "198.51.100.99"}) == [429]


async def test_operations_of_one_websocket_are_limited_like_requests(database: str) -> None:
    async with running(database, **SLOW) as service, service.socket() as client:
        for _ in range(BURST - 1):  # the handshake was the first
            await client.settle()
        id = await client.begin("{ chainTime }")
        message = await client.receive()
        assert (message["id"], message["type"]) == (id, "error")
        assert message["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}


async def test_what_costs_more_counts_as_more(database: str) -> None:
    large = "{ multisigs(first: 100) { nodes { proposals(first: 100) { nodes { id } } } } }"
    async with running(database, WINDLASS_RATE_LIMIT="1", WINDLASS_RATE_BURST="8") as service:
        # Up to 10,201 objects: one request and ten more.
        assert (await service.http.post(service.graphql, content=json.dumps({"query": large}))).status_code == 200
        assert await _statuses(service, 1) == [429]
