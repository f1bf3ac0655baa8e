"""Whether this server should be asked at all."""

from collections.abc import Mapping

from windlass_graphql.database import Database
from windlass_graphql.errors import ApiError
from windlass_graphql.listener import Listener

SECONDS_A_SLOT = 0.4
"""Solana's target."""
OK = "ok"


async def readiness(database: Database, listener: Listener, largest_lag: int) -> Mapping[str, str]:
    """What was looked at, each with `ok` or what is wrong; the lag in seconds, 0 is no matter how large."""
    try:
        if await database.missing_tables():
            return {"database": OK, "migrations": "run `windlass-indexer migrate`"}
        (state,) = await database.fetch("indexer_state")
    except ApiError as error:
        return {"database": str(error)}
    return {
        "database": OK,
        "migrations": OK,
        "indexer": _lag(state["lag_slots"], state["silence"], largest_lag),
        "changes": OK if listener.is_listening else "the connection for changes is being restored",
    }


def _lag(slots: int | None, silence: float | None, largest: int) -> str:
    if not largest:
        return OK
    if slots is None or silence is None:
        return "it has not told of the chain yet; is `windlass-indexer run` running?"
    if silence > largest:
        return f"it has not told of the chain for {silence:.0f} s; either it or the chain stands still"
    if (behind := slots * SECONDS_A_SLOT) > largest:
        return f"it is {slots} slots behind the chain, about {behind:.0f} s; at most {largest} s are allowed"
    return OK
