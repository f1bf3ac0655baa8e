"""windlass register"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.addresses import program_state_address, upgrade_authority_address
from windlass_programs.windlass import ProgramUpgradeState

from windlass_commands.amounts import counted
from windlass_commands.chain_time import duration
from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.instructions.register_program import register_program
from windlass_commands.instructions.register_released_program import register_released_program
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS, DURATION
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "register",
    epilog=examples(
        "windlass register PROGRAM --multisig MULTISIG -k upgrade-authority.json",
        "windlass register PROGRAM --multisig MULTISIG --timelock 7d --dry-run",
    ),
)
@click.argument("program", type=ADDRESS)
@click.option("--multisig", type=ADDRESS, required=True, help="Who governs the program from then on.")
@click.option(
    "--timelock",
    type=DURATION,
    default="0",
    help="The program's own timelock; the longer of it and the multisig's counts.",
)
@signing_options
def command(settings: Settings, program: Pubkey, multisig: Pubkey, timelock: int) -> None:
    """Hand a program's upgrade authority to a multisig. Sign as the present upgrade authority (--keypair).

    Where Windlass's own address already is the authority, a member who may propose signs instead. A program that the
    multisig governed before and gave away comes back in the same way, as its next version.
    """
    run_session(settings, lambda session: register(session, program, multisig, timelock))


async def register(session: Session, program: Pubkey, multisig: Pubkey, timelock: int) -> None:
    """Tell who will decide from now on, and hand over."""
    config = await session.accounts.multisig(multisig)
    data = await session.accounts.program_data(program)
    if data.upgrade_authority is None:
        raise Refused(f"Program {program} is immutable: it has no upgrade authority that could be handed over.")
    pda = upgrade_authority_address(multisig, program, session.program_id)
    signer, payer = session.signer, session.payer
    if await released(session, multisig, program):
        instruction = register_released_program(session.program_id, multisig, program, signer.address, timelock)
    else:
        instruction = register_program(session.program_id, multisig, program, signer.address, payer.address, timelock)
    wait = max(timelock, config.timelock)
    await session.carry_out(
        Intent(
            "register",
            [instruction],
            [signer],
            [
                f"Hands the upgrade authority of program {program} from {data.upgrade_authority} to {pda}."
                if data.upgrade_authority != pda
                else f"Registers program {program}, whose upgrade authority is {pda} already.",
                f"From then on its code changes only by {counted(config.threshold, 'approval')} of multisig {multisig} "
                f"and after {duration(wait)}; only an approved proposal can hand it back.",
            ],
            Subject(
                multisig=multisig,
                program=program,
                member=signer.address,
                payer=payer.address,
                timelock=timelock,
            ),
            {"multisig": str(multisig), "program": str(program), "upgrade_authority": str(pda)},
        )
    )


async def released(session: Session, multisig: Pubkey, program: Pubkey) -> bool:
    """Whether `multisig` governed the program before and gave it away."""
    state = await session.rpc.account(program_state_address(multisig, program, session.program_id))
    return state is not None and ProgramUpgradeState.decode(state.data).released
