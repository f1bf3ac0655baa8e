"""What a POST asks for: `account` in a JSON body, parameters in the address or in the body's `data`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from solders.pubkey import Pubkey
from starlette.requests import Request

from windlass_commands.errors import UsageProblem
from windlass_commands.service.parameters import address, shown

LARGEST_BODY = 65_536
"""Bytes; the longest plan that can be voted on takes 20 kB as JSON."""


class TooLarge(UsageProblem):
    """The body has more bytes than are read."""


@dataclass(frozen=True)
class Asked:
    """Who asks, and the parameters as sent: each a string or a list of strings, where the client keeps to that."""

    account: Pubkey
    given: Mapping[str, object]


async def asked(request: Request) -> Asked:
    """Raises UsageProblem, TooLarge."""
    body = _json(await _body(request))
    unknown = set(body) - {"account", "data", "type", "signature", "state"}
    if unknown:
        raise UsageProblem(f"The body has no field {shown(min(unknown))}; expected account and data.")
    text, data = body.get("account"), body.get("data", {})
    try:
        account = address(text) if isinstance(text, str) else None
    except ValueError:
        account = None
    if account is None:
        raise UsageProblem(f"account: expected the base58 address of whoever signs, got {shown(text)}.")
    if not isinstance(data, dict):
        raise UsageProblem(f"data: expected an object of parameters, got {shown(data)}.")
    given: dict[str, object] = dict(request.path_params)
    for name, value in request.query_params.multi_items():
        if name in request.path_params:
            raise UsageProblem(f"{name} stands in the path already; give it once.")
        before = given.get(name)
        given[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    for name, value in data.items():
        if name in given:
            raise UsageProblem(f"{shown(name)} is given twice, in the address and in data; give it once.")
        given[name] = value
    return Asked(account, given)


async def _body(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST_BODY:
            raise TooLarge(f"The body has more than the {LARGEST_BODY:,} bytes that are read.")
    return bytes(received)


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UsageProblem('The body should be JSON in UTF-8 such as {"account": "ADDRESS"}, but is not.') from None
    if not isinstance(found, dict):
        raise UsageProblem(f'The body should be an object such as {{"account": "ADDRESS"}}, but is {shown(found)}.')
    return found
