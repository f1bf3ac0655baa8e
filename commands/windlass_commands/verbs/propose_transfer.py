"""windlass propose-transfer"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.addresses import proposal_address

from windlass_commands.amounts import counted
from windlass_commands.chain_time import duration
from windlass_commands.explanation import Subject
from windlass_commands.instructions.propose_transfer import propose_transfer
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "propose-transfer",
    epilog=examples("windlass propose-transfer --multisig MULTISIG --program PROGRAM --to ADDRESS -k alice.json"),
)
@click.option("--multisig", type=ADDRESS, required=True, help="Who governs the program.")
@click.option("--program", type=ADDRESS, required=True, help="The program to give away.")
@click.option("--to", "new_authority", type=ADDRESS, required=True, help="The new upgrade authority; it signs as well.")
@signing_options
def command(settings: Settings, multisig: Pubkey, program: Pubkey, new_authority: Pubkey) -> None:
    """Propose to give a program's upgrade authority to another key, which ends its governance by this multisig."""
    run_session(settings, lambda session: propose(session, multisig, program, new_authority))


async def propose(session: Session, multisig: Pubkey, program: Pubkey, new_authority: Pubkey) -> None:
    """Tell who would be in charge, and propose it."""
    config = await session.accounts.multisig(multisig)
    id = config.proposal_count + 1
    proposal = proposal_address(multisig, id, session.program_id)
    signer, payer = session.signer, session.payer
    state = await session.accounts.program_state(multisig, program)
    instruction = propose_transfer(
        session.program_id, multisig, program, id, signer.address, payer.address, new_authority
    )
    landed = await session.carry_out(
        Intent(
            "propose-transfer",
            [instruction],
            [signer],
            [
                f"Proposes that {new_authority} becomes the upgrade authority of program {program}, alone: proposal "
                f"{id}, {proposal}.",
                f"It needs {counted(config.threshold, 'approval')}, then "
                f"{duration(max(config.timelock, state.timelock))} pass; {new_authority} must sign the execution.",
            ],
            Subject(
                proposal=proposal,
                multisig=multisig,
                program=program,
                member=signer.address,
                payer=payer.address,
            ),
            {"proposal": str(proposal), "id": id, "new_authority": str(new_authority)},
        )
    )
    if landed is not None:
        session.output.field("proposal", proposal)
        session.output.say(f"Next: windlass approve {proposal}", "dim")
