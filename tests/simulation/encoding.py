"""Events as bytes, by the IDL: what the programs would emit. The way back is the indexer's own codec."""

import struct
from typing import Any

from solders.pubkey import Pubkey
from windlass_programs.idl import Idl

_INTEGERS = {"u8": "<B", "u16": "<H", "u32": "<I", "u64": "<Q", "i64": "<q", "bool": "<?"}


class Encoder:
    """Of one IDL's events; fields that are left out are the first variant, or None."""

    def __init__(self, idl: Idl) -> None:
        self._types = {entry["name"]: entry["type"] for entry in idl.json["types"]}
        self._discriminators = {name: discriminator for discriminator, name in idl.events.items()}

    def event(self, name: str, fields: dict[str, Any]) -> bytes:
        """Discriminator and borsh."""
        return self._discriminators[name] + self._defined(name, fields)

    def _defined(self, name: str, value: Any) -> bytes:
        body = self._types[name]
        if body["kind"] == "enum":
            names = [variant["name"] for variant in body["variants"]]
            return bytes([0 if value is None else names.index(value)])
        return b"".join(self._value(field["type"], value.get(field["name"])) for field in body["fields"])

    def _value(self, type_: Any, value: Any) -> bytes:
        match type_:
            case "pubkey":
                return bytes(Pubkey.from_string(value))
            case str() if type_ in _INTEGERS:
                return struct.pack(_INTEGERS[type_], value or 0)
            case {"array": ["u8", length]}:
                raw = bytes.fromhex(value)
                assert len(raw) == length
                return raw
            case {"vec": item}:
                return struct.pack("<I", len(value)) + b"".join(self._value(item, each) for each in value)
            case {"option": item}:
                return b"\x00" if value is None else b"\x01" + self._value(item, value)
            case {"defined": {"name": name}}:
                return self._defined(name, value)
        raise ValueError(f"no event of ours has the type {type_}")
