"""windlass propose"""

from __future__ import annotations

from pathlib import Path

import click
from solders.pubkey import Pubkey
from windlass_programs.addresses import proposal_address
from windlass_programs.digests import code_digest
from windlass_programs.windlass import MigrationPlan

from windlass_commands import loader
from windlass_commands.amounts import counted, size
from windlass_commands.chain_time import duration
from windlass_commands.elf import read_header
from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.features import require_accepted
from windlass_commands.field_maps import plan_lines
from windlass_commands.instructions.propose_upgrade import propose_upgrade
from windlass_commands.layout_gate import NO_IDLS, Idls, idl_beside, require_safe
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.plan_file import read_plan
from windlass_commands.session import Intent, Session, Settings, run_session
from windlass_commands.verbs.extend import extension
from windlass_commands.verbs.upload import read_program


@click.command(
    "propose",
    epilog=examples(
        "windlass propose --multisig MULTISIG --program PROGRAM --buffer BUFFER",
        "windlass propose --multisig MULTISIG --program PROGRAM --buffer BUFFER --no-rollback --elf vault.so --extend",
        "windlass propose --multisig MULTISIG --program PROGRAM --buffer BUFFER --migration-plan plan.json",
        "windlass propose … --migration-plan plan.json --old-idl v1/vault.json --new-idl v2/vault.json",
    ),
)
@click.option("--multisig", type=ADDRESS, required=True, help="Who governs the program.")
@click.option("--program", type=ADDRESS, required=True, help="The program to upgrade.")
@click.option("--buffer", type=ADDRESS, required=True, help="The buffer with the new code (windlass upload).")
@click.option(
    "--no-rollback",
    is_flag=True,
    help="Let members vote that there will be no way back to the running code by rollback.",
)
@click.option(
    "--migration-plan",
    "plan_file",
    type=click.Path(path_type=Path),
    help="JSON file: how accounts go from their old layouts to the new ones, to be voted on with the code.",
)
@click.option("--elf", type=click.Path(path_type=Path), help="Insist that the buffer holds exactly this file.")
@click.option(
    "--old-idl",
    type=click.Path(path_type=Path),
    help="IDL of the running code: refuse what would corrupt accounts (windlass layout).",
)
@click.option(
    "--new-idl",
    type=click.Path(path_type=Path),
    help="IDL of the proposed code. Default: what lies beside --elf.",
)
@click.option("--extend", "may_extend", is_flag=True, help="Extend the program first where the code does not fit.")
@signing_options
def command(
    settings: Settings,
    multisig: Pubkey,
    program: Pubkey,
    buffer: Pubkey,
    no_rollback: bool,
    plan_file: Path | None,
    elf: Path | None,
    old_idl: Path | None,
    new_idl: Path | None,
    may_extend: bool,
) -> None:
    """Propose the code in a buffer. --keypair is a member with the propose role and the buffer's authority.

    First checks everything that would otherwise fail only after the timelock: that the buffer holds a program which
    this cluster loads, and that it fits. The buffer then belongs to the multisig: nobody can write to it any more.

    A migration plan names, for up to 4 layouts, discriminator and size before and after, and where each old byte goes
    or that it is dropped:

    \b
        {"may_strand": 0, "receipts": false, "layouts": [{
          "old": {"discriminator": "account:Vault", "size": 64},
          "new": {"discriminator": "account:VaultV2", "size": 96},
          "mapped": [{"from": 8, "to": 8, "len": 48}],
          "dropped": [{"from": 56, "len": 8}]}]}
    """
    if may_extend and settings.unsigned:
        raise click.UsageError("--extend is a transaction of its own; run `windlass extend --unsigned` before this.")
    idls = Idls(old_idl, new_idl or idl_beside(elf))
    run_session(
        settings,
        lambda session: propose(
            session,
            multisig,
            program,
            buffer,
            no_rollback=no_rollback,
            plan=read_plan(plan_file) if plan_file else None,
            elf=elf,
            may_extend=may_extend,
            idls=idls,
        ),
    )


