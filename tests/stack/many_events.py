"""Hundreds of thousands of events, made by PostgreSQL itself: for plans and rebuilds that only size can test."""

import asyncpg
from windlass_programs.addresses import VAULT_PROGRAM_ID

# Base58 of the right length, from a digest's hexadecimal digits (of which only 0 is none).
_ADDRESS = "substr(translate(encode(sha256(({})::bytea), 'hex'), '0', 'z'), 1, 44)"
_FILL = f"""
INSERT INTO events (slot, transaction_index, signature, path, program, name, stream, seq, block_time, bytes, data)
SELECT slot, number % 50, key || key, '{{0,1}}', $1, CASE seq WHEN 1 THEN 'VaultInitialized' ELSE 'Deposited' END,
       vault, seq, at, sha256(number::text::bytea) || sha256(vault::bytea),
       jsonb_build_object(
           'header', jsonb_build_object('stream', vault, 'seq', seq, 'unix_timestamp', extract(epoch FROM at)::bigint),
           'vault', vault, 'owner', owner)
       || CASE seq WHEN 1 THEN jsonb_build_object('mint', {_ADDRESS.format("'mint'")}, 'token_account', owner)
          ELSE jsonb_build_object(
              'amount', 7, 'total_balance', (seq - 1) * 7, 'locked_balance', 0, 'available_balance', (seq - 1) * 7,
              'total_deposited', (seq - 1) * 7, 'total_withdrawn', 0) END
FROM (
    SELECT number, 1000 + number / 50 AS slot, number / $3::bigint + 1 AS seq,
           {_ADDRESS.format("'signature ' || number")} AS key,
           {_ADDRESS.format("'vault ' || number % $3::bigint")} AS vault,
           {_ADDRESS.format("'owner ' || number % $3::bigint")} AS owner,
           timestamptz '2026-01-01' + make_interval(secs => number / 50) AS at
    FROM generate_series(0, $2::bigint - 1) AS number
) AS made
"""  # noqa: S608 -- no input is in it


async def store_many_events(connection: asyncpg.Connection, events: int, vaults: int) -> None:
    """`events` stored events of `vaults` vaults, round robin, none of them folded."""
    await connection.execute(_FILL, str(VAULT_PROGRAM_ID), events, vaults)
    await connection.execute("ANALYZE events")
