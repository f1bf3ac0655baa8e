"""Why accounts cannot be moved now, and what a migration plan lacks."""

from __future__ import annotations

from windlass_programs.windlass import MigrationState, ProgramUpgradeState

from windlass_commands.chain_time import moment, moment_from
from windlass_commands.errors import AccountMissing
from windlass_commands.explanation import Explainer, explains
from windlass_commands.field_maps import field_map_problem

ROLLBACK_WINDOW_SECONDS = 7 * 86_400


async def _state(about: Explainer) -> ProgramUpgradeState:
    if about.subject.multisig is None or about.subject.program is None:
        raise AccountMissing("the refused transaction was about no program")
    return await about.accounts.program_state(about.subject.multisig, about.subject.program)


@explains("MigrationVersionMismatch")
async def _version(about: Explainer) -> str:
    state = await _state(about)
    return (
        f"Program {state.program} runs version {state.version}, and this migration belongs to another one; only the "
        f"running version's accounts can be moved."
    )


@explains("MigrationReverting")
async def _reverting(about: Explainer) -> str:
    state = await _state(about)
    return (
        f"Rollback {state.approved_rollback} of program {state.program} is approved: accounts go back with "
        "`windlass revert`, and none forward, until it is executed or lapses."
    )


@explains("MigrationNotReverting")
async def _not_reverting(about: Explainer) -> str:
    state = await _state(about)
    return (
        f"No rollback of program {state.program} is approved, and accounts go back only while one is: "
        f"`windlass propose-rollback --multisig {state.multisig} --program {state.program}`."
    )


@explains("RollbackWindowOpen")
async def _window_open(about: Explainer) -> str:
    state, now = await _state(about), await about.now()
    return (
        f"The upgrade of program {state.program} can be rolled back until "
        f"{moment_from(state.last_upgrade_at + ROLLBACK_WINDOW_SECONDS, now)}; finalize its migration then."
    )


@explains("MigrationOpen")
async def _open(about: Explainer) -> str:
    state = await _state(about)
    return (
        f"The migration of program {state.program} is not finalized; `windlass finalize {state.last_upgrade_proposal}` "
        f"does that, from {moment(state.last_upgrade_at + ROLLBACK_WINDOW_SECONDS)} on."
    )


@explains("MigrationFinalized")
async def _finalized(about: Explainer) -> str:
    state = await _state(about)
    if state.migration is None:
        return about.message
    tracker = (await about.accounts.migration(state.migration)).tracker
    if tracker.state is not MigrationState.FINALIZED:
        return about.message
    return f"The migration of program {state.program} is finalized since {moment(tracker.finalized_at)}."


@explains("PlanFieldMap")
async def _field_map(about: Explainer) -> str:
    problem = field_map_problem(about.subject.plan) if about.subject.plan else None
    if problem is None:
        return about.message
    return f"In the migration plan, {problem}; map or drop each old byte exactly once, to places that do not meet."
