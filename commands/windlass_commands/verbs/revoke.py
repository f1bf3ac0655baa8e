"""windlass revoke"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.explanation import Subject
from windlass_commands.instructions.revoke_approval import revoke_approval
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("revoke", epilog=examples("windlass revoke PROPOSAL -k alice.json"))
@click.argument("proposal", type=ADDRESS)
@signing_options
def command(settings: Settings, proposal: Pubkey) -> None:
    """Take your approval of a proposal back. Below the threshold its timelock is void and starts anew later."""
    run_session(settings, lambda session: revoke(session, proposal))


async def revoke(session: Session, address: Pubkey) -> None:
    """Tell what is left of the approvals, and revoke."""
    governed = await session.accounts.governed(address)
    proposal, member = governed.proposal, session.signer
    left = len([vote for vote in proposal.approvals if vote.member != member.address])
    falls = " That is too few: the timelock starts anew with the next approval that suffices."
    await session.carry_out(
        Intent(
            "revoke",
            [revoke_approval(session.program_id, governed.voted(session.program_id), member.address)],
            [member],
            [
                f"Takes the approval of {member.address} back; proposal {proposal.id} keeps {left} of "
                f"{governed.threshold}." + (falls if left < governed.threshold else "")
            ],
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=session.signer.address,
                payer=session.payer.address,
                buffer=proposal.buffer,
            ),
            {"proposal": str(address), "member": str(member.address), "approvals": left},
        )
    )
