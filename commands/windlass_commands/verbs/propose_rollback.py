"""windlass propose-rollback"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.addresses import proposal_address

from windlass_commands.amounts import counted, size
from windlass_commands.chain_time import duration
from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.instructions.propose_rollback import propose_rollback
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "propose-rollback", epilog=examples("windlass propose-rollback --multisig MULTISIG --program PROGRAM -k alice.json")
)
@click.option("--multisig", type=ADDRESS, required=True, help="Who governs the program.")
@click.option("--program", type=ADDRESS, required=True, help="The program to roll back.")
@signing_options
def command(settings: Settings, multisig: Pubkey, program: Pubkey) -> None:
    """Propose to go back to the copy kept before a program's last upgrade. --keypair may propose.

    It needs the emergency threshold and waits for the rollback delay only; it must be executed within 7 days of the
    upgrade.
    """
    run_session(settings, lambda session: propose(session, multisig, program))


async def propose(session: Session, multisig: Pubkey, program: Pubkey) -> None:
    """Tell what would come back, and propose it. Raises Refused where no copy is kept."""
    config = await session.accounts.multisig(multisig)
    id = config.proposal_count + 1
    proposal = proposal_address(multisig, id, session.program_id)
    signer, payer = session.signer, session.payer
    state = await session.accounts.program_state(multisig, program)
    if state.rollback is None:
        raise Refused(
            f"No copy of the code before version {state.version} of program {program} is kept, so there is nothing to "
            "roll back to; propose an upgrade with the old code instead."
        )
    landed = await session.carry_out(
        Intent(
            "propose-rollback",
            [propose_rollback(session.program_id, multisig, program, id, signer.address, payer.address)],
            [signer],
            [
                f"Proposes that program {program} goes back from version {state.version} to the code of version "
                f"{state.rollback.version} ({size(state.rollback.len)}): proposal {id}, {proposal}.",
                f"It needs {counted(config.emergency_threshold, 'approval')}, then {duration(config.rollback_delay)} "
                "pass before anyone can execute it.",
            ],
            Subject(
                proposal=proposal,
                multisig=multisig,
                program=program,
                member=signer.address,
                payer=payer.address,
            ),
            {"proposal": str(proposal), "id": id, "code_digest": state.rollback.code_digest.hex()},
        )
    )
    if landed is not None:
        session.output.field("proposal", proposal)
        session.output.say(f"Next: windlass approve {proposal}", "dim")
