"""Which status a failure is answered with, in the words that whoever asked may read."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from windlass_commands.errors import (
    AccountMissing,
    CommandError,
    RequestsNotLogged,
    RpcRefused,
    RpcUnreachable,
    UsageProblem,
)
from windlass_commands.service.request import TooLarge

LONGEST_MESSAGE = 1_000
UNREACHABLE = "The chain's node does not answer at the moment; ask again later."
NODE_REFUSED = "The chain's node refused what was asked of it, a transaction that is too large for example."
TOO_SLOW = "The chain's node took too long to answer; ask again later."
NOT_LOGGED = "The request cannot be noted in the command log at the moment, so nothing is handed out; ask again later."
INTERNAL = "Something went wrong here, not in your request; it has been logged."


@dataclass(frozen=True)
class Refusal:
    """A status and the sentence that goes with it. `ours`: not the request was wrong, but we could not answer."""

    status: int
    message: str
    ours: bool = False

    def response(self, **headers: str) -> JSONResponse:
        """As Solana Actions tell errors."""
        return JSONResponse({"message": self.message}, self.status, headers)


def refusal_of(error: BaseException) -> Refusal:
    """How a failure is told. What operators configured, such as the node's address, is told to nobody."""
    match error:
        case ClientDisconnect():
            return Refusal(400, "The request ended before its body did.")
        case TooLarge():
            return Refusal(413, str(error))
        case UsageProblem():
            return Refusal(400, str(error)[:LONGEST_MESSAGE])
        case AccountMissing():
            return Refusal(404, str(error))
        case RpcUnreachable():
            return Refusal(502, UNREACHABLE, ours=True)
        case RpcRefused():
            return Refusal(502, NODE_REFUSED, ours=True)
        case TimeoutError():
            return Refusal(504, TOO_SLOW, ours=True)
        case RequestsNotLogged():
            return Refusal(503, NOT_LOGGED, ours=True)
        case CommandError():
            return Refusal(422, str(error)[:LONGEST_MESSAGE])
        case _:
            return Refusal(500, INTERNAL, ours=True)
