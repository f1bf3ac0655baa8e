"""From a request body to an answer body: JSON-RPC 2.0 with the validator's habits."""

from __future__ import annotations

import logging
from typing import Any

import orjson

from windlass_localnet.chain import Chain
from windlass_localnet.errors import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    RpcError,
    invalid_params,
)
from windlass_localnet.rpc.methods import METHODS
from windlass_localnet.rpc.params import Params

log = logging.getLogger(__name__)


def dispatch(chain: Chain, body: bytes) -> bytes:
    """Answer one request or a batch; empty where nothing is to be answered (notifications)."""
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _encode(_error(None, RpcError(PARSE_ERROR, "Parse error")))
    if isinstance(request, list):
        if not all(isinstance(item, dict) for item in request):
            return _encode(_error(None, RpcError(PARSE_ERROR, "Parse error")))
        answers = [answer for item in request if (answer := _answer(chain, item)) is not None]
        return _encode(answers) if answers else b""
    if not isinstance(request, dict):
        return _encode(_error(None, RpcError(PARSE_ERROR, "Parse error")))
    answer = _answer(chain, request)
    return _encode(answer) if answer is not None else b""


def _answer(chain: Chain, request: dict[str, Any]) -> dict[str, Any] | None:
    name, identifier = request.get("method"), request.get("id")
    if not isinstance(name, str):
        return _error(identifier, RpcError(INVALID_REQUEST, "Invalid request"))
    if request.get("jsonrpc") != "2.0":
        return _error(identifier, RpcError(INVALID_REQUEST, "Unsupported JSON-RPC protocol version"))
    try:
        result = _call(chain, name, request.get("params"))
    except RpcError as error:
        return None if "id" not in request else _error(identifier, error)
    except Exception:
        log.exception("%s failed", name)
        return _error(identifier, RpcError(INTERNAL_ERROR, "Internal error"))
    return None if "id" not in request else {"jsonrpc": "2.0", "result": result, "id": identifier}


def _call(chain: Chain, name: str, params: Any) -> Any:
    function = METHODS.get(name)
    if function is None:
        raise RpcError(METHOD_NOT_FOUND, "Method not found")
    if params is None:
        params = []
    if not isinstance(params, list):
        raise invalid_params("`params` should be an array")
    return function(chain, Params(params))


def _error(identifier: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": error.as_json(), "id": identifier}


def _encode(answer: Any) -> bytes:
    return orjson.dumps(answer)
