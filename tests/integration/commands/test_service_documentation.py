"""docs/COMMANDS.md and the OpenAPI document: each example is asked and answered so, and nothing else is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from schemathesis import GenerationMode
from stack.command_service import SECONDS, CommandService, serving, sign_and_send
from stack.documented_answers import ask_of_everything
from stack.governance import MEMBERS, Governance, governed_localnet
from stack.ledger_commands import TWO_DAYS, approve, plan, proposing
from windlass_commands.service.actions import ACTIONS
from windlass_commands.service.openapi import openapi

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLE = re.compile(r"^```http\n(.*?)^```\n+```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REQUESTS = 4
"""Of each kind to each route."""


@pytest.fixture(scope="module")
def governance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governance]:
    with governed_localnet(tmp_path_factory.mktemp("wallets"), 1) as (governance, _):
        yield governance


@pytest.fixture(scope="module")
def service(governance: Governance) -> Iterator[CommandService]:
    with serving(governance.url, "none") as service:
        yield service


class Scene:
    """What the examples are about: each name in capitals stands for an address, and comes about when it is needed."""

    def __init__(self, governance: Governance) -> None:
        self.governance = governance
        self.names = {name.upper(): governance.key(name) for name in (*MEMBERS, "mallory")}
        self.names["MULTISIG"] = governance.multisig()

    def before(self, target: str) -> None:
        """What has happened by the time that an example is asked."""
        governance = self.governance
        if target.endswith("/execute"):
            for name in MEMBERS[1:3]:
                governance.done("approve", self.names["PROPOSAL"], by=name)
            governance.travel(TWO_DAYS + 5)
        if target.startswith("/migration"):
            multisig = governance.multisig()
            program = governance.registered(multisig)
            upgrade = governance.done(*proposing(governance, multisig, program, plan(), "--no-rollback"))["proposal"]
            governance.done("verify-buffer", upgrade)
            approve(governance, upgrade)
            governance.travel(TWO_DAYS + 5)
            governance.done("execute", upgrade)
            self.names |= {"UPGRADE": upgrade, "PROGRAM": program}

    def after(self, target: str, answer: Any) -> None:
        """The proposal that was asked for is made, and the first approval given; all else is only asked for."""
        if "transaction" in answer and target.endswith(("/propose", "/approve")):
            sign_and_send(self.governance, answer, self.governance.wallets["alice"])
            self.names.setdefault("PROPOSAL", answer["result"]["proposal"])

    def said(self, text: str) -> str:
        """A text of the document with the addresses in it."""
        return re.sub(r"\b[A-Z]{3,}\b", lambda found: self.names.get(found[0], found[0]), text)

    def fits(self, expected: Any, found: Any) -> bool:
        """Whether an answer is as documented: … stands for anything, a new name in capitals for a new address."""
        if isinstance(expected, dict):
            return list(expected) == list(found) and all(self.fits(expected[name], found[name]) for name in expected)
        if isinstance(expected, list):
            return len(expected) == len(found) and all(map(self.fits, expected, found))
        if not isinstance(expected, str):
            return type(expected) is type(found)
        parts = (re.escape(self.said(part)) for part in re.split(r"…|\bNEW\b", expected))
        return re.fullmatch(".*".join(parts), found, re.DOTALL) is not None


def test_each_example_is_answered_as_it_stands(governance: Governance, service: CommandService) -> None:
    scene = Scene(governance)
    asked = []
    for request, expected in EXAMPLE.findall((DOCS / "COMMANDS.md").read_text()):
        head, _, body = request.partition("\n\n")
        method, target = head.splitlines()[0].split(" ")
        scene.before(target)
        response = httpx.request(method, service.url + scene.said(target), content=scene.said(body), timeout=SECONDS)
        assert scene.fits(json.loads(expected), response.json()), (request, response.text)
        scene.after(target, response.json())
        asked.append(f"{method} {target.replace('PROPOSAL', '{id}')}")
    assert {f"POST {action.paths[0]}" for action in ACTIONS} <= set(asked), "each route has an example"


def test_each_parameter_is_told_of() -> None:
    text = (DOCS / "COMMANDS.md").read_text()
    for action in ACTIONS:
        for path in action.paths:
            assert f"`{path}`" in text
        for parameter in action.parameters:
            assert f"`{parameter.name}`" in text or f"`{{{parameter.name}}}`" in text, parameter.name


def test_the_documented_routes_are_the_served_ones(service: CommandService) -> None:
    described = openapi()
    assert service.get("/commands/openapi.json").json() == described
    assert json.loads((DOCS / "commands-openapi.json").read_text()) == described, (
        "print it anew: python -m windlass_commands.service.openapi > docs/commands-openapi.json"
    )


def test_whatever_is_asked_the_answer_is_as_documented(service: CommandService) -> None:
    def takes_anything(method: str, mode: GenerationMode) -> bool:
        return mode is GenerationMode.NEGATIVE and method == "get"

    ask_of_everything(f"{service.url}/commands/openapi.json", REQUESTS, left_out=takes_anything)
