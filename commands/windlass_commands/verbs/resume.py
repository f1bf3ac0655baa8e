"""windlass resume"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.explanation import Subject
from windlass_commands.instructions.resume_system import resume_system
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("resume", epilog=examples("windlass resume MULTISIG -k guard.json"))
@click.argument("multisig", type=ADDRESS)
@signing_options
def command(settings: Settings, multisig: Pubkey) -> None:
    """End a pause: the guard who paused at any time, anyone once it has run out."""
    run_session(settings, lambda session: resume(session, multisig))


async def resume(session: Session, address: Pubkey) -> None:
    """Resume."""
    await session.accounts.multisig(address)
    signer = session.signer
    await session.carry_out(
        Intent(
            "resume",
            [resume_system(session.program_id, address, signer.address)],
            [signer],
            [f"Ends the pause of the multisig {address}; timelocks have moved out by as long as it lasted."],
            Subject(multisig=address, member=signer.address, payer=session.payer.address),
            {"multisig": str(address)},
        )
    )
