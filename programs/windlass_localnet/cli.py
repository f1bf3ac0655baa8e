"""The `windlass-localnet` command."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click
from solders.pubkey import Pubkey

from windlass_localnet.bank import Bank
from windlass_localnet.commitment import Lags
from windlass_localnet.errors import StartError
from windlass_localnet.genesis import Genesis
from windlass_localnet.server import Endpoints, bind, serve

EXAMPLES = """
\b
Examples:
  windlass-localnet
  windlass-localnet --rpc-port 0 --json --slot-ms 100
  windlass-localnet --upgradeable-program VAULT vault.so AUTHORITY --mint WALLET
  windlass-localnet --account - mint.json
"""


class _Address(click.ParamType[Pubkey]):
    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Pubkey:
        try:
            return value if isinstance(value, Pubkey) else Pubkey.from_string(str(value))
        except ValueError:
            return self.fail(f"{value!r} is not an address (base58 of 32 bytes)", param, ctx)


class _OptionalAddress(_Address):
    def __init__(self, nothing: str) -> None:
        self._nothing = nothing

    def convert(  # type: ignore[override]
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Pubkey | None:
        return None if value is None or value == self._nothing else super().convert(value, param, ctx)


_PORT = click.IntRange(0, 65535)


@click.command(epilog=EXAMPLES, context_settings={"show_default": True})
@click.option("--rpc-port", type=_PORT, default=8899, help="HTTP port; 0 takes a free one.")
@click.option("--ws-port", type=_PORT, help="Websocket port; 0 takes a free one.  [default: rpc port + 1]")
@click.option("--bind-address", default="127.0.0.1", help="Address to listen on.")
@click.option("--slot-ms", type=click.IntRange(1), default=400, help="Length of a slot in milliseconds.")
@click.option("--confirmed-lag", type=click.IntRange(1), default=1, help="Blocks until confirmed.")
@click.option("--finalized-lag", type=click.IntRange(1), default=31, help="Blocks until finalized.")
@click.option(
    "--upgradeable-program",
    "upgradeable",
    type=(_Address(), click.Path(path_type=Path), _OptionalAddress("none")),
    multiple=True,
    metavar="ADDRESS SO AUTHORITY",
    help="Load a program that AUTHORITY can upgrade ('none': nobody can). Repeatable.",
)
@click.option(
    "--bpf-program",
    "programs",
    type=(_Address(), click.Path(path_type=Path)),
    multiple=True,
    metavar="ADDRESS SO",
    help="Load a program that cannot be upgraded. Repeatable.",
)
@click.option(
    "--account",
    "accounts",
    type=(_OptionalAddress("-"), click.Path(path_type=Path)),
    multiple=True,
    metavar="ADDRESS FILE",
    help="Load an account from JSON; '-' takes the address from the file. Repeatable.",
)
@click.option(
    "--account-lines",
    "account_lines",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Load many accounts: JSON with its address on each line. Repeatable.",
)
@click.option("--mint", "mints", type=_Address(), multiple=True, help="Give an address 500 million SOL.")
@click.option("--limit-ledger-size", type=click.IntRange(1), help="Blocks to keep.  [default: all]")
@click.option(
    "--rpc-pubsub-queue-capacity-items",
    "queue_capacity",
    type=click.IntRange(1),
    default=10_000,
    help="Notifications that may wait for a websocket client before it is cut off.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the endpoints as one JSON object.")
@click.option("--quiet", is_flag=True, help="Print nothing.")
def main(
    rpc_port: int,
    ws_port: int | None,
    bind_address: str,
    slot_ms: int,
    confirmed_lag: int,
    finalized_lag: int,
    upgradeable: tuple[tuple[Pubkey, Path, Pubkey | None], ...],
    programs: tuple[tuple[Pubkey, Path], ...],
    accounts: tuple[tuple[Pubkey | None, Path], ...],
    account_lines: tuple[Path, ...],
    mints: tuple[Pubkey, ...],
    limit_ledger_size: int | None,
    queue_capacity: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """An embedded Solana chain: LiteSVM behind Solana's JSON-RPC and websocket.

    Real execution with signatures, fees and blockhashes; slots that advance; processed, confirmed and
    finalized with a lag between them; time travel by surfnet_timeTravel. Nothing is kept on disk.
    """

    def ready(endpoints: Endpoints) -> None:
        if quiet:
            return
        urls = {"rpc_url": endpoints.rpc_url, "ws_url": endpoints.ws_url}
        click.echo(json.dumps(urls) if as_json else f"RPC {endpoints.rpc_url}  websocket {endpoints.ws_url}")

    try:
        if confirmed_lag > finalized_lag:
            raise StartError(
                f"--confirmed-lag {confirmed_lag} is above --finalized-lag {finalized_lag}: "
                "a block is confirmed before it is finalized"
            )
        genesis = Genesis()
        for mint in mints:
            genesis.add_mint(mint)
        for address, so in programs:
            genesis.add_program(address, so)
        for address, so, authority in upgradeable:
            genesis.add_upgradeable_program(address, so, authority)
        for named, file in accounts:
            genesis.add_account_file(named, file)
        for lines in account_lines:
            genesis.add_account_lines(lines)
        rpc_socket = bind(bind_address, rpc_port)
        default_ws_port = rpc_port + 1 if rpc_port else 0
        ws_socket = bind(bind_address, default_ws_port if ws_port is None else ws_port)
        bank = Bank(genesis, slot_ms, Lags(confirmed_lag, finalized_lag), limit_ledger_size)
    except StartError as error:
        click.echo(f"windlass-localnet: {error}", err=True)
        sys.exit(1)
    asyncio.run(serve(bank, rpc_socket, ws_socket, queue_capacity, ready))
