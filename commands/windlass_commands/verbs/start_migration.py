"""windlass start-migration"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.addresses import migration_tracker_address
from windlass_programs.windlass import ProposalStatus

from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.field_maps import plan_lines
from windlass_commands.instructions.start_migration import start_migration
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("start-migration", epilog=examples("windlass start-migration PROPOSAL"))
@click.argument("proposal", type=ADDRESS)
@signing_options
def command(settings: Settings, proposal: Pubkey) -> None:
    """Open the migration that was voted with an upgrade, once that is executed. Anyone may; --keypair pays its rent."""
    run_session(settings, lambda session: start(session, proposal))


async def start(session: Session, address: Pubkey) -> None:
    """Tell what accounts become, and open the migration. Raises Refused where there is none to open."""
    proposal = await session.accounts.proposal(address)
    if proposal.plan is None:
        raise Refused(f"Proposal {proposal.id} was voted on without a migration plan: there is nothing to start.")
    tracker = migration_tracker_address(proposal.multisig, proposal.program, proposal.id, session.program_id)
    if proposal.status in (ProposalStatus.MIGRATING, ProposalStatus.COMPLETED):
        raise Refused(
            f"The migration of proposal {proposal.id} is started already; go on with `windlass migrate {address}`."
        )
    payer = session.payer
    landed = await session.carry_out(
        Intent(
            "start-migration",
            [start_migration(session.program_id, proposal.multisig, proposal.program, address, tracker, payer.address)],
            [],
            [
                f"Opens the migration of program {proposal.program} that was voted with proposal {proposal.id}:",
                *plan_lines(proposal.plan),
            ],
            Subject(proposal=address, multisig=proposal.multisig, program=proposal.program, payer=payer.address),
            {"proposal": str(address), "migration": str(tracker)},
        )
    )
    if landed is not None:
        session.output.field("migration", tracker)
        session.output.say(f"Next: windlass migrate {address}", "dim")
