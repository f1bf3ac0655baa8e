"""windlass extend"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey

from windlass_commands import loader
from windlass_commands.amounts import size, sol
from windlass_commands.errors import Refused
from windlass_commands.explanation import Subject
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "extend",
    epilog=examples(
        "windlass extend PROGRAM --for-buffer BUFFER",
        "windlass extend PROGRAM --bytes 20000",
    ),
)
@click.argument("program", type=ADDRESS)
@click.option("--for-buffer", type=ADDRESS, help="Make as much room as this buffer's code needs.")
@click.option("--bytes", "additional", type=click.IntRange(1), help="Make room for so many bytes more.")
@signing_options
def command(settings: Settings, program: Pubkey, for_buffer: Pubkey | None, additional: int | None) -> None:
    """Make room for longer code in a program; anyone may, and pays the rent. Upgrade it a slot later."""
    if (for_buffer is None) == (additional is None):
        raise click.UsageError("Give either --for-buffer or --bytes.")
    run_session(settings, lambda session: extend(session, program, for_buffer, additional))


async def extend(session: Session, program: Pubkey, for_buffer: Pubkey | None, additional: int | None) -> None:
    """Extend by what is asked for or needed; nothing to do is success."""
    data = await session.accounts.program_data(program)
    if for_buffer is not None:
        buffer = await session.accounts.buffer(for_buffer)
        additional = loader.extension_for(data.room, len(buffer.code))
        if additional == 0:
            session.output.say(
                f"Nothing to do: the code has {len(buffer.code):,} bytes and there is room for {data.room:,}."
            )
            session.output.result({"command": "extend", "program": str(program), "additional_bytes": 0})
            return
    assert additional is not None
    await session.carry_out(await extension(session, program, data, additional))


async def extension(session: Session, program: Pubkey, data: loader.ProgramData, additional: int) -> Intent:
    """The transaction that extends `program`. Raises Refused where the loader would not."""
    most = loader.MAX_ACCOUNT_BYTES - loader.PROGRAM_DATA_HEADER_BYTES - data.room
    if additional > most or additional < min(loader.MIN_EXTENSION_BYTES, most):
        raise Refused(
            f"A program is extended by at least {min(loader.MIN_EXTENSION_BYTES, most):,} and here at most {most:,} "
            f"bytes (loader v3), but {additional:,} were asked for."
        )
    held = loader.PROGRAM_DATA_HEADER_BYTES + data.room
    rent = await session.rpc.rent(held + additional) - await session.rpc.rent(held)
    payer = session.payer
    return Intent(
        "extend",
        [loader.extend_program(program, additional, payer.address)],
        [payer],
        [
            f"Extends program {program} by {size(additional)}, from {data.room:,} to {data.room + additional:,} bytes "
            f"of room; costs {sol(rent)} of rent that do not come back."
        ],
        Subject(program=program, payer=payer.address),
        {"program": str(program), "additional_bytes": additional, "room": data.room + additional},
    )
