"""windlass show"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.windlass import MultisigConfig, ProposalStatus, UpgradeProposal

from windlass_commands.accounts import Governed, role_names
from windlass_commands.amounts import size
from windlass_commands.chain_time import duration, moment_from
from windlass_commands.options import chain_options, examples
from windlass_commands.parameters import ADDRESS
from windlass_commands.purpose import purpose
from windlass_commands.recomputation import digest_of
from windlass_commands.session import Session, Settings, run_session


@click.command("show", epilog=examples("windlass show PROPOSAL", "windlass show MULTISIG --json"))
@click.argument("address", type=ADDRESS)
@chain_options
def command(settings: Settings, address: Pubkey) -> None:
    """Show a proposal or a multisig as the chain holds it, and where a proposal stands by the chain's clock."""
    run_session(settings, lambda session: show(session, address))


async def show(session: Session, address: Pubkey) -> None:
    """Whichever of the two it is."""
    found = await session.accounts.either(address)
    if isinstance(found, UpgradeProposal):
        await show_proposal(session, address, found)
    else:
        show_multisig(session, address, found)


def standing(governed: Governed, now: int) -> str:
    """Where a proposal stands at chain time `now`; what only time does has no event and is derived here."""
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
            "chain_time": now,
        }
    )


def show_multisig(session: Session, address: Pubkey, multisig: MultisigConfig) -> None:
    """Members, thresholds, durations."""
    output = session.output
    output.say(f"Multisig {address}", "bold")
    output.field("thresholds", f"{multisig.threshold} approve, {multisig.cancel_threshold} cancel")
    output.field("emergency", f"{multisig.emergency_threshold} roll back, after {duration(multisig.rollback_delay)}")
    output.field("timelock", duration(multisig.timelock))
    output.field("voting, grace", f"{duration(multisig.voting_period)}, {duration(multisig.grace_period)}")
    output.field("configuration", f"{multisig.config_seq}, {multisig.proposal_count} proposals so far")
    output.field("events", f"{multisig.stream.seq}, digest {multisig.stream.digest.hex()}")
    for member in multisig.members:
        output.field("member", f"{member.key}  {role_names(member.roles)}; {member.open_proposals} open")
    output.result(
        {
            "command": "show",
            "kind": "multisig",
            "address": str(address),
            "threshold": multisig.threshold,
            "cancel_threshold": multisig.cancel_threshold,
            "emergency_threshold": multisig.emergency_threshold,
            "timelock": multisig.timelock,
            "rollback_delay": multisig.rollback_delay,
            "grace_period": multisig.grace_period,
            "voting_period": multisig.voting_period,
            "paused_until": multisig.paused_until or None,
            "config_seq": multisig.config_seq,
            "proposal_count": multisig.proposal_count,
            "stream_seq": multisig.stream.seq,
            "stream_digest": multisig.stream.digest.hex(),
            "members": [
                {"key": str(m.key), "roles": m.roles, "open_proposals": m.open_proposals} for m in multisig.members
            ],
        }
    )
