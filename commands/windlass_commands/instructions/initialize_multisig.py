"""initialize_multisig: makes a MultisigConfig from members, thresholds and durations."""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import SYSTEM_PROGRAM, multisig_address

from windlass_commands.instructions.anchor_program import anchor_program


@dataclass(frozen=True)
class Member:
    """A member's key and the sum of their role bits: propose 1, approve 2, guard 4."""

    key: Pubkey
    roles: int


@dataclass(frozen=True)
class MultisigParams:
    """What a multisig begins with. Durations are seconds."""

    members: tuple[Member, ...]
    threshold: int
    cancel_threshold: int
    emergency_threshold: int
    timelock: int
    rollback_delay: int
    grace_period: int
    voting_period: int


def initialize_multisig(program_id: Pubkey, create_key: Pubkey, payer: Pubkey, params: MultisigParams) -> Instruction:
    """`create_key` signs once and gives the multisig its address."""
    config = {
        "members": [{"key": member.key, "roles": member.roles} for member in params.members],
        "threshold": params.threshold,
        "cancel_threshold": params.cancel_threshold,
        "emergency_threshold": params.emergency_threshold,
        "timelock": params.timelock,
        "rollback_delay": params.rollback_delay,
        "grace_period": params.grace_period,
        "voting_period": params.voting_period,
    }
    return anchor_program("windlass").instruction(
        program_id,
        "initialize_multisig",
        {"config": config},
        {
            "multisig": multisig_address(create_key, program_id),
            "create_key": create_key,
            "payer": payer,
            "system_program": SYSTEM_PROGRAM,
        },
    )
