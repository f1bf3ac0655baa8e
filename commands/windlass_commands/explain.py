"""Turns the program's refusals into sentences with the values that matter: how long, how many, which, what to do.

Each error of the program that depends on what the chain holds has one function here, registered by its name; the
others are told by their message in the IDL.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from solders.pubkey import Pubkey
from windlass_programs.addresses import LOADER_V3, upgrade_authority_address

from windlass_commands.accounts import Accounts, Governed, role_names
from windlass_commands.amounts import sol
from windlass_commands.chain_time import duration, moment, moment_from
from windlass_commands.errors import AccountMissing, RpcError, TransactionRefused
from windlass_commands.instructions.initialize_multisig import MultisigParams


@dataclass(frozen=True)
class Subject:
    """What a refused command was about, as far as it has such things."""

    proposal: Pubkey | None = None
    multisig: Pubkey | None = None
    program: Pubkey | None = None
    member: Pubkey | None = None
    payer: Pubkey | None = None
    buffer: Pubkey | None = None
    digest: bytes | None = None
    params: MultisigParams | None = None
    timelock: int | None = None


Explain = Callable[["Explainer"], Awaitable[str]]
EXPLANATIONS: dict[str, Explain] = {}


def explains(*names: str) -> Callable[[Explain], Explain]:
    """Register a function for errors of the program; two for one error are a mistake in this file."""

    def register(function: Explain) -> Explain:
        for name in names:
            if name in EXPLANATIONS:
                raise ValueError(f"{name} is explained twice")
            EXPLANATIONS[name] = function
        return function

    return register


class Explainer:
    """Explains one refusal; reads what it needs of the chain."""

    def __init__(self, accounts: Accounts, subject: Subject, message: str) -> None:
        self.accounts = accounts
        self.subject = subject
        self.message = message

    async def governed(self) -> Governed:
        """The proposal that the refused command was about."""
        if self.subject.proposal is None:
            raise AccountMissing("the refused transaction was about no proposal")
        return await self.accounts.governed(self.subject.proposal)

    async def now(self) -> int:
        """The chain's time, unix seconds."""
        return (await self.accounts.rpc.clock()).unix_timestamp

    def params(self) -> MultisigParams:
        """The configuration that was refused."""
        if self.subject.params is None:
            raise AccountMissing("the refused transaction held no configuration")
        return self.subject.params


async def explained(refusal: TransactionRefused, accounts: Accounts, subject: Subject) -> TransactionRefused:
    """The same refusal with the best sentence there is for it."""
    rejection = refusal.rejection
    explain = EXPLANATIONS.get(rejection.name or "")
    if explain is None:
        return refusal
    try:
        sentence = await explain(Explainer(accounts, subject, rejection.message))
    except (AccountMissing, RpcError):
        return refusal  # the IDL's own message stands
    return TransactionRefused(sentence, replace(rejection, message=sentence))


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
        "it has expired. Propose the upgrade again."
    )


@explains("VotingClosed")
async def _voting_closed(about: Explainer) -> str:
    governed, now = await about.governed(), await about.now()
    return (
        f"Voting on proposal {governed.proposal.id} closed at {moment_from(governed.proposal.expires_at, now)} with "
        f"{len(governed.proposal.approvals)} of {governed.multisig.threshold} approvals. Propose the upgrade again."
    )


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


@explains("AlreadyApproved")
async def _already_approved(about: Explainer) -> str:
    governed = await about.governed()
    at = next((vote.at for vote in governed.proposal.approvals if vote.member == about.subject.member), 0)
    return (
        f"Member {about.subject.member} approved proposal {governed.proposal.id} at {moment(at)} already; each member "
        f"counts once. It has {len(governed.proposal.approvals)} of {governed.multisig.threshold} approvals."
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
            f"{governed.multisig.threshold} approvals; it must be approved first."
        )
    closed = f" since {moment(governed.proposal.closed_at)}" if governed.proposal.closed_at else ""
    return f"Proposal {governed.proposal.id} is {state}{closed}; nothing more can be done with it. {about.message}"


