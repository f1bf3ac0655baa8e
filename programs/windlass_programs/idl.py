"""An Anchor IDL as the codecs need it: in the format of Anchor 0.30 and later, or in the one before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from solders.pubkey import Pubkey

from windlass_programs.artifacts import ProgramName, idl_path
from windlass_programs.legacy_idl import from_legacy, is_legacy


class IdlError(ValueError):
    """The IDL is not one: the message says what is missing."""


class IdlWithoutAddress(IdlError):
    """The IDL does not say which program it is about."""


@dataclass(frozen=True)
class Idl:
    """A program's interface.

    `events` and `accounts` give the name for a discriminator (8 bytes in Anchor's default, any length by its rules);
    `types` give the IDL's own type definition for a name. `json` is in the current format, whichever came.
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
    def parse(cls, text: str | bytes, address: str | None = None) -> "Idl":
        """`address` is the program's, where the caller knows it; else the one that the IDL names.

        Raises IdlError where the text is not an IDL, or no address is known.
        """
        try:
            json = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise IdlError(f"an IDL is a JSON object, this is not JSON: {error}") from None
        if not isinstance(json, dict):
            raise IdlError(f"an IDL is a JSON object, a {type(json).__name__} came")
        try:
            json = from_legacy(json) if is_legacy(json) else json
            json |= {"address": address} if address else {}
            if "address" not in json:
                raise IdlWithoutAddress("the IDL has no `address` (before Anchor 0.30 many had none): name the program")
            return cls(
                address=Pubkey.from_string(json["address"]),
                name=json["metadata"]["name"],
                events=_by_discriminator(json.get("events", [])),
                accounts=_by_discriminator(json.get("accounts", [])),
                types={definition["name"]: definition for definition in json.get("types", [])},
                json=json,
            )
        except IdlError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise IdlError(f"the IDL is not in the format of Anchor 0.30 and later, nor before: {error!r}") from None


def _by_discriminator(entries: list[dict[str, Any]]) -> dict[bytes, str]:
    return {bytes(entry["discriminator"]): entry["name"] for entry in entries}
