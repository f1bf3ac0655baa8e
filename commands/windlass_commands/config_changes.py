"""What a voted configuration would change, line by line."""

from __future__ import annotations

from windlass_programs.windlass import MultisigConfig, MultisigParams

from windlass_commands.accounts import role_names
from windlass_commands.chain_time import duration

DURATIONS = ("timelock", "rollback_delay", "grace_period", "voting_period")
THRESHOLDS = ("threshold", "cancel_threshold", "emergency_threshold")


def config_changes(now: MultisigConfig, new: MultisigParams) -> list[str]:
    """A line for each value that changes and each member who comes, goes or changes roles."""
    before = {member.key: member.roles for member in now.members}
    after = {member.key: member.roles for member in new.members}
    lines = [f"leaves: {key} ({role_names(roles)})" for key, roles in before.items() if key not in after]
    lines += [f"joins: {key} ({role_names(roles)})" for key, roles in after.items() if key not in before]
    lines += [
        f"roles of {key}: {role_names(before[key])} -> {role_names(roles)}"
        for key, roles in after.items()
        if key in before and before[key] != roles
    ]
    for name in (*THRESHOLDS, *DURATIONS):
        old, changed = getattr(now, name), getattr(new, name)
        if old != changed:
            shown = [duration(value) if name in DURATIONS else str(value) for value in (old, changed)]
            lines.append(f"{name.replace('_', ' ')}: {shown[0]} -> {shown[1]}")
    return lines or ["nothing changes"]
