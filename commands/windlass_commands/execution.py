"""How an approved proposal of each kind is executed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solders.instruction import Instruction
from windlass_programs.windlass import ProposalKind, UpgradeProposal

from windlass_commands.accounts import Governed
from windlass_commands.amounts import size
from windlass_commands.config_changes import config_changes
from windlass_commands.errors import Refused
from windlass_commands.instructions.execute_config import execute_config
from windlass_commands.instructions.execute_transfer import execute_transfer
from windlass_commands.instructions.execute_upgrade import execute_upgrade
from windlass_commands.instructions.rollback_upgrade import rollback_upgrade
from windlass_commands.session import Session


@dataclass(frozen=True)
class Execution:
    """The instruction, what it will do, what it did, and what --json says of it."""

    instruction: Instruction
    summary: list[str]
    done: str
    result: dict[str, Any]


async def execution_of(session: Session, governed: Governed) -> Execution:
    """How to execute a proposal. Raises Refused where there is nothing to roll back to."""
    proposal = governed.proposal
    program_id, executor = session.program_id, session.signer.address
    if proposal.kind is ProposalKind.CONFIG:
        if proposal.new_config is None:
            raise Refused(f"Proposal {governed.address} is a config without one; it cannot be executed.")
        return Execution(
            execute_config(program_id, proposal.multisig, governed.address, executor),
            ["Changes the multisig; its open proposals become stale:"]
            + [f"  {line}" for line in config_changes(governed.multisig, proposal.new_config)],
            "The multisig has its new configuration.",
            {"multisig": str(proposal.multisig), "config_seq": proposal.config_seq + 1},
        )
    if proposal.kind is ProposalKind.TRANSFER:
        if proposal.new_authority is None:
            raise Refused(f"Proposal {governed.address} is a transfer to nobody; it cannot be executed.")
        return Execution(
            execute_transfer(
                program_id, proposal.multisig, proposal.program, governed.address, proposal.new_authority, executor
            ),
            [f"Gives program {proposal.program} to {proposal.new_authority}, who can change its code alone from then."],
            f"Program {proposal.program} belongs to {proposal.new_authority}.",
            {"program": str(proposal.program), "new_authority": str(proposal.new_authority)},
        )
    version = proposal.base_version + 1
    result = {"program": str(proposal.program), "version": version, "code_digest": proposal.code_digest.hex()}
    done = f"Program {proposal.program} runs version {version}."
    if proposal.kind is ProposalKind.ROLLBACK:
        return Execution(*rollback(session, governed, proposal), done, result)
    return Execution(
        execute_upgrade(
            program_id,
            proposal.multisig,
            proposal.program,
            governed.address,
            proposal.buffer,
            proposal.payer,
            executor,
        ),
        [
            f"Replaces the code of program {proposal.program} by the {size(proposal.buffer_len)} of proposal "
            f"{proposal.id} (code digest {proposal.code_digest.hex()}): version {version}.",
            f"The buffer's rent goes back to {proposal.payer}.",
        ],
        done,
        result,
    )


def rollback(session: Session, governed: Governed, proposal: UpgradeProposal) -> tuple[Instruction, list[str]]:
    """The instruction and what it will do. Raises Refused where the copy is not there any more."""
    kept = governed.state.rollback
    if kept is None or proposal.rolls_back is None:
        raise Refused(
            f"No kept copy is left to roll program {proposal.program} back to: it was rolled back to, replaced or "
            f"retired. Proposal {proposal.id} is {proposal.status.name.lower()}."
        )
    instruction = rollback_upgrade(
        session.program_id,
        proposal.multisig,
        proposal.program,
        governed.address,
        proposal.rolls_back,
        proposal.buffer,
        kept.payer,
        session.signer.address,
        governed.state.migration,
    )
    return instruction, [
        f"Puts the code of version {kept.version} back into program {proposal.program}, as version "
        f"{proposal.base_version + 1}.",
        f"The copy's rent goes back to {kept.payer}.",
    ]
