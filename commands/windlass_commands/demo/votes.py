"""Act 4: three members approve exactly that proposal; executing it now is refused by the program."""

from __future__ import annotations

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.windlass import ProposalStatus

from windlass_commands.demo.handover import THRESHOLD
from windlass_commands.demo.stage import Stage
from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.instructions.approve_upgrade import approve_upgrade
from windlass_commands.instructions.execute_upgrade import execute_upgrade
from windlass_commands.keypairs import Signer
from windlass_commands.recomputation import digest_of


async def play(stage: Stage, address: Pubkey) -> None:
    """Alice, Bob and Carol approve; then Olga, who is no member, tries to execute."""
    stage.narrator.act("Three of five approve")
    program_id = stage.accounts.program_id
    governed = await stage.accounts.governed(address)
    proposal = governed.proposal
    digest = digest_of(proposal, program_id)
    if digest != proposal.digest:
        raise Refused(f"The proposal's digest is not that of its fields: {digest.hex()}.")
    stage.narrator.note(f"what they sign  {digest.hex()}")
    for count, name in enumerate(list(stage.cast.members)[:THRESHOLD], start=1):
        member = stage.cast.members[name]
        await stage.step(
            f"{name} approves, {count} of {THRESHOLD}" + (": the timelock begins" if count == THRESHOLD else ""),
            [approve_upgrade(program_id, governed.voted(program_id), member.address, digest)],
            [member],
            proposal.multisig,
        )
    await stage.refusal(
        "olga executes it at once:",
        [await execution(stage, address, stage.cast.users["olga"])],
        [stage.cast.users["olga"]],
        "TimelockNotOver",
        Subject(proposal=address, member=stage.cast.users["olga"].address),
    )
    proposal = await stage.accounts.proposal(address)
    stage.require(
        proposal.status is ProposalStatus.APPROVED,
        f"The refused execution should have changed nothing, but the proposal is {proposal.status.name}.",
    )


async def execution(stage: Stage, address: Pubkey, executor: Signer) -> Instruction:
    """The instruction that executes the proposal; anybody may send it."""
    proposal = await stage.accounts.proposal(address)
    return execute_upgrade(
        stage.accounts.program_id,
        proposal.multisig,
        proposal.program,
        address,
        proposal.buffer,
        proposal.payer,
        executor.address,
    )