async def propose(
    session: Session,
    multisig: Pubkey,
    program: Pubkey,
    buffer: Pubkey,
    *,
    no_rollback: bool,
    plan: MigrationPlan | None = None,
    elf: Path | None = None,
    may_extend: bool = False,
    idls: Idls = NO_IDLS,
) -> None:
    """Check, tell, and propose."""
    layouts = require_safe(idls, plan)
    config = await session.accounts.multisig(multisig)
    state = await session.accounts.program_state(multisig, program)
    found = await session.accounts.buffer(buffer)
    digest = await checked(session, buffer, found, elf)
    await make_room(session, program, buffer, found, may_extend)
    id = config.proposal_count + 1
    proposal = proposal_address(multisig, id, session.program_id)
    signer, payer = session.signer, session.payer
    instruction = propose_upgrade(
        session.program_id,
        multisig,
        program,
        id,
        buffer,
        signer.address,
        payer.address,
        digest,
        no_rollback=no_rollback,
        plan=plan,
    )
    landed = await session.carry_out(
        Intent(
            "propose",
            [instruction],
            [signer],
            [
                f"Proposes {size(len(found.code))} of code as version {state.version + 1} of program {program}: "
                f"proposal {id}, {proposal}.",
                f"It needs {counted(config.threshold, 'approval')} within {duration(config.voting_period)}, then "
                f"{duration(max(config.timelock, state.timelock))} pass before anyone can execute it.",
                f"Buffer {buffer} goes under the upgrade authority: nobody can write to it any more.",
                f"Code digest {digest.hex()}.",
                *(plan_lines(plan) if plan else []),
                *layouts,
                "There will be no way back by rollback."
                if no_rollback
                else "Once it is approved, `windlass keep-rollback` must keep a copy of the running code.",
            ],
            Subject(
                proposal=proposal,
                multisig=multisig,
                program=program,
                member=signer.address,
                payer=payer.address,
                buffer=buffer,
                plan=plan,
            ),
            {"proposal": str(proposal), "id": id, "code_digest": digest.hex()},
        )
    )
    if landed is not None:
        session.output.field("proposal", proposal)
        session.output.say(f"Next: windlass verify-buffer {proposal}", "dim")


async def checked(session: Session, address: Pubkey, buffer: loader.Buffer, elf: Path | None) -> bytes:
    """The digest of the buffer's code, once it is what a proposal can be made of. Raises Refused."""
    signer = session.signer
    if buffer.authority != signer.address:
        raise Refused(
            f"The buffer {address} belongs to {buffer.authority}, and only its authority may propose it; sign as that "
            f"key instead of {signer.address}, or upload the code again."
        )
    await require_accepted(session.rpc, read_header(buffer.code, f"Buffer {address}"))
    digest = code_digest(buffer.code)
    if elf is not None and (expected := code_digest(read_program(elf))) != digest:
        raise Refused(
            f"The buffer {address} does not hold {elf}: its code digest is {digest.hex()}, the file's "
            f"{expected.hex()}. Run `windlass upload {elf}` and propose that buffer."
        )
    return digest


async def make_room(
    session: Session, program: Pubkey, buffer_address: Pubkey, buffer: loader.Buffer, may_extend: bool
) -> None:
    """Extend the program where that is needed and allowed. Raises Refused where it is needed only."""
    data = await session.accounts.program_data(program)
    additional = loader.extension_for(data.room, len(buffer.code))
    if additional == 0:
        return
    if not may_extend:
        raise Refused(
            f"The new code has {len(buffer.code):,} bytes and program {program} has room for {data.room:,}; run "
            f"`windlass extend {program} --for-buffer {buffer_address}` first, or propose with --extend."
        )
    await session.carry_out(await extension(session, program, data, additional))
