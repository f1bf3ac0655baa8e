"""windlass approve"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.digests import code_digest, proposal_digest
from windlass_programs.payload import payload_digest
from windlass_programs.windlass import MigrationPlan, ProposalKind, UpgradeProposal

from windlass_commands.accounts import Governed
from windlass_commands.amounts import size
from windlass_commands.chain_time import duration, moment
from windlass_commands.config_changes import config_changes
from windlass_commands.elf import executable_hash
from windlass_commands.errors import AccountMissing, Refused
from windlass_commands.explanation import Subject
from windlass_commands.instructions.approve_upgrade import approve_upgrade
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS, DIGEST
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

    Recomputes the digest from everything voted on, and the code's from the buffer on chain, before it signs.
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


def digest_of(proposal: UpgradeProposal, program_id: Pubkey) -> bytes:
    """The proposal's digest, recomputed here from its fields."""
    return proposal_digest(
        windlass=program_id,
        multisig=proposal.multisig,
        program=proposal.program,
        id=proposal.id,
        kind=proposal.kind.value,
        proposer=proposal.proposer,
        buffer=proposal.buffer,
        buffer_len=proposal.buffer_len,
        code_digest=proposal.code_digest,
        base_version=proposal.base_version,
        no_rollback=proposal.no_rollback,
        config_seq=proposal.config_seq,
        slot_hash=proposal.slot_hash,
        payload_digest=payload_digest(proposal),
    )


async def compared_code(session: Session, proposal: UpgradeProposal) -> bytes | None:
    """The code in the proposal's buffer, None where it is gone. Raises Refused where it is not what is proposed."""
    if proposal.kind not in (ProposalKind.UPGRADE, ProposalKind.ROLLBACK):
        return None
    try:
        buffer = await session.accounts.buffer(proposal.buffer)
    except AccountMissing:
        return None  # a proposal that is over has no buffer any more; the program says so
    if proposal.kind is ProposalKind.ROLLBACK:
        return buffer.code  # compared with the running code on chain when it was kept, and nobody can write to it since
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
        *(published if proposal.kind is ProposalKind.UPGRADE else []),
        *([f"  migration     {migration(proposal.plan)}"] if proposal.plan else []),
        f"  proposed by   {proposal.proposer} at {moment(proposal.created_at)}",
        f"  approvals     {len(proposal.approvals)} of {governed.threshold} so far; the last one starts the "
        f"wait of {duration(governed.wait)}",
    ]


def purpose(governed: Governed) -> str:
    """What a proposal of any kind would do, in as many lines as it takes."""
    proposal = governed.proposal
    code = (
        f"  code          {size(proposal.buffer_len)} in buffer {proposal.buffer}, digest {proposal.code_digest.hex()}"
    )
    if proposal.kind is ProposalKind.UPGRADE:
        back = "none by rollback" if proposal.no_rollback else "rollback to the running code"
        return (
            f"program {proposal.program} goes from version {proposal.base_version} to {proposal.base_version + 1}.\n"
            f"{code}\n  way back      {back}"
        )
    if proposal.kind is ProposalKind.ROLLBACK:
        return f"program {proposal.program} goes back to the code kept before {proposal.rolls_back}.\n{code}"
    if proposal.kind is ProposalKind.TRANSFER:
        return f"{proposal.new_authority} becomes the upgrade authority of program {proposal.program}, alone."
    if proposal.new_config is None:
        raise Refused(f"Proposal {governed.address} is a config without one; do not approve it.")
    return "the multisig's configuration changes.\n" + "\n".join(
        f"  {line}" for line in config_changes(governed.multisig, proposal.new_config)
    )


def migration(plan: MigrationPlan) -> str:
    """A migration plan in a sentence."""
    layouts = ", ".join(
        f"{layout.old_discriminator.hex()} ({layout.old_size:,} bytes) to {layout.new_discriminator.hex()} "
        f"({layout.new_size:,} bytes, {sum(lost.len for lost in layout.dropped):,} dropped)"
        for layout in plan.layouts
    )
    return f"accounts go from {layouts}; a rollback may leave {plan.may_strand:,} of them behind"
