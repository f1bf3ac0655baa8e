"""What an explanation of a refusal is given, and the table of them by the error's name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from solders.pubkey import Pubkey
from windlass_programs.windlass import MigrationPlan

from windlass_commands.accounts import Accounts, Governed
from windlass_commands.errors import AccountMissing
from windlass_commands.instructions.initialize_multisig import MultisigParams


@dataclass(frozen=True)
class Subject:
    """What a refused command was about, as far as it has such things."""

    proposal: Pubkey | None = None
    multisig: Pubkey | None = None
    program: Pubkey | None = None
    member: Pubkey | None = None
    payer: Pubkey | None = None
    buffer: Pubkey | None = None
    digest: bytes | None = None
    params: MultisigParams | None = None
    timelock: int | None = None
    plan: MigrationPlan | None = None


Explain = Callable[["Explainer"], Awaitable[str]]
EXPLANATIONS: dict[str, Explain] = {}


def explains(*names: str) -> Callable[[Explain], Explain]:
    """Register a function for errors of the program; two for one error are a mistake in this file."""

    def register(function: Explain) -> Explain:
        for name in names:
            if name in EXPLANATIONS:
                raise ValueError(f"{name} is explained twice")
            EXPLANATIONS[name] = function
        return function

    return register


class Explainer:
    """Explains one refusal; reads what it needs of the chain."""

    def __init__(self, accounts: Accounts, subject: Subject, message: str) -> None:
        self.accounts = accounts
        self.subject = subject
        self.message = message

    async def governed(self) -> Governed:
        """The proposal that the refused command was about."""
        if self.subject.proposal is None:
            raise AccountMissing("the refused transaction was about no proposal")
        return await self.accounts.governed(self.subject.proposal)

    async def now(self) -> int:
        """The chain's time, unix seconds."""
        return (await self.accounts.rpc.clock()).unix_timestamp

    def params(self) -> MultisigParams:
        """The configuration that was refused."""
        if self.subject.params is None:
            raise AccountMissing("the refused transaction held no configuration")
        return self.subject.params
