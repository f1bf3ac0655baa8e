"""A governed program: its version and code, the way back, what it waits for."""

from __future__ import annotations

from solders.pubkey import Pubkey
from windlass_programs.windlass import ProgramUpgradeState

from windlass_commands.accounts import Governed
from windlass_commands.amounts import size
from windlass_commands.chain_time import duration, moment_from
from windlass_commands.next_steps import ROLLBACK_WINDOW_SECONDS, Step, next_steps
from windlass_commands.session import Session
from windlass_commands.standing import standing
from windlass_commands.views.proposal import tracker_of
from windlass_commands.views.steps import show_steps


async def show_program(session: Session, address: Pubkey, state: ProgramUpgradeState) -> None:
    """What a multisig keeps of a program, and what can be done next: about the approved proposal, the last upgrade."""
    output = session.output
    now = (await session.rpc.clock()).unix_timestamp
    steps = await steps_of(session, state, now)
    window_ends = state.last_upgrade_at + ROLLBACK_WINDOW_SECONDS if state.last_upgrade_proposal else None
    output.say(f"Program {state.program}: {'released' if state.released else 'governed'}", "bold")
    output.field("state", address)
    output.field("multisig", state.multisig)
    output.field("version", state.version)
    digest = state.code_digest.hex() if any(state.code_digest) else "not known: it was deployed before Windlass"
    output.field("code", f"{size(state.code_len)}, digest {digest}")
    if state.timelock:
        output.field("own timelock", duration(state.timelock))
    if state.last_upgrade_proposal:
        output.field("last upgrade", f"{moment_from(state.last_upgrade_at, now)}, {state.last_upgrade_proposal}")
    if state.rollback and window_ends:
        output.field("kept copy", f"{state.rollback.buffer} (version {state.rollback.version})")
        output.field("rollback until", moment_from(window_ends, now))
    if state.approved_proposal:
        output.field("approved", state.approved_proposal)
    if state.approved_rollback:
        output.field("approved rollback", state.approved_rollback)
    if state.migration:
        output.field("migration", f"{state.migration} ({'open' if state.migration_open else 'finalized'})")
    show_steps(session, steps, now)
    output.result(
        {
            "command": "show",
            "kind": "program",
            "address": str(address),
            "multisig": str(state.multisig),
            "program": str(state.program),
            "released": state.released,
            "version": state.version,
            "code_digest": state.code_digest.hex(),
            "code_len": state.code_len,
            "timelock": state.timelock,
            "last_upgrade_at": state.last_upgrade_at or None,
            "last_upgrade": str(state.last_upgrade_proposal) if state.last_upgrade_proposal else None,
            "kept_copy": str(state.rollback.buffer) if state.rollback else None,
            "rollback_until": window_ends if state.rollback else None,
            "approved_proposal": str(state.approved_proposal) if state.approved_proposal else None,
            "approved_rollback": str(state.approved_rollback) if state.approved_rollback else None,
            "migration": str(state.migration) if state.migration else None,
            "migration_open": state.migration_open,
            "next": [step.json() for step in steps],
            "chain_time": now,
        }
    )


async def steps_of(session: Session, state: ProgramUpgradeState, now: int) -> list[Step]:
    """What the proposals that hold the program's slots wait for, and its last upgrade; else that one is proposed."""
    if state.released:
        return [
            Step(
                f"windlass register {state.program} --multisig {state.multisig}",
                "the present upgrade authority, or a member who may propose where Windlass's address is it",
            )
        ]
    steps = []
    for proposal in (state.approved_rollback, state.approved_proposal, state.last_upgrade_proposal):
        if proposal is not None:
            governed: Governed = await session.accounts.governed(proposal)
            steps += next_steps(governed, standing(governed, now), now, await tracker_of(session, governed))
    propose = f"windlass propose --multisig {state.multisig} --program {state.program} --buffer BUFFER"
    return [*steps, Step(propose, "a member who may propose")]
