"""windlass dev"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

import click
from rich.text import Text
from solders.pubkey import Pubkey
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID

from windlass_commands import solana_config
from windlass_commands.dev.running import run_stack
from windlass_commands.dev.stack import Stack, Urls, Wanted
from windlass_commands.errors import CommandError
from windlass_commands.keypairs import load_keypair
from windlass_commands.options import examples
from windlass_commands.output import Output
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import run

VALIDATOR = click.Path(path_type=Path)
PORT = click.IntRange(0, 65_535)
COLOURS = {
    "localnet": "magenta",
    "validator": "magenta",
    "postgres": "blue",
    "indexer": "cyan",
    "graphql": "green",
    "commands": "yellow",
}


@click.command(
    "dev",
    epilog=examples(
        "windlass dev",
        "windlass dev --rpc-port 8899 --graphql-port 8080 --vault-authority $(solana address)",
        "windlass dev --validator $(command -v solana-test-validator)",
        "windlass dev --rpc devnet --database postgresql://localhost/windlass",
    ),
)
@click.option("--rpc", metavar="URL_OR_MONIKER", help="Follow this chain instead of running an embedded one.")
@click.option("--ws", "websocket", metavar="URL", help="Its websocket. Default: the RPC's host, port + 1.")
@click.option("--validator", type=VALIDATOR, help="Run Agave's solana-test-validator, at this path, as the chain.")
@click.option("--database", metavar="URL", help="Use this PostgreSQL instead of running an embedded one.")
@click.option("--rpc-port", type=PORT, default=0, help="Port of the embedded chain. Default: a free one.")
@click.option("--ws-port", "websocket_port", type=PORT, default=0, help="Its websocket's. Default: a free one.")
@click.option("--graphql-port", type=PORT, default=0, help="Port of GraphQL. Default: a free one.")
@click.option("--commands-port", type=PORT, default=0, help="Port of the command service. Default: a free one.")
@click.option("--slot-ms", type=click.IntRange(1), default=400, show_default=True, help="Slot length there.")
@click.option(
    "--vault-authority",
    type=ADDRESS,
    help="Who may upgrade the vault program on the embedded chain. Default: the Solana config's keypair, if any.",
)
@click.option("--mint", "mints", type=ADDRESS, multiple=True, help="Start with 500 million SOL there.")
@click.option(
    "--program-id",
    type=ADDRESS,
    default=str(WINDLASS_PROGRAM_ID),
    envvar="WINDLASS_PROGRAM_ID",
    help="The Windlass program, where an organisation deployed its own.",
)
@click.option(
    "--vault-program",
    type=ADDRESS,
    default=str(VAULT_PROGRAM_ID),
    envvar="WINDLASS_VAULT_PROGRAM_ID",
    help="The collateral vault program.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the URLs as one JSON object, then nothing more.")
def command(
    rpc: str | None,
    websocket: str | None,
    validator: Path | None,
    database: str | None,
    rpc_port: int,
    websocket_port: int,
    graphql_port: int,
    commands_port: int,
    slot_ms: int,
    vault_authority: Pubkey | None,
    mints: tuple[Pubkey, ...],
    program_id: Pubkey,
    vault_program: Pubkey,
    as_json: bool,
) -> None:
    """Run everything here: an embedded chain with Windlass and the vault program on it, PostgreSQL, the indexer,
    GraphQL and the command service. What is given with --rpc, --validator or --database is used instead. Ctrl-C stops
    all of it; nothing stays behind.
    """
    output = Output(as_json=as_json)
    operator = default_operator()
    wanted = Wanted(
        rpc=rpc,
        websocket=websocket,
        validator=validator,
        database=database,
        rpc_port=rpc_port,
        websocket_port=websocket_port,
        graphql_port=graphql_port,
        commands_port=commands_port,
        slot_ms=slot_ms,
        vault_authority=vault_authority or operator,
        mints=mints + ((operator,) if operator else ()),
        windlass_program=program_id,
        vault_program=vault_program,
    )
    run(output, lambda: serve(wanted, output))


def default_operator() -> Pubkey | None:
    """Whom the commands would sign as here: gets SOL and the vault program's authority on the embedded chain."""
    try:
        return load_keypair(solana_config.load().keypair or solana_config.DEFAULT_KEYPAIR).pubkey()
    except CommandError:
        return None


async def serve(wanted: Wanted, output: Output) -> None:
    """Run until somebody stops us; raises ProcessFailed where a child ends before."""

    def show(name: str, line: str) -> None:
        output.progress_console.print(Text.assemble((f"{name:>8} ", COLOURS.get(name, "")), line))

    async def until_stopped(urls: Urls) -> None:
        print_urls(urls, output)
        output.say("Ctrl-C stops everything.", "dim")
        output.result({"command": "dev", **asdict(urls), "database": without_password(urls.database)})
        await asyncio.Event().wait()

    await run_stack(Stack(wanted, show, lambda what: output.say(f"{what} ...", "dim")), until_stopped)


def print_urls(urls: Urls, output: Output) -> None:
    """Where everything answers."""
    output.field("dashboard", urls.dashboard, "bold")
    output.field("GraphQL", urls.graphql, "bold")
    output.field("subscriptions", urls.graphql_websocket)
    output.field("commands", urls.commands)
    output.field("RPC", urls.rpc)
    output.field("websocket", urls.websocket)
    output.field("database", without_password(urls.database))


def without_password(url: str) -> str:
    """A database URL as it may be printed."""
    head, at, tail = url.rpartition("@")
    scheme, separator, user = head.partition("://")
    return f"{scheme}{separator}{user.partition(':')[0]}{at}{tail}" if at else url
