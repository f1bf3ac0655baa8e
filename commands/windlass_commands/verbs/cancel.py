"""windlass cancel"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.windlass import ProposalStatus

from windlass_commands.explanation import Subject
from windlass_commands.instructions.cancel_upgrade import cancel_upgrade
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("cancel", epilog=examples("windlass cancel PROPOSAL -k bob.json"))
@click.argument("proposal", type=ADDRESS)
@signing_options
def command(settings: Settings, proposal: Pubkey) -> None:
    """Withdraw your own proposal while it is not approved, or vote to cancel one as a member who may approve."""
    run_session(settings, lambda session: cancel(session, proposal))


async def cancel(session: Session, address: Pubkey) -> None:
    """Tell which of the two it is, and do it."""
    governed = await session.accounts.governed(address)
    proposal, member = governed.proposal, session.signer
    if proposal.proposer == member.address and proposal.status is ProposalStatus.PROPOSED:
        summary = f"Withdraws your proposal {proposal.id}; that ends it at once."
    else:
        votes, needed = len(proposal.cancel_votes) + 1, governed.multisig.cancel_threshold
        summary = f"Votes to cancel proposal {proposal.id}: vote {votes} of {needed}" + (
            ", which ends it." if votes >= needed else "."
        )
    await session.carry_out(
        Intent(
            "cancel",
            [cancel_upgrade(session.program_id, governed.voted(session.program_id), member.address)],
            [member],
            [summary],
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=member.address,
                payer=session.payer.address,
            ),
            {"proposal": str(address), "member": str(member.address)},
        )
    )
