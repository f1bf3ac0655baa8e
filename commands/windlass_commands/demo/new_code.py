"""Act 3: version 2 is uploaded and proposed; from then on nobody can change it, and the program digests it itself."""

from __future__ import annotations

from solders.pubkey import Pubkey
from windlass_programs.addresses import proposal_address
from windlass_programs.digests import code_digest
from windlass_programs.vault_release_2 import code_for, migration_plan

from windlass_commands import loader
from windlass_commands.amounts import size
from windlass_commands.demo.stage import Stage
from windlass_commands.explanation import Subject
from windlass_commands.field_maps import plan_lines
from windlass_commands.instructions.propose_upgrade import propose_upgrade
from windlass_commands.instructions.verify_buffer import verify_buffer
from windlass_commands.upload import Upload
from windlass_commands.upload_bar import upload_bar


async def play(stage: Stage, multisig: Pubkey, code: bytes | None = None, *, no_rollback: bool = True) -> Pubkey:
    """The proposal's address; `code` is release 2 unless told otherwise."""
    stage.narrator.act("Alice proposes version 2")
    code = code or code_for(multisig)
    await _upload(stage, code)
    await _make_room(stage, code)
    for line in plan_lines(migration_plan()):
        stage.narrator.note(line.strip())
    alice, buffer, program = stage.cast.members["alice"], stage.cast.buffer, stage.vault_program
    program_id = stage.accounts.program_id
    proposal = proposal_address(multisig, 1, program_id)
    await stage.step(
        "alice proposes it; the buffer is the multisig's from here on",
        [
            propose_upgrade(
                program_id,
                multisig,
                program,
                1,
                buffer.address,
                alice.address,
                alice.address,
                code_digest(code),
                no_rollback=no_rollback,
                plan=migration_plan(),
            )
        ],
        [alice],
        multisig,
    )
    await stage.refusal(
        "alice tries to change the code after all:",
        [loader.write(buffer.address, alice.address, 0, b"\x7fELF")],
        [alice],
        "IncorrectAuthority",
        Subject(member=alice.address, payer=alice.address),
    )
    await _verify(stage, multisig, proposal)
    return proposal


async def _upload(stage: Stage, code: bytes) -> None:
    alice, output = stage.cast.members["alice"], stage.narrator.output
    upload = Upload(stage.rpc, stage.cast.buffer, alice, alice, code)
    with upload_bar(output.console, len(code)) as told:
        done = await upload.run(told)
    rate = size(int(done.written / done.seconds))
    stage.narrator.note(
        f"uploads {size(done.length)} into buffer {done.buffer}: {done.transactions} transactions, {rate}/s, read "
        "back and compared",
    )


async def _make_room(stage: Stage, code: bytes) -> None:
    """Version 2 is longer than version 1; the loader wants the room made at least one slot before the upgrade."""
    room = (await stage.accounts.program_data(stage.vault_program)).room
    additional = loader.extension_for(room, len(code))
    if additional:
        alice = stage.cast.members["alice"]
        landed = await stage.send([loader.extend_program(stage.vault_program, additional, alice.address)], alice)
        text = f"room for {len(code) - room:,} bytes more: the program is extended by {additional:,}"
        stage.narrator.step(text, landed.signature, landed.slot, None)


async def _verify(stage: Stage, multisig: Pubkey, address: Pubkey) -> None:
    dave, program_id = stage.cast.members["dave"], stage.accounts.program_id
    proposal = await stage.accounts.proposal(address)
    while proposal.verified_len < proposal.buffer_len:
        await stage.step(
            "the program digests the buffer on chain: it is what alice stated",
            [verify_buffer(program_id, multisig, address, proposal.buffer)],
            [dave],
            multisig,
        )
        proposal = await stage.accounts.proposal(address)
    stage.narrator.note(f"code digest {proposal.code_digest.hex()}")
