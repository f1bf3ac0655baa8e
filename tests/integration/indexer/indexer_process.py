"""`windlass-indexer run` as a process, and what it wrote."""

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from stack.localnet import Localnet

COMMAND = str(Path(sys.executable).with_name("windlass-indexer"))
# Everything that comes from events, in an order that does not depend on the way there.
_TABLES = {
    "events": "SELECT slot, transaction_index, signature, path, program, name, stream, seq, bytes, data "
    "FROM events ORDER BY slot, transaction_index, signature, path",
    "streams": "SELECT stream, program, seq, digest, slot FROM streams ORDER BY stream",
    "multisigs": "SELECT * FROM multisigs ORDER BY address",
    "multisig_members": "SELECT * FROM multisig_members ORDER BY multisig, position",
    "programs": "SELECT * FROM programs ORDER BY multisig, program",
    "upgrade_proposals": "SELECT * FROM upgrade_proposals ORDER BY address",
    "approval_history": "SELECT * FROM approval_history ORDER BY proposal, seq",
    "timelocks": "SELECT * FROM timelocks ORDER BY proposal",
    "upgrade_history": "SELECT * FROM upgrade_history ORDER BY multisig, program, version",
    "migration_jobs": "SELECT * FROM migration_jobs ORDER BY tracker",
    "account_migrations": "SELECT * FROM account_migrations ORDER BY tracker, seq",
    "audit_log": "SELECT * FROM audit_log ORDER BY stream, seq",
    "countdowns": "SELECT * FROM countdowns ORDER BY stream, seq",
    "pauses": "SELECT * FROM pauses ORDER BY stream, seq",
    "vaults": "SELECT * FROM vaults ORDER BY address",
    "vault_transactions": "SELECT * FROM vault_transactions ORDER BY vault, seq",
    "balance_snapshots": "SELECT * FROM balance_snapshots ORDER BY vault, period, at",
    "tvl_stats": "SELECT * FROM tvl_stats ORDER BY mint, period, at",
    "vault_authorities": "SELECT * FROM vault_authorities ORDER BY authority",
    "authorized_programs": "SELECT * FROM authorized_programs ORDER BY authority, program",
}


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


async def run_to_end(*arguments: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Ended:
    """`windlass-indexer` with these arguments; a minute and a half is given."""
    process = await asyncio.create_subprocess_exec(COMMAND, *arguments, env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(90):
        out, err = await process.communicate(stdin)
    return Ended(process.returncode or 0, out.decode(), err.decode())


def environment(localnet: Localnet, database: str) -> dict[str, str]:
    """The settings by which the indexer joins the two."""
    return os.environ | {
        "DATABASE_URL": database,
        "WINDLASS_RPC_URL": localnet.rpc_url,
        "WINDLASS_WS_URL": localnet.ws_url,
    }


@asynccontextmanager
async def running_indexer(
    localnet: Localnet, database: str, *options: str, log_to: Path | None = None
) -> AsyncIterator[Process]:
    """`run` with these options; its log goes to `log_to` as well.

    Ends it by SIGTERM, unless it was killed, and asserts that it ended cleanly.
    """
    with log_to.open("w+") if log_to else tempfile.TemporaryFile("w+") as log:
        process = await asyncio.create_subprocess_exec(
            COMMAND, "run", *options, env=environment(localnet, database), stderr=log
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                # Not process.terminate(): it would collect a process killed just now, whose end asyncio then misses.
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGTERM)
            async with asyncio.timeout(90):
                code = await process.wait()
            log.seek(0)
            text = log.read()
            sys.stderr.write(text)
    assert code in (0, -signal.SIGKILL), text
    assert "Traceback" not in text


async def tables(connection: asyncpg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every table that is folded from events, and the events, without what depends on when they were read."""
    return {name: [tuple(row) for row in await connection.fetch(query)] for name, query in _TABLES.items()}


async def counts(connection: asyncpg.Connection) -> tuple[int, int]:
    """How many events are stored, and how many are folded."""
    row = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM events) AS stored, (SELECT coalesce(sum(seq), 0) FROM streams) AS folded"
    )
    return int(row["stored"]), int(row["folded"])
