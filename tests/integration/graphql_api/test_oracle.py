"""Compiled queries give what the resolvers give, to the letter, for queries made up from the schema."""

import json
from datetime import timedelta
from typing import Any

from graphql import get_named_type
from integration.graphql_api.oracle import Inventor, Known
from integration.graphql_api.service import reader_url
from stack.read_model import GENESIS, TIMELOCK, ReadModel, key
from windlass_graphql.changes import Hub
from windlass_graphql.compiler.documents import Documents
from windlass_graphql.database import Database, open_database
from windlass_graphql.schema import graphql_schema, schema
from windlass_graphql.subscription import Context

QUERIES = 400


async def _written(read_model: ReadModel) -> Known:
    """A little of everything: all states, empty and long lists, nulls, rows of one slot, text that needs escapes."""
    multisigs, programs, members, addresses, owners, vaults, mints = [], [], [], [], [], [], []
    for number in range(4):
        governance = await read_model.govern(at=GENESIS + timedelta(microseconds=1_230 * number))
        multisigs.append(governance.multisig)
        programs += [governance.program, await read_model.register(governance)]
        members += governance.members
        for turn in range(2 + 3 * number):
            proposal = await read_model.propose(governance, at=GENESIS + timedelta(hours=turn))
            addresses.append(proposal.address)
            for _ in range(turn % 5):
                await read_model.approve(proposal)
            if turn % 3 == 1:
                await read_model.vote_to_cancel(proposal)
            if turn == 4:
                await read_model.cancel(proposal)
            if turn == 3:
                await read_model.execute(proposal, GENESIS + TIMELOCK + timedelta(days=1))
            if turn % 2:
                read_model.slot -= 1
    for number in range(3):
        owners.append(key())
        vaults.append(await read_model.vault(owners[-1], [10**18] * number * 4))
    await read_model.chain(GENESIS + timedelta(days=2, seconds=90.5), finalized_slot=read_model.slot - 20)
    await read_model.verified(multisigs[0])
    await read_model.connection.execute(
        """UPDATE streams SET disagreement = E'"quotes", back\\\\slashes, \\n lines and ünïcode' WHERE stream = $1""",
        multisigs[1],
    )
    mints = [row["mint"] for row in await read_model.connection.fetch("SELECT mint FROM vaults")]
    signatures = await read_model.connection.fetch("SELECT created_signature AS signature FROM upgrade_proposals")
    nobody = key()
    times = ["2026-01-01T00:00:00Z", "2026-01-01T02:30:00+00:30"]
    return Known(
        {
            "multisig": [*multisigs, nobody],
            "member": [*members, nobody],
            "program": [*programs, nobody],
            "proposer": [*members, nobody],
            "voter": [*members, nobody],
            "owner": [*owners, nobody],
            "mint": [*mints, nobody],
            "id": [1, 2, 5, 2**53 - 1],
            "signature": [row["signature"] for row in signatures],
            "createdFrom": times,
            "createdBefore": times,
            "multisig.address": [*multisigs, nobody],
            "program.address": [*programs, nobody],
            "programs.address": [*programs, nobody],
            "proposal.address": [*addresses, nobody],
            "vault.address": [*vaults, nobody],
        }
    )


async def _with_cursors(database: Database, known: Known) -> None:
    """Every list's cursors, as it hands them out."""
    nested = "edges { cursor }"
    answer = await _compiled(
        database,
        f"""{{ multisigs {{ {nested} nodes {{ programs {{ {nested} }} }} }} proposals {{ {nested} }}
            vaults {{ {nested} nodes {{ transactions {{ {nested} }} }} }}
            programs {{ nodes {{ upgrades {{ {nested} }} }} }} }}""",
        {},
    )

    def gather(type_: Any, value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                gather(type_, each)
        elif isinstance(value, dict):
            for name, below in value.items():
                if name == "edges":
                    known.cursors.setdefault(type_.name, []).extend(edge["cursor"] for edge in below)
                else:
                    gather(get_named_type(type_.fields[name].type), below)

    gather(graphql_schema.query_type, answer)


async def _compiled(database: Database, query: str, variables: dict[str, Any]) -> Any:
    ready = Documents(graphql_schema).operation(query, None).ready(variables)
    return json.loads(await database.fetch_text(ready.sql, *ready.values))


async def test_compiled_queries_answer_what_the_resolvers_answer(database: str, read_model: ReadModel) -> None:
    known = await _written(read_model)
    async with open_database(reader_url(database)) as opened:
        await _with_cursors(opened, known)
        rows = 0
        for seed in range(QUERIES):
            query = Inventor(graphql_schema, known, seed).query()
            expected = await schema.execute(
                query.text, variable_values=query.variables, context_value=Context(opened, Hub())
            )
            assert expected.errors is None, f"seed {seed}: {query}: {expected.errors}"
            found = await _compiled(opened, query.text, query.variables)
            # As text, so that the order of the keys counts too.
            assert json.dumps(found) == json.dumps(expected.data), f"seed {seed}: {query}"
            rows += json.dumps(found).count("{")
        assert rows > 10 * QUERIES, "the queries found too little to tell anything"
