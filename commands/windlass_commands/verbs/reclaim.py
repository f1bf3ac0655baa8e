"""windlass reclaim"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.explanation import Subject
from windlass_commands.instructions.reclaim_buffer import reclaim_buffer
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("reclaim", epilog=examples("windlass reclaim PROPOSAL"))
@click.argument("proposal", type=ADDRESS)
@signing_options
def command(settings: Settings, proposal: Pubkey) -> None:
    """Close the buffer of a cancelled, expired or stale upgrade. Anyone may; its rent goes back to who paid for it."""
    run_session(settings, lambda session: reclaim(session, proposal))


async def reclaim(session: Session, address: Pubkey) -> None:
    """Tell who gets what, and close the buffer."""
    proposal = await session.accounts.proposal(address)
    instruction = reclaim_buffer(
        session.program_id, proposal.multisig, proposal.program, address, proposal.buffer, proposal.payer
    )
    await session.carry_out(
        Intent(
            "reclaim",
            [instruction],
            [],
            [f"Closes buffer {proposal.buffer}; its rent goes back to {proposal.payer}."],
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=session.payer.address,
                payer=session.payer.address,
                buffer=proposal.buffer,
            ),
            {"proposal": str(address), "buffer": str(proposal.buffer), "recipient": str(proposal.payer)},
        )
    )
