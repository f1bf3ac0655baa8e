"""The options that commands share, as decorators that hand the command one Settings."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import click
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID

from windlass_commands.parameters import ADDRESS
from windlass_commands.rpc import COMMITMENTS
from windlass_commands.session import Settings

Command = Callable[..., None]

vault_program_option: Callable[[Command], Command] = click.option(
    "--vault-program",
    type=ADDRESS,
    default=str(VAULT_PROGRAM_ID),
    envvar="WINDLASS_VAULT_PROGRAM_ID",
    help="The collateral vault program, where another is deployed.",
)

CHAIN_OPTIONS = [
    click.option(
        "--url",
        "-u",
        envvar="WINDLASS_RPC_URL",
        metavar="URL_OR_MONIKER",
        help="RPC node: an address, or mainnet-beta, testnet, devnet, localhost. Default: WINDLASS_RPC_URL, then "
        "Solana's config.yml.",
    ),
    click.option(
        "--program-id",
        type=ADDRESS,
        default=str(WINDLASS_PROGRAM_ID),
        envvar="WINDLASS_PROGRAM_ID",
        show_default=True,
        help="The Windlass program, where an organisation deployed its own.",
    ),
    click.option(
        "--commitment",
        type=click.Choice(COMMITMENTS),
        help="How sure to be of what is read and sent. Default: Solana's config.yml, then confirmed.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text."),
]
PAYING_OPTIONS = [
    click.option(
        "--keypair",
        "-k",
        metavar="FILE",
        help="Keypair file of whoever acts (with --unsigned or --dry-run an address will do). Default: Solana's "
        "config.yml.",
    ),
    click.option("--fee-payer", metavar="FILE", help="Keypair file of whoever pays. Default: --keypair."),
    click.option(
        "--priority-fee",
        type=click.IntRange(min=0),
        default=0,
        metavar="MICROLAMPORTS",
        help="Price of a compute unit.",
    ),
]
SENDING_OPTIONS = [
    click.option("--dry-run", is_flag=True, help="Simulate and explain; send nothing."),
    click.option(
        "--unsigned", is_flag=True, help="Print the unsigned transaction in base64 for a wallet; send nothing."
    ),
]


def chain_options(command: Command) -> Command:
    """For commands that only read: --url, --program-id, --commitment, --json."""
    return _settings(command, CHAIN_OPTIONS)


def signing_options(command: Command) -> Command:
    """For commands that send transactions: the above and --keypair, --fee-payer, --dry-run, --unsigned."""
    return _settings(command, [*PAYING_OPTIONS, *SENDING_OPTIONS, *CHAIN_OPTIONS])


def estimating_options(command: Command) -> Command:
    """For commands that simulate what others would send: the first ones and --keypair, --fee-payer, --priority-fee."""
    return _settings(command, [*PAYING_OPTIONS, *CHAIN_OPTIONS])


def _settings(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    names = set(Settings.__dataclass_fields__)

    @functools.wraps(command)
    def with_settings(**values: Any) -> None:
        shared = {name: values.pop(name) for name in list(values) if name in names}
        command(Settings(**shared), **values)

    decorated: Command = with_settings
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def examples(*lines: str) -> str:
    """An epilog with examples that click does not re-wrap."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
