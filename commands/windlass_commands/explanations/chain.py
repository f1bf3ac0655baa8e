"""What Solana itself refuses: too little SOL, too little room, twice in one slot."""

from __future__ import annotations

from windlass_programs.addresses import LOADER_V3

from windlass_commands.amounts import sol
from windlass_commands.explanation import Explainer, explains


@explains("AccountNotFound", "InsufficientFundsForFee", "InsufficientFundsForRent", "InsufficientFunds")
async def _insufficient_sol(about: Explainer) -> str:
    if about.subject.payer is None:
        return about.message
    balance = await about.accounts.rpc.balance(about.subject.payer)
    return (
        f"The fee payer {about.subject.payer} holds {sol(balance)}, which does not cover fees and rent of this "
        "transaction; transfer SOL to it, or name another fee payer."
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
