"""getTransaction results (encoding "json") of transactions that call our programs, and of some that only look so."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import based58
from integration.indexer.synthetic import address
from windlass_indexer.attribution import EVENT_TAG, event_authority

FORWARDER = address("forwarder")
LOUD = address("loud program")
_TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
_LOG_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `program` that emits `event` into `stream`, or does nothing of ours."""

    program: str
    stream: str = ""
    event: bytes = b""
    mentions: tuple[str, ...] = ()
    data: bytes = b"\x01"
    forged: bool = False


def forgery(event: bytes, stream: str) -> Call:
    """Another program that calls itself with our tag, our authority beside it, and prints the event as well."""
    return Call(LOUD, mentions=(stream,), data=event, forged=True)


@cache
def _authority(program: str) -> str:
    return event_authority(program)


def body(
    signature: str, calls: list[Call], version: Any, forwarded: bool, loud: bool, failed: bool
) -> tuple[dict[str, Any], frozenset[str]]:
    """The result without slot, time and index; and the addresses in whose history it is listed."""
    keys: dict[str, int] = {}

    def key(name: str) -> int:
        return keys.setdefault(name, len(keys))

    key(address("payer"))
    outer: list[dict[str, Any]] = []
    inner: list[dict[str, Any]] = []
    logs: list[str] = ["Program log: " + "windlass " * 30] * 50 if loud else []
    base = 2
    if forwarded:
        outer.append(_instruction(key(FORWARDER), [], b"\x02"))
        base = 3
    for number, call in enumerate(calls):
        accounts = [key(name) for name in (call.stream, *call.mentions) if name]
        instruction = _instruction(key(call.program), accounts, call.data if not call.forged else b"\x02")
        nested = []
        if call.event:
            nested.append(_instruction(key(_TOKEN), accounts, b"\x03", base))
            authority = [key(_authority(call.program))]
            nested.append(_instruction(key(call.program), authority, EVENT_TAG + call.event, base))
        elif call.forged:
            nested.append(_instruction(key(LOUD), accounts, EVENT_TAG + call.data, base))
            logs.append(f"Program data: {call.data.hex()}")
        if forwarded:
            nested = [instruction | {"stackHeight": 2}, *nested]
            if inner:
                inner[0]["instructions"] += nested
            else:
                inner.append({"index": 0, "instructions": nested})
        else:
            outer.append(instruction)
            if nested:
                inner.append({"index": number, "instructions": nested})
        logs.append(f"Program {call.program} invoke [{base - 1}]")
    if sum(map(len, logs)) > _LOG_LIMIT:
        logs = [*logs[:30], "Log truncated"]
    names = list(keys)
    message: dict[str, Any] = {"accountKeys": names, "instructions": outer, "recentBlockhash": address("blockhash")}
    loaded: dict[str, list[str]] = {"writable": [], "readonly": []}
    if version == 0:
        # The second half comes from a lookup table.
        half = (len(names) + 1) // 2
        message |= {"accountKeys": names[:half], "addressTableLookups": []}
        loaded["readonly"] = names[half:]
    error = {"InstructionError": [max(0, len(outer) - 1), {"Custom": 6000}]} if failed else None
    result = {
        "transaction": {"signatures": [signature], "message": message},
        "meta": {
            "err": error,
            "status": {"Err": error} if failed else {"Ok": None},
            "fee": 5000,
            "innerInstructions": inner,
            "loadedAddresses": loaded,
            "logMessages": logs,
            "preBalances": [1] * len(names),
            "postBalances": [1] * len(names),
        },
        "version": version,
    }
    return result, frozenset(names)


def _instruction(program: int, accounts: list[int], data: bytes, height: int | None = None) -> dict[str, Any]:
    encoded = based58.b58encode(data).decode()
    return {"programIdIndex": program, "accounts": accounts, "data": encoded, "stackHeight": height}
