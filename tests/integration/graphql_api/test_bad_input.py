"""What cannot be answered gets one clear error with a code, and nothing of the inside."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from integration.graphql_api.service import Service, running
from stack.postgres import create_database, database_url, drop_database
from stack.read_model import ReadModel, key
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

pytestmark = pytest.mark.asyncio(loop_scope="module")
WITH_ITS_OWN_DATABASE = pytest.mark.asyncio(loop_scope="function")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(postgres: str, template_database: str) -> AsyncIterator[Service]:
    """One server over one empty database for all that is refused: nothing of it is written."""
    name = await create_database(postgres, template_database)
    async with running(database_url(postgres, name)) as service:
        yield service
    await drop_database(postgres, name)


BAD_QUERIES = [
    ('{ multisig(address: "x") { address } }', "BAD_ADDRESS", "address: expected an address (32 bytes in base58"),
    ('{ multisig(address: "%s") { address } }' % ("1" * 33), "BAD_ADDRESS", "(33 characters)"),
    ('{ proposals(proposer: "; DROP TABLE vaults") { nodes { id } } }', "BAD_ADDRESS", "proposer: expected"),
    ("{ proposal { id } }", "BAD_ARGUMENTS", "expected either address, or multisig and id together, or signature"),
    ('{ proposal(multisig: "%s") { id } }' % ("1" * 32), "BAD_ARGUMENTS", "multisig and id together"),
    ("{ vault { owner } }", "BAD_ARGUMENTS", "expected either address or owner"),
    ("{ proposals(first: 101) { nodes { id } } }", "BAD_PAGE_SIZE", "first: expected 1 to 100, got 101"),
    ("{ proposals(first: 0) { nodes { id } } }", "BAD_PAGE_SIZE", "got 0"),
    ('{ proposals(after: "MTIz") { nodes { id } } }', "BAD_CURSOR", "a cursor that `proposals` handed out"),
    ('{ vaults(after: "\\u0000") { nodes { owner } } }', "BAD_CURSOR", "`vaults`"),
    ('{ proposal(signature: "a\\u0000b") { id } }', "BAD_ARGUMENTS", "signature: expected at most 128 printable"),
    ('{ auditLog(action: "%s") { nodes { seq } } }' % ("x" * 129), "BAD_ARGUMENTS", "action: expected at most 128"),
    ("{ proposals(state: [%s]) { nodes { id } } }" % ("READY " * 101), "TOO_COMPLEX", "state has 101 items, 100 are"),
    ("{ proposals(state: [ASLEEP]) { nodes { id } } }", "INVALID", "ASLEEP"),
    ('{ proposal(multisig: "x", id: -1) { id } }', "INVALID", "from 0 to 9007199254740991"),
    ("{ nonsense }", "INVALID", "Cannot query field 'nonsense'"),
    ("{ chainTime", "SYNTAX", "Syntax Error"),
    ("mutation { x }", "INVALID", "mutation"),
    ("{" + " a: chainTime" * 700 + "}", "SYNTAX", "2000 tokens"),
    (
        "{ multisigs { nodes " + "{ proposals { nodes { multisig " * 5 + "{ address }" + "}}}" * 5 + "} }",
        "TOO_COMPLEX",
        "18 fields deep, 15 are allowed",
    ),
    ("{" + " ".join(f"a{n}: chainTime" for n in range(21)) + "}", "TOO_COMPLEX", "21 things at once"),
    ("{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...a }", "TOO_COMPLEX", "contains itself"),
    (
        "{ ...f0 } "
        + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(40))
        + " fragment f40 on Query { chainTime }",
        "TOO_COMPLEX",
        "1099511627776 fields, 1000 are allowed",
    ),
    (
        "{ multisigs(first: 100) { nodes { proposals(first: 100) { nodes { approvals { member } } } } } }",
        "TOO_COMPLEX",
        "up to 170201 objects, 25000 are allowed",
    ),
    (
        "{ __schema { types { name } } multisigs(last: 100) { edges { node { proposals(last: 100) { nodes { "
        "multisig { programs(first: 100) { nodes { address } } } } } } } } }",
        "TOO_COMPLEX",
        "",
    ),
    ("{" + " chainTime" * 11 + "}", "TOO_COMPLEX", "'chainTime' is selected 11 times at once, 10 are allowed"),
    ("{ chainTime" + " @skip(if: false)" * 51 + "}", "TOO_COMPLEX", "51 directives, 50 are allowed"),
    (
        "query (" + " ".join(f"$v{n}: Int" for n in range(51)) + ") { chainTime }",
        "TOO_COMPLEX",
        "51 variables, 50 are allowed",
    ),
    ("# " + "x" * 40_000 + "\n{ chainTime }", "TOO_COMPLEX", "characters, 32768 are allowed"),
]
"""Query, code, and what the message has to say."""


async def test_a_bad_query_is_refused_clearly(service: Service) -> None:
    for query, code, message in BAD_QUERIES:
        error = await service.refusal(query)
        assert error["extensions"] == {"code": code}, query
        assert message in error["message"], query


BAD_BODIES = [
    (b"", "the body: expected JSON in UTF-8"),
    (b'{"query": "{ chainTime }"', "the body: expected JSON in UTF-8"),
    (b'{"query": "\xff"}', "the body: expected JSON in UTF-8"),
    (b"[" * 100_000, "the body: expected JSON in UTF-8"),
    (b"7", "expected a JSON object with `query`, got a number"),
    (b'[{"query": "{ chainTime }"}]', "batches are not answered"),
    (b"{}", "expected `query` with a document's text, or `documentId`"),
    (b'{"query": ""}', "expected `query` with a document's text, or `documentId`"),
    (b'{"query": 7}', "expected `query` with a document's text, or `documentId`"),
    (b'{"query": "{ chainTime }", "variables": []}', "variables: expected an object, got a list"),
    (b'{"query": "{ chainTime }", "operationName": true}', "operationName: expected a string, got a boolean"),
]
"""Body, and what the message has to say."""


async def test_a_request_that_is_none_is_refused_clearly(service: Service) -> None:
    for body, said in BAD_BODIES:
        response = await service.http.post(service.graphql, content=body)
        assert response.status_code == 400, body[:60]
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "BAD_REQUEST"}
        assert said in error["message"]
    for query in (
        "query={chainTime}&variables={",
        "query={chainTime}&variables=[]",
        "query=%ff",
        "query=",
        "extensions={}",
    ):
        response = await service.http.get(f"{service.graphql}?{query}")
        assert response.status_code == 400, query
        assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


async def test_a_request_without_a_query_from_no_browser_is_refused(service: Service) -> None:
    response = await service.http.get(service.graphql, headers={"accept": "application/json"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


async def test_a_subscription_over_plain_http_is_refused_clearly(service: Service) -> None:
    query = "subscription { indexerStatusChanged { slot } }"
    for response in (
        await service.http.post(service.graphql, json={"query": query}),
        await service.http.get(service.graphql, params={"query": query}),
    ):
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


BAD_MESSAGES = [
    "7",
    "[]",
    '{"id": [], "type": "subscribe", "payload": {"query": "{ chainTime }"}}',
    '{"id": "1", "type": "subscribe", "payload": []}',
    '{"id": {}, "type": "complete"}',
    '{"type": "nonsense"}',
    "{",
    "[" * 60_000,
]


async def test_a_websocket_message_that_is_none_ends_the_connection(service: Service) -> None:
    for message in BAD_MESSAGES:
        async with service.socket() as client:
            await client.connection.send(message)
            with pytest.raises(ConnectionClosedError) as closed:
                await client.receive()
            assert closed.value.rcvd is not None, message[:80]
            assert closed.value.rcvd.code == 4400, message[:80]


async def test_page_sizes_in_variables_are_bounded_too_also_over_a_websocket(service: Service) -> None:
    query = """query ($size: Int) { multisigs(first: $size) { nodes { proposals(last: $size) { nodes {
        multisig { programs(first: $size) { nodes { address } } } } } } } }"""
    assert (await service.refusal(query, size=100))["extensions"] == {"code": "TOO_COMPLEX"}
    assert await service.ask(query, size=10) == {"multisigs": {"nodes": []}}
    async with service.socket() as client:
        await client.begin(query, size=100)
        message = await client.receive()
        (error,) = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
        assert error["extensions"] == {"code": "TOO_COMPLEX"}


async def test_values_in_variables_are_bounded(service: Service) -> None:
    query = "query ($state: [ProposalState!]) { proposals(state: $state) { nodes { id } } }"
    for number, code in [(100, None), (101, "BAD_ARGUMENTS"), (1_000, "TOO_COMPLEX"), (20_000, "TOO_COMPLEX")]:
        if code is None:
            assert await service.ask(query, state=["READY"] * number) == {"proposals": {"nodes": []}}
        else:
            assert (await service.refusal(query, state=["READY"] * number))["extensions"] == {"code": code}


@WITH_ITS_OWN_DATABASE
async def test_a_cursor_of_another_list_is_refused(database: str, read_model: ReadModel) -> None:
    await read_model.vault(key(), [1])
    async with running(database) as service:
        answer = await service.ask("{ vaults { pageInfo { endCursor } } }")
        error = await service.refusal(
            "query ($after: String) { proposals(after: $after) { nodes { id } } }",
            after=answer["vaults"]["pageInfo"]["endCursor"],
        )
    assert error["extensions"] == {"code": "BAD_CURSOR"}


async def test_a_bad_subscription_is_refused_clearly(service: Service) -> None:
    async with service.socket() as client:
        await client.begin('subscription { proposalChanged(proposal: "x") { slot } }')
        message = await client.receive()
        (error,) = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
        assert error["extensions"] == {"code": "BAD_ADDRESS"}


@WITH_ITS_OWN_DATABASE
async def test_what_goes_wrong_inside_stays_inside(database: str, read_model: ReadModel) -> None:
    await read_model.connection.execute("ALTER TABLE vaults RENAME COLUMN mint TO coin")
    async with running(database, expect_errors=True) as service:
        error = await service.refusal("{ vaults { nodes { owner } } }")
        assert error["extensions"] == {"code": "INTERNAL"}
        assert error["message"] == "something went wrong here, not in your query; it has been logged"


@WITH_ITS_OWN_DATABASE
async def test_a_statement_that_takes_too_long_is_stopped(database: str) -> None:
    connection = await asyncpg.connect(database)
    async with running(database) as service, connection.transaction():
        await connection.execute("LOCK TABLE vaults")
        error = await service.refusal("{ vaults { nodes { owner } } }")
        assert error["extensions"] == {"code": "TIMEOUT"}
    await connection.close()


async def test_a_request_that_is_too_large_is_refused(service: Service) -> None:
    response = await service.http.post(
        service.graphql, json={"query": "{ chainTime }", "variables": {"x": "y" * 300_000}}
    )
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"] == {"code": "TOO_LARGE"}


@WITH_ITS_OWN_DATABASE
async def test_pages_of_other_origins_may_ask_only_where_they_are_named(database: str) -> None:
    named, other = "https://app.example", "https://elsewhere.example"
    async with running(database, WINDLASS_CORS_ORIGINS=named) as service:
        for origin, allowed in [(named, named), (other, None)]:
            response = await service.http.post(
                service.graphql, json={"query": "{ chainTime }"}, headers={"origin": origin}
            )
            assert response.headers.get("access-control-allow-origin") == allowed
        async with connect(service.websocket, origin=named):  # type: ignore[arg-type]
            pass
        with pytest.raises(InvalidStatus):
            async with connect(service.websocket, origin=other):  # type: ignore[arg-type]
                pass


async def test_no_page_of_another_origin_may_ask_by_default(service: Service) -> None:
    response = await service.http.post(
        service.graphql, json={"query": "{ chainTime }"}, headers={"origin": "https://elsewhere.example"}
    )
    assert "access-control-allow-origin" not in response.headers
