"""Addresses as clients write them: 32 bytes in base58."""

import strawberry

from windlass_graphql.errors import BadAddress

_DIGITS = {digit: value for value, digit in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}


def address(argument: str, value: strawberry.ID) -> str:
    """The address. Raises BadAddress, which names the argument."""
    text = str(value)
    if not 32 <= len(text) <= 44 or any(character not in _DIGITS for character in text):
        raise BadAddress(argument, text)
    number = 0
    for character in text:
        number = number * 58 + _DIGITS[character]
    leading = len(text) - len(text.lstrip("1"))
    if leading + (number.bit_length() + 7) // 8 != 32:
        raise BadAddress(argument, text)
    return text


def optional_address(argument: str, value: strawberry.ID | None) -> str | None:
    """The address where one is given."""
    return None if value is None else address(argument, value)
