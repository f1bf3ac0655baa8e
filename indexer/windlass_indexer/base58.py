"""Instruction data out of its base58: most of what decoding an event costs, so GMP does it."""

from gmpy2 import mpz

_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# GMP's digits up to base 62.
_GMP = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
# What is no base58 digit becomes what is no digit to GMP either: it takes spaces, signs and underscores.
_DIGITS = bytes(_GMP[_BASE58.index(byte)] if byte in _BASE58 else ord("!") for byte in range(256))


def decode(text: str) -> bytes:
    """Raises ValueError where the text is not base58."""
    if not text:
        return b""
    number = mpz(text.encode().translate(_DIGITS).decode(), 58)
    zeros = len(text) - len(text.lstrip("1"))
    digits: bytes = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes(zeros) + digits
