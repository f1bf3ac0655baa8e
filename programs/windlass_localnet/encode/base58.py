"""Base58 as text, for instruction data and whole transactions; keys and signatures have their own str() in solders."""

import based58
from gmpy2 import mpz

# GMP's digits of base 58, which it counts fast: a block's instruction data is otherwise a third of the chain's work.
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
_ALPHABET = str.maketrans(_DIGITS, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")


def encode(data: bytes) -> str:
    """Base58 of `data`; each leading zero byte is a leading '1'."""
    rest = data.lstrip(b"\0")
    ones = "1" * (len(data) - len(rest))
    return ones + mpz(int.from_bytes(rest, "big")).digits(58).translate(_ALPHABET) if rest else ones


def decode(text: str) -> bytes:
    """The bytes of base58 `text`. Raises ValueError on a character outside the alphabet."""
    return based58.b58decode(text.encode())
