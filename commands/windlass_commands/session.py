"""What every command that talks to a chain is given: the node, who signs and pays, where results go."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import WINDLASS_PROGRAM_ID

from windlass_commands import solana_config
from windlass_commands.accounts import Accounts
from windlass_commands.amounts import sol
from windlass_commands.errors import CommandError, TransactionRefused
from windlass_commands.explain import explained
from windlass_commands.explanation import Subject
from windlass_commands.keypairs import Signer, signer_from
from windlass_commands.output import Output
from windlass_commands.pace import Pace
from windlass_commands.rpc import Rpc
from windlass_commands.transactions import (
    Landed,
    as_base64,
    message_of,
    simulate,
    submit,
    units_to_ask,
    unsigned,
)


@dataclass(frozen=True)
class Settings:
    """The options that commands share, as given; nothing is resolved or read yet."""

    url: str | None = None
    keypair: str | None = None
    fee_payer: str | None = None
    program_id: Pubkey = WINDLASS_PROGRAM_ID
    commitment: str | None = None
    as_json: bool = False
    dry_run: bool = False
    unsigned: bool = False
    priority_fee: int = 0
    # Requests a second to the node; 0: no limit.
    rate: float = 0


@dataclass(frozen=True)
class Intent:
    """One transaction that a command wants: its instructions, who signs besides the payer, and what it means.

    `summary` are sentences for people, `subject` what a refusal is explained with, `result` what --json adds;
    `cosigners` are keys that the command brings itself, which sign even what is handed out with --unsigned.
    """

    command: str
    instructions: list[Instruction]
    signers: list[Signer]
    summary: list[str]
    subject: Subject = field(default_factory=Subject)
    result: dict[str, Any] = field(default_factory=dict)
    cosigners: list[Signer] = field(default_factory=list)


@dataclass(frozen=True)
class Unsigned:
    """A transaction in base64 for others to sign: who has to, and up to which block height it can land."""

    transaction: str
    signers: list[Pubkey]
    last_valid_height: int


class Session:
    """One run of a command against one node."""

    def __init__(self, rpc: Rpc, settings: Settings, output: Output, config: solana_config.SolanaConfig) -> None:
        self.rpc = rpc
        self.settings = settings
        self.output = output
        self.program_id = settings.program_id
        self.accounts = Accounts(rpc, settings.program_id)
        self._config = config

    @cached_property
    def signer(self) -> Signer:
        """Who acts: --keypair, else the Solana config's. Raises KeypairUnusable."""
        given = self.settings.keypair or str(self._config.keypair or solana_config.DEFAULT_KEYPAIR)
        return signer_from(given, address_allowed=self.settings.unsigned or self.settings.dry_run)

    @cached_property
    def payer(self) -> Signer:
        """Who pays fees and rent: --fee-payer, else the signer. Raises KeypairUnusable."""
        if self.settings.fee_payer is None:
            return self.signer
        return signer_from(self.settings.fee_payer, address_allowed=self.settings.unsigned or self.settings.dry_run)

    async def carry_out(self, intent: Intent) -> Landed | None:
        """Tell what will happen, simulate it, and do it, or with --unsigned hand it out, or with --dry-run stop.

        None where nothing was sent. Raises TransactionRefused with the best explanation there is.
        """
        if not self.settings.unsigned:
            for sentence in intent.summary:
                self.output.say(sentence)
        price = self.settings.priority_fee
        try:
            units = await simulate(self.rpc, intent.instructions, self.payer, price=price)
            if self.settings.unsigned:
                self._hand_out(intent, await self.unsigned(intent, units))
                return None
            if self.settings.dry_run:
                await self._only_tell(intent, units)
                return None
            signers = [*intent.signers, *intent.cosigners]
            landed = await submit(self.rpc, intent.instructions, self.payer, signers, units=units, price=price)
        except TransactionRefused as refusal:
            raise await explained(refusal, self.accounts, intent.subject) from None
        self.output.field("signature", landed.signature)
        self.output.field("slot", f"{landed.slot:,} ({self.rpc.commitment})")
        self.output.result(
            {
                "command": intent.command,
                "signature": str(landed.signature),
                "slot": landed.slot,
                "commitment": self.rpc.commitment,
                **intent.result,
            }
        )
        return landed

    async def unsigned(self, intent: Intent, units: int) -> Unsigned:
        """The transaction of an intent that was simulated with `units` compute units, for others to sign."""
        blockhash, last_valid_height = await self.rpc.latest_blockhash()
        message = message_of(
            intent.instructions,
            self.payer,
            blockhash,
            units=units_to_ask(units),
            price=self.settings.priority_fee,
        )
        done = {signer.address for signer in intent.cosigners}
        needed = message.account_keys[: message.header.num_required_signatures]
        signers = [key for key in needed if key not in done]
        return Unsigned(as_base64(unsigned(message, intent.cosigners)), signers, last_valid_height)

    def _hand_out(self, intent: Intent, made: Unsigned) -> None:
        self.output.raw(
            made.transaction,
            {
                "command": intent.command,
                "transaction": made.transaction,
                "signers": [str(key) for key in made.signers],
                "last_valid_block_height": made.last_valid_height,
                **intent.result,
            },
        )

    async def _only_tell(self, intent: Intent, units: int) -> None:
        blockhash, _ = await self.rpc.latest_blockhash()
        fee = await self.rpc.fee(message_of(intent.instructions, self.payer, blockhash, units=units_to_ask(units)))
        self.output.say(f"It would succeed ({units:,} compute units, fee {sol(fee)}). Nothing was sent.")
        self.output.result({"command": intent.command, "dry_run": True, "units": units, "fee": fee, **intent.result})


def run_session(settings: Settings, work: Callable[[Session], Awaitable[None]]) -> None:
    """Open a session, do the work in it; an operator's mistake ends in one sentence and the right exit code."""
    output = Output(as_json=settings.as_json)

    async def within() -> None:
        config = solana_config.load()
        url = solana_config.resolve_url(settings.url, config)
        commitment = settings.commitment or config.commitment or "confirmed"
        async with Rpc(url, commitment, pace=Pace(settings.rate)) as rpc:
            await work(Session(rpc, settings, output, config))

    run(output, within)


def run(output: Output, work: Callable[[], Awaitable[None]]) -> None:
    """Run a command's work; exits with the error's code where it fails, 130 where it was interrupted."""

    async def main() -> None:
        await work()

    try:
        asyncio.run(main())
    except CommandError as error:
        _fail(output, error)
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(output: Output, error: CommandError) -> NoReturn:
    output.error(error)
    sys.exit(error.exit_code)
