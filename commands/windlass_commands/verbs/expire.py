"""windlass expire"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.explanation import Subject
from windlass_commands.instructions.expire_proposal import expire_proposal
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("expire", epilog=examples("windlass expire PROPOSAL"))
@click.argument("proposal", type=ADDRESS)
@signing_options
def command(settings: Settings, proposal: Pubkey) -> None:
    """Close a proposal whose time is over or that is stale. Anyone may; it frees its proposer's quota and the slot."""
    run_session(settings, lambda session: expire(session, proposal))


async def expire(session: Session, address: Pubkey) -> None:
    """Close it."""
    governed = await session.accounts.governed(address)
    proposal = governed.proposal
    await session.carry_out(
        Intent(
            "expire",
            [expire_proposal(session.program_id, governed.voted(session.program_id))],
            [],
            [f"Closes proposal {proposal.id} of {proposal.proposer}, who can then propose once more."],
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=session.payer.address,
                payer=session.payer.address,
                buffer=proposal.buffer,
            ),
            {"proposal": str(address)},
        )
    )
