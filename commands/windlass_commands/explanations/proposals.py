"""Why a proposal cannot be approved, executed or cancelled now."""

from __future__ import annotations

from windlass_commands.chain_time import moment, moment_from
from windlass_commands.explanation import Explainer, explains


@explains("TimelockNotOver")
async def _timelock_not_over(about: Explainer) -> str:
    governed, now = await about.governed(), await about.now()
    return (
        f"The timelock of proposal {governed.proposal.id} ends at {moment_from(governed.effective_eta(now), now)}; "
        "nobody can execute it earlier. Run the same command then."
    )


@explains("GraceOver")
async def _grace_over(about: Explainer) -> str:
    governed, now = await about.governed(), await about.now()
    return (
        f"Proposal {governed.proposal.id} could be executed until {moment_from(governed.proposal.expires_at, now)}; "
        "it has expired. Propose it again."
    )


@explains("VotingClosed")
async def _voting_closed(about: Explainer) -> str:
    governed, now = await about.governed(), await about.now()
    return (
        f"Voting on proposal {governed.proposal.id} closed at {moment_from(governed.proposal.expires_at, now)} with "
        f"{len(governed.proposal.approvals)} of {governed.threshold} approvals. Propose it again."
    )


@explains("AlreadyApproved")
async def _already_approved(about: Explainer) -> str:
    governed = await about.governed()
    at = next((vote.at for vote in governed.proposal.approvals if vote.member == about.subject.member), 0)
    return (
        f"Member {about.subject.member} approved proposal {governed.proposal.id} at {moment(at)} already; each member "
        f"counts once. It has {len(governed.proposal.approvals)} of {governed.threshold} approvals."
    )


@explains("AlreadyCancelVoted")
async def _already_cancel_voted(about: Explainer) -> str:
    governed = await about.governed()
    return (
        f"Member {about.subject.member} voted to cancel proposal {governed.proposal.id} already; it has "
        f"{len(governed.proposal.cancel_votes)} of {governed.multisig.cancel_threshold} votes to cancel."
    )


@explains("DigestMismatch")
async def _digest_mismatch(about: Explainer) -> str:
    governed = await about.governed()
    given = about.subject.digest.hex() if about.subject.digest else "another one"
    return (
        f"The digest given, {given}, is not that of proposal {governed.proposal.id}, "
        f"{governed.proposal.digest.hex()}: it is not what you meant to approve. Compare both with `windlass show`."
    )


@explains("BufferNotVerified")
async def _buffer_not_verified(about: Explainer) -> str:
    governed = await about.governed()
    return (
        f"The program has digested {governed.proposal.verified_len:,} of the buffer's "
        f"{governed.proposal.buffer_len:,} bytes; run `windlass verify-buffer {governed.address}` first."
    )


@explains("InvalidState")
async def _invalid_state(about: Explainer) -> str:
    governed = await about.governed()
    state = governed.proposal.status.name.lower()
    if state == "proposed":
        return (
            f"Proposal {governed.proposal.id} has {len(governed.proposal.approvals)} of "
            f"{governed.threshold} approvals; it must be approved first."
        )
    if not governed.proposal.closed_at:
        return f"Proposal {governed.proposal.id} is {state}. {about.message}"
    return (
        f"Proposal {governed.proposal.id} is {state} since {moment(governed.proposal.closed_at)}; nothing more can be "
        "done with it."
    )


@explains("BufferInvalid")
async def _buffer_invalid(about: Explainer) -> str:
    governed = await about.governed()
    # An executed upgrade has used its buffer up; that is the reason then, not the buffer.
    return await _invalid_state(about) if governed.proposal.closed_at else about.message


@explains("StaleProposal")
async def _stale(about: Explainer) -> str:
    governed = await about.governed()
    if governed.program_state is None:
        return (
            f"Proposal {governed.proposal.id} was made under configuration {governed.proposal.config_seq}; it is now "
            f"{governed.multisig.config_seq}. Propose it again."
        )
    return (
        f"Proposal {governed.proposal.id} was made for version {governed.proposal.base_version} of the program under "
        f"configuration {governed.proposal.config_seq}; these are now {governed.state.version} and "
        f"{governed.multisig.config_seq}. Propose it again."
    )


@explains("SlotTaken")
async def _slot_taken(about: Explainer) -> str:
    governed = await about.governed()
    return (
        f"Proposal {governed.state.approved_proposal} is approved for the same program; only one can be at a time. "
        "Execute or cancel that one first."
    )


@explains("RollbackBufferRequired")
async def _copy_required(about: Explainer) -> str:
    governed = await about.governed()
    return (
        f"Proposal {governed.proposal.id} was voted with a way back, and no copy of the running code is kept for it "
        f"yet; run `windlass keep-rollback {governed.address}`, then execute again."
    )


@explains("NotExpired")
async def _not_expired(about: Explainer) -> str:
    governed, now = await about.governed(), await about.now()
    return (
        f"Proposal {governed.proposal.id} is neither stale nor expired: it can be decided until "
        f"{moment_from(governed.proposal.expires_at, now)}."
    )


@explains("RollbackStrandsAccounts")
async def _strands(about: Explainer) -> str:
    governed = await about.governed()
    return (
        f"Proposal {governed.proposal.id} would leave more accounts in the new layout than was voted; run "
        f"`windlass revert {governed.state.migration}` first."
    )