@explains("StaleProposal")
async def _stale(about: Explainer) -> str:
    governed = await about.governed()
    return (
        f"Proposal {governed.proposal.id} was made for version {governed.proposal.base_version} of the program under "
        f"configuration {governed.proposal.config_seq}; these are now {governed.state.version} and "
        f"{governed.multisig.config_seq}. Propose the upgrade again."
    )


@explains("SlotTaken")
async def _slot_taken(about: Explainer) -> str:
    governed = await about.governed()
    return (
        f"Proposal {governed.state.approved_proposal} is approved for the same program; only one can be at a time. "
        "Execute or cancel that one first."
    )


@explains("TooManyOpenProposals")
async def _too_many_open(about: Explainer) -> str:
    multisig = await about.accounts.multisig(about.subject.multisig or Pubkey.default())
    count = next((m.open_proposals for m in multisig.members if m.key == about.subject.member), 0)
    return f"{about.subject.member} has {count} open proposals, and 3 is the most; withdraw one with `windlass cancel`."


@explains("BufferAuthorityMismatch")
async def _buffer_authority(about: Explainer) -> str:
    if about.subject.buffer is None:
        return about.message
    buffer = await about.accounts.buffer(about.subject.buffer)
    return (
        f"The buffer's authority should be the proposer {about.subject.member}, but it is {buffer.authority}; "
        "only whoever can write to a buffer may propose it. Propose with that key, or upload the code again."
    )


@explains("UpgradeAuthorityMismatch")
async def _upgrade_authority(about: Explainer) -> str:
    subject = about.subject
    if subject.program is None or subject.multisig is None:
        return about.message
    data = await about.accounts.program_data(subject.program)
    pda = upgrade_authority_address(subject.multisig, subject.program, about.accounts.program_id)
    return (
        f"The upgrade authority of {subject.program} is {data.upgrade_authority}, and the command signed as "
        f"{subject.member}; sign with that key (the authority will be {pda})."
    )


@explains("TimelockOutOfRange")
async def _timelock_range(about: Explainer) -> str:
    seconds = about.subject.params.timelock if about.subject.params else about.subject.timelock
    given = f"{duration(seconds)} ({seconds:,} s)" if seconds is not None else "that"
    return f"A timelock is at least 48 h (172,800 s) and at most 30 d (2,592,000 s), but {given} was given."


@explains("ThresholdOutOfRange", "CancelThresholdOutOfRange", "EmergencyThresholdOutOfRange")
async def _threshold_range(about: Explainer) -> str:
    params = about.params()
    approvers = sum(1 for member in params.members if member.roles & 2)
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


@explains("AccountNotFound", "InsufficientFundsForFee", "InsufficientFundsForRent", "InsufficientFunds")
async def _insufficient_sol(about: Explainer) -> str:
    if about.subject.payer is None:
        return about.message
    balance = await about.accounts.rpc.balance(about.subject.payer)
    return (
        f"The fee payer {about.subject.payer} holds {sol(balance)}, which does not cover fees and rent of this "
        "transaction; transfer SOL to it, or name another with --fee-payer."
    )


@explains("AccountDataTooSmall")
async def _program_data_too_small(about: Explainer) -> str:
    governed = await about.governed()
    data = await about.accounts.program_data(governed.proposal.program)
    return (
        f"The new code has {governed.proposal.buffer_len:,} bytes and the program has room for {data.room:,}; run "
        f"`windlass extend {governed.proposal.program} --for-buffer {governed.proposal.buffer}` and execute again."
    )


@explains("InvalidArgument")
async def _same_slot(about: Explainer) -> str:
    if "deployed in this block already" not in about.message:
        return about.message
    return (
        f"The program was extended or upgraded in this very slot ({LOADER_V3} allows one change a slot); nothing has "
        "changed, run the same command again."
    )
