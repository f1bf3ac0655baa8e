"""The command service hands out what the command line would send, unsigned, and notes who asked for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest
from solders.keypair import Keypair
from stack.command_service import SECONDS, CommandService, commands_url, serving, sign_and_send, start
from stack.governance import MEMBERS, Governance
from stack.postgres import create_database, database_url, drop_database

TWO_DAYS = 172_800
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def log(postgres: str, template_database: str) -> Iterator[str]:
    """A database for the log of all tests here."""
    name = asyncio.run(create_database(postgres, template_database))
    yield database_url(postgres, name)
    asyncio.run(drop_database(postgres, name))


@pytest.fixture(scope="module")
def service(governance: Governance, log: str) -> Iterator[CommandService]:
    """Any page may ask it, and no proxy is trusted."""
    with serving(governance.url, log, WINDLASS_CORS_ORIGINS="*", WINDLASS_TRUSTED_PROXIES="10.0.0.0/8") as service:
        yield service


@pytest.fixture(scope="module")
def strict(governance: Governance, log: str) -> Iterator[CommandService]:
    """Three requests at once and one a minute, by pages of two origins only; the proxy here is trusted."""
    limits = {"WINDLASS_COMMANDS_RATE_LIMIT": "1", "WINDLASS_COMMANDS_RATE_BURST": "3"}
    with serving(
        governance.url, log, WINDLASS_CORS_ORIGINS="https://app.example,http://127.0.0.1:*", **limits
    ) as service:
        yield service


@pytest.fixture(scope="module")
def multisig(governance: Governance) -> str:
    return governance.multisig()


def allowed(service: CommandService, origin: str) -> str | None:
    """The origin that a browser is told to let in, asking from `origin`."""
    ask = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    options = httpx.options(f"{service.url}/proposals/propose", headers={**ask, "origin": origin}, timeout=SECONDS)
    found: str | None = options.headers.get("access-control-allow-origin")
    return found


def entries(log: str, account: str | None) -> list[dict[str, Any]]:
    """What is noted of an account, the oldest first."""

    async def read() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(log)
        try:
            rows = await connection.fetch(
                """SELECT action, host(caller) AS caller, multisig, program, proposal, outcome, reason FROM command_log
                   WHERE account IS NOT DISTINCT FROM $1 ORDER BY id""",
                account,
            )
            return [dict(row) for row in rows]
        finally:
            await connection.close()

    return asyncio.run(read())


def test_an_upgrade_goes_from_proposal_to_new_code_by_what_wallets_sign(
    governance: Governance, service: CommandService, log: str
) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    buffer = governance.buffer()
    alice = governance.wallets["alice"]
    upgrade = {"multisig": multisig, "program": program, "buffer": buffer, "no_rollback": "true"}
    status, sentence = service.refused("/proposals/propose", governance.key("alice"), **upgrade)
    assert (status, sentence.startswith("The new code has ")) == (422, True)
    assert "windlass extend" in sentence
    governance.done("extend", program, "--for-buffer", buffer)

    answer = service.transaction("/proposals/propose", governance.key("alice"), **upgrade)
    assert (answer["type"], answer["command"]) == ("transaction", "propose")
    assert answer["signers"] == [governance.key("alice")]
    assert "of code as version 1 of program " in answer["message"]
    assert "There will be no way back by rollback." in answer["message"]
    proposal = answer["result"]["proposal"]
    assert governance.account(proposal) is None, "asking changes nothing"
    sign_and_send(governance, answer, alice)
    governance.done("verify-buffer", proposal)

    for name in MEMBERS[:3]:
        answer = service.transaction(f"/proposals/{proposal}/approve", governance.key(name))
        assert "solana-verify" in answer["message"]
        sign_and_send(governance, answer, governance.wallets[name])
    status, sentence = service.refused(f"/upgrade/{proposal}/execute", governance.key("mallory"))
    assert (status, sentence.startswith("The timelock of proposal 1 ends at ")) == (422, True)
    governance.travel(TWO_DAYS + 5)
    answer = service.transaction(f"/upgrade/{proposal}/execute", governance.key("mallory"))
    sign_and_send(governance, answer, governance.wallets["mallory"])
    assert governance.show(proposal)["standing"] == "executed"

    about = {"caller": "127.0.0.1", "multisig": multisig, "program": program, "proposal": proposal}
    refused, built = entries(log, governance.key("mallory"))[-2:]
    assert built == about | {"action": "execute", "outcome": "built", "reason": None}
    assert refused == about | {"action": "execute", "outcome": "refused", "reason": sentence}


def test_the_number_of_a_proposal_names_it_together_with_its_multisig(
    governance: Governance, service: CommandService, multisig: str
) -> None:
    alice, bob = governance.key("alice"), governance.key("bob")
    proposed = service.transaction("/upgrade/propose", alice, kind="config", multisig=multisig, timelock="3d")
    assert "3 d" in proposed["message"]
    sign_and_send(governance, proposed, governance.wallets["alice"])
    status, sentence = service.refused("/proposals/1/approve", bob)
    assert (status, sentence) == (
        400,
        "Every multisig has a proposal 1: give its `multisig` too, or the proposal's address.",
    )
    answer = service.transaction("/proposals/1/approve", bob, multisig=multisig)
    assert answer["result"]["proposal"] == proposed["result"]["proposal"]
    # In the address, as clients of Solana Actions fill a link in.
    asked = httpx.post(
        f"{service.url}/proposals/1/cancel", params={"multisig": multisig}, json={"account": alice}, timeout=SECONDS
    )
    assert asked.json()["message"] == "Withdraws your proposal 1; that ends it at once."
    sign_and_send(governance, asked.json(), governance.wallets["alice"])
    status, sentence = service.refused(f"/proposals/{answer['result']['proposal']}/approve", bob)
    assert (status, sentence.startswith("Proposal 1 is cancelled since ")) == (422, True)


def test_the_new_authority_of_a_transfer_signs_with_whoever_executes_it(
    governance: Governance, service: CommandService
) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    alice = governance.key("alice")
    wanted = {"kind": "transfer", "multisig": multisig, "program": program, "new_authority": governance.key("user")}
    sign_and_send(governance, service.transaction("/proposals/propose", alice, **wanted), governance.wallets["alice"])
    for name in MEMBERS[:3]:
        answer = service.transaction("/proposals/1/approve", governance.key(name), multisig=multisig)
        sign_and_send(governance, answer, governance.wallets[name])
    governance.travel(TWO_DAYS + 5)
    answer = service.transaction("/proposals/1/execute", alice, multisig=multisig)
    assert answer["signers"] == [alice, governance.key("user")]
    sign_and_send(governance, answer, governance.wallets["alice"], governance.wallets["user"])
    assert "is not governed" not in governance.done("show", program, "--multisig", multisig, by=None)


def test_what_is_asked_wrongly_is_told_in_one_sentence(
    governance: Governance, service: CommandService, multisig: str, log: str
) -> None:
    alice, nowhere = governance.key("alice"), str(Keypair().pubkey())
    upgrade = {"multisig": multisig, "program": nowhere, "buffer": nowhere}
    wrong: list[tuple[str, str, dict[str, Any], int, str]] = [
        ("/proposals/propose", "alice", {}, 400, "account: expected the base58 address of whoever signs, got 'alice'."),
        ("/proposals/propose", alice, {}, 400, "multisig is missing: expected a base58 address of 32 bytes."),
        (
            "/proposals/propose",
            alice,
            {"multisig": multisig},
            400,
            "program is missing: a proposal of the kind upgrade",
        ),
        ("/proposals/propose", alice, {**upgrade, "kind": "coup"}, 400, "kind: expected one of upgrade, rollback, "),
        ("/proposals/propose", alice, {**upgrade, "no_rollback": True}, 400, "no_rollback: expected true or false"),
        ("/proposals/propose", alice, {**upgrade, "member": [alice]}, 400, "member is nothing that a proposal of the"),
        ("/proposals/propose", alice, {**upgrade, "plan": "{}"}, 400, "plan: In the migration plan, the plan needs"),
        ("/proposals/propose", alice, {**upgrade, "plan": "[" * 9_000}, 400, "plan: expected a migration plan as JSON"),
        ("/proposals/propose", alice, {"force": "true"}, 400, "'force' is no parameter here; expected kind, multisig"),
        ("/proposals/propose", alice, upgrade, 404, f"Program {nowhere} is not governed by multisig {multisig}"),
        (f"/proposals/{nowhere}/approve", alice, {}, 404, f"Expected a proposal at {nowhere}, found nothing"),
        (f"/proposals/{multisig}/approve", alice, {}, 404, f"The account at {multisig} is no proposal"),
        ("/proposals/x/approve", alice, {}, 400, "id: expected a proposal's address, or its number together with"),
        (f"/upgrade/{nowhere}/cancel", alice, {"id": nowhere}, 400, "'id' is given twice"),
        (f"/upgrade/{nowhere}/approve", alice, {"digest": "ab"}, 400, "digest: expected 64 hexadecimal digits"),
        ("/migration/start", alice, {}, 400, "proposal is missing: expected a proposal's address"),
        ("/migration/start", alice, {"proposal": nowhere}, 404, f"Expected a proposal at {nowhere}, found nothing"),
    ]
    for path, account, data, status, said in wrong:
        refused = service.refused(path, account, **data)
        assert (refused[0], refused[1].startswith(said)) == (status, True), (path, data, refused)
        assert "127.0.0.1" not in refused[1], "the node's address is nobody's business"
    config = {"kind": "config", "multisig": multisig, "timelock": "5d"}
    poor = str(Keypair().pubkey())
    status, sentence = service.refused("/proposals/propose", poor, **config)
    assert (status, sentence) == (
        422,
        f"The fee payer {poor} holds 0 SOL, which does not cover fees and rent of this transaction; transfer SOL to "
        "it, or name another fee payer.",
    )
    assert [(each["outcome"], each["reason"]) for each in entries(log, poor)] == [("refused", sentence)]
    status, sentence = service.refused("/proposals/propose", governance.key("mallory"), **config)
    assert (status, sentence.startswith(f"{governance.key('mallory')} is not a member of the multisig")) == (422, True)
    assert entries(log, None)[0]["reason"] == wrong[0][-1]


def test_bodies_that_are_none_are_refused_before_they_are_read_to_their_end(service: CommandService) -> None:
    path = service.url + "/proposals/1/approve"
    for content, status, said in (
        (b"", 400, 'The body should be JSON in UTF-8 such as {"account": "ADDRESS"}, but is not.'),
        (b'"\xff"', 400, "The body should be JSON in UTF-8"),
        (b"[1]", 400, 'The body should be an object such as {"account": "ADDRESS"}, but is [1].'),
        (b'{"account": "\\ud800"}', 400, "The body should be JSON in UTF-8"),
        (b'{"key": [5, 6]}', 400, "The body has no field 'key'; expected account and data."),
        (b"[" * 60_000, 400, "The body should be JSON in UTF-8"),
        (b" " * 1_000_000, 413, "The body has more than the 65,536 bytes that are read."),
    ):
        response = httpx.post(path, content=content, timeout=SECONDS)
        assert (response.status_code, response.json()["message"].startswith(said)) == (status, True), response.text
    response = service.get("/upgrade/nothing")
    assert (response.status_code, list(response.json())) == (404, ["message"])
    response = httpx.put(path, timeout=SECONDS)
    assert (response.status_code, response.json()["message"].startswith("PUT is not answered here")) == (405, True)


def test_a_get_tells_what_a_client_may_fill_in(governance: Governance, service: CommandService, multisig: str) -> None:
    response = service.get(f"/proposals/propose?kind=config&multisig={multisig}")
    assert response.headers["x-action-version"] == "2.4"
    genesis = governance.rpc("getGenesisHash")
    assert response.headers["x-blockchain-ids"] == f"solana:{genesis[:32]}"
    action = response.json()
    assert {"icon", "title", "description", "label", "links"} < set(action)
    (link,) = action["links"]["actions"]
    assert (link["type"], link["href"]) == ("transaction", f"/proposals/propose?kind=config&multisig={multisig}")
    assert "timelock" in {each["name"] for each in link["parameters"]}
    assert service.get(action["icon"].removeprefix(service.url)).headers["content-type"] == "image/svg+xml"
    (link,) = service.get("/migration/start").json()["links"]["actions"]
    assert link["href"] == "/migration/start?proposal={proposal}"
    rules = service.get("/actions.json").json()["rules"]
    assert {"pathPattern": "/upgrade/*/execute", "apiPath": "/upgrade/*/execute"} in rules


def test_pages_may_ask_only_where_their_origin_is_named(service: CommandService, strict: CommandService) -> None:
    assert allowed(service, "https://app.example") == "*", "as public Actions are"
    assert allowed(strict, "https://app.example") == "https://app.example"
    assert allowed(strict, "http://127.0.0.1:4711") == "http://127.0.0.1:4711"
    for other in ("https://evil.example", "http://127.0.0.1", "http://127.0.0.1:1.evil.example"):
        assert allowed(strict, other) is None
    answer = service.get("/proposals/propose", headers={"origin": "https://app.example"})
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert {"x-action-version", "x-blockchain-ids", "retry-after"} == set(exposed.split(", "))


def test_whoever_asks_too_often_waits_and_nobody_else_does(strict: CommandService) -> None:
    def statuses(times: int, forwarded: str) -> list[int]:
        headers = {"x-forwarded-for": forwarded}
        return [strict.get("/actions.json", headers=headers).status_code for _ in range(times)]

    # What a client itself puts before the address that the trusted proxy saw is not believed.
    assert statuses(4, "198.51.100.7, 192.0.2.1") == [200, 200, 200, 429]
    assert statuses(1, "198.51.100.8, 192.0.2.1") == [429]
    assert statuses(3, "2001:db8::1") == [200, 200, 200]
    assert statuses(1, "2001:db8::2") == [429], "a household is one client"
    headers = {"x-forwarded-for": "192.0.2.1", "origin": "https://app.example"}
    refused = strict.get("/actions.json", headers=headers)
    assert (refused.status_code, list(refused.json())) == (429, ["message"])
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["access-control-allow-origin"] == "https://app.example", "a page may read the refusal"
    assert strict.get("/healthz", headers=headers).status_code == 200


def test_the_log_tells_the_address_that_a_trusted_proxy_told(
    service: CommandService, strict: CommandService, log: str
) -> None:
    account = str(Keypair().pubkey())
    headers = {"x-forwarded-for": "198.51.100.7, 192.0.2.44"}
    for asked, caller in ((strict, "192.0.2.44"), (service, "127.0.0.1")):
        httpx.post(f"{asked.url}/migration/start", json={"account": account}, headers=headers, timeout=SECONDS)
        assert entries(log, account)[-1]["caller"] == caller


async def test_its_role_may_add_to_the_log_and_nothing_else(log: str) -> None:
    connection = await asyncpg.connect(commands_url(log))
    await connection.execute("INSERT INTO command_log (action, outcome) VALUES ('cancel', 'built')")
    for forbidden in (
        "SELECT action FROM command_log",
        "INSERT INTO command_log (action, outcome, asked_at) VALUES ('cancel', 'built', 'epoch')",
        "UPDATE command_log SET action = 'x'",
        "DELETE FROM command_log",
        "SELECT FROM upgrade_proposals",
        "SELECT FROM events",
        "CREATE TABLE mine ()",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(forbidden)
    await connection.close()
    reader = await asyncpg.connect(commands_url(log).replace("windlass_commands@", "windlass_reader@"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader.fetch("SELECT caller FROM command_log")
    await reader.close()


async def test_what_cannot_be_noted_is_not_handed_out(
    governance: Governance, postgres: str, template_database: str, multisig: str
) -> None:
    name = await create_database(postgres, template_database)
    url = database_url(postgres, name)
    with serving(governance.url, url, complaints=["command_log: "]) as service:
        wanted = {"kind": "config", "multisig": multisig, "timelock": "4d"}
        answered = await asyncio.to_thread(service.transaction, "/proposals/propose", governance.key("alice"), **wanted)
        assert answered["type"] == "transaction"
        connection = await asyncpg.connect(url)
        await connection.execute("ALTER TABLE command_log RENAME TO elsewhere")
        refused = await asyncio.to_thread(service.refused, "/proposals/propose", governance.key("alice"), **wanted)
        assert refused == (
            503,
            "The request cannot be noted in the command log at the moment, so nothing is handed out; ask again later.",
        )
        assert (await asyncio.to_thread(service.refused, "/proposals/propose", "alice"))[0] == 503
        await connection.close()
        await drop_database(postgres, name)
        ready = await asyncio.to_thread(service.get, "/readyz")
        assert (ready.status_code, ready.json()["checks"]["node"]) == (503, "ok")


def test_it_says_what_it_lacks_instead_of_starting(governance: Governance, postgres: str) -> None:
    chain = {"WINDLASS_RPC_URL": governance.url}
    unlogged = {**chain, "WINDLASS_COMMANDS_DATABASE_URL": "none"}
    without_tables = database_url(postgres, "template1")
    for arguments, environment, code, said in (
        ((), chain, 2, "WINDLASS_COMMANDS_DATABASE_URL: expected the PostgreSQL that holds command_log"),
        ((), {**unlogged, "WINDLASS_COMMANDS_PORT": "x"}, 2, "WINDLASS_COMMANDS_PORT: expected 0 to 65535, got 'x'."),
        ((), {**unlogged, "WINDLASS_CORS_ORIGINS": "app.example"}, 2, "WINDLASS_CORS_ORIGINS: expected origins like"),
        (("--database", "none", "--url", NOBODY), {}, 1, f"No RPC node can be reached at {NOBODY}"),
        (("--database", without_tables, "--wait", "0"), chain, 1, "The database has no table command_log yet"),
        (("--database", "none", "--host", "192.0.2.1"), chain, 1, "Cannot listen on 192.0.2.1:0"),
    ):
        with start(*arguments, **environment) as process:
            stdout, stderr = process.communicate(timeout=SECONDS)
        assert process.returncode == code, (arguments, stdout, stderr)
        assert json.loads(stdout)["error"]["message"].startswith(said), stdout
        assert "Traceback" not in stderr
