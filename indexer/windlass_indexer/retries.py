"""What is tried again and what ends the indexer: one function decides, for the node and for PostgreSQL."""

import asyncio
import logging

import asyncpg
import tenacity
import websockets

from windlass_indexer.errors import RpcRefused, RpcUnreachable

_log = logging.getLogger(__name__)

_DATABASE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InterfaceError,  # the connection was closed under us
    asyncpg.InternalClientError,  # the same, in the middle of preparing a statement
)
SESSION_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a session that somebody ended raises, whatever was asked of it."""
_NODE = (RpcUnreachable, websockets.ConnectionClosed, websockets.InvalidHandshake)
# Internal error; block not available; node unhealthy; min context slot not reached; too many requests.
_PASSING_REFUSALS = {-32603, -32004, -32005, -32016, 429, -32429}


def is_retryable(error: BaseException) -> bool:
    """Whether trying again may help; otherwise the error ends the indexer."""
    if isinstance(error, RpcRefused):
        return error.code in _PASSING_REFUSALS
    # asyncpg's own complaint about a parameter is an InterfaceError as well, and stays wrong.
    return isinstance(error, (*_DATABASE, *_NODE, OSError, TimeoutError)) and not isinstance(error, ValueError)


def _is_worth_another_try(error: BaseException) -> bool:
    """As `is_retryable`, but for one who has been told to stop: CancelledError is raised then.

    Rolling a transaction back fails where its connection is lost, and that error takes the cancellation's place.
    """
    if not is_retryable(error):
        return False
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from error
    return True


def persistently(what: str) -> tenacity.AsyncRetrying:
    """Runs a coroutine function again, with growing pauses up to 5 s, for as long as its errors are retryable."""

    def report(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        pause = state.next_action.sleep if state.next_action else 0.0
        _log.warning("%s failed (%s), trying again in %.1f s", what, error or type(error).__name__, pause)

    return tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(_is_worth_another_try),
        wait=tenacity.wait_exponential(multiplier=0.1, max=4.9) + tenacity.wait_random(0, 0.1),
        before_sleep=report,
        reraise=True,
    )
