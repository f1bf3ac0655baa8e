"""Where a proposal stands by the chain's clock: what only time does has no event, and is derived."""

from __future__ import annotations

from windlass_programs.windlass import ProposalStatus

from windlass_commands.accounts import Governed


def standing(governed: Governed, now: int) -> str:
    """Where a proposal stands at chain time `now`, unix seconds."""
    proposal, state = governed.proposal, governed.program_state
    if proposal.status not in (ProposalStatus.PROPOSED, ProposalStatus.APPROVED):
        return proposal.status.name.lower().replace("_", " ")
    moved = state is not None and (state.released or proposal.base_version != state.version)
    if moved or proposal.config_seq != governed.multisig.config_seq:
        return "stale"
    if now >= proposal.expires_at:
        return "expired"
    if proposal.status is ProposalStatus.APPROVED:
        return "ready to execute" if now >= governed.effective_eta(now) else "approved"
    return "proposed"
