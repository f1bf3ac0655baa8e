"""The table `command_log`: who asked for what, from which address, with what outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from ipaddress import ip_address
from typing import Protocol

import asyncpg
from solders.pubkey import Pubkey

from windlass_commands.errors import ProcessFailed, RequestsNotLogged

CONNECTIONS = 4
SECONDS = 5.0
"""That a row may take."""
POLL_SECONDS = 0.2
_SESSION_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


def _sql(name: str) -> str:
    return files("windlass_commands").joinpath("service", "sql", f"{name}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Entry:
    """A row. `outcome` is built, refused or failed; `reason` the sentence that was answered, None of what was built."""

    action: str
    caller: str
    outcome: str
    account: Pubkey | None = None
    multisig: Pubkey | None = None
    program: Pubkey | None = None
    proposal: Pubkey | None = None
    reason: str | None = None


class CommandLog(Protocol):
    """Where requests are noted."""

    async def add(self, entry: Entry) -> None:
        """Note one. Raises RequestsNotLogged."""

    async def check(self) -> None:
        """Raises RequestsNotLogged where it cannot be reached."""


class NoLog:
    """For who said that none is to be kept."""

    async def add(self, entry: Entry) -> None:
        """Nothing."""

    async def check(self) -> None:
        """Nothing."""


class TableLog:
    """The table in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._insert = _sql("command_log")

    async def add(self, entry: Entry) -> None:
        """Note one. Raises RequestsNotLogged."""
        keys = (entry.account, entry.multisig, entry.program, entry.proposal)
        await self._execute(
            self._insert,
            entry.action,
            _address_of(entry.caller),
            *(None if key is None else str(key) for key in keys),
            entry.outcome,
            entry.reason,
        )

    async def check(self) -> None:
        """Raises RequestsNotLogged where the server cannot be reached."""
        await self._execute("SELECT 1")

    async def _execute(self, sql: str, *values: object) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                await self._pool.execute(sql, *values)
        except _SESSION_LOST as error:
            raise RequestsNotLogged(f"command_log: {error or type(error).__name__}") from error


@asynccontextmanager
async def open_log(url: str | None, wait: float) -> AsyncIterator[CommandLog]:
    """The log at a database's URL, once its table is there, for at most `wait` seconds; None is no log.

    Raises ProcessFailed.
    """
    if url is None:
        yield NoLog()
        return
    deadline = asyncio.get_running_loop().time() + wait
    while (problem := await _problem(url)) is not None:
        if asyncio.get_running_loop().time() >= deadline:
            raise ProcessFailed(problem)
        await asyncio.sleep(POLL_SECONDS)
    async with asyncpg.create_pool(url, min_size=0, max_size=CONNECTIONS, timeout=SECONDS) as pool:
        yield TableLog(pool)


async def _problem(url: str) -> str | None:
    """Why nothing can be noted there, None where it can."""
    try:
        connection = await asyncpg.connect(url, timeout=SECONDS)
    except (*_SESSION_LOST, ValueError) as error:
        return (
            f"The command log's database cannot be reached ({error or type(error).__name__}); expected "
            "WINDLASS_COMMANDS_DATABASE_URL such as postgresql://windlass_commands@host:5432/name, or `none` to keep "
            "no log."
        )
    try:
        may = await connection.fetchval(_sql("may_log"))
    finally:
        await connection.close()
    if may is None:
        return "The database has no table command_log yet; `windlass-indexer migrate` makes it."
    return None if may else "The database's role may not add to command_log; connect as windlass_commands."


def _address_of(caller: str) -> str | None:
    """As PostgreSQL's inet; None where a proxy told something else than an address."""
    try:
        return str(ip_address(caller.partition("%")[0]))
    except ValueError:
        return None
