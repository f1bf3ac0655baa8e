"""Which failures of an RPC node are worth another try. One function decides; everything that asks a node uses it."""

from __future__ import annotations

from http import HTTPStatus

import httpx
from solana.exceptions import SolanaRpcException
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from windlass_commands.errors import RpcRefused

RETRYABLE_STATUSES = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
# Agave's rpc-client-api custom_error.rs: block not available yet, node unhealthy, block status not available yet,
# minContextSlot not reached.
RETRYABLE_RPC_CODES = {-32004, -32005, -32014, -32016}

ATTEMPTS = 4


def retryable(error: BaseException) -> bool:
    """True where the same request may well succeed in a moment; False where it would only fail again."""
    if isinstance(error, SolanaRpcException):
        return error.__cause__ is not None and retryable(error.__cause__)
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in RETRYABLE_STATUSES
    if isinstance(error, RpcRefused):
        return error.code in RETRYABLE_RPC_CODES
    return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)


def retrying(attempts: int = ATTEMPTS) -> AsyncRetrying:
    """The retry policy for requests that may be repeated without harm: by default 4 tries within about 2 seconds."""
    return AsyncRetrying(
        retry=retry_if_exception(retryable),
        stop=stop_after_attempt(attempts),
        wait=wait_exponential(multiplier=0.15, max=2) + wait_random(0, 0.15),
        reraise=True,
    )
