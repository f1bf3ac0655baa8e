"""Compiled queries give what the resolvers give, to the letter, for queries made up from the schema."""

import json
from datetime import timedelta
from typing import Any

import pytest
from graphql import get_named_type
from integration.graphql_api.oracle import Inventor, Known
from integration.graphql_api.service import reader_url
from stack.read_model import GENESIS, TIMELOCK, ReadModel, key
from windlass_graphql.changes import Hub
from windlass_graphql.compiler.documents import Documents
from windlass_graphql.context import Context
from windlass_graphql.database import Database, open_database
from windlass_graphql.errors import TooMuch
from windlass_graphql.schema import graphql_schema, schema

QUERIES = 500

_TIMELINE = [
    """INSERT INTO audit_log
       SELECT multisig, id * 10, CASE id WHEN 2 THEN 'UpgradeRolledBack' WHEN 3 THEN 'RollbackBufferKept'
              ELSE 'UpgradeProposed' END, nullif(proposer, payer), multisig, program, address,
              jsonb_build_object('upgrade_proposal', address, 'payer', payer, 'len', 9, 'code_digest', repeat('ab', 32),
                                 'version', 1, 'odd', E'"\\n\u00fc', 'large', 18446744073709551615, 'none', NULL),
              created_at, created_slot, created_signature
       FROM upgrade_proposals""",
    "UPDATE audit_log SET actor = (SELECT key FROM multisig_members m WHERE m.multisig = audit_log.multisig LIMIT 1) "
    "WHERE seq >= 20",
    "UPDATE upgrade_proposals SET rollback_buffer = buffer WHERE id = 3",
    """INSERT INTO pauses
       SELECT address, n, created_at + n * interval '1 h', created_at + n * interval '2 h', created_slot + n,
              created_signature, CASE n WHEN 1 THEN 4 END, CASE n WHEN 1 THEN created_at END
       FROM multisigs, generate_series(1, 3) AS n""",
    """INSERT INTO migration_jobs
       SELECT address, multisig, program, address, 1, proposer, '{"layouts": [{"size": 64}]}', 'migrating', id, 0,
              created_at, CASE id WHEN 2 THEN NULL ELSE created_slot END, created_signature
       FROM upgrade_proposals WHERE id < 4""",
    """INSERT INTO account_migrations
       SELECT tracker, n, (SELECT min(mint) FROM vaults), 'migrate', n, sha256(''::bytea), NULL, started_at, 100 + n,
              started_signature
       FROM migration_jobs, generate_series(1, 4) AS n""",
    """INSERT INTO program_activity
       SELECT DISTINCT program, timestamptz '2026-01-01Z' + n * interval '1 min', n, 0
       FROM programs, generate_series(0, 4) AS n""",
    """INSERT INTO alerts (kind, stream, seq, slot, signature, multisig, program, proposal, at, data, withdrawn_at)
       SELECT 'ready', multisig, id, created_slot, nullif(created_signature, min(created_signature) OVER ()), multisig,
              program, address, created_at, '{"kind": "upgrade"}', closed_at
       FROM upgrade_proposals""",
    # Amounts beyond 64 bits, locked ones, and periods of all kinds beside those of the vaults.
    """INSERT INTO tvl_stats
       SELECT mint, 'minute', timestamptz '2026-01-01T02:20Z' + n * interval '50 min', n, 1, n, n, n * 1e19::numeric, n,
              n * 1e19::numeric - n, 1
       FROM (SELECT DISTINCT mint FROM vaults) AS mints, generate_series(1, 70) AS n""",
    """INSERT INTO tvl_stats
       SELECT mint, longer::balance_period, date_trunc(longer, at, 'UTC'), 1, 0, 0, 0, 0, 0, 5, 2
       FROM tvl_stats, unnest(ARRAY['hour', 'day']) AS longer
       WHERE period = 'minute'
       ON CONFLICT DO NOTHING""",
    """INSERT INTO balance_snapshots
       SELECT vault, period, at + n * interval '2 days', n, 0, n, seq + n, slot + n, signature
       FROM balance_snapshots, generate_series(1, 3) AS n""",
    """INSERT INTO vault_transactions
       SELECT vault, seq + 100, 'receive', amount, total_balance, at, slot, signature, 1, vault, vault
       FROM vault_transactions""",
    """INSERT INTO reconciliations (began_at, ended_at, first_slot, last_slot, checked, moving, unbacked, upto)
       SELECT timestamptz '2026-01-01Z', timestamptz '2026-01-01T00:00:01.5Z', nullif(n, 1), nullif(n, 1), n, 0, 1,
              CASE n WHEN 2 THEN (SELECT min(address) FROM vaults) END
       FROM generate_series(1, 4) AS n""",
    """INSERT INTO reconciliation_sums
       SELECT id, mint, 1, 1, 1e20::numeric, 5, 6, 7
       FROM reconciliations, (SELECT DISTINCT mint FROM vaults) AS mints""",
    """INSERT INTO unbacked_vaults
       SELECT address, mint, token_account, total_balance, nullif(total_balance, 0), created_slot, created_at, 1
       FROM vaults""",
    # Of a vault's address no authority is ever, but the read model does not know.
    "INSERT INTO vault_authorities SELECT address, owner, created_slot FROM vaults WHERE total_balance > 0",
    """INSERT INTO authorized_programs
       SELECT address, owner, mint, created_at, created_slot + n, signature
       FROM vaults, generate_series(1, 2) AS n,
            LATERAL (SELECT min(created_signature) AS signature FROM upgrade_proposals) AS any_transaction
       ON CONFLICT DO NOTHING""",
    """INSERT INTO events (slot, signature, path, program, name, bytes, data)
       SELECT created_slot, created_signature, '{0}', program, NULL, sha256(kind::text::bytea), '{"raw": ""}'
       FROM upgrade_proposals""",
]
"""What else the indexer would have written, from the rows that are there."""


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
    for statement in _TIMELINE:
        await read_model.connection.execute(statement)
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
            "atFrom": times,
            "atBefore": times,
            "activity.since": times,
            "activity.before": times,
            "action": ["UpgradeProposed", "UpgradeRolledBack", "nothing"],
            "actor": [*members, nobody],
            "proposal": [*addresses, nobody],
            "account": [*mints, nobody],
            "migration.address": [*addresses, nobody],
            "multisig.address": [*multisigs, nobody],
            "program.address": [*programs, nobody],
            "programs.address": [*programs, nobody],
            "proposal.address": [*addresses, nobody],
            "vault.address": [*vaults, nobody],
            "tvl.mint": [*mints, nobody],
        }
    )


