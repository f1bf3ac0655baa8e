"""windlass pause"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.chain_time import duration, moment
from windlass_commands.explanation import Subject
from windlass_commands.instructions.pause_system import pause_system
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS, DURATION
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("pause", epilog=examples("windlass pause MULTISIG --for 24h -k guard.json"))
@click.argument("multisig", type=ADDRESS)
@click.option("--for", "seconds", type=DURATION, default="72h", show_default=True, help="How long, 72 h at most.")
@signing_options
def command(settings: Settings, multisig: Pubkey, seconds: int) -> None:
    """Stop a multisig's proposals, approvals, executions and migrations for a while. --keypair is a guard.

    Cancelling, revoking, reverting and rollbacks stay possible; every timelock moves out by the pause. There are at
    most 3 pauses in 30 days.
    """
    run_session(settings, lambda session: pause(session, multisig, seconds))


async def pause(session: Session, address: Pubkey, seconds: int) -> None:
    """Tell until when, and pause."""
    await session.accounts.multisig(address)
    guard, until = session.signer, (await session.rpc.clock()).unix_timestamp + seconds
    await session.carry_out(
        Intent(
            "pause",
            [pause_system(session.program_id, address, guard.address, seconds)],
            [guard],
            [f"Pauses the multisig {address} for {duration(seconds)}, until about {moment(until)}."],
            Subject(multisig=address, member=guard.address, payer=session.payer.address),
            {"multisig": str(address), "seconds": seconds},
        )
    )
