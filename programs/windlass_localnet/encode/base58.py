"""Base58 as text, for instruction data and whole transactions; keys and signatures have their own str() in solders."""

import based58


def encode(data: bytes) -> str:
    """Base58 of `data`; each leading zero byte is a leading '1'."""
    return based58.b58encode(data).decode()


def decode(text: str) -> bytes:
    """The bytes of base58 `text`. Raises ValueError on a character outside the alphabet."""
    return based58.b58decode(text.encode())
