"""windlass-indexer: follow programs, decode one transaction, make the tables, verify the streams."""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import orjson
from solders.pubkey import Pubkey
from windlass_programs.idl import IdlError, IdlWithoutAddress

from windlass_indexer import logs, migrations, service
from windlass_indexer.database import connection
from windlass_indexer.decode import events_of, logged_in
from windlass_indexer.errors import IndexerError, SettingsError, TransactionMalformed
from windlass_indexer.event import FollowedProgram
from windlass_indexer.outbox import OutboxStatus
from windlass_indexer.outbox import status as outbox_status
from windlass_indexer.progress import progress_bar
from windlass_indexer.rebuild import rebuild as rebuild_read_model
from windlass_indexer.settings import Settings, other_programs
from windlass_indexer.verifier import Verdict

Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., Any])
_EXIT_FAILED = 1
_EXIT_BAD_INPUT = 2

_database = click.option("--database", metavar="URL", help="PostgreSQL; else DATABASE_URL, else the PG* variables.")
_rpc = click.option("--rpc", metavar="URL", help="Solana RPC; else WINDLASS_RPC_URL, else http://127.0.0.1:8899.")
_more_rpcs = click.option(
    "--more-rpc",
    "more_rpcs",
    metavar="URL",
    multiple=True,
    help="Another node of the same chain, which takes over where the first one fails and vouches for the streams too; "
    "may be given several times. Else WINDLASS_MORE_RPC_URLS.",
)
_program = click.option("--program", metavar="ADDRESS", help="The windlass program; else WINDLASS_PROGRAM_ID.")
_vault_program = click.option(
    "--vault-program",
    metavar="ADDRESS",
    help='The collateral vault, or "none"; else WINDLASS_VAULT_PROGRAM_ID.',
)
_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")


