"""The story from the first deposit to the proof, on a running stack."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from windlass_programs.addresses import VAULT_PROGRAM_ID

from windlass_commands.accounts import Accounts
from windlass_commands.demo import collateral, handover, new_code, new_version, proof, two_days, votes
from windlass_commands.demo.cast import Cast
from windlass_commands.demo.confirmations import Confirmations
from windlass_commands.demo.faulty_release import faulty_code_for
from windlass_commands.demo.narrator import Narrator
from windlass_commands.demo.read_model import ReadModel
from windlass_commands.demo.rollback import DELAY_SECONDS, Drill
from windlass_commands.demo.stage import Stage
from windlass_commands.dev.agave import AgaveValidator
from windlass_commands.dev.stack import Urls
from windlass_commands.rpc import Rpc


@asynccontextmanager
async def _staged(urls: Urls, cast: Cast, narrator: Narrator, validator: AgaveValidator | None) -> AsyncIterator[Stage]:
    async with (
        Rpc(urls.rpc) as rpc,
        Confirmations(urls.websocket) as confirmations,
        ReadModel(urls.graphql, urls.graphql_websocket) as read_model,
    ):
        yield Stage(rpc, confirmations, read_model, narrator, cast, Accounts(rpc), VAULT_PROGRAM_ID, validator)


async def tell(urls: Urls, cast: Cast, narrator: Narrator, validator: AgaveValidator | None = None) -> dict[str, Any]:
    """All acts in order, on a `validator` or the embedded chain; what --json says at the end.

    Raises StoryBroken where a step does not come out as told.
    """
    started = time.monotonic()
    async with _staged(urls, cast, narrator, validator) as stage:
        await collateral.play(stage)
        multisig = await handover.play(stage)
        proposal = await new_code.play(stage, multisig)
        await votes.play(stage, proposal)
        await two_days.play(stage, proposal)
        await new_version.play(stage, multisig, proposal)
        times = await proof.play(stage, multisig, proposal)
    return {
        "command": "demo",
        "multisig": str(multisig),
        "proposal": str(proposal),
        "seconds": round(time.monotonic() - started, 1),
        "read_model": times,
    }


async def drill(urls: Urls, cast: Cast, narrator: Narrator, validator: AgaveValidator | None = None) -> dict[str, Any]:
    """An upgrade that misbehaves, and the way back, as `tell` tells the one that does not. Raises StoryBroken."""
    started = time.monotonic()
    async with _staged(urls, cast, narrator, validator) as stage:
        await collateral.play(stage)
        multisig = await handover.play(stage, DELAY_SECONDS)
        upgrade = await new_code.play(stage, multisig, faulty_code_for(multisig), no_rollback=False)
        await votes.play(stage, upgrade)
        way_back = Drill(stage, multisig, upgrade)
        await way_back.keep_copy()
        await two_days.play(stage, upgrade)
        tracker = await way_back.misbehave()
        await way_back.pause()
        rollback = await way_back.approve()
        await way_back.revert(tracker)
        await way_back.execute(rollback)
        await way_back.pay_out()
        times = way_back.tell()
    return {
        "command": "rollback-drill",
        "multisig": str(multisig),
        "upgrade": str(upgrade),
        "rollback": str(rollback),
        "seconds": round(time.monotonic() - started, 1),
        "seconds_since_first_refusal": times,
    }
