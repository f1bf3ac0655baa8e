"""initialize_multisig: makes a MultisigConfig from members, thresholds and durations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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

    def arguments(self) -> dict[str, Any]:
        """As the IDL's `MultisigParams`."""
        return {
            "members": [{"key": member.key, "roles": member.roles} for member in self.members],
            "threshold": self.threshold,
            "cancel_threshold": self.cancel_threshold,
            "emergency_threshold": self.emergency_threshold,
            "timelock": self.timelock,
            "rollback_delay": self.rollback_delay,
            "grace_period": self.grace_period,
            "voting_period": self.voting_period,
        }


def initialize_multisig(program_id: Pubkey, create_key: Pubkey, payer: Pubkey, params: MultisigParams) -> Instruction:
    """`create_key` signs once and gives the multisig its address."""
    return anchor_program("windlass").instruction(
        program_id,
        "initialize_multisig",
        {"config": params.arguments()},
        {
            "multisig": multisig_address(create_key, program_id),
            "create_key": create_key,
            "payer": payer,
            "system_program": SYSTEM_PROGRAM,
        },
    )
