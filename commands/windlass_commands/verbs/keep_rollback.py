"""windlass keep-rollback"""

from __future__ import annotations

from pathlib import Path

import click
from solders.pubkey import Pubkey
from windlass_programs.windlass import ProposalKind, ProposalStatus

from windlass_commands.accounts import Governed
from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.instructions.keep_rollback_buffer import keep_rollback_buffer
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session
from windlass_commands.verbs.upload import upload_code


@click.command(
    "keep-rollback",
    epilog=examples(
        "windlass keep-rollback PROPOSAL",
        "windlass keep-rollback PROPOSAL --buffer copy.json     (again, after an interruption)",
    ),
)
@click.argument("proposal", type=ADDRESS)
@click.option(
    "--buffer",
    type=click.Path(path_type=Path),
    help="Keypair file of the copy's buffer, made if it does not exist; the same file resumes. "
    "Default: PROPOSAL-copy-buffer.json here.",
)
@signing_options
def command(settings: Settings, proposal: Pubkey, buffer: Path | None) -> None:
    """Upload a copy of the running code and keep it for an approved upgrade, so that it can be rolled back.

    Anyone may. The copy's rent comes back to --keypair: when it is rolled back to, or retired.
    """
    if settings.unsigned:
        raise click.UsageError("A copy is hundreds of transactions, so there is no --unsigned for it.")
    run_session(settings, lambda session: keep(session, proposal, buffer))


async def keep(session: Session, address: Pubkey, buffer_file: Path | None) -> None:
    """Upload what of the copy is not there yet, then have the program compare and take it."""
    governed = await session.accounts.governed(address)
    require_keepable(governed)
    proposal = governed.proposal
    data = await session.accounts.program_data(proposal.program)
    code = data.code[: governed.state.code_len]
    path = buffer_file or Path(f"{address}-copy-buffer.json")
    what = f"the running code of program {proposal.program}"
    buffer = await upload_code(session, code, path, what, comes_back="when it is rolled back to, or retired")
    if buffer is None:
        return
    keeper = session.signer
    await session.carry_out(
        Intent(
            "keep-rollback",
            [
                keep_rollback_buffer(
                    session.program_id, proposal.multisig, proposal.program, address, buffer, keeper.address
                )
            ],
            [keeper],
            [
                f"Has the program compare {buffer} with the code that program {proposal.program} runs, and keep it: "
                f"the upgrade to version {proposal.base_version + 1} can then be rolled back for 7 days.",
            ],
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=keeper.address,
                payer=session.payer.address,
                buffer=buffer,
            ),
            {"proposal": str(address), "buffer": str(buffer), "version": proposal.base_version},
        )
    )


def require_keepable(governed: Governed) -> None:
    """Raise Refused, before anything is uploaded, where no copy can be kept for a proposal."""
    proposal = governed.proposal
    if proposal.kind is not ProposalKind.UPGRADE or proposal.no_rollback:
        raise Refused(f"Proposal {proposal.id} is no upgrade that was proposed with a way back; it needs no copy.")
    if proposal.rollback_buffer is not None:
        raise Refused(f"A copy is kept for proposal {proposal.id} already, {proposal.rollback_buffer.buffer}.")
    if proposal.status is not ProposalStatus.APPROVED:
        raise Refused(
            f"Proposal {proposal.id} is {proposal.status.name.lower()}; a copy is kept for an approved upgrade, so "
            "that it is of the code which runs until then."
        )
