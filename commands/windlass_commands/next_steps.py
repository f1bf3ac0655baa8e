"""What can be done next about a proposal, as commands: by its status, by the chain's clock, and by whom.

The table of the rules says what each status allows; roles and times narrow it down here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from windlass_programs.proposal_states import ProposalAction, allowed_actions
from windlass_programs.windlass import MigrationState, MigrationTracker, ProposalKind

from windlass_commands.accounts import Governed

ROLLBACK_WINDOW_SECONDS = 7 * 86_400
DONE = ("expired", "stale")


@dataclass(frozen=True)
class Step:
    """A command, who may run it, and from when on (unix seconds; None: now)."""

    command: str
    by: str
    from_time: int | None = None

    def json(self) -> dict[str, Any]:
        """For --json."""
        return {"command": self.command, "by": self.by, "from": self.from_time}


def next_steps(governed: Governed, standing: str, now: int, tracker: MigrationTracker | None) -> list[Step]:
    """All commands that the proposal waits for, those that bring it on first. Empty where nothing is left to do.

    `tracker` is the migration of the version that its program runs.
    """
    if standing in DONE:
        return [Step(f"windlass expire {governed.address}", "anyone")]
    if ProposalAction.CANCEL in allowed_actions(governed.proposal.status):
        return _before_execution(governed, now, tracker)
    return _after_execution(governed, now, tracker)


def _before_execution(governed: Governed, now: int, tracker: MigrationTracker | None) -> list[Step]:
    proposal, address = governed.proposal, governed.address
    upgrade = proposal.kind is ProposalKind.UPGRADE
    approved = ProposalAction.EXECUTE in allowed_actions(proposal.status)
    # A rollback goes on in a pause.
    multisig, rollback = governed.multisig, proposal.kind is ProposalKind.ROLLBACK
    paused = bool(multisig.pause_started_at) and now < multisig.paused_until and not rollback
    steps = []
    if paused:
        steps.append(Step(f"windlass resume {proposal.multisig}", f"guard {multisig.paused_by}"))
    if upgrade and proposal.verified_len != proposal.buffer_len:
        steps.append(Step(f"windlass verify-buffer {address}", "anyone"))
    elif not paused and not approved:
        steps.append(Step(f"windlass approve {address}", "a member who may approve and has not"))
    if approved:
        if upgrade and not proposal.no_rollback and proposal.rollback_buffer is None:
            steps.append(Step(f"windlass keep-rollback {address}", "anyone"))
        steps += _in_the_way(governed, now, tracker)
        eta = governed.effective_eta(now)
        if not paused:
            by = "anyone, with the new authority" if proposal.kind is ProposalKind.TRANSFER else "anyone"
            steps.append(Step(f"windlass execute {address}", by, eta if eta > now else None))
    if proposal.approvals:
        steps.append(Step(f"windlass revoke {address}", "a member who approved"))
    by = "a member who may approve" if approved else "the proposer, or a member who may approve"
    steps.append(Step(f"windlass cancel {address}", by))
    return steps


def _in_the_way(governed: Governed, now: int, tracker: MigrationTracker | None) -> list[Step]:
    """What an open migration wants first: a rollback its accounts back, whatever else changes the code its end."""
    state, kind = governed.program_state, governed.proposal.kind
    if state is None or tracker is None or not state.migration_open:
        return []
    if kind is ProposalKind.ROLLBACK:
        stranded = tracker.migrated - tracker.reverted > tracker.plan.may_strand
        return [Step(f"windlass revert {state.last_upgrade_proposal}", "anyone")] if stranded else []
    ends = state.last_upgrade_at + ROLLBACK_WINDOW_SECONDS
    return [Step(f"windlass finalize {state.last_upgrade_proposal}", "anyone", ends if ends > now else None)]


def _after_execution(governed: Governed, now: int, tracker: MigrationTracker | None) -> list[Step]:
    proposal, address, state = governed.proposal, governed.address, governed.program_state
    if proposal.kind is not ProposalKind.UPGRADE or state is None or state.last_upgrade_proposal != address:
        return []
    allowed = allowed_actions(proposal.status)
    window_ends = state.last_upgrade_at + ROLLBACK_WINDOW_SECONDS
    steps = []
    if ProposalAction.START_MIGRATION in allowed and proposal.plan and state.approved_rollback is None:
        steps.append(Step(f"windlass start-migration {address}", "anyone"))
    if tracker is not None and tracker.proposal == address:
        verb = "revert" if tracker.state is MigrationState.REVERTING else "migrate"
        steps.append(Step(f"windlass {verb} {address}", "anyone"))
    if ProposalAction.FINALIZE_MIGRATION in allowed:
        steps.append(Step(f"windlass finalize {address}", "anyone", window_ends if window_ends > now else None))
    if ProposalAction.ROLL_BACK in allowed and state.rollback is not None and now < window_ends:
        rollback = f"windlass propose-rollback --multisig {state.multisig} --program {state.program}"
        if state.approved_rollback is None:
            steps.append(Step(rollback, "a member who may propose"))
    return steps
