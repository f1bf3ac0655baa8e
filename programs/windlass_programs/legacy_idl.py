"""The IDL in the format before Anchor 0.30: written, because anchorpy reads no other, and read.

Discriminators are left out there: everybody derives them from the names, as Anchor did and by default does.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

_SCALARS = {"pubkey": "publicKey"}
_MODERN_SCALARS = {legacy: modern for modern, legacy in _SCALARS.items()}
# Where a word of a camelCase name begins: amountA, totalUSD, USDTotal, token2022Mint.
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


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


def is_legacy(idl: Mapping[str, Any]) -> bool:
    """Whether this is the old format: it has its name at the top, the current one has it in `metadata`."""
    return "name" in idl and "name" not in (idl.get("metadata") or {})


def from_legacy(idl: Mapping[str, Any]) -> dict[str, Any]:
    """The same interface in the current format, as far as events, accounts and types go.

    Field names become snake_case, as `anchor idl convert` has them. `address` is there where the old one names it.
    Raises KeyError, TypeError or AttributeError where it is not in the old format either.
    """
    accounts, events = idl.get("accounts") or [], idl.get("events") or []
    # An event has its fields to itself there, so a type may have its name: the codec needs two names.
    taken = {event["name"] for event in events}
    types = {
        name: f"{name} (type)" if name in taken else name for name in _names([*(idl.get("types") or []), *accounts])
    }
    modern: dict[str, Any] = {
        "metadata": {"name": idl["name"], "version": idl.get("version", "")},
        "instructions": [],
        "accounts": [{"name": types[name], "discriminator": _derived("account", name)} for name in _names(accounts)],
        "events": [{"name": event["name"], "discriminator": _derived("event", event["name"])} for event in events],
        "types": [
            *(
                {"name": types[definition["name"]], "type": _modern_definition(definition["type"], types)}
                for definition in [*(idl.get("types") or []), *accounts]
            ),
            *(
                {"name": e["name"], "type": {"kind": "struct", "fields": _modern_fields(e["fields"], types)}}
                for e in events
            ),
        ],
    }
    address = idl.get("address") or (idl.get("metadata") or {}).get("address")
    return modern | ({"address": address} if address else {})


def _names(definitions: Iterable[Mapping[str, Any]]) -> list[str]:
    return [definition["name"] for definition in definitions]


def _derived(namespace: str, name: str) -> list[int]:
    return list(sha256(f"{namespace}:{name}".encode()).digest()[:8])


def _modern_definition(body: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    match body["kind"]:
        case "struct":
            return {"kind": "struct", "fields": _modern_fields(body.get("fields") or [], types)}
        case "enum":
            variants = [
                {"name": variant["name"]}
                | ({"fields": _modern_fields(variant["fields"], types)} if variant.get("fields") else {})
                for variant in body["variants"]
            ]
            return {"kind": "enum", "variants": variants}
        case "alias":
            return {"kind": "type", "alias": _modern_type(body["value"], types)}
        case _:
            return dict(body)  # the codec says that it does not know this kind


def _modern_fields(fields: Iterable[Any], types: Mapping[str, str]) -> list[Any]:
    return [
        {"name": _snake(field["name"]), "type": _modern_type(field["type"], types)}
        if isinstance(field, dict) and "name" in field
        else _modern_type(field, types)
        for field in fields
    ]


def _modern_type(type_: Any, types: Mapping[str, str]) -> Any:
    match type_:
        case str():
            return _MODERN_SCALARS.get(type_, type_)
        case {"defined": str() as name}:
            return {"defined": {"name": types.get(name, name)}}
        case {"option": inner}:
            return {"option": _modern_type(inner, types)}
        case {"vec": inner}:
            return {"vec": _modern_type(inner, types)}
        case {"array": [inner, length]}:
            return {"array": [_modern_type(inner, types), length]}
        case _:
            return type_  # the codec says that it cannot be decoded, if anything needs it


def _snake(name: str) -> str:
    return _WORD.sub("_", name).lower()
