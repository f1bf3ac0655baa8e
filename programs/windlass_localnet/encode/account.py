"""Accounts as RPC shows them."""

from __future__ import annotations

import base64
from typing import Any

from solders.account import Account

from windlass_localnet.encode import base58
from windlass_localnet.errors import invalid_params

_MAX_BASE58_BYTES = 128
_ENCODINGS = ("base58", "base64", "jsonParsed", "binary")


def account_json(
    account: Account, encoding: str = "base64", data_slice: tuple[int, int] | None = None
) -> dict[str, Any]:
    """UiAccount. jsonParsed falls back to base64, as the validator does for owners it has no parser for.

    `data_slice` is (offset, length) in bytes. Raises RpcError for an encoding that is not supported.
    """
    raw = account.data
    space = len(raw)
    if data_slice is not None:
        offset, length = data_slice
        raw = raw[offset : offset + length]
    data: list[str] | str
    if encoding in ("base58", "binary"):
        if len(raw) > _MAX_BASE58_BYTES:
            raise invalid_params(
                "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding."
            )
        data = base58.encode(raw) if encoding == "binary" else [base58.encode(raw), "base58"]
    elif encoding in _ENCODINGS:
        data = [base64.b64encode(raw).decode(), "base64"]
    else:
        raise invalid_params(f"unsupported encoding: {encoding}; use one of {', '.join(_ENCODINGS)}")
    return {
        "data": data,
        "executable": account.executable,
        "lamports": account.lamports,
        "owner": str(account.owner),
        "rentEpoch": account.rent_epoch,
        "space": space,
    }
