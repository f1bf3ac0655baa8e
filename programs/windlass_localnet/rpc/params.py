"""Reading a request's parameters, with the validator's complaints."""

from __future__ import annotations

from typing import Any

from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature

from windlass_localnet.commitment import Commitment
from windlass_localnet.errors import MIN_CONTEXT_SLOT_NOT_REACHED, RpcError, invalid_params


class Config:
    """The optional object at the end of most parameter lists."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    @property
    def commitment(self) -> Commitment:
        """What the request asks for; finalized where it does not say."""
        return Commitment.parse(self.values.get("commitment"))

    def history_commitment(self) -> Commitment:
        """As `commitment`, for methods that only know blocks."""
        if self.commitment is Commitment.PROCESSED:
            raise invalid_params("Method does not support commitment below `confirmed`")
        return self.commitment

    def text(self, key: str, default: str) -> str:
        """A string member."""
        value = self.values.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise invalid_params(f"Invalid params: {key}: invalid type, expected a string.")
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """A boolean member."""
        value = self.values.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise invalid_params(f"Invalid params: {key}: invalid type, expected a boolean.")
        return value

    def integer(self, key: str) -> int | None:
        """A non-negative integer member."""
        value = self.values.get(key)
        return None if value is None else _unsigned(value, key)

    def signature(self, key: str) -> Signature | None:
        """A base58 signature member."""
        value = self.values.get(key)
        return None if value is None else parse_signature(value)

    def data_slice(self) -> tuple[int, int] | None:
        """`dataSlice`: (offset, length)."""
        value = self.values.get("dataSlice")
        if value is None:
            return None
        if not isinstance(value, dict):
            raise invalid_params("Invalid params: dataSlice: expected {offset, length}.")
        return _unsigned(value.get("offset"), "offset"), _unsigned(value.get("length"), "length")

    def check_min_context_slot(self, slot: int) -> None:
        """Raises -32016 when the slot that would answer is older than the client accepts."""
        wanted = self.integer("minContextSlot")
        if wanted is not None and slot < wanted:
            raise RpcError(
                MIN_CONTEXT_SLOT_NOT_REACHED,
                "Minimum context slot has not been reached",
                {"contextSlot": slot},
            )


class Params:
    """A request's positional parameters."""

    def __init__(self, values: list[Any]) -> None:
        self.values = values

    def require(self, count: int) -> None:
        """Raises -32602 when there are fewer than `count`."""
        if len(self.values) < count:
            raise invalid_params(f"`params` should have at least {count} argument(s)")

    def get(self, position: int) -> Any:
        """A required parameter."""
        self.require(position + 1)
        return self.values[position]

    def pubkey(self, position: int) -> Pubkey:
        """A required base58 address."""
        return parse_pubkey(self.get(position))

    def signature(self, position: int) -> Signature:
        """A required base58 signature."""
        return parse_signature(self.get(position))

    def hash(self, position: int) -> Hash:
        """A required base58 hash."""
        value = self.get(position)
        try:
            return Hash.from_string(value)
        except (TypeError, ValueError) as error:
            raise invalid_params("Invalid param: WrongSize") from error

    def integer(self, position: int) -> int:
        """A required non-negative integer."""
        return _unsigned(self.get(position), f"parameter {position + 1}")

    def text(self, position: int) -> str:
        """A required string."""
        value = self.get(position)
        if not isinstance(value, str):
            raise invalid_params("Invalid params: invalid type, expected a string.")
        return value

    def texts(self, position: int) -> list[str]:
        """A required list of strings."""
        value = self.get(position)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise invalid_params("Invalid params: invalid type, expected a sequence of strings.")
        return value

    def config(self, position: int) -> Config:
        """The optional object; a missing one is empty."""
        value = self.values[position] if len(self.values) > position else None
        if value is None:
            return Config({})
        if not isinstance(value, dict):
            raise invalid_params("Invalid params: invalid type, expected an object.")
        return Config(value)


def parse_pubkey(value: object) -> Pubkey:
    """An address, or -32602."""
    if not isinstance(value, str):
        raise invalid_params("Invalid params: invalid type, expected a string.")
    try:
        return Pubkey.from_string(value)
    except ValueError as error:
        raise invalid_params("Invalid param: WrongSize") from error


def parse_signature(value: object) -> Signature:
    """A signature, or -32602."""
    if not isinstance(value, str):
        raise invalid_params("Invalid params: invalid type, expected a string.")
    try:
        return Signature.from_string(value)
    except ValueError as error:
        raise invalid_params("Invalid param: WrongSize") from error


def _unsigned(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**64:
        raise invalid_params(f"Invalid params: {name}: invalid value, expected u64.")
    return value
