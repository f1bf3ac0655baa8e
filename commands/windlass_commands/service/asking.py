"""A command that somebody asked for over HTTP: the same session as on the command line, without a key."""

from __future__ import annotations

from dataclasses import dataclass

from solders.pubkey import Pubkey

from windlass_commands.errors import TransactionRefused
from windlass_commands.explain import explained
from windlass_commands.explanation import Subject
from windlass_commands.keypairs import Signer
from windlass_commands.output import Output
from windlass_commands.rpc import Rpc
from windlass_commands.session import Intent, Session, Settings, Unsigned
from windlass_commands.solana_config import SolanaConfig
from windlass_commands.transactions import simulate


@dataclass(frozen=True)
class HandedOut:
    """What a verb wanted carried out, and the transaction that does it once it is signed."""

    intent: Intent
    unsigned: Unsigned


class Asking(Session):
    """`account` acts and pays. A verb's transaction is simulated and kept to be handed out; nothing is ever sent."""

    def __init__(self, rpc: Rpc, program_id: Pubkey, account: Pubkey) -> None:
        super().__init__(rpc, Settings(program_id=program_id, unsigned=True), Output(as_json=True), SolanaConfig())
        self.signer = self.payer = Signer(account)
        self.subject = Subject()
        """What the verb's transaction is about, once that is known."""
        self.handed_out: HandedOut | None = None

    async def carry_out(self, intent: Intent) -> None:
        """Simulate it and keep the transaction. Raises TransactionRefused with the best explanation there is."""
        self.subject = intent.subject
        try:
            units = await simulate(self.rpc, intent.instructions, self.payer)
        except TransactionRefused as refusal:
            raise await explained(refusal, self.accounts, intent.subject) from None
        self.handed_out = HandedOut(intent, await self.unsigned(intent, units))
