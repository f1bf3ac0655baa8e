"""An Anchor IDL (format of Anchor 0.30 and later) as the codecs need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from solders.pubkey import Pubkey

from windlass_programs.artifacts import ProgramName, idl_path


class IdlError(ValueError):
    """The IDL is not one: the message says what is missing."""


@dataclass(frozen=True)
class Idl:
    """A program's interface.

    `events` and `accounts` give the name for a discriminator (8 bytes in Anchor's default, any length by its rules);
    `types` give the IDL's own type definition for a name.
    """

    address: Pubkey
    name: str
    events: Mapping[bytes, str]
    accounts: Mapping[bytes, str]
    types: Mapping[str, Mapping[str, Any]]
    json: Mapping[str, Any]

    @classmethod
    def load(cls, name: ProgramName) -> "Idl":
        """The IDL of one of Windlass's own programs."""
        return cls.parse(idl_path(name).read_bytes())

    @classmethod
    def parse(cls, text: str | bytes) -> "Idl":
        """Raises IdlError where the text is not an IDL in the current format."""
        try:
            json = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise IdlError(f"an IDL is a JSON object, this is not JSON: {error}") from None
        if not isinstance(json, dict):
            raise IdlError(f"an IDL is a JSON object, a {type(json).__name__} came")
        if "address" not in json:
            raise IdlError(
                "the IDL has no `address`: this older format is not read; `anchor idl convert` makes a new one"
            )
        try:
            return cls(
                address=Pubkey.from_string(json["address"]),
                name=json["metadata"]["name"],
                events=_by_discriminator(json.get("events", [])),
                accounts=_by_discriminator(json.get("accounts", [])),
                types={definition["name"]: definition for definition in json.get("types", [])},
                json=json,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise IdlError(f"the IDL is not in the format of Anchor 0.30 and later: {error!r}") from None


def _by_discriminator(entries: list[dict[str, Any]]) -> dict[bytes, str]:
    return {bytes(entry["discriminator"]): entry["name"] for entry in entries}
