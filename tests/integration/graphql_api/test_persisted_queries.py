"""Documents that the operator listed are asked for by name; where only they are allowed, nothing else is answered."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from integration.graphql_api.service import Service, running
from integration.graphql_api.test_startup import refused_start

TIME = "query Time { chainTime }"
PAGE = "query Page($first: Int) { proposals(first: $first) { nodes { id } } }"
FOLLOW = "subscription { indexerStatusChanged(includeCurrent: true) { slot } }"
SCHEMA = "{ __schema { queryType { name } } }"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


LISTED = {_sha256(TIME): TIME, "page": PAGE, "sha256:" + _sha256(FOLLOW): FOLLOW, "schema": SCHEMA}


@pytest.fixture
def listed(tmp_path: Path) -> str:
    """The file that names them."""
    path = tmp_path / "persisted.json"
    path.write_text(json.dumps(LISTED))
    return str(path)


async def _post(service: Service, **body: Any) -> dict[str, Any]:
    response = await service.http.post(service.graphql, json=body)
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def _code(answer: dict[str, Any]) -> str:
    (error,) = answer["errors"]
    code: str = error["extensions"]["code"]
    return code


async def test_a_listed_document_is_asked_for_by_its_id(database: str, listed: str) -> None:
    async with running(database, WINDLASS_PERSISTED_QUERIES=listed) as service:
        time = {"data": {"chainTime": None}}
        assert await _post(service, documentId=_sha256(TIME)) == time
        apollo = {"persistedQuery": {"version": 1, "sha256Hash": _sha256(TIME)}}
        assert await _post(service, extensions=apollo, operationName="Time") == time
        assert await _post(service, documentId="page", variables={"first": 3}) == {"data": {"proposals": {"nodes": []}}}
        assert _code(await _post(service, documentId="page", variables={"first": 101})) == "BAD_PAGE_SIZE"
        # Not compiled: the resolvers get it in full.
        assert await _post(service, documentId="schema") == {"data": {"__schema": {"queryType": {"name": "Query"}}}}
        for name, value in [("documentId", _sha256(TIME)), ("extensions", json.dumps(apollo))]:
            response = await service.http.get(service.graphql, params={name: value})
            assert response.json() == time
        params = {"documentId": "page", "variables": '{"first": 0}'}
        assert _code((await service.http.get(service.graphql, params=params)).json()) == "BAD_PAGE_SIZE"
        # Others may be sent all the same.
        assert await service.ask("{ chainTime }") == {"chainTime": None}


async def test_an_id_that_nobody_listed_is_told_apart_so_that_clients_send_the_text(database: str, listed: str) -> None:
    async with running(database, WINDLASS_PERSISTED_QUERIES=listed) as service:
        answer = await _post(service, documentId="nothing")
        assert _code(answer) == "PERSISTED_QUERY_NOT_FOUND"
        assert "no document is known by the id 'nothing'" in answer["errors"][0]["message"]


async def test_only_listed_documents_are_answered_where_the_operator_says_so(database: str, listed: str) -> None:
    restricted: dict[str, Any] = {"WINDLASS_PERSISTED_QUERIES": listed, "WINDLASS_ONLY_PERSISTED_QUERIES": "yes"}
    async with running(database, **restricted) as service:
        assert (await _post(service, documentId=_sha256(TIME)))["data"] == {"chainTime": None}
        assert await service.ask(TIME) == {"chainTime": None}  # the very text is as good as its id
        for other in ("{ chainTime }", TIME + " ", "{ __schema { types { name } } }", "{", ""):
            assert (await service.refusal(other))["extensions"] == {"code": "PERSISTED_QUERIES_ONLY"}
            answer = await service.http.get(service.graphql, params={"query": other})
            assert _code(answer.json()) == "PERSISTED_QUERIES_ONLY"
        assert _code(await _post(service, documentId="nothing")) == "PERSISTED_QUERY_NOT_FOUND"
        async with service.socket() as client:
            for payload, code in [
                ({"query": "subscription { indexerStatusChanged { slot } }"}, "PERSISTED_QUERIES_ONLY"),
                ({"documentId": "nothing"}, "PERSISTED_QUERY_NOT_FOUND"),
                ({}, "BAD_REQUEST"),
            ]:
                await client.connection.send(json.dumps({"id": "x", "type": "subscribe", "payload": payload}))
                message = await client.receive()
                assert (message["type"], message["id"]) == ("error", "x")
                assert message["payload"][0]["extensions"] == {"code": code}
            by_id = {"id": "y", "type": "subscribe", "payload": {"documentId": "sha256:" + _sha256(FOLLOW)}}
            await client.connection.send(json.dumps(by_id))
            assert await client.next() == {"indexerStatusChanged": {"slot": None}}


async def test_a_list_that_is_not_there_or_not_named_is_told(tmp_path: Path) -> None:
    line = await refused_start(WINDLASS_PERSISTED_QUERIES=str(tmp_path / "none.json"))
    assert line.startswith("windlass-graphql: The persisted queries ")
    assert line.endswith("none.json cannot be read: no such file or directory.")
    assert "name the file" in await refused_start(WINDLASS_ONLY_PERSISTED_QUERIES="yes")
