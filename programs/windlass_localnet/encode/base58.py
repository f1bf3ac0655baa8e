"""Base58 in Bitcoin's alphabet, for instruction data and whole transactions.

Keys, hashes and signatures have their own str() in solders; this is for data of any length.
"""

from __future__ import annotations

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
# Ten digits a step keep the divisions of long data few.
_STEP = 58**10


def encode(data: bytes) -> str:
    """Base58 of `data`; each leading zero byte is a leading '1'."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, low = divmod(number, _STEP)
        for _ in range(10):
            low, digit = divmod(low, 58)
            digits.append(ALPHABET[digit])
    return "1" * zeros + "".join(reversed(digits)).lstrip("1")


def decode(text: str) -> bytes:
    """The bytes of base58 `text`. Raises ValueError on a character outside the alphabet."""
    number = 0
    for position, char in enumerate(text):
        value = _VALUE.get(char)
        if value is None:
            raise ValueError(f"InvalidCharacter {char!r} at index {position}")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
