"""Solana keypair files: a JSON array of 64 numbers, the secret key's 32 and the public key's 32 bytes.

Secret keys come from files only, never from the command line or the environment, and are never printed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from solders.keypair import Keypair
from solders.pubkey import Pubkey

from windlass_commands.errors import KeypairUnusable, UsageProblem


@dataclass(frozen=True)
class Signer:
    """Somebody whose signature a transaction needs; `keypair` is None where only the address is known."""

    address: Pubkey
    keypair: Keypair | None = None

    @classmethod
    def of(cls, keypair: Keypair) -> Signer:
        """A signer that can sign here."""
        return cls(keypair.pubkey(), keypair)

    def __repr__(self) -> str:
        return f"Signer({self.address})"


def load_keypair(path: Path) -> Keypair:
    """Read a keypair file.

    Raises KeypairUnusable with the reason; what the file holds never gets into the message.
    """
    path = path.expanduser()
    try:
        text = path.read_text()
    except FileNotFoundError:
        raise KeypairUnusable(
            f"There is no keypair file {path}; give one with --keypair, or make one with `solana-keygen new -o {path}`."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeypairUnusable(f"The keypair file {path} cannot be read: {type(error).__name__}.") from None
    try:
        numbers = json.loads(text)
        secret = bytes(numbers) if isinstance(numbers, list) else b""
    except (ValueError, TypeError):
        secret = b""
    if len(secret) != 64:
        raise KeypairUnusable(
            f"{path} is no keypair file: expected a JSON array of 64 numbers from 0 to 255, as solana-keygen writes it."
        )
    try:
        return Keypair.from_bytes(secret)
    except ValueError:
        raise KeypairUnusable(
            f"{path} is no keypair file: its second 32 bytes are not the public key of its first 32."
        ) from None


def write_keypair(path: Path, keypair: Keypair) -> None:
    """Write a new keypair file that only its owner can read; an existing file is never overwritten.

    Raises KeypairUnusable where the file exists or cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeypairUnusable(f"{path} exists already and is not overwritten; name another file.") from None
    except OSError as error:
        raise KeypairUnusable(f"The keypair file {path} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w") as file:
        json.dump(list(bytes(keypair)), file)


def load_or_create_keypair(path: Path) -> Keypair:
    """The file's keypair, made first if the file does not exist."""
    if not path.expanduser().exists():
        write_keypair(path.expanduser(), Keypair())
    return load_keypair(path)


def signer_from(value: str, *, address_allowed: bool) -> Signer:
    """A signer named on the command line: a keypair file, or, where nothing is signed here, an address.

    Raises KeypairUnusable or UsageProblem.
    """
    path = Path(value).expanduser()
    if not path.exists():
        try:
            address = Pubkey.from_string(value)
        except ValueError:
            pass
        else:
            if address_allowed:
                return Signer(address)
            raise UsageProblem(
                f"{value} is an address and cannot sign; give its keypair file, or --unsigned to get the "
                "transaction for somebody else to sign."
            )
    return Signer.of(load_keypair(path))
