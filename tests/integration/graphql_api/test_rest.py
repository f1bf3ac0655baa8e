"""REST reads are GraphQL queries by another address, and what their OpenAPI document says of them holds."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import schemathesis
from integration.graphql_api.service import Service, running
from stack.documented_answers import ask_of_everything
from stack.read_model import GENESIS, Proposal, ReadModel, key
from windlass_graphql.rest.openapi import openapi
from windlass_graphql.rest.stored import ROUTES, stored
from windlass_graphql.schema import graphql_schema

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
REQUESTS = 12
"""Of each kind to each route."""


async def _written(read_model: ReadModel) -> tuple[Proposal, str]:
    """Proposals in several states, one of them with a migration: its proposal and tracker."""
    governance = await read_model.govern()
    for votes in range(4):
        proposal = await read_model.propose(governance)
        for _ in range(votes):
            await read_model.approve(proposal)
    await read_model.vote_to_cancel(proposal)
    await read_model.execute(proposal, GENESIS + timedelta(days=3))
    tracker = key()
    await read_model.connection.execute(
        """INSERT INTO migration_jobs
           SELECT $1, multisig, program, address, 1, proposer, '{"layouts": [{"size": 64}]}', 'migrating', 2, 0,
                  created_at, created_slot, created_signature
           FROM upgrade_proposals WHERE address = $2""",
        tracker,
        proposal.address,
    )
    await read_model.connection.execute(
        """INSERT INTO account_migrations
           SELECT tracker, n, proposal, 'migrate', 0, sha256('a'::bytea), sha256('b'::bytea), started_at, 100 + n,
                  started_signature
           FROM migration_jobs, generate_series(1, 2) AS n"""
    )
    await read_model.chain(GENESIS + timedelta(days=4))
    return proposal, tracker


async def _get(service: Service, path: str, **parameters: Any) -> httpx.Response:
    return await service.http.get(service.url + path, params=parameters)


async def _refusal(service: Service, path: str, **parameters: Any) -> tuple[int, str, str]:
    response = await _get(service, path, **parameters)
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


async def test_each_route_answers_what_its_query_does_and_as_documented(
    service: Service, read_model: ReadModel
) -> None:
    proposal, tracker = await _written(read_model)
    ids = {"upgradeStatus": proposal.address, "migrationProgress": tracker}
    served = await asyncio.to_thread(schemathesis.openapi.from_url, f"{service.url}/openapi.json")
    for read in stored(graphql_schema):
        variables = {"id": ids[read.name]} if read.name in ids else {}
        response = await service.http.get(service.url + read.path.format_map(variables))
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        expected = await service.ask(read.text, **variables)
        assert response.json() == expected[read.root.name.value]
        assert json.dumps(response.json()).count("{") > 4
        served[read.path]["GET"].validate_response(response)
    status = (await _get(service, f"/upgrade/{proposal.address}/status")).json()
    assert (status["state"], len(status["approvals"]), status["migration"]["migrated"]) == ("EXECUTED", 3, 2)


async def test_lists_are_filtered_and_paged_by_parameters(service: Service, read_model: ReadModel) -> None:
    await _written(read_model)

    async def ids(**parameters: Any) -> tuple[list[int], dict[str, Any]]:
        page = (await _get(service, "/upgrade/proposals", **parameters)).json()
        return [node["id"] for node in page["nodes"]], page["pageInfo"]

    found, info = await ids(first=3)
    assert (found, info["hasNextPage"]) == ([4, 3, 2], True)
    found, info = await ids(first=3, after=info["endCursor"])
    assert (found, info["hasNextPage"]) == ([1], False)
    assert (await ids(state=["EXECUTED", "CANCELLED"]))[0] == [4]
    assert (await ids(state="EXECUTED", order="OLDEST_FIRST"))[0] == [4]
    assert (await ids(order="OLDEST_FIRST", last=2))[0] == [3, 4]
    assert (await ids(createdFrom="2026-02-01T00:00:00Z"))[0] == []
    assert (await ids(proposer=key()))[0] == []
    assert (await _get(service, "/migration/progress", state="FINALIZED")).json()["nodes"] == []


async def test_what_is_not_there_is_404_and_what_is_wrong_is_400(service: Service) -> None:
    nobody = key()
    assert await _refusal(service, f"/upgrade/{nobody}/status") == (
        404,
        "NOT_FOUND",
        f"there is no proposal at the address {nobody}",
    )
    assert (await _refusal(service, f"/migration/{nobody}/progress"))[:2] == (404, "NOT_FOUND")
    bad: list[tuple[str, dict[str, Any], str, str]] = [
        ("/upgrade/x/status", {}, "BAD_ADDRESS", "address: expected an address"),
        ("/upgrade/proposals", {"first": "many"}, "BAD_ARGUMENTS", "first: expected a whole number, got 'many'"),
        ("/upgrade/proposals", {"first": "9999999999"}, "INVALID", "non 32-bit signed integer"),
        ("/upgrade/proposals", {"first": 101}, "BAD_PAGE_SIZE", "first: expected 1 to 100, got 101"),
        ("/upgrade/proposals", {"first": [1, 2]}, "BAD_ARGUMENTS", "first: expected once, got 2 times"),
        ("/upgrade/proposals", {"first": 1, "last": 1}, "BAD_ARGUMENTS", "expected first or last, got both"),
        ("/upgrade/proposals", {"after": "x"}, "BAD_CURSOR", "a cursor that `proposals` handed out"),
        ("/upgrade/proposals", {"state": "ASLEEP"}, "BAD_ARGUMENTS", "state: expected one of PROPOSED, APPROVED"),
        ("/upgrade/proposals", {"createdFrom": "today"}, "INVALID", "DateTime: expected ISO 8601"),
        ("/upgrade/proposals", {"offset": 5}, "BAD_ARGUMENTS", "'offset' is no parameter here; expected multisig, "),
        (f"/upgrade/{nobody}/status", {"id": nobody}, "BAD_ARGUMENTS", "'id' is no parameter here; expected none"),
    ]
    for path, parameters, code, said in bad:
        refused = await _refusal(service, path, **parameters)
        assert refused[:2] == (400, code), (path, parameters, refused)
        assert said in refused[2]
    assert (await _refusal(service, "/upgrade"))[:2] == (404, "NOT_FOUND")
    response = await service.http.post(f"{service.url}/upgrade/proposals")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert response.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}


async def test_a_database_that_fails_has_a_status_of_its_own(database: str) -> None:
    connection = await asyncpg.connect(database)
    async with running(database, expect_errors=True) as service:
        async with connection.transaction():
            await connection.execute("LOCK TABLE upgrade_proposals")
            assert (await _refusal(service, "/upgrade/proposals"))[:2] == (504, "TIMEOUT")
        await connection.execute("ALTER TABLE migration_jobs RENAME COLUMN migrated TO went")
        assert await _refusal(service, "/migration/progress") == (
            500,
            "INTERNAL",
            "something went wrong here, not in your query; it has been logged",
        )
    await connection.close()


def test_the_documented_routes_are_the_served_ones() -> None:
    described = openapi(graphql_schema)
    assert json.loads(COMMITTED.read_text()) == described, (
        "print it anew: python -m windlass_graphql.rest.openapi > docs/openapi.json"
    )
    assert list(described["paths"]) == list(ROUTES)
    for path in described["paths"].values():
        assert path["get"]["summary"]
        assert all(parameter["description"] for parameter in path["get"]["parameters"])


async def test_whatever_is_asked_the_answer_is_as_documented(service: Service, read_model: ReadModel) -> None:
    await _written(read_model)

    await asyncio.to_thread(ask_of_everything, f"{service.url}/openapi.json", REQUESTS)
