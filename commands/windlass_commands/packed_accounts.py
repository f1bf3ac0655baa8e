"""The accounts that a node lists, read while its answer arrives: a million of them take 40 MB here, not gigabytes."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator

from solders.pubkey import Pubkey

ADDRESS_BYTES = 32
# Each account of the answer has both, in either order, and without its data neither anywhere else.
_FIELD = re.compile(rb'"(?:lamports":\s*(\d+)\s*[,}]|pubkey":\s*"([1-9A-HJ-NP-Za-km-z]{32,44})")')


class PackedAccounts:
    """Addresses, and the lamports that each account holds; in the node's order, which has no meaning."""

    def __init__(self) -> None:
        self._addresses = bytearray()
        self._lamports = array("Q")

    def add(self, address: bytes, lamports: int) -> None:
        """One more account."""
        self._addresses += address
        self._lamports.append(lamports)

    def __len__(self) -> int:
        return len(self._lamports)

    def __iter__(self) -> Iterator[Pubkey]:
        for place in range(0, len(self._addresses), ADDRESS_BYTES):
            yield Pubkey(self._addresses[place : place + ADDRESS_BYTES])

    def lamports(self) -> Counter[int]:
        """How many accounts hold so many lamports."""
        return Counter(self._lamports)


class ListingReader:
    """Takes the body of a getProgramAccounts answer without data, piece by piece."""

    def __init__(self) -> None:
        self.accounts = PackedAccounts()
        self._rest = b""
        self._address, self._lamports = b"", -1

    def take(self, piece: bytes) -> None:
        """The next piece; what is cut at its end waits for the following one."""
        body = self._rest + piece
        end = 0
        for field in _FIELD.finditer(body):
            end = field.end()
            if field[1]:
                self._lamports = int(field[1])
            else:
                self._address = bytes(Pubkey.from_string(field[2].decode()))
            if self._address and self._lamports >= 0:
                self.accounts.add(self._address, self._lamports)
                self._address, self._lamports = b"", -1
        self._rest = body[end:]

    @property
    def rest(self) -> bytes:
        """What is behind the last account: all of it where there was none."""
        return self._rest
