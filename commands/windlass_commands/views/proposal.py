"""A proposal: everything voted on, the votes, the times, what can be done next."""

from __future__ import annotations

from solders.pubkey import Pubkey
from windlass_programs.windlass import MigrationTracker, UpgradeProposal

from windlass_commands.accounts import Governed
from windlass_commands.amounts import size
from windlass_commands.chain_time import moment_from
from windlass_commands.field_maps import plan_json
from windlass_commands.next_steps import next_steps
from windlass_commands.purpose import purpose
from windlass_commands.recomputation import digest_of
from windlass_commands.session import Session
from windlass_commands.standing import standing
from windlass_commands.views.steps import show_steps


async def show_proposal(session: Session, address: Pubkey, proposal: UpgradeProposal) -> None:
    """Everything voted on, the votes, the times."""
    governed = await session.accounts.governed(address)
    multisig = governed.multisig
    now = (await session.rpc.clock()).unix_timestamp
    stands = standing(governed, now)
    recomputed = digest_of(proposal, session.program_id)
    output = session.output
    output.say(f"Proposal {proposal.id}: {stands}", "bold")
    output.field("address", address)
    output.field("multisig", proposal.multisig)
    output.field("kind", proposal.kind.name.lower())
    output.say(purpose(governed))
    output.field("digest", proposal.digest.hex() + ("" if recomputed == proposal.digest else " (NOT its fields')"))
    if proposal.rollback_buffer:
        kept = proposal.rollback_buffer
        output.field("kept copy", f"{kept.buffer} (version {kept.version}, {size(kept.len)})")
    output.field("proposed", f"{moment_from(proposal.created_at, now)} by {proposal.proposer}")
    output.field("approvals", f"{len(proposal.approvals)} of {governed.threshold}")
    for vote in proposal.approvals:
        output.field("", f"{vote.member}, {moment_from(vote.at, now)}")
    if proposal.cancel_votes:
        output.field("cancel votes", f"{len(proposal.cancel_votes)} of {multisig.cancel_threshold}")
    if proposal.eta:
        output.field("timelock ends", moment_from(governed.effective_eta(now), now))
    if not proposal.closed_at:
        output.field("expires", moment_from(proposal.expires_at, now))
    else:
        output.field("closed", moment_from(proposal.closed_at, now))
    steps = next_steps(governed, stands, now, await tracker_of(session, governed))
    show_steps(session, steps, now)
    output.result(
        {
            "command": "show",
            "kind": "proposal",
            "address": str(address),
            "multisig": str(proposal.multisig),
            "program": str(proposal.program),
            "id": proposal.id,
            "proposal_kind": proposal.kind.name.lower(),
            "standing": stands,
            "kept_copy": str(proposal.rollback_buffer.buffer) if proposal.rollback_buffer else None,
            "buffer": str(proposal.buffer),
            "buffer_len": proposal.buffer_len,
            "verified_len": proposal.verified_len,
            "code_digest": proposal.code_digest.hex(),
            "digest": proposal.digest.hex(),
            "digest_recomputed": recomputed.hex(),
            "approvals": [str(vote.member) for vote in proposal.approvals],
            "threshold": governed.threshold,
            "cancel_votes": [str(vote.member) for vote in proposal.cancel_votes],
            "eta": proposal.eta or None,
            "expires_at": proposal.expires_at,
            "closed_at": proposal.closed_at or None,
            "plan": plan_json(proposal.plan) if proposal.plan else None,
            "next": [step.json() for step in steps],
            "chain_time": now,
        }
    )


async def tracker_of(session: Session, governed: Governed) -> MigrationTracker | None:
    """The migration of the version that the proposal's program runs."""
    state = governed.program_state
    if state is None or state.migration is None:
        return None
    return (await session.accounts.migration(state.migration)).tracker
