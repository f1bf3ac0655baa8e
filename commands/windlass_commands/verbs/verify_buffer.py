"""windlass verify-buffer"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands.explanation import Subject
from windlass_commands.instructions.verify_buffer import verify_buffer
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("verify-buffer", epilog=examples("windlass verify-buffer PROPOSAL"))
@click.argument("proposal", type=ADDRESS)
@signing_options
def command(settings: Settings, proposal: Pubkey) -> None:
    """Have the program digest a proposal's buffer on chain, 1 MiB a transaction, in all steps it takes.

    Anyone may. Members can approve once the last step found the digest that the proposer stated.
    """
    run_session(settings, lambda session: verify(session, proposal))


async def verify(session: Session, address: Pubkey) -> None:
    """Every step that is left, one transaction each."""
    proposal = await session.accounts.proposal(address)
    if proposal.verified_len == proposal.buffer_len:
        session.output.say(f"Nothing to do: all {proposal.buffer_len:,} bytes are verified.")
        session.output.result({"command": "verify-buffer", "proposal": str(address), "verified": True})
        return
    while proposal.verified_len < proposal.buffer_len:
        before = proposal.verified_len
        landed = await session.carry_out(
            Intent(
                "verify-buffer",
                [verify_buffer(session.program_id, proposal.multisig, address, proposal.buffer)],
                [],
                [
                    f"Digests the code of proposal {proposal.id} on chain from byte {before:,} of "
                    f"{proposal.buffer_len:,}."
                ],
                Subject(
                    proposal=address,
                    multisig=proposal.multisig,
                    program=proposal.program,
                    payer=session.payer.address,
                    buffer=proposal.buffer,
                ),
                {"proposal": str(address), "from": before, "of": proposal.buffer_len},
            )
        )
        if landed is None:
            return
        proposal = await session.accounts.proposal(address)
    session.output.say("The buffer is what the proposer stated; members can approve.", "green")
