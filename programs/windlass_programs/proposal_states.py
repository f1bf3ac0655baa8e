"""What may happen to a proposal in each status, and what follows. `python -m windlass_programs.generate`
wrote it from the table in windlass-rules/src/transitions.rs, which the program itself reads.

The status is what an account says. What time alone does (eta passed, expired, a pause over) is not in it, nor is what
else an action asks for: votes, roles, versions.
"""

from collections.abc import Mapping
from enum import Enum

from windlass_programs.windlass import ProposalStatus


class ProposalAction(Enum):
    PROPOSE = "Propose"
    # A chunk of the buffer is hashed.
    VERIFY = "Verify"
    # An approval that leaves the status as it is: below the threshold, or above it already.
    APPROVE = "Approve"
    # The approval that reaches the threshold: starts the timelock and takes the program's slot.
    CROSS_THRESHOLD = "CrossThreshold"
    # An approval is taken back, and the status stays.
    REVOKE = "Revoke"
    # An approval is taken back, and the rest are too few: the timelock is void.
    FALL_BELOW_THRESHOLD = "FallBelowThreshold"
    # The proposer takes it back.
    WITHDRAW = "Withdraw"
    # A vote to cancel that does not end it.
    VOTE_TO_CANCEL = "VoteToCancel"
    # The vote that reaches the cancel threshold.
    CANCEL = "Cancel"
    # Its time is written down to be over.
    EXPIRE = "Expire"
    # Its staleness is written down.
    OUTDATE = "Outdate"
    # A copy of the running code is kept for it.
    KEEP_ROLLBACK_BUFFER = "KeepRollbackBuffer"
    EXECUTE = "Execute"
    START_MIGRATION = "StartMigration"
    FINALIZE_MIGRATION = "FinalizeMigration"
    # A rollback puts the former code back.
    ROLL_BACK = "RollBack"


STATUS_AFTER: Mapping[ProposalStatus | None, Mapping[ProposalAction, ProposalStatus]] = {
    None: {
        ProposalAction.PROPOSE: ProposalStatus.PROPOSED,
    },
    ProposalStatus.PROPOSED: {
        ProposalAction.VERIFY: ProposalStatus.PROPOSED,
        ProposalAction.APPROVE: ProposalStatus.PROPOSED,
        ProposalAction.CROSS_THRESHOLD: ProposalStatus.APPROVED,
        ProposalAction.REVOKE: ProposalStatus.PROPOSED,
        ProposalAction.WITHDRAW: ProposalStatus.CANCELLED,
        ProposalAction.VOTE_TO_CANCEL: ProposalStatus.PROPOSED,
        ProposalAction.CANCEL: ProposalStatus.CANCELLED,
        ProposalAction.EXPIRE: ProposalStatus.EXPIRED,
        ProposalAction.OUTDATE: ProposalStatus.STALE,
    },
    ProposalStatus.APPROVED: {
        ProposalAction.APPROVE: ProposalStatus.APPROVED,
        ProposalAction.REVOKE: ProposalStatus.APPROVED,
        ProposalAction.FALL_BELOW_THRESHOLD: ProposalStatus.PROPOSED,
        ProposalAction.VOTE_TO_CANCEL: ProposalStatus.APPROVED,
        ProposalAction.CANCEL: ProposalStatus.CANCELLED,
        ProposalAction.EXPIRE: ProposalStatus.EXPIRED,
        ProposalAction.OUTDATE: ProposalStatus.STALE,
        ProposalAction.KEEP_ROLLBACK_BUFFER: ProposalStatus.APPROVED,
        ProposalAction.EXECUTE: ProposalStatus.EXECUTED,
    },
    ProposalStatus.EXECUTED: {
        ProposalAction.START_MIGRATION: ProposalStatus.MIGRATING,
        ProposalAction.ROLL_BACK: ProposalStatus.ROLLED_BACK,
    },
    ProposalStatus.MIGRATING: {
        ProposalAction.FINALIZE_MIGRATION: ProposalStatus.COMPLETED,
        ProposalAction.ROLL_BACK: ProposalStatus.ROLLED_BACK,
    },
    ProposalStatus.CANCELLED: {},
    ProposalStatus.EXPIRED: {},
    ProposalStatus.STALE: {},
    ProposalStatus.ROLLED_BACK: {},
    ProposalStatus.COMPLETED: {},
}


def allowed_actions(status: ProposalStatus | None) -> frozenset[ProposalAction]:
    """All that can still happen to a proposal; None: there is none yet. Empty where the status is final."""
    return frozenset(STATUS_AFTER[status])
