"""windlass deploy"""

from __future__ import annotations

from pathlib import Path

import click
from windlass_programs.addresses import program_data_address

from windlass_commands import loader
from windlass_commands.amounts import size, sol
from windlass_commands.elf import read_header
from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.features import require_accepted
from windlass_commands.keypairs import Signer, load_keypair
from windlass_commands.options import examples, signing_options
from windlass_commands.session import Intent, Session, Settings, run_session
from windlass_commands.verbs.upload import read_program, upload_code


@click.command(
    "deploy",
    epilog=examples(
        "windlass deploy target/deploy/windlass.so --program target/deploy/windlass-keypair.json",
        "windlass deploy vault.so --program vault-keypair.json --max-len 500000     (room for longer code)",
    ),
)
@click.argument("elf", type=click.Path(path_type=Path))
@click.option(
    "--program",
    "program_file",
    type=click.Path(path_type=Path),
    required=True,
    help="Keypair file of the program's address.",
)
@click.option(
    "--buffer",
    "buffer_file",
    type=click.Path(path_type=Path),
    help="Keypair file of the buffer to upload to, made if it does not exist; the same file resumes. "
    "Default: NAME-buffer.json here.",
)
@click.option("--max-len", type=click.IntRange(1), help="Bytes of code to make room for. Default: the file's length.")
@signing_options
def command(settings: Settings, elf: Path, program_file: Path, buffer_file: Path | None, max_len: int | None) -> None:
    """Put a program on the cluster for the first time. --keypair becomes its upgrade authority.

    An Anchor program runs only at the address that it was built with (declare_id!). `windlass register` hands it to a
    multisig afterwards; from then on its code changes by proposals.
    """
    if settings.unsigned:
        raise click.UsageError("A deployment is hundreds of transactions, so there is no --unsigned for it.")
    run_session(settings, lambda session: deploy(session, elf, program_file, buffer_file, max_len))


async def deploy(
    session: Session, elf: Path, program_file: Path, buffer_file: Path | None, max_len: int | None
) -> None:
    """Check, upload what is not there yet, and deploy. Raises Refused where a program is there already."""
    code = read_program(elf)
    program = Signer.of(load_keypair(program_file))
    room = max_len or len(code)
    if room < len(code):
        raise Refused(f"{elf} has {len(code):,} bytes, and --max-len makes room for {room:,} only; raise it.")
    if await session.rpc.account(program.address) is not None:
        raise Refused(
            f"There is an account at {program.address} already; a program's code is changed by `windlass propose`, and "
            "before it is registered by its upgrade authority. Name another keypair with --program."
        )
    await require_accepted(session.rpc, read_header(code, str(elf)))
    path = buffer_file or Path(f"{elf.stem}-buffer.json")
    buffer = await upload_code(session, code, path, str(elf), comes_back="when it is deployed")
    if buffer is None:
        return
    payer, authority = session.payer, session.signer
    rent = await session.rpc.rent(loader.PROGRAM_BYTES)
    locked = rent + await session.rpc.rent(loader.PROGRAM_DATA_HEADER_BYTES + room)
    landed = await session.carry_out(
        Intent(
            "deploy",
            loader.deploy(program.address, buffer, authority.address, payer.address, rent, room),
            [program, authority],
            [
                f"Deploys {size(len(code))} of code as program {program.address}, with room for {room:,} bytes; "
                f"{authority.address} can change it alone.",
                f"Locks {sol(locked)} of rent; the buffer's comes back.",
            ],
            Subject(program=program.address, payer=payer.address, buffer=buffer),
            {
                "program": str(program.address),
                "program_data": str(program_data_address(program.address)),
                "upgrade_authority": str(authority.address),
                "room": room,
            },
        )
    )
    if landed is not None:
        session.output.field("program", program.address)
        session.output.say(f"Next: windlass register {program.address} --multisig MULTISIG", "dim")
