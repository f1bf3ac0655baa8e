"""A migration by HTTP alone: what a wallet asks for, signs and sends, and what the read API then tells of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from solders.pubkey import Pubkey
from stack.command_service import CommandService, sign_and_send
from stack.dev import Dev, running_dev
from stack.governance import MEMBERS, Governance, governed_localnet
from stack.ledger import Fields, ledger_elf
from stack.ledger_commands import TWO_DAYS, plan

ACCOUNTS = 24
SECONDS = 120
POLL_SECONDS = 0.1


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Governance, Dev]]:
    """A chain with a program that owns 24 accounts, and everything beside it."""
    data = [Fields(balance=n).old() for n in range(ACCOUNTS)]
    with (
        governed_localnet(tmp_path_factory.mktemp("wallets"), 1, data) as (governance, localnet),
        running_dev(localnet.rpc_url, localnet.ws_url) as dev,
    ):
        yield governance, dev


def test_a_migration_is_started_by_what_the_service_hands_out_and_followed_to_its_end(
    world: tuple[Governance, Dev],
) -> None:
    governance, dev = world
    service = CommandService(dev.commands)
    multisig = governance.multisig()
    program = governance.registered(multisig)
    elf = governance.directory / "ledger.so"
    elf.write_bytes(ledger_elf(Pubkey.from_string(multisig)))
    buffer = governance.done("upload", str(elf), "--buffer", str(governance.directory / "buffer.json"))["buffer"]

    def signed(path: str, by: str, **data: Any) -> Any:
        answer = service.transaction(path, governance.key(by), **data)
        sign_and_send(governance, answer, governance.wallets[by])
        return answer

    proposal = signed(
        "/proposals/propose",
        "alice",
        multisig=multisig,
        program=program,
        buffer=buffer,
        no_rollback="true",
        plan=json.dumps(plan()),
    )["result"]["proposal"]
    governance.done("verify-buffer", proposal)
    for name in MEMBERS[:3]:
        signed(f"/upgrade/{proposal}/approve", name)
    assert until(dev, f"/upgrade/{proposal}/status", lambda status: status["state"] == "APPROVED")["approvalCount"] == 3
    governance.travel(TWO_DAYS + 5)
    signed(f"/upgrade/{proposal}/execute", "mallory")

    answer = signed("/migration/start", "mallory", proposal=proposal)
    assert answer["message"].startswith(f"Opens the migration of program {program} that was voted with proposal 1:")
    assert "started already" in service.refused("/migration/start", governance.key("mallory"), proposal=proposal)[1]
    progress = f"/migration/{answer['result']['migration']}/progress"
    started = until(dev, progress, lambda found: found["state"] == "MIGRATING")
    assert (started["migrated"], started["proposal"]["address"]) == (0, proposal)
    for limit, migrated in ((10, 10), (ACCOUNTS, ACCOUNTS)):
        governance.done("migrate", proposal, "--limit", str(limit), by="user")
        share = (
            until(dev, progress, lambda found, migrated=migrated: found["migrated"] == migrated)["migrated"] / ACCOUNTS
        )
    assert share == 1
    accounts = governance.owned[program]
    assert governance.data_of(accounts) == [Fields(balance=n).new() for n in range(ACCOUNTS)]

    # The same streams as on the chain, and every request in the log with the caller's address.
    assert dev.verify().returncode == 0
    page = httpx.options(
        f"{service.url}/migration/start",
        headers={"origin": dev.graphql.removesuffix("/graphql"), "access-control-request-method": "POST"},
        timeout=SECONDS,
    )
    assert page.headers["access-control-allow-origin"] == dev.graphql.removesuffix("/graphql"), "the dashboard may ask"


def until(dev: Dev, path: str, enough: Any) -> Any:
    """The read API's answer, once it is `enough`."""
    deadline = time.monotonic() + SECONDS
    while True:
        response = httpx.get(dev.graphql.removesuffix("/graphql") + path, timeout=SECONDS)
        if response.status_code == 200 and enough(response.json()):
            return response.json()
        assert time.monotonic() < deadline, response.text
        time.sleep(POLL_SECONDS)
