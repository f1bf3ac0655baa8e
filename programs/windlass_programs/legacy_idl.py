"""The IDL in the format before Anchor 0.30, the only one that anchorpy reads.

Discriminators are left out there: anchorpy derives them from the names, as Anchor does by default.
"""

from collections.abc import Mapping
from typing import Any

_SCALARS = {"pubkey": "publicKey"}


def to_legacy(idl: Mapping[str, Any]) -> dict[str, Any]:
    """The same interface as the old format's JSON object. Account structs are under `accounts`, events have fields."""
    types = {definition["name"]: definition for definition in idl.get("types", [])}
    accounts = [entry["name"] for entry in idl.get("accounts", [])]
    events = [entry["name"] for entry in idl.get("events", [])]
    return {
        "version": idl["metadata"]["version"],
        "name": idl["metadata"]["name"],
        "instructions": [_instruction(instruction) for instruction in idl["instructions"]],
        "accounts": [_definition(types[name]) for name in accounts],
        "types": [_definition(d) for name, d in types.items() if name not in {*accounts, *events}],
        "events": [{"name": name, "fields": _event_fields(types[name])} for name in events],
        "errors": [
            {"code": error["code"], "name": error["name"], "msg": error.get("msg", "")}
            for error in idl.get("errors", [])
        ],
        "metadata": {"address": idl["address"]},
    }


def _instruction(instruction: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": _camel(instruction["name"]),
        "accounts": [
            {
                "name": _camel(account["name"]),
                "isMut": account.get("writable", False),
                "isSigner": account.get("signer", False),
            }
            for account in instruction["accounts"]
        ],
        "args": [_field(argument) for argument in instruction["args"]],
    }


def _definition(definition: Mapping[str, Any]) -> dict[str, Any]:
    body = definition["type"]
    if body["kind"] == "struct":
        legacy = {"kind": "struct", "fields": [_field(field) for field in body.get("fields", [])]}
    else:
        legacy = {"kind": "enum", "variants": [_variant(variant) for variant in body["variants"]]}
    return {"name": definition["name"], "type": legacy}


def _variant(variant: Mapping[str, Any]) -> dict[str, Any]:
    fields = variant.get("fields")
    if not fields:
        return {"name": variant["name"]}
    named = isinstance(fields[0], dict) and "name" in fields[0]
    return {"name": variant["name"], "fields": [_field(f) if named else _type(f) for f in fields]}


def _event_fields(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**_field(field), "index": False} for field in definition["type"].get("fields", [])]


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": _camel(field["name"]), "type": _type(field["type"])}


def _type(type_: Any) -> Any:
    match type_:
        case str():
            return _SCALARS.get(type_, type_)
        case {"defined": {"name": name}}:
            return {"defined": name}
        case {"option": inner}:
            return {"option": _type(inner)}
        case {"vec": inner}:
            return {"vec": _type(inner)}
        case {"array": [inner, length]}:
            return {"array": [_type(inner), length]}
        case _:
            raise ValueError(f"the old IDL format has no such type: {type_}")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
