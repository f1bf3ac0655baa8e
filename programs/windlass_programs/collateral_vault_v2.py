"""Accounts of the collateral_vault program. Written by `python -m windlass_programs.generate` from its IDL."""

from dataclasses import dataclass
from typing import ClassVar

from solders.pubkey import Pubkey

from windlass_programs.borsh import Reader, account_reader


@dataclass(frozen=True, slots=True)
class EventStream:
    seq: int
    digest: bytes

    @classmethod
    def read(cls, reader: Reader) -> "EventStream":
        return cls(
            seq=reader.unsigned(8),
            digest=reader.raw(32),
        )


@dataclass(frozen=True, slots=True)
class CollateralVault:
    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex("7661756c745f5f32")

    stream: EventStream
    owner: Pubkey
    mint: Pubkey
    token_account: Pubkey
    total_balance: int
    locked_balance: int
    available_balance: int
    total_deposited: int
    total_withdrawn: int
    created_at: int
    last_updated: int
    locked_since: int
    lifetime_locked: int
    bump: int

    @classmethod
    def read(cls, reader: Reader) -> "CollateralVault":
        return cls(
            stream=EventStream.read(reader),
            owner=reader.pubkey(),
            mint=reader.pubkey(),
            token_account=reader.pubkey(),
            total_balance=reader.unsigned(8),
            locked_balance=reader.unsigned(8),
            available_balance=reader.unsigned(8),
            total_deposited=reader.unsigned(8),
            total_withdrawn=reader.unsigned(8),
            created_at=reader.signed(8),
            last_updated=reader.signed(8),
            locked_since=reader.signed(8),
            lifetime_locked=reader.unsigned(8),
            bump=reader.unsigned(1),
        )

    @classmethod
    def decode(cls, data: bytes) -> "CollateralVault":
        """From the account's data. Raises ValueError where it is no CollateralVault."""
        return cls.read(account_reader("CollateralVault", cls.DISCRIMINATOR, data))


@dataclass(frozen=True, slots=True)
class AuthorizedProgram:
    program: Pubkey
    signer: Pubkey

    @classmethod
    def read(cls, reader: Reader) -> "AuthorizedProgram":
        return cls(
            program=reader.pubkey(),
            signer=reader.pubkey(),
        )


@dataclass(frozen=True, slots=True)
class VaultAuthority:
    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex("8422bbcacac3d335")

    stream: EventStream
    bump: int
    admin: Pubkey
    programs: list[AuthorizedProgram]

    @classmethod
    def read(cls, reader: Reader) -> "VaultAuthority":
        return cls(
            stream=EventStream.read(reader),
            bump=reader.unsigned(1),
            admin=reader.pubkey(),
            programs=reader.vec(AuthorizedProgram.read),
        )

    @classmethod
    def decode(cls, data: bytes) -> "VaultAuthority":
        """From the account's data. Raises ValueError where it is no VaultAuthority."""
        return cls.read(account_reader("VaultAuthority", cls.DISCRIMINATOR, data))
