"""windlass execute"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.amounts import size
from windlass_commands.explanation import Subject
from windlass_commands.instructions.execute_upgrade import execute_upgrade
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "execute",
    epilog=examples("windlass execute PROPOSAL", "windlass execute PROPOSAL --dry-run     (would it succeed now?)"),
)
@click.argument("proposal", type=ADDRESS)
@signing_options
def command(settings: Settings, proposal: Pubkey) -> None:
    """Execute an approved proposal: the program runs the new code from the next slot on.

    Anyone may, from the end of the timelock until the end of the grace period. A refused execution changes nothing
    and can be repeated.
    """
    run_session(settings, lambda session: execute(session, proposal))


async def execute(session: Session, address: Pubkey) -> None:
    """Tell what will run, and execute."""
    governed = await session.accounts.governed(address)
    proposal, executor = governed.proposal, session.signer
    landed = await session.carry_out(
        Intent(
            "execute",
            [
                execute_upgrade(
                    session.program_id,
                    proposal.multisig,
                    proposal.program,
                    address,
                    proposal.buffer,
                    proposal.payer,
                    executor.address,
                )
            ],
            [executor],
            [
                f"Replaces the code of program {proposal.program} by the {size(proposal.buffer_len)} of proposal "
                f"{proposal.id} (code digest {proposal.code_digest.hex()}): version {proposal.base_version + 1}.",
                f"The buffer's rent goes back to {proposal.payer}.",
            ],
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=executor.address,
                payer=session.payer.address,
                buffer=proposal.buffer,
            ),
            {
                "proposal": str(address),
                "program": str(proposal.program),
                "version": proposal.base_version + 1,
                "code_digest": proposal.code_digest.hex(),
            },
        )
    )
    if landed is not None:
        session.output.say(f"Program {proposal.program} runs version {proposal.base_version + 1}.", "green")
