"""`windlass-graphql`: serves the read API."""

import os
import sys
from dataclasses import replace

import click
import uvloop

from windlass_graphql import logs
from windlass_graphql.errors import StartupError
from windlass_graphql.server import serve
from windlass_graphql.settings import Settings

_EPILOG = """\b
Examples:
  windlass-graphql
  windlass-graphql --port 0 --json
  windlass-graphql --database postgresql://windlass_reader@db.internal/windlass
  WINDLASS_CORS_ORIGINS=https://app.example windlass-graphql --host 0.0.0.0

\b
Environment:
  WINDLASS_GRAPHQL_DATABASE_URL, or DATABASE_URL (used as the role windlass_reader), or PG* variables
  WINDLASS_GRAPHQL_HOST, WINDLASS_GRAPHQL_PORT, WINDLASS_CORS_ORIGINS (comma-separated)
  WINDLASS_RATE_LIMIT (requests a second of a client), WINDLASS_RATE_BURST, WINDLASS_TRUSTED_PROXIES (comma-separated)
  WINDLASS_COMMANDS_URL (where wallets find the command service: the dashboard then links to it)
  WINDLASS_READY_LAG (seconds that the indexer may be behind while /readyz says ready)
  WINDLASS_PERSISTED_QUERIES (a JSON file), WINDLASS_ONLY_PERSISTED_QUERIES (yes, no)
  WINDLASS_LOG_LEVEL (debug, info, warning, error), WINDLASS_LOG_FORMAT (text, json)
"""


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.  [default: 8080]")
@click.option("--database", metavar="URL", help="PostgreSQL to read from, used exactly as given.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the tables, where the indexer is still making them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the line that says it is ready as JSON.")
def main(host: str | None, port: int | None, database: str | None, wait: float, as_json: bool) -> None:
    """Serve the read model: the dashboard at /, GraphQL at /graphql (HTTP, websocket, GraphiQL), and beside it a few
    REST reads (/openapi.json), /healthz, /readyz and /metrics.

    Reads only, as the role windlass_reader, and only what `windlass-indexer` wrote.
    """
    try:
        settings = Settings.from_environment(os.environ)
        settings = replace(
            settings,
            host=settings.host if host is None else host,
            port=settings.port if port is None else port,
            database_url=settings.database_url if database is None else database,
        )
        logs.configure(settings.log_level, settings.log_format)
        uvloop.run(serve(settings, click.echo, as_json, wait))
    except StartupError as error:
        click.echo(f"windlass-graphql: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        pass
