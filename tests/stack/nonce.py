"""A durable nonce, as a transaction that never expires would use it."""

from dataclasses import dataclass

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import (
    AdvanceNonceAccountParams,
    CreateAccountParams,
    InitializeNonceAccountParams,
    advance_nonce_account,
    create_account,
    initialize_nonce_account,
)
from stack.chain import Chain
from windlass_programs.addresses import SYSTEM_PROGRAM

NONCE_LENGTH = 80
NONCE_VALUE = slice(40, 72)


@dataclass(frozen=True)
class DurableNonce:
    """A nonce account and who may advance it."""

    chain: Chain
    address: Pubkey
    authority: Keypair

    @classmethod
    def create(cls, chain: Chain) -> "DurableNonce":
        """Make one by the System program."""
        authority, account = chain.funded_keypair(), chain.keypair()
        lamports = chain.svm.minimum_balance_for_rent_exemption(NONCE_LENGTH)
        chain.send(
            create_account(
                CreateAccountParams(
                    from_pubkey=authority.pubkey(),
                    to_pubkey=account.pubkey(),
                    lamports=lamports,
                    space=NONCE_LENGTH,
                    owner=SYSTEM_PROGRAM,
                )
            ),
            initialize_nonce_account(
                InitializeNonceAccountParams(nonce_pubkey=account.pubkey(), authority=authority.pubkey())
            ),
            signers=[authority, account],
        )
        chain.svm.expire_blockhash()
        return cls(chain, account.pubkey(), authority)

    @property
    def value(self) -> Hash:
        """What takes the place of a recent blockhash."""
        return Hash.from_bytes(self.chain.account(self.address).data[NONCE_VALUE])

    def advance(self) -> Instruction:
        """The instruction that must come first."""
        params = AdvanceNonceAccountParams(nonce_pubkey=self.address, authorized_pubkey=self.authority.pubkey())
        return advance_nonce_account(params)
