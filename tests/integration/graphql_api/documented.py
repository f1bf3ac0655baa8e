"""The examples of docs/API.md, and the little read model that they are asked about."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from integration.graphql_api.service import Service
from stack.read_model import GENESIS, TIMELOCK, ReadModel, key, signature

API = Path(__file__).parents[3] / "docs" / "API.md"
_BLOCK = re.compile(r"^```(graphql|http)\n(.*?)^```\n+```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """What is asked, and the answer that stands below it."""

    language: str
    asked: str
    answer: str
    span: tuple[int, int]
    """Of the answer in the text."""


def examples(text: str) -> Iterator[Example]:
    """All of them, in order."""
    for match in _BLOCK.finditer(text):
        yield Example(match[1], match[2], match[3], match.span(3))


async def answer(service: Service, example: Example) -> Any:
    """What the service says: of a query its data, of a subscription its first message's, of a request the body."""
    if example.language == "graphql":
        if example.asked.lstrip().startswith("subscription"):
            async with service.socket() as client:
                await client.begin(example.asked)
                return await client.next()
        return await service.ask(example.asked)
    head, _, body = example.asked.partition("\n\n")
    method, target = head.split("\n")[0].split(" ")
    response = await service.http.request(
        method,
        service.url + target,
        content=body.encode() or None,
        headers=dict(line.split(": ", 1) for line in head.split("\n")[1:] if line),
    )
    return response.json()


def written(found: Any) -> str:
    """As it stands in the document."""
    return json.dumps(found, indent=2) + "\n"


async def write(read_model: ReadModel) -> None:
    """What the examples are about: a program's upgrade with its migration, the next one in its timelock, a vault."""
    connection = read_model.connection
    governance = await read_model.govern()
    first = await read_model.propose(governance)
    for _ in range(3):
        await read_model.approve(first)
    executed_at = GENESIS + TIMELOCK + timedelta(hours=1)
    await read_model.execute(first, executed_at)
    second = await read_model.propose(governance, at=GENESIS + timedelta(days=5))
    for _ in range(3):
        await read_model.approve(second)
    tracker, account = key(), key()
    read_model.slot += 1
    await connection.execute(
        """INSERT INTO migration_jobs
           SELECT $1, multisig, program, address, 1, proposer, '{"may_strand": 0}', 'migrating', 1, 0, $2, $3, $4
           FROM upgrade_proposals WHERE address = $5""",
        tracker,
        executed_at,
        read_model.slot,
        signature(),
        first.address,
    )
    await connection.execute(
        """INSERT INTO account_migrations
           VALUES ($1, 2, $2, 'migrate', 0, sha256('old'::bytea), sha256('new'::bytea), $3, $4, $5)""",
        tracker,
        account,
        executed_at + timedelta(minutes=1),
        read_model.slot,
        signature(),
    )
    await connection.execute(
        """INSERT INTO audit_log
           SELECT multisig, created_slot, 'UpgradeProposed', proposer, multisig, program, address,
                  jsonb_build_object('id', id, 'buffer', buffer), created_at, created_slot, created_signature
           FROM upgrade_proposals"""
    )
    await connection.execute(
        """INSERT INTO alerts (kind, stream, seq, slot, signature, multisig, program, proposal, at, data)
           SELECT 'threshold_reached', multisig, updated_seq, updated_slot, created_signature, multisig, program,
                  address, t.approved_at, '{"approvals": 3, "threshold": 3}'
           FROM upgrade_proposals JOIN timelocks t ON t.proposal = address ORDER BY id"""
    )
    await read_model.vault(key(), [1_000_000, 250_000])
    await connection.execute(
        """INSERT INTO reconciliations (began_at, ended_at, first_slot, last_slot, checked, moving, unbacked)
           SELECT $1, $1::timestamptz + interval '0.25 s', updated_slot, updated_slot, 1, 0, 1 FROM vaults""",
        executed_at,
    )
    await connection.execute(
        """INSERT INTO reconciliation_sums
           SELECT 1, mint, 1, 1, total_balance, total_balance - 1, 1, 0 FROM vaults"""
    )
    await connection.execute(
        """INSERT INTO unbacked_vaults
           SELECT address, mint, token_account, total_balance, total_balance - 1, updated_slot, $1, 1 FROM vaults""",
        executed_at,
    )
    await connection.execute(
        "INSERT INTO vault_authorities SELECT $1, $2, updated_slot FROM vaults", authority := key(), key()
    )
    await connection.execute(
        "INSERT INTO authorized_programs SELECT $1, $2, $3, $4, updated_slot, $5 FROM vaults",
        authority,
        key(),
        key(),
        executed_at,
        signature(),
    )
    await read_model.verified(governance.multisig, executed_at)
    await read_model.chain(GENESIS + timedelta(days=6), finalized_slot=read_model.slot - 2)
