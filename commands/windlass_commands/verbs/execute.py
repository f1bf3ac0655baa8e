"""windlass execute"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.windlass import ProposalKind

from windlass_commands.errors import Refused
from windlass_commands.execution import Execution, execution_of
from windlass_commands.explanation import Subject
from windlass_commands.keypairs import Signer, signer_from
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "execute",
    epilog=examples(
        "windlass execute PROPOSAL",
        "windlass execute PROPOSAL --dry-run     (would it succeed now?)",
        "windlass execute TRANSFER --new-authority new.json",
    ),
)
@click.argument("proposal", type=ADDRESS)
@click.option("--new-authority", help="Keypair file of a transfer's new authority, which signs as well.")
@signing_options
def command(settings: Settings, proposal: Pubkey, new_authority: str | None) -> None:
    """Execute an approved proposal of any kind: upgrade, rollback, config or transfer.

    Anyone may, from the end of the timelock until the end of the grace period. A refused execution changes nothing
    and can be repeated.
    """
    run_session(settings, lambda session: execute(session, proposal, new_authority))


async def execute(session: Session, address: Pubkey, new_authority: str | None = None) -> None:
    """Tell what will change, and execute."""
    governed = await session.accounts.governed(address)
    proposal, executor = governed.proposal, session.signer
    execution: Execution = await execution_of(session, governed)
    signers = [executor]
    if proposal.kind is ProposalKind.TRANSFER:
        signers.append(new_signer(session, new_authority, proposal.new_authority))
    landed = await session.carry_out(
        Intent(
            "execute",
            [execution.instruction],
            signers,
            execution.summary,
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=executor.address,
                payer=session.payer.address,
                buffer=proposal.buffer,
            ),
            {"proposal": str(address), "proposal_kind": proposal.kind.name.lower(), **execution.result},
        )
    )
    if landed is not None:
        session.output.say(execution.done, "green")
        if proposal.plan is not None:
            session.output.say(f"Next: windlass start-migration {address}", "dim")


def new_signer(session: Session, given: str | None, expected: Pubkey | None) -> Signer:
    """Who signs for a transfer's new authority. Raises Refused where that is not the one that was voted."""
    elsewhere = session.settings.unsigned or session.settings.dry_run
    if given is None and session.signer.address == expected:
        return session.signer
    if given is None and elsewhere and expected is not None:
        return Signer(expected)
    if given is None:
        raise Refused(f"A transfer is signed by the new authority too, {expected}; give its keypair: --new-authority.")
    signer = signer_from(given, address_allowed=elsewhere)
    if signer.address != expected:
        raise Refused(f"The new authority that was voted is {expected}, and --new-authority is {signer.address}.")
    return signer