async def _with_cursors(database: Database, known: Known) -> None:
    """Every list's cursors, as it hands them out in each of its orders."""
    nested = "edges { cursor }"
    await _gather(
        database,
        known,
        f"""{{ multisigs {{ {nested} nodes {{ programs {{ {nested} }} pauses {{ {nested} }} rollbacks {{ {nested} }}
                keptCopies {{ {nested} }} }} }}
            proposals {{ {nested} }} vaults {{ {nested} nodes {{ transactions {{ {nested} }}
                snapshots(period: HOUR) {{ {nested} }} }} }}
            reconciliations {{ {nested} }} unbackedVaults {{ {nested} }}
            auditLog {{ {nested} }}
            programs {{ nodes {{ upgrades {{ {nested} }} }} }} alerts {{ {nested} }}
            migrations {{ {nested} nodes {{ accounts {{ {nested} }} }} }} }}""",
        "NEWEST_FIRST",
    )
    assert graphql_schema.query_type is not None
    for name, field in graphql_schema.query_type.fields.items():
        if "order" in field.args:
            for order in get_named_type(field.args["order"].type).values:
                if order != "NEWEST_FIRST":
                    await _gather(database, known, f"{{ {name}(order: {order}) {{ {nested} }} }}", order)


async def _gather(database: Database, known: Known, query: str, order: str) -> None:
    def gather(type_: Any, value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                gather(type_, each)
        elif isinstance(value, dict):
            for name, below in value.items():
                if name == "edges":
                    known.cursors.setdefault((type_.name, order), []).extend(edge["cursor"] for edge in below)
                else:
                    gather(get_named_type(type_.fields[name].type), below)

    gather(graphql_schema.query_type, await _compiled(database, query, {}))


async def _compiled(database: Database, query: str, variables: dict[str, Any]) -> Any:
    ready = Documents(graphql_schema).operation(query, None).ready(variables)
    return json.loads(await database.fetch_text(ready.sql, *ready.values))


async def test_compiled_queries_answer_what_the_resolvers_answer(database: str, read_model: ReadModel) -> None:
    known = await _written(read_model)
    async with open_database(reader_url(database)) as opened:
        await _with_cursors(opened, known)
        rows = refused = 0
        for seed in range(QUERIES):
            query = Inventor(graphql_schema, known, seed).query()
            expected = await schema.execute(
                query.text, variable_values=query.variables, context_value=Context(opened, Hub())
            )
            if expected.errors is not None:
                assert expected.errors[0].extensions == {"code": "TOO_COMPLEX"}, (
                    f"seed {seed}: {query}: {expected.errors}"
                )
                with pytest.raises(TooMuch):
                    await _compiled(opened, query.text, query.variables)
                refused += 1
                continue
            found = await _compiled(opened, query.text, query.variables)
            # As text, so that the order of the keys counts too.
            assert json.dumps(found) == json.dumps(expected.data), f"seed {seed}: {query}"
            rows += json.dumps(found).count("{")
        assert refused < QUERIES / 20
        assert rows > 10 * QUERIES, "the queries found too little to tell anything"
