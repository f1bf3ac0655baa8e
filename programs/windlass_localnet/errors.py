"""What can go wrong, as one tree.

LocalnetError
├── StartError           the process cannot start; the message is one sentence for the user
├── TransactionRefused   the transaction did not land; carries Solana's TransactionError as JSON
└── RpcError             an answer to the client: JSON-RPC code, message, data
"""

from __future__ import annotations

from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
# The codes below are those of Agave's rpc-client-api, custom_error.rs.
SEND_TRANSACTION_PREFLIGHT_FAILURE = -32002
TRANSACTION_SIGNATURE_VERIFICATION_FAILURE = -32003
BLOCK_NOT_AVAILABLE = -32004
UNSUPPORTED_TRANSACTION_VERSION = -32015
MIN_CONTEXT_SLOT_NOT_REACHED = -32016
TRANSACTION_NOT_FOUND = -32020


class LocalnetError(Exception):
    """Base of every error that this package raises on purpose."""


class StartError(LocalnetError):
    """The chain cannot be started; the message says what was expected and what to do."""


class TransactionRefused(LocalnetError):
    """The transaction did not land: no fee was charged and nothing changed.

    `err` is the TransactionError in the validator's JSON, for example "BlockhashNotFound".
    """

    def __init__(self, err: Any, logs: list[str] | None = None) -> None:
        super().__init__(str(err))
        self.err = err
        self.logs = logs or []


class RpcError(LocalnetError):
    """An error answer to one JSON-RPC request."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """The `error` member of the answer."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            body["data"] = self.data
        return body


def invalid_params(message: str) -> RpcError:
    """-32602 with the validator's wording."""
    return RpcError(INVALID_PARAMS, message)
