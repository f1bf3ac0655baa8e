"""The dashboard comes from the server alone, runs under a strict policy, and asks only what is always answered."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from graphql import OperationType, get_operation_ast, parse
from integration.graphql_api.service import Service, running
from integration.graphql_api.test_persisted_queries import listed as listed  # a fixture
from integration.graphql_api.test_startup import refused_start
from stack.read_model import GENESIS, ReadModel

SCRIPTS = sorted(Path(str(files("windlass_graphql").joinpath("dashboard"))).glob("*.js"))
WRITES_MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setHTML")


async def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(service: Service) -> None:
    page = await service.http.get(service.url)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in page.text.replace("<!doctype html>", "")
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page.text)
    asked = set(re.findall(r'(?:src|href)="(dashboard/[^"]+)"', page.text))
    seen: set[str] = set()
    while asked:
        name = asked.pop()
        seen.add(name)
        response = await service.http.get(urljoin(service.url, name))
        assert response.status_code == 200, name
        assert response.headers["x-content-type-options"] == "nosniff"
        if name.endswith(".js"):
            assert response.headers["content-type"].startswith("text/javascript"), name
            imported = re.findall(r'from "([^"]+)"', response.text)
            assert all(each.startswith("./") for each in imported), name
            asked |= {urljoin(name, each) for each in imported} - seen
    assert {f"dashboard/{script.name}" for script in SCRIPTS} <= seen, "a script that no page loads"
    assert (await service.http.get(f"{service.url}/dashboard/%2e%2e/app.py")).status_code == 404


def test_what_was_read_never_becomes_markup() -> None:
    assert SCRIPTS
    for script in SCRIPTS:
        assert not WRITES_MARKUP.search(script.read_text(encoding="utf-8")), script.name


async def test_the_page_is_told_where_wallets_find_the_commands_if_anywhere(service: Service, database: str) -> None:
    told = (await service.http.get(f"{service.url}/dashboard/config.json")).json()
    assert told["commands"] is None
    async with running(database, WINDLASS_COMMANDS_URL="https://app.example") as other:
        told = (await other.http.get(f"{other.url}/dashboard/config.json")).json()
        assert told["commands"] == "https://app.example"
    line = await refused_start(WINDLASS_COMMANDS_URL="javascript:alert(1)")
    assert line.startswith("windlass-graphql: WINDLASS_COMMANDS_URL: expected an address like https://app.example")


async def test_what_the_page_asks_is_answered_where_only_listed_documents_are(
    database: str, listed: str, read_model: ReadModel
) -> None:
    governance = await read_model.govern()
    first, second, proposal = [await read_model.propose(governance) for _ in range(3)]
    for each in (first, second):
        await read_model.cancel(each)
    await read_model.approve(proposal)
    await read_model.chain(GENESIS)
    restricted: dict[str, Any] = {"WINDLASS_PERSISTED_QUERIES": listed, "WINDLASS_ONLY_PERSISTED_QUERIES": "yes"}
    async with running(database, **restricted) as service, service.socket() as client:
        documents = (await service.http.get(f"{service.url}/dashboard/config.json")).json()["documents"]
        assert "PERSISTED_QUERIES_ONLY" in json.dumps(await service.post("{ chainTime }"))
        overview = await service.ask(documents.pop("overview"), closed=1)
        assert [each["address"] for each in overview["open"]["nodes"]] == [proposal.address]
        assert overview["multisigs"]["nodes"][0]["members"][0]["key"] == governance.members[0]
        assert [each["address"] for each in overview["closed"]["nodes"]] == [second.address]
        older = await service.ask(documents.pop("older"), after=overview["closed"]["pageInfo"]["endCursor"])
        assert [each["address"] for each in older["proposals"]["nodes"]] == [first.address]
        followed = {await client.begin(text): name for name, text in documents.items()}
        assert all(_operation(text) is OperationType.SUBSCRIPTION for text in documents.values())
        message = await client.receive()
        while followed[message["id"]] != "statusChanged":  # the one that begins with what is there
            message = await client.receive()
        assert message["payload"]["data"]["indexerStatusChanged"]["slot"] == read_model.slot
        await read_model.approve(proposal)
        told = await client.next()
        assert told["proposalChanged"]["proposal"]["approvalCount"] == 2


def _operation(text: str) -> OperationType:
    found = get_operation_ast(parse(text))
    assert found is not None
    return found.operation
