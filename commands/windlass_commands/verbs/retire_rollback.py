"""windlass retire-rollback"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.instructions.retire_rollback import retire_rollback
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("retire-rollback", epilog=examples("windlass retire-rollback PROPOSAL"))
@click.argument("proposal", type=ADDRESS)
@signing_options
def command(settings: Settings, proposal: Pubkey) -> None:
    """Close the copy that was kept for an upgrade, once no rollback can need it.

    Anyone may; the rent goes back to who uploaded the copy.
    """
    run_session(settings, lambda session: retire(session, proposal))


async def retire(session: Session, address: Pubkey) -> None:
    """Tell who gets what, and close the copy. Raises Refused where none is kept."""
    proposal = await session.accounts.proposal(address)
    kept = proposal.rollback_buffer
    if kept is None:
        raise Refused(f"No copy is kept for proposal {proposal.id}; `windlass show` tells which upgrade has one.")
    instruction = retire_rollback(
        session.program_id, proposal.multisig, proposal.program, address, kept.buffer, kept.payer
    )
    await session.carry_out(
        Intent(
            "retire-rollback",
            [instruction],
            [],
            [f"Closes the kept copy {kept.buffer}; its rent goes back to {kept.payer}."],
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=session.payer.address,
                payer=session.payer.address,
                buffer=kept.buffer,
            ),
            {"proposal": str(address), "buffer": str(kept.buffer), "recipient": str(kept.payer)},
        )
    )
