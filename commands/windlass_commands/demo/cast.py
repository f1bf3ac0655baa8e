"""Who plays in the demo. All keys are made for one run and forgotten after it."""

from __future__ import annotations

from dataclasses import dataclass, field

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from windlass_commands.keypairs import Signer

MEMBERS = ("alice", "bob", "carol", "dave", "erin")
# Owners of vaults, and what each deposits, in base units of a token with 6 decimals.
DEPOSITS = {"maya": 1_250_000_000, "noor": 48_200_000_000, "olga": 310_500_000}
DECIMALS = 6
SYMBOL = "tUSD"


def _signers(names: tuple[str, ...]) -> dict[str, Signer]:
    return {name: Signer.of(Keypair()) for name in names}


@dataclass(frozen=True)
class Cast:
    """Five members, the vault program's present upgrade authority, the token's treasurer, three users."""

    members: dict[str, Signer] = field(default_factory=lambda: _signers(MEMBERS))
    users: dict[str, Signer] = field(default_factory=lambda: _signers(tuple(DEPOSITS)))
    authority: Signer = field(default_factory=lambda: Signer.of(Keypair()))
    treasurer: Signer = field(default_factory=lambda: Signer.of(Keypair()))
    mint: Signer = field(default_factory=lambda: Signer.of(Keypair()))
    create_key: Signer = field(default_factory=lambda: Signer.of(Keypair()))
    buffer: Signer = field(default_factory=lambda: Signer.of(Keypair()))
    copy: Signer = field(default_factory=lambda: Signer.of(Keypair()))

    def payers(self) -> tuple[Pubkey, ...]:
        """Whoever needs SOL on the embedded chain."""
        signers = [*self.members.values(), *self.users.values(), self.authority, self.treasurer]
        return tuple(signer.address for signer in signers)
