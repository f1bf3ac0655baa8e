"""Users with real SPL tokens, and their collateral vaults."""

import struct
from dataclasses import dataclass, field

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account
from stack.chain import Chain, Landed, idl
from stack.instructions import build, u64
from windlass_programs.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    associated_token_address,
    vault_address,
)
from windlass_programs.artifacts import ProgramName
from windlass_programs.collateral_vault import CollateralVault, decode_vault

MINT_LENGTH = 82
INITIALIZE_MINT, MINT_TO, CREATE_IDEMPOTENT = 20, 7, 1
TOKENS_AT_FIRST = 1_000_000


@dataclass(frozen=True)
class Mint:
    """A token with six decimals, minted by real instructions."""

    chain: Chain
    address: Pubkey
    authority: Keypair

    @classmethod
    def create(cls, chain: Chain) -> "Mint":
        """A new token."""
        authority, mint = chain.funded_keypair(), chain.keypair()
        lamports = chain.svm.minimum_balance_for_rent_exemption(MINT_LENGTH)
        parameters = CreateAccountParams(
            from_pubkey=authority.pubkey(),
            to_pubkey=mint.pubkey(),
            lamports=lamports,
            space=MINT_LENGTH,
            owner=TOKEN_PROGRAM,
        )
        data = struct.pack("<BB32sB", INITIALIZE_MINT, 6, bytes(authority.pubkey()), 0)
        initialize = Instruction(TOKEN_PROGRAM, data, [AccountMeta(mint.pubkey(), False, True)])
        chain.send(create_account(parameters), initialize, signers=[authority, mint])
        return cls(chain, mint.pubkey(), authority)

    def create_account_of(self, owner: Pubkey) -> Pubkey:
        """The owner's associated token account, made if there is none."""
        address = associated_token_address(owner, self.address)
        accounts = [
            AccountMeta(self.authority.pubkey(), True, True),
            AccountMeta(address, False, True),
            *(AccountMeta(key, False, False) for key in (owner, self.address, SYSTEM_PROGRAM, TOKEN_PROGRAM)),
        ]
        create = Instruction(ASSOCIATED_TOKEN_PROGRAM, bytes([CREATE_IDEMPOTENT]), accounts)
        self.chain.send(create, signers=[self.authority])
        return address

    def mint_to(self, account: Pubkey, amount: int) -> None:
        """New tokens, in base units."""
        accounts = [
            AccountMeta(self.address, False, True),
            AccountMeta(account, False, True),
            AccountMeta(self.authority.pubkey(), True, False),
        ]
        data = struct.pack("<BQ", MINT_TO, amount)
        self.chain.send(Instruction(TOKEN_PROGRAM, data, accounts), signers=[self.authority])

    def tokens_in(self, account: Pubkey) -> int:
        """A token account's amount, in base units."""
        (amount,) = struct.unpack_from("<Q", self.chain.account(account).data, 64)
        assert isinstance(amount, int)
        return amount


@dataclass
class User:
    """Somebody with a million base units in a wallet, and a vault that may not exist yet."""

    mint: Mint
    release: ProgramName = "collateral_vault_v1"
    owner: Keypair = field(init=False)

    def __post_init__(self) -> None:
        self.chain = self.mint.chain
        self.owner = self.chain.funded_keypair()
        self.wallet = self.mint.create_account_of(self.owner.pubkey())
        self.mint.mint_to(self.wallet, TOKENS_AT_FIRST)
        self.vault = vault_address(self.owner.pubkey())
        self.token_account = associated_token_address(self.vault, self.mint.address)

    def initialize(self) -> Landed:
        """Open the vault."""
        accounts = {"mint": self.mint.address}
        return self.send("initialize_vault", accounts=accounts)

    def deposit(self, amount: int, **changes: Pubkey) -> Landed:
        """From the wallet into the vault."""
        return self.send("deposit", u64(amount), {"source": self.wallet, **changes})

    def withdraw(self, amount: int, **changes: Pubkey) -> Landed:
        """From the vault to the wallet."""
        return self.send("withdraw", u64(amount), {"destination": self.wallet, **changes})

    def withdraw_all(self) -> Landed:
        """All that is available, to the wallet. Only release 2 knows how."""
        accounts = {"destination": self.wallet, **self._own}
        instruction = build(idl("collateral_vault_v2"), "withdraw_all", accounts)
        return self.chain.send(instruction, signers=[self.owner])

    @property
    def _own(self) -> dict[str, Pubkey]:
        return {"vault": self.vault, "owner": self.owner.pubkey(), "token_account": self.token_account}

    def send(self, name: str, arguments: bytes = b"", accounts: dict[str, Pubkey] | None = None) -> Landed:
        """One instruction with this user's accounts, but for `accounts`."""
        instruction = build(idl(self.release), name, {**self._own, **(accounts or {})}, arguments)
        return self.chain.send(instruction, signers=[self.owner])

    @property
    def state(self) -> CollateralVault:
        """The vault's account."""
        return decode_vault(self.chain.account(self.vault).data)

    @property
    def tokens(self) -> tuple[int, int]:
        """What lies in the wallet, and in the vault's token account."""
        return self.mint.tokens_in(self.wallet), self.mint.tokens_in(self.token_account)