def _followed(command: Command) -> Command:
    """The options that say which programs are followed, as `_settings` takes them."""
    options = (
        click.option(
            "--program",
            "programs",
            metavar="ADDRESS",
            multiple=True,
            help="The windlass program, else WINDLASS_PROGRAM_ID; with --idl, the program of the IDL at its place.",
        ),
        _vault_program,
        click.option(
            "--idl",
            "idls",
            multiple=True,
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="Follow the program of this IDL too (of any version of Anchor); may be given several times.",
        ),
        click.option("--only", is_flag=True, help="Follow the programs of --idl and neither windlass nor the vault."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(epilog="Example: windlass-indexer run --database postgresql:///windlass")
@click.version_option(package_name="windlass")
def main() -> None:
    """Turns the events of Anchor programs into PostgreSQL tables.

    Settings come from the environment (see .env.example); options go before it.
    """


@main.command(epilog="Example: windlass-indexer run --rpc http://127.0.0.1:8899 --database postgresql:///windlass")
@_rpc
@_more_rpcs
@click.option("--ws", metavar="URL", help="Solana websocket; else WINDLASS_WS_URL, else RPC's host and port + 1.")
@_database
@_followed
def run(**options: Any) -> None:
    """Follow the programs until stopped; catches up first with what happened since the last run.

    The events of any Anchor program that emits them by emit_cpi! are stored with --idl, as JSON in the table
    `events`: each once, in the chain's order. Only programs with Windlass's event streams are verified against the
    chain, for no other says how many events there are.
    """
    settings = _settings(**options)
    try:
        asyncio.run(service.run(settings))
    except IndexerError as error:
        _fail(str(error))
    except Exception as error:
        logging.getLogger(__name__).debug("why it ended", exc_info=True)
        _fail(f"the indexer ended: {type(error).__name__}: {error} (WINDLASS_LOG_LEVEL=debug shows where)")


@main.command(epilog="Example: windlass-indexer backfill --from 250000000 --to 250432000")
@_rpc
@_more_rpcs
@_database
@_followed
@click.option("--from", "first", required=True, type=click.IntRange(min=0), metavar="SLOT", help="The first slot.")
@click.option("--to", "last", required=True, type=click.IntRange(min=0), metavar="SLOT", help="The last slot.")
@_json
def backfill(first: int, last: int, as_json: bool, **options: Any) -> None:
    """Read a range of slots once more, beside a running indexer or without one.

    What is there already does not change, so it may be stopped and begun again. The cursors stay where they are.
    """
    if first > last:
        _fail(f"--from is slot {first} and --to is slot {last}: a range begins before it ends", _EXIT_BAD_INPUT)
    settings = _settings(**options)
    with progress_bar("transactions", hidden=as_json) as told:
        done = _run(service.backfill(settings, first, last, told))
    if as_json:
        click.echo(orjson.dumps(done.json()))
        return
    click.echo(f"{done.events:,} events in {done.transactions:,} transactions of slots {first} to {last}")
    if done.gaps:
        click.echo(f"{done.gaps:,} streams wait for events before slot {first}")


@main.command(epilog="Example: windlass-indexer decode --idl IDL.json < transaction.json")
@click.option(
    "--idl",
    "idl_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The program's IDL, in the format of any version of Anchor.",
)
@click.option("--program", metavar="ADDRESS", help="The program; else the address that the IDL names.")
@click.option("--logs", is_flag=True, help="Print the events of its log too (emit!), which a node may have cut off.")
def decode(idl_file: Path, program: str | None, logs: bool) -> None:
    """Print the program's own events of one transaction, one JSON object a line.

    Standard input is a getTransaction answer (or its result alone) with encoding "json". An event that the IDL does
    not know is printed with name null and its bytes as {"raw": hex}.
    """
    try:
        if program:
            Pubkey.from_string(program)
        followed = FollowedProgram.from_idl(idl_file, program)
        text = sys.stdin.buffer.read()
        lines = [event.json() for event in events_of(text, followed)]
        lines += logged_in(text, followed) if logs else []
    except IdlWithoutAddress as error:
        _fail(f"{idl_file}: {error} with --program", _EXIT_BAD_INPUT)
    except IdlError as error:
        _fail(f"{idl_file}: {error}", _EXIT_BAD_INPUT)
    except TransactionMalformed as error:
        _fail(f"standard input: {error}", _EXIT_BAD_INPUT)
    except ValueError:
        _fail(f"--program is not a program's address (32 bytes in base58): {program!r}", _EXIT_BAD_INPUT)
    for line in lines:
        click.echo(line)


@main.command(epilog="Example: windlass-indexer migrate --database postgresql:///windlass")
@_database
def migrate(database: str | None) -> None:
    """Make or update the tables; `run` does so too when it starts."""
    settings = _settings(database=database)

    async def apply() -> list[str]:
        async with connection(settings.database_url) as opened:
            return await migrations.apply(opened)

    applied = _run(apply())
    click.echo("\n".join(f"applied {name}" for name in applied) or "the tables are up to date")


@main.command(epilog="Example: windlass-indexer rebuild --database postgresql:///windlass")
@_database
@_program
@_vault_program
@_json
def rebuild(database: str | None, program: str | None, vault_program: str | None, as_json: bool) -> None:
    """Fold all stored events once more, and put what comes of it in the read model's place.

    Readers and a running indexer go on meanwhile. Needs no chain.
    """
    settings = _settings(database=database, programs=[program] if program else [], vault_program=vault_program)
    with progress_bar("events", hidden=as_json) as told:
        done = _run(rebuild_read_model(settings.database_url, settings.programs, told))
    if as_json:
        click.echo(orjson.dumps(done.json()))
        return
    click.echo(
        f"{done.events:,} events of {done.streams:,} streams folded in {done.seconds:.1f} s "
        f"({done.events_per_second:,} events/s); "
        f"readers waited for {done.reads_blocked_ms:.0f} ms, writers for {done.writes_blocked_ms:.0f} ms"
    )


@main.command(epilog="Example: windlass-indexer verify --rpc http://127.0.0.1:8899")
@_rpc
@_more_rpcs
@_database
def verify(rpc: str | None, more_rpcs: Sequence[str], database: str | None) -> None:
    """Compare every stream's digest with the account on chain, as each node tells it; exit 1 unless all agree."""
    comparisons = _run(service.verify(_settings(rpc=rpc, more_rpcs=more_rpcs, database=database)))
    for comparison in comparisons:
        if comparison.verdict is not Verdict.AGREES:
            click.echo(f"{comparison.stream} {comparison.verdict.value}: {comparison.detail}")
    verdicts = Counter(comparison.verdict for comparison in comparisons)
    click.echo(f"{verdicts[Verdict.AGREES]} of {len(comparisons)} streams agree with the chain")
    if more_rpcs or any(comparison.asked > 1 for comparison in comparisons):
        nodes = Counter(comparison.agreeing for comparison in comparisons)
        click.echo(", ".join(f"{nodes[count]} by the word of {count}" for count in sorted(nodes, reverse=True)))
    if verdicts[Verdict.AGREES] != len(comparisons):
        sys.exit(_EXIT_FAILED)


@main.command(epilog="Example: windlass-indexer outbox --retry")
@_database
@click.option("--retry", is_flag=True, help="Send the dead letters once more, beginning now.")
@_json
def outbox(database: str | None, retry: bool, as_json: bool) -> None:
    """Show how alerts reach the webhooks of WINDLASS_WEBHOOKS; exit 1 if there are dead letters.

    A dead letter is an alert that a webhook did not take in 20 attempts over about 12 hours.
    """
    settings = _settings(database=database)

    async def look() -> OutboxStatus:
        async with connection(settings.database_url) as opened:
            await migrations.apply(opened)
            return await outbox_status(opened, retry=retry)

    found = _run(look())
    if as_json:
        click.echo(orjson.dumps(found.json()))
    else:
        for row in found.targets:
            told = "{target}: {delivered:,} delivered, {waiting:,} waiting ({failing:,} after a failure), {dead:,} dead"
            click.echo(told.format_map(row))
        for row in found.dead:
            told = "dead letter {id}: alert {alert} ({kind}) to {target} after {attempts} attempts: {last_error}"
            click.echo(told.format_map(row))
        if retry:
            click.echo(f"{found.retried:,} dead letters are sent once more")
        elif not found.targets:
            click.echo("nothing was ever sent")
    if found.dead:
        sys.exit(_EXIT_FAILED)


def _settings(
    *,
    rpc: str | None = None,
    ws: str | None = None,
    more_rpcs: Sequence[str] = (),
    database: str | None = None,
    programs: Sequence[str] = (),
    vault_program: str | None = None,
    idls: Sequence[Path] = (),
    only: bool = False,
) -> Settings:
    windlass = programs[0] if len(programs) == 1 and not idls else None
    try:
        if only and not idls:
            raise SettingsError("--only leaves nothing to follow without --idl")
        settings = Settings.read(
            rpc=rpc,
            ws=ws,
            more_rpcs=more_rpcs,
            database=database,
            program=windlass,
            vault_program=vault_program,
            others=[] if windlass else other_programs(idls, programs),
            only_others=only,
        )
    except IndexerError as error:
        _fail(str(error))
    logs.configure(settings.log_level, settings.log_format)
    return settings


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except IndexerError as error:
        _fail(str(error))


def _fail(message: str, code: int = _EXIT_FAILED) -> NoReturn:
    click.echo(f"windlass-indexer: {message}", err=True)
    sys.exit(code)
