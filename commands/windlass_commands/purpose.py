"""What a proposal would do, in an operator's words."""

from __future__ import annotations

from windlass_programs.windlass import ProposalKind

from windlass_commands.accounts import Governed
from windlass_commands.amounts import size
from windlass_commands.config_changes import config_changes
from windlass_commands.errors import Refused
from windlass_commands.field_maps import plan_lines


def purpose(governed: Governed) -> str:
    """What a proposal of any kind would do, in as many lines as it takes."""
    proposal = governed.proposal
    code = (
        f"  code          {size(proposal.buffer_len)} in buffer {proposal.buffer}, digest {proposal.code_digest.hex()}"
    )
    if proposal.kind is ProposalKind.UPGRADE:
        plan = plan_lines(proposal.plan) if proposal.plan else []
        back = "none by rollback" if proposal.no_rollback else "rollback to the running code"
        return (
            f"program {proposal.program} goes from version {proposal.base_version} to {proposal.base_version + 1}.\n"
            f"{code}\n  way back      {back}" + "".join(f"\n{line}" for line in plan)
        )
    if proposal.kind is ProposalKind.ROLLBACK:
        return f"program {proposal.program} goes back to the code kept before {proposal.rolls_back}.\n{code}"
    if proposal.kind is ProposalKind.TRANSFER:
        return f"{proposal.new_authority} becomes the upgrade authority of program {proposal.program}, alone."
    if proposal.new_config is None:
        raise Refused(f"Proposal {governed.address} is a config without one; do not approve it.")
    return "the multisig's configuration changes.\n" + "\n".join(
        f"  {line}" for line in config_changes(governed.multisig, proposal.new_config)
    )
