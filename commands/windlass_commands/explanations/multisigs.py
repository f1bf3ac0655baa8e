"""Why a multisig's rules or members do not allow something."""

from __future__ import annotations

from solders.pubkey import Pubkey

from windlass_commands.accounts import APPROVE, role_names
from windlass_commands.chain_time import duration, moment_from
from windlass_commands.explanation import Explainer, explains


@explains("NotAMember")
async def _not_a_member(about: Explainer) -> str:
    multisig = await about.accounts.multisig(about.subject.multisig or (await about.governed()).proposal.multisig)
    members = ", ".join(str(member.key) for member in multisig.members)
    return f"{about.subject.member} is not a member of the multisig; its members are {members}. Sign as one of them."


@explains("MissingRole")
async def _missing_role(about: Explainer) -> str:
    multisig = await about.accounts.multisig(about.subject.multisig or (await about.governed()).proposal.multisig)
    roles = next((m.roles for m in multisig.members if m.key == about.subject.member), 0)
    return (
        f"Member {about.subject.member} has the roles {role_names(roles)}, and this needs another one: ask a member "
        "who has it."
    )


@explains("TooManyOpenProposals")
async def _too_many_open(about: Explainer) -> str:
    multisig = await about.accounts.multisig(about.subject.multisig or Pubkey.default())
    count = next((m.open_proposals for m in multisig.members if m.key == about.subject.member), 0)
    return f"{about.subject.member} has {count} open proposals, and 3 is the most; withdraw one with `windlass cancel`."


@explains("TimelockOutOfRange")
async def _timelock_range(about: Explainer) -> str:
    seconds = about.subject.params.timelock if about.subject.params else about.subject.timelock
    given = f"{duration(seconds)} ({seconds:,} s)" if seconds is not None else "that"
    return f"A timelock is at least 48 h (172,800 s) and at most 30 d (2,592,000 s), but {given} was given."


@explains("ThresholdOutOfRange", "CancelThresholdOutOfRange", "EmergencyThresholdOutOfRange")
async def _threshold_range(about: Explainer) -> str:
    params = about.params()
    approvers = sum(1 for member in params.members if member.roles & APPROVE)
    return (
        f"{approvers} of the {len(params.members)} members can approve, so the threshold must be 1 to {approvers}, "
        f"the cancel threshold {max(1, approvers - params.threshold + 1)} to {approvers} and the emergency threshold "
        f"{params.threshold} to {approvers}; given were {params.threshold}, {params.cancel_threshold} and "
        f"{params.emergency_threshold}."
    )


@explains("DuplicateMember")
async def _duplicate(about: Explainer) -> str:
    keys = [member.key for member in about.params().members]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    return f"Member {twice} is named twice; each member counts once. Give all roles in one --member."


@explains("SystemPaused", "PauseNotOver")
async def _paused(about: Explainer) -> str:
    multisig = await about.accounts.multisig(about.subject.multisig or (await about.governed()).proposal.multisig)
    return (
        f"The multisig is paused until {moment_from(multisig.paused_until, await about.now())}, by guard "
        f"{multisig.paused_by}, who alone can `windlass resume` before that."
    )
