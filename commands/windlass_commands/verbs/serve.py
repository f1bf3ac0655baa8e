"""windlass serve"""

from __future__ import annotations

import os
from dataclasses import replace

import click
from solders.pubkey import Pubkey

from windlass_commands import solana_config
from windlass_commands.errors import CommandError
from windlass_commands.options import examples
from windlass_commands.output import Output
from windlass_commands.parameters import ADDRESS
from windlass_commands.service.settings import ServiceSettings


@click.command(
    "serve",
    epilog=examples(
        "windlass serve",
        "windlass serve --url devnet --database none",
        "WINDLASS_CORS_ORIGINS=https://app.example windlass serve --host 0.0.0.0 --port 8081",
    ),
)
@click.option("--host", help="Address to listen on.  [default: WINDLASS_COMMANDS_HOST, then 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port; 0 takes a free one.  [default: 8081]")
@click.option("--url", "-u", metavar="URL_OR_MONIKER", help="RPC node.  [default: WINDLASS_RPC_URL, then localhost]")
@click.option("--program-id", type=ADDRESS, help="The Windlass program.  [default: WINDLASS_PROGRAM_ID]")
@click.option(
    "--database",
    metavar="URL",
    help="PostgreSQL of the command log, used exactly as given; none keeps no log.  [default: "
    "WINDLASS_COMMANDS_DATABASE_URL, then DATABASE_URL as the role windlass_commands]",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the log's table, where the indexer is still making it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the line that says it is ready as JSON.")
def command(
    host: str | None,
    port: int | None,
    url: str | None,
    program_id: Pubkey | None,
    database: str | None,
    wait: float,
    as_json: bool,
) -> None:
    """Serve commands over HTTP as unsigned transactions in the shape of Solana Actions.

    propose, approve, execute, cancel and start-migration, each simulated and told in plain words before it is handed
    out. No key is here, nothing is sent: whoever asks signs and sends. Every request is noted in the table command_log.
    """
    try:
        given = {"WINDLASS_COMMANDS_DATABASE_URL": database} if database else {}
        settings = ServiceSettings.from_environment({**os.environ, **given})
        settings = replace(
            settings,
            host=settings.host if host is None else host,
            port=settings.port if port is None else port,
            rpc_url=settings.rpc_url if url is None else solana_config.resolve_url(url),
            program_id=program_id or settings.program_id,
        )
        # A setting that is wrong is told before an HTTP server's modules and all verbs are read.
        from windlass_commands.service.server import run

        run(settings, click.echo, as_json, wait)
    except CommandError as error:
        Output(as_json=as_json).error(error)
        raise SystemExit(error.exit_code) from None
