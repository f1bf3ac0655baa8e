"""Answers an action's routes: GET tells of it, POST hands out its transaction. Every POST is noted in the log first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from windlass_commands.errors import CommandError
from windlass_commands.explanation import Subject
from windlass_commands.rpc import Rpc
from windlass_commands.service.actions import ACTIONS, Action, proposal_of
from windlass_commands.service.asking import Asking
from windlass_commands.service.command_log import CommandLog, Entry
from windlass_commands.service.metadata import metadata
from windlass_commands.service.parameters import read_all
from windlass_commands.service.rates import caller_of
from windlass_commands.service.refusals import refusal_of
from windlass_commands.service.request import asked

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """What requests are answered with: the node, the Windlass program, the log, seconds that an answer may take."""

    rpc: Rpc
    program_id: Pubkey
    log: CommandLog
    timeout: float


def routes(service: Service) -> list[Route]:
    """All actions, each under all of its paths."""
    return [
        Route(path, _endpoint(service, action, path), methods=["GET", "POST"], name=action.name)
        for action in ACTIONS
        for path in action.paths
    ]


def _endpoint(service: Service, action: Action, path: str) -> Any:
    async def answer(request: Request) -> Response:
        if request.method != "POST":
            return JSONResponse(metadata(action, path, request))
        return await _post(service, action, request)

    return answer


async def _post(service: Service, action: Action, request: Request) -> Response:
    noted = _Noted(action.name, caller_of(request.scope))
    try:
        async with asyncio.timeout(service.timeout):
            body = await _handed_out(service, action, request, noted)
        await service.log.add(noted.entry("built"))
        return JSONResponse(body)
    except Exception as error:
        refusal = refusal_of(error)
        if refusal.ours:
            _log.log(
                logging.WARNING if isinstance(error, CommandError | TimeoutError) else logging.ERROR,
                "%s: %s",
                action.name,
                error or type(error).__name__,
                exc_info=refusal.status == 500,
            )
        if refusal.status != 503:
            try:
                await service.log.add(noted.entry("failed" if refusal.ours else "refused", refusal.message))
            except CommandError as unlogged:
                _log.warning("%s: %s", action.name, unlogged)
                return refusal_of(unlogged).response()
        return refusal.response()


class _Noted:
    """What is known of a request so far, for the log."""

    def __init__(self, action: str, caller: str) -> None:
        self.action = action
        self.caller = caller
        self.account: Pubkey | None = None
        self.given: Mapping[str, Any] = {}
        self.proposal: Pubkey | None = None
        self.asking: Asking | None = None

    def entry(self, outcome: str, reason: str | None = None) -> Entry:
        """The row. What the transaction is about is told by the verb, before that by the request."""
        about = self.asking.subject if self.asking else Subject()
        return Entry(
            self.action,
            self.caller,
            outcome,
            account=self.account,
            multisig=about.multisig or self.given.get("multisig"),
            program=_named(about.program) or self.given.get("program"),
            proposal=about.proposal or self.proposal,
            reason=reason,
        )


def _named(program: Pubkey | None) -> Pubkey | None:
    """A config is about no program, which its account tells by the default key."""
    return None if program == Pubkey.default() else program


async def _handed_out(service: Service, action: Action, request: Request, noted: _Noted) -> dict[str, Any]:
    """The answer's body. Raises CommandError."""
    wanted = await asked(request)
    noted.account = wanted.account
    noted.given = read_all(action.parameters, wanted.given)
    noted.proposal = proposal_of(noted.given, service.program_id)
    noted.asking = Asking(service.rpc, service.program_id, wanted.account)
    await action.carry_out(noted.asking, noted.given)
    made = noted.asking.handed_out
    assert made is not None, "every verb carries one intent out"
    return {
        "type": "transaction",
        "transaction": made.unsigned.transaction,
        "message": "\n".join(made.intent.summary),
        "command": made.intent.command,
        "signers": [str(key) for key in made.unsigned.signers],
        "lastValidBlockHeight": made.unsigned.last_valid_height,
        "result": made.intent.result,
    }
