"""The filters of getProgramAccounts and programSubscribe."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from solders.account import Account

from windlass_localnet.accounts import DISCRIMINATOR_BYTES, Kind
from windlass_localnet.encode import base58
from windlass_localnet.errors import invalid_params

MAX_FILTERS = 4
MAX_MEMCMP_BYTES = 128


@dataclass(frozen=True)
class DataSize:
    """The data has exactly `size` bytes."""

    size: int

    def passes(self, data: bytes) -> bool:
        """Whether an account with this data does."""
        return len(data) == self.size

    def may_pass(self, kind: Kind) -> bool:
        """Whether any account of the kind does."""
        return kind.size == self.size


@dataclass(frozen=True)
class Memcmp:
    """The data at `offset` is `wanted`."""

    offset: int
    wanted: bytes

    def passes(self, data: bytes) -> bool:
        """Whether an account with this data does."""
        return data[self.offset : self.offset + len(self.wanted)] == self.wanted

    def may_pass(self, kind: Kind) -> bool:
        """Whether any account of the kind may."""
        known = self.wanted[: max(DISCRIMINATOR_BYTES - self.offset, 0)]
        return kind.discriminator[self.offset : self.offset + len(known)] == known


Filter = DataSize | Memcmp


def matches(account: Account, filters: list[Filter]) -> bool:
    """Whether an account passes all filters."""
    if not filters:
        return True
    data = account.data
    return all(each.passes(data) for each in filters)


def parse_filters(value: Any) -> list[Filter]:
    """RpcFilterType list, or -32602."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid_params("Invalid params: filters: expected a sequence.")
    if len(value) > MAX_FILTERS:
        raise invalid_params(f"Too many filters provided; max {MAX_FILTERS}")
    return [_filter(item) for item in value]


def _filter(item: Any) -> Filter:
    if isinstance(item, dict) and isinstance(item.get("dataSize"), int):
        return DataSize(item["dataSize"])
    if isinstance(item, dict) and isinstance(item.get("memcmp"), dict):
        return _memcmp(item["memcmp"])
    raise invalid_params("Invalid params: unknown filter, expected `dataSize` or `memcmp`.")


def _memcmp(value: dict[str, Any]) -> Filter:
    offset, text, encoding = value.get("offset"), value.get("bytes"), value.get("encoding", "base58")
    if not isinstance(offset, int) or offset < 0:
        raise invalid_params("Invalid params: memcmp: expected an offset.")
    try:
        if isinstance(text, list):
            wanted = bytes(text)
        elif isinstance(text, str):
            wanted = base64.b64decode(text, validate=True) if encoding == "base64" else base58.decode(text)
        else:
            raise ValueError("bytes: expected a string")
    except ValueError as error:
        raise invalid_params(f"Invalid params: memcmp: {error}") from error
    if len(wanted) > MAX_MEMCMP_BYTES:
        raise invalid_params("encoded data exceeds 128 bytes")
    return Memcmp(offset, wanted)
