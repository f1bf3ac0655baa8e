"""Starts what is missing of chain, database, indexer, commands and GraphQL, and waits until each is ready."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx
from solders.pubkey import Pubkey
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf_path

from windlass_commands import solana_config
from windlass_commands.dev.agave import AgaveValidator
from windlass_commands.dev.postgres import EmbeddedPostgres, require_reachable
from windlass_commands.dev.processes import Child, Show, Supervisor
from windlass_commands.errors import ProcessFailed, UsageProblem
from windlass_commands.rpc import Rpc

READY_SECONDS = 60.0
POLL_SECONDS = 0.05
LOCALHOST = "127.0.0.1"


@dataclass(frozen=True)
class Wanted:
    """What to run and what is given. None of `rpc` or `database`: an embedded one is started.

    Ports of 0 are chosen by the system. `vault_authority` may upgrade the embedded chain's vault program; `mints`
    start with 500 million SOL there. `validator` is the path of Agave's solana-test-validator, to be the chain instead
    of the embedded one.
    """

    rpc: str | None = None
    websocket: str | None = None
    validator: Path | None = None
    database: str | None = None
    rpc_port: int = 0
    websocket_port: int = 0
    graphql_port: int = 0
    commands_port: int = 0
    slot_ms: int = 400
    vault_authority: Pubkey | None = None
    mints: tuple[Pubkey, ...] = ()
    windlass_program: Pubkey = WINDLASS_PROGRAM_ID
    vault_program: Pubkey = VAULT_PROGRAM_ID
    log_level: str = "info"


@dataclass(frozen=True)
class Urls:
    """Where everything answers."""

    rpc: str
    websocket: str
    database: str
    dashboard: str
    graphql: str
    graphql_websocket: str
    commands: str


@dataclass
class Stack:
    """What runs; an async context manager that leaves nothing running."""

    wanted: Wanted
    show: Show
    tell: Callable[[str], None] = lambda what: None
    supervisor: Supervisor = field(init=False)
    postgres: EmbeddedPostgres | None = None
    validator: AgaveValidator | None = None

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.show)

    async def __aenter__(self) -> Urls:
        try:
            return await self._start()
        except BaseException:
            await self.stop()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop all in reverse order and delete what was only for now; not interrupted by a second Ctrl-C."""
        await asyncio.shield(self.supervisor.stop())
        if self.postgres is not None:
            await asyncio.shield(self.postgres.remove())
        if self.validator is not None:
            await asyncio.shield(self.validator.remove())

    async def _start(self) -> Urls:
        self.tell("starting the chain and the database")
        try:
            async with asyncio.TaskGroup() as tasks:
                chain = tasks.create_task(self._chain())
                database = tasks.create_task(self._database())
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        (rpc, websocket), database_url = chain.result(), database.result()
        environment = {
            "DATABASE_URL": database_url,
            "WINDLASS_RPC_URL": rpc,
            "WINDLASS_WS_URL": websocket,
            "WINDLASS_PROGRAM_ID": str(self.wanted.windlass_program),
            "WINDLASS_VAULT_PROGRAM_ID": str(self.wanted.vault_program),
            "WINDLASS_LOG_LEVEL": self.wanted.log_level,
            "WINDLASS_LOG_FORMAT": "text",
            "WINDLASS_GRAPHQL_HOST": LOCALHOST,
            "WINDLASS_COMMANDS_HOST": LOCALHOST,
        }
        if self.wanted.database is None:
            for part in ("GRAPHQL", "COMMANDS"):
                environment[f"WINDLASS_{part}_DATABASE_URL"] = ""  # one set for another database is not meant
        self.tell("starting the indexer, commands and GraphQL")
        indexer = await self.supervisor.start(
            "indexer", [console_script("windlass-indexer"), "run"], environment=environment
        )
        commands = await self._commands(environment)
        served = json.loads(await self.supervisor.line_of(commands, is_json, READY_SECONDS))["url"]
        environment["WINDLASS_COMMANDS_URL"] = served  # the dashboard links to it
        graphql = await self.supervisor.start(
            "graphql",
            [console_script("windlass-graphql"), "--port", str(self.wanted.graphql_port), "--json"],
            environment=environment,
            shown=lambda line: not is_json(line),
        )
        ready = json.loads(await self.supervisor.line_of(graphql, is_json, READY_SECONDS))
        await self._indexing([indexer, graphql], ready["graphql"])
        return Urls(rpc, websocket, database_url, ready["dashboard"], ready["graphql"], ready["websocket"], served)

    async def _commands(self, environment: Mapping[str, str]) -> Child:
        """Start the command service, which pages of GraphQL's origin may ask."""
        # GraphQL starts later, to be told where this is: its port is not known yet where the system chooses it.
        pages = f"http://{LOCALHOST}:{self.wanted.graphql_port or '*'}"
        origins = ",".join(filter(None, (os.environ.get("WINDLASS_CORS_ORIGINS"), pages)))
        return await self.supervisor.start(
            "commands",
            [
                *(console_script("windlass"), "serve", "--json"),
                *("--port", str(self.wanted.commands_port), "--wait", str(READY_SECONDS)),
            ],
            environment={**environment, "WINDLASS_CORS_ORIGINS": origins},
            shown=lambda line: not is_json(line),
        )

    async def _chain(self) -> tuple[str, str]:
        if self.wanted.validator is not None:
            return await self._agave(self.wanted.validator)
        if self.wanted.rpc is not None:
            url = solana_config.resolve_url(self.wanted.rpc)
            async with Rpc(url) as rpc:
                await rpc.clock()
                if await rpc.account(self.wanted.windlass_program) is None:
                    self.show(
                        "dev",
                        f"{self.wanted.windlass_program} is not on this chain: there is nothing to follow until it is "
                        "deployed, or --program-id names another one.",
                    )
            return url, self.wanted.websocket or solana_config.websocket_url(url)
        if self.wanted.websocket is not None:
            raise UsageProblem("--ws names the websocket of a node; give that node's --rpc too.")
        authority = str(self.wanted.vault_authority or "none")
        command = [
            console_script("windlass-localnet"),
            *("--rpc-port", str(self.wanted.rpc_port), "--ws-port", str(self.wanted.websocket_port)),
            *("--slot-ms", str(self.wanted.slot_ms), "--json"),
            *("--upgradeable-program", str(self.wanted.windlass_program), str(program_elf_path("windlass")), "none"),
            *(
                "--upgradeable-program",
                str(self.wanted.vault_program),
                str(program_elf_path("collateral_vault_v1")),
                authority,
            ),
        ]
        for mint in self.wanted.mints:
            command += ["--mint", str(mint)]
        child = await self.supervisor.start("localnet", command, shown=lambda line: not is_json(line))
        line = await self.supervisor.line_of(child, is_json, READY_SECONDS)
        urls = json.loads(line)
        return urls["rpc_url"], urls["ws_url"]

    async def _agave(self, binary: Path) -> tuple[str, str]:
        if self.wanted.rpc is not None or self.wanted.websocket is not None or self.wanted.websocket_port:
            raise UsageProblem(
                "--validator starts a chain whose websocket is at the RPC's port + 1: give no --rpc, --ws or --ws-port "
                "with it."
            )
        self.validator = AgaveValidator(self.supervisor, binary, self.wanted.slot_ms, self.wanted.rpc_port)
        vault = program_elf_path("collateral_vault_v1")
        await self.validator.start(
            [
                (self.wanted.windlass_program, program_elf_path("windlass"), None),
                (self.wanted.vault_program, vault, self.wanted.vault_authority),
            ],
            self.wanted.mints,
        )
        return self.validator.rpc_url, self.validator.websocket_url

    async def _database(self) -> str:
        if self.wanted.database is not None:
            await require_reachable(self.wanted.database)
            return self.wanted.database
        self.postgres = EmbeddedPostgres(self.supervisor)
        return await self.postgres.start()

    async def _indexing(self, children: list[Child], graphql: str) -> None:
        """Until GraphQL tells that the indexer has read a slot."""
        deadline = time.monotonic() + READY_SECONDS
        async with httpx.AsyncClient(timeout=5) as client:
            while not await _indexed(client, graphql):
                for child in children:
                    if child.ended:
                        await asyncio.sleep(POLL_SECONDS)  # its last lines are on their way
                        raise child.failure()
                if time.monotonic() > deadline:
                    raise ProcessFailed(
                        f"GraphQL at {graphql} did not tell of any slot within {READY_SECONDS:.0f} s; what the "
                        "processes printed above says why."
                    )
                await asyncio.sleep(POLL_SECONDS)


async def _indexed(client: httpx.AsyncClient, url: str) -> bool:
    try:
        response = await client.post(url, json={"query": "{ indexerStatus { slot } }"})
        status = (response.json().get("data") or {}).get("indexerStatus")
    except (httpx.HTTPError, ValueError):
        return False
    return bool(status and status.get("slot"))


def console_script(name: str) -> str:
    """A sibling's console script, installed beside this interpreter. Raises ProcessFailed where it is not."""
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise ProcessFailed(f"{name} is not installed beside {sys.executable}; install the package windlass again.")
    return str(path)


def is_json(line: str) -> bool:
    """Whether a child's line is the object that says where it answers, and no log line."""
    return line.startswith("{")
