"""Act 5: two days pass, and anybody executes."""

from __future__ import annotations

import asyncio
import time

from solders.pubkey import Pubkey

from windlass_commands.chain_time import duration, moment
from windlass_commands.demo.stage import Stage
from windlass_commands.demo.votes import execution
from windlass_commands.dev.agave import AgaveValidator
from windlass_commands.errors import StoryBroken

TRAVEL_SECONDS = 20.0
# A restart moves the clock by no exact amount.
MARGIN_SECONDS = 600
STATE = "query ($address: ID!) { proposal(address: $address) { state } }"


async def play(stage: Stage, address: Pubkey) -> None:
    """The chain's clock moves past eta, the read model sees it, and Olga executes."""
    stage.narrator.act("Two days pass")
    proposal = await stage.accounts.proposal(address)
    before = (await stage.rpc.clock()).unix_timestamp
    if stage.validator is None:
        await stage.rpc.call("surfnet_timeTravel", {"absoluteTimestamp": (proposal.eta + 1) * 1000}, repeatable=False)
    else:
        await restarted_past(stage, stage.validator, proposal.eta + 1 - before)
    after = await clock_at(stage, proposal.eta)
    stage.narrator.note(f"the chain's clock  {moment(before)}  →  {moment(after)}  ({duration(after - before)})", "")
    await state_shown(stage, address, "READY")
    stage.narrator.note("the read model says READY: anyone may execute, for 14 days", "")
    olga = stage.cast.users["olga"]
    landed = await stage.step(
        "olga executes: the vault program runs version 2",
        [await execution(stage, address, olga)],
        [olga],
        proposal.multisig,
    )
    await state_shown(stage, address, "EXECUTED")
    await slot_after(stage, landed.slot)


async def restarted_past(stage: Stage, validator: AgaveValidator, seconds: int) -> None:
    """The validator stops at a snapshot and goes on so many slots later; indexer and GraphQL run on meanwhile."""
    stage.narrator.note("the validator makes a snapshot, stops, and starts again from it millions of slots later", "")
    await validator.pass_time(seconds + MARGIN_SECONDS)
    await stage.confirmations.reconnect()


async def clock_at(stage: Stage, moment_wanted: int) -> int:
    """The chain's time, once it is at least `moment_wanted` (unix seconds). Raises StoryBroken."""
    deadline = time.monotonic() + TRAVEL_SECONDS
    while time.monotonic() < deadline:
        now = (await stage.rpc.clock()).unix_timestamp
        if now >= moment_wanted:
            return now
        await asyncio.sleep(0.05)
    raise StoryBroken("The chain's clock did not move past the time to wait for.")


async def slot_after(stage: Stage, slot: int) -> None:
    """Until a later slot is confirmed: in the slot of its upgrade the loader lets nobody call a program."""
    deadline = time.monotonic() + TRAVEL_SECONDS
    while await stage.rpc.slot() <= slot:
        stage.require(time.monotonic() < deadline, f"No slot after {slot} was confirmed.")
        await asyncio.sleep(0.02)


async def state_shown(stage: Stage, address: Pubkey, wanted: str) -> None:
    """Until the read model shows the proposal in this state."""
    deadline = time.monotonic() + TRAVEL_SECONDS
    state = None
    while time.monotonic() < deadline:
        state = (await stage.read_model.ask(STATE, address=str(address)))["proposal"]["state"]
        if state == wanted:
            return
        await asyncio.sleep(0.02)
    raise StoryBroken(f"The read model should show the proposal as {wanted}, but it shows {state}.")
