"""Reading Borsh. Writing is left to anchorpy, on the commands' side."""

import struct
from collections.abc import Callable
from typing import Any, TypeVar

from solders.pubkey import Pubkey

T = TypeVar("T")


class TruncatedData(ValueError):
    """The data ended before the value did, or holds what the type does not allow."""


class Reader:
    """A position in some bytes. Every method reads one value and moves on, or raises TruncatedData."""

    __slots__ = ("_data", "_offset")

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data = data
        self._offset = offset

    @property
    def remaining(self) -> int:
        """Bytes not read yet."""
        return len(self._data) - self._offset

    def raw(self, length: int) -> bytes:
        end = self._offset + length
        if end > len(self._data):
            raise TruncatedData(f"{length} bytes were expected at offset {self._offset}, {self.remaining} are there")
        value = self._data[self._offset : end]
        self._offset = end
        return value

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        end = self._offset + layout.size
        if end > len(self._data):
            self.raw(layout.size)  # says what is missing
        values = layout.unpack_from(self._data, self._offset)
        self._offset = end
        return values

    def unsigned(self, length: int) -> int:
        return int.from_bytes(self.raw(length), "little")

    def signed(self, length: int) -> int:
        return int.from_bytes(self.raw(length), "little", signed=True)

    def flag(self) -> bool:
        value = self.unsigned(1)
        if value > 1:
            raise TruncatedData(f"a bool is 0 or 1, {value} came")
        return value == 1

    def pubkey(self) -> Pubkey:
        return Pubkey(self.raw(32))

    def bytes(self) -> bytes:
        return self.raw(self.unsigned(4))

    def string(self) -> str:
        try:
            return self.bytes().decode()
        except UnicodeDecodeError as error:
            raise TruncatedData(f"a string is not UTF-8: {error}") from None

    def option(self, read: "Callable[[Reader], T]") -> T | None:
        return read(self) if self.flag() else None

    def array(self, read: "Callable[[Reader], T]", length: int) -> list[T]:
        if length > self.remaining:  # no element is smaller than a byte: a forged length allocates nothing
            raise TruncatedData(f"{length} elements cannot fit into {self.remaining} bytes")
        return [read(self) for _ in range(length)]

    def vec(self, read: "Callable[[Reader], T]") -> list[T]:
        return self.array(read, self.unsigned(4))


def account_reader(name: str, discriminator: bytes, data: bytes) -> Reader:
    """A reader behind the discriminator of an account, which is checked first."""
    if not data.startswith(discriminator):
        raise TruncatedData(f"not a {name} account: it begins with {data[:8].hex() or 'nothing'}")
    return Reader(data, len(discriminator))
