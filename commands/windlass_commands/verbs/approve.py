"""windlass approve"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.digests import code_digest
from windlass_programs.windlass import ProposalKind, UpgradeProposal

from windlass_commands.accounts import Governed
from windlass_commands.chain_time import duration, moment
from windlass_commands.elf import executable_hash
from windlass_commands.errors import AccountMissing, Refused
from windlass_commands.explanation import Subject
from windlass_commands.instructions.approve_upgrade import approve_upgrade
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS, DIGEST
from windlass_commands.purpose import purpose
from windlass_commands.recomputation import digest_of
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "approve",
    epilog=examples(
        "windlass approve PROPOSAL -k alice.json",
        "windlass approve PROPOSAL -k alice.json --digest 7c3f… (what the members agreed on)",
    ),
)
@click.argument("proposal", type=ADDRESS)
@click.option(
    "--digest", type=DIGEST, help="Approve only what has this digest. Default: the proposal's own, recomputed here."
)
@signing_options
def command(settings: Settings, proposal: Pubkey, digest: bytes | None) -> None:
    """Approve a proposal. --keypair is a member with the approve role.

    Before it signs, it recomputes the digest from everything voted on, and an upgrade's code digest from the buffer on
    chain. A rollback's code is the kept copy, which the program compared with the running code when it was kept.
    """
    run_session(settings, lambda session: approve(session, proposal, digest))


async def approve(session: Session, address: Pubkey, insisted: bytes | None) -> None:
    """Recompute, show what is voted on, and approve."""
    governed = await session.accounts.governed(address)
    proposal = governed.proposal
    recomputed = digest_of(proposal, session.program_id)
    if recomputed != proposal.digest:
        raise Refused(
            f"Proposal {address} states the digest {proposal.digest.hex()}, but its fields give {recomputed.hex()}; "
            "do not approve it: --program-id or the node is not what it should be."
        )
    code = await compared_code(session, proposal)
    digest = insisted or recomputed
    signer = session.signer
    await session.carry_out(
        Intent(
            "approve",
            [approve_upgrade(session.program_id, governed.voted(session.program_id), signer.address, digest)],
            [signer],
            [*what_is_voted_on(governed, code), f"You approve digest {digest.hex()} as {signer.address}."],
            Subject(
                proposal=address,
                multisig=proposal.multisig,
                program=proposal.program,
                member=signer.address,
                payer=session.payer.address,
                digest=digest,
            ),
            {"proposal": str(address), "member": str(signer.address), "digest": digest.hex()},
        )
    )


async def compared_code(session: Session, proposal: UpgradeProposal) -> bytes | None:
    """An upgrade's code, None where its buffer is gone. Raises Refused where it is not what is proposed."""
    if proposal.kind is not ProposalKind.UPGRADE:
        return None  # a rollback's copy was compared with the running code on chain, and nobody can write to it since
    try:
        buffer = await session.accounts.buffer(proposal.buffer)
    except AccountMissing:
        return None  # a proposal that is over has no buffer any more; the program says so
    found = code_digest(buffer.code)
    if found != proposal.code_digest:
        raise Refused(
            f"The buffer {proposal.buffer} holds code with the digest {found.hex()}, but the proposal states "
            f"{proposal.code_digest.hex()}; do not approve it."
        )
    return buffer.code


def what_is_voted_on(governed: Governed, code: bytes | None) -> list[str]:
    """A proposal in sentences: the code, the way back, the votes so far, the times."""
    proposal = governed.proposal
    published = [] if code is None else [f"  solana-verify {executable_hash(code).hex()} (computed here, off chain)"]
    return [
        f"Proposal {proposal.id}: {purpose(governed)}",
        *published,
        f"  proposed by   {proposal.proposer} at {moment(proposal.created_at)}",
        f"  approvals     {len(proposal.approvals)} of {governed.threshold} so far; the last one starts the "
        f"wait of {duration(governed.wait)}",
    ]
