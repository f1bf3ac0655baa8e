"""What a proposal would do, in an operator's words."""

from __future__ import annotations

from windlass_programs.windlass import MigrationPlan, ProposalKind

from windlass_commands.accounts import Governed
from windlass_commands.amounts import size
from windlass_commands.config_changes import config_changes
from windlass_commands.errors import Refused


def purpose(governed: Governed) -> str:
    """What a proposal of any kind would do, in as many lines as it takes."""
    proposal = governed.proposal
    code = (
        f"  code          {size(proposal.buffer_len)} in buffer {proposal.buffer}, digest {proposal.code_digest.hex()}"
    )
    if proposal.kind is ProposalKind.UPGRADE:
        back = "none by rollback" if proposal.no_rollback else "rollback to the running code"
        return (
            f"program {proposal.program} goes from version {proposal.base_version} to {proposal.base_version + 1}.\n"
            f"{code}\n  way back      {back}"
            + (f"\n  migration     {migration(proposal.plan)}" if proposal.plan else "")
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


def migration(plan: MigrationPlan) -> str:
    """A migration plan in a sentence."""
    layouts = ", ".join(
        f"{layout.old_discriminator.hex()} ({layout.old_size:,} bytes) to {layout.new_discriminator.hex()} "
        f"({layout.new_size:,} bytes, {sum(lost.len for lost in layout.dropped):,} dropped)"
        for layout in plan.layouts
    )
    return f"accounts go from {layouts}; a rollback may leave {plan.may_strand:,} of them behind"
