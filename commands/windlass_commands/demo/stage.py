"""What every act of the demo works with: one place that sends, measures, and checks that all comes out as told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from windlass_commands.accounts import Accounts
from windlass_commands.demo.cast import Cast
from windlass_commands.demo.confirmations import Confirmations
from windlass_commands.demo.narrator import Narrator
from windlass_commands.demo.read_model import ReadModel
from windlass_commands.dev.agave import AgaveValidator
from windlass_commands.errors import StoryBroken, TransactionRefused
from windlass_commands.explain import explained
from windlass_commands.explanation import Subject
from windlass_commands.keypairs import Signer
from windlass_commands.rpc import Rpc
from windlass_commands.transactions import Landed, submit

# Enough for each transaction of the story that is sent in the knowledge that it fails, and so cannot be simulated.
UNITS_OF_A_REFUSAL = 200_000


@dataclass(frozen=True)
class Measured:
    """A step and how long after the client's confirmation the read model showed it, in milliseconds."""

    step: str
    milliseconds: float
    subscribed: bool


@dataclass
class Stage:
    """The chain, the read model, the cast; `events` counts what each stream has emitted.

    `validator` is set where the chain is one that we run, and not the embedded one.
    """

    rpc: Rpc
    confirmations: Confirmations
    read_model: ReadModel
    narrator: Narrator
    cast: Cast
    accounts: Accounts
    vault_program: Pubkey
    validator: AgaveValidator | None = None
    events: Counter[Pubkey] = field(default_factory=Counter)
    measured: list[Measured] = field(default_factory=list)

    async def send(self, instructions: list[Instruction], signer: Signer, *more: Signer) -> Landed:
        """A transaction that must succeed; its first signer pays. Raises StoryBroken where it is refused."""
        try:
            return await submit(self.rpc, instructions, signer, [signer, *more], confirm=self.confirmations.confirm)
        except TransactionRefused as refusal:
            raise StoryBroken(f"The chain refused what the story needs: {refusal}") from refusal

    async def step(
        self,
        text: str,
        instructions: list[Instruction],
        signers: Sequence[Signer],
        stream: Pubkey,
        *,
        events: int = 1,
        subscribed: bool = True,
    ) -> Landed:
        """A transaction that emits `events` on `stream`: sent, awaited in the read model, told with both times.

        Where no subscription tells of it (`subscribed` False) the read model is asked.
        """
        landed = await self.send(instructions, *signers)
        milliseconds = await self.shown(text, landed, stream, events=events, subscribed=subscribed)
        self.narrator.step(text, landed.signature, landed.slot, milliseconds)
        return landed

    async def shown(
        self, text: str, landed: Landed, stream: Pubkey, *, events: int = 1, subscribed: bool = True
    ) -> float:
        """Wait until the read model shows the events; the milliseconds since this client heard of the commit."""
        self.events[stream] += events
        seq = self.events[stream]
        seen = await (self.read_model.told if subscribed else self.read_model.asked)(stream, seq)
        milliseconds = (seen - self.confirmations.at[landed.signature]) * 1000
        self.measured.append(Measured(text, milliseconds, subscribed))
        return milliseconds

    async def refusal(
        self,
        text: str,
        instructions: list[Instruction],
        signers: Sequence[Signer],
        error: str,
        subject: Subject,
    ) -> TransactionRefused:
        """A transaction that must fail on chain, by this error. Raises StoryBroken where it does not."""
        try:
            landed = await submit(
                self.rpc,
                instructions,
                signers[0],
                signers,
                units=UNITS_OF_A_REFUSAL,
                confirm=self.confirmations.confirm,
            )
        except TransactionRefused as refusal:
            told = await explained(refusal, self.accounts, subject)
        else:
            raise StoryBroken(
                f"{text}: the program should have refused with {error}, but {landed.signature} succeeded."
            )
        if told.kind != error:
            raise StoryBroken(f"{text}: should have been refused with {error}, but it was {told.kind}: {told}")
        self.narrator.refusal(text, error, str(told), told.rejection.signature)
        return told

    def require(self, condition: bool, sentence: str) -> None:
        """Raise StoryBroken with `sentence` unless the condition holds."""
        if not condition:
            raise StoryBroken(sentence)
