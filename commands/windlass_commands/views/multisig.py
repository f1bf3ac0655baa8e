"""A multisig: members, thresholds, durations."""

from __future__ import annotations

from solders.pubkey import Pubkey
from windlass_programs.windlass import MultisigConfig

from windlass_commands.accounts import role_names
from windlass_commands.chain_time import duration
from windlass_commands.session import Session


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
