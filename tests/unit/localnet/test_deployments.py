"""Code that was deployed in a slot cannot be called in it."""

from __future__ import annotations

import struct

from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from windlass_localnet.deployments import Deployments
from windlass_localnet.genesis import LOADER_V3

SLOT = 700


def deployed(slot: int) -> tuple[Deployments, Pubkey]:
    program, program_data = Keypair().pubkey(), Keypair().pubkey()
    deployments = Deployments()
    deployments.note(
        SLOT,
        [program, program_data],
        [
            Account(1, struct.pack("<I", 2) + bytes(program_data), LOADER_V3, True),
            Account(1, struct.pack("<IQB", 3, slot, 0) + bytes(32) + b"elf", LOADER_V3),
        ],
    )
    return deployments, program


def test_only_what_was_deployed_in_this_slot_is_not_visible() -> None:
    fresh, program = deployed(SLOT)
    assert fresh.names_fresh([Keypair().pubkey(), program])
    assert not fresh.names_fresh([Keypair().pubkey()])
    fresh.open_slot()
    assert not fresh.names_fresh([program])
    old, program = deployed(SLOT - 1)
    assert not old.names_fresh([program])


def test_a_call_by_another_program_fails_the_outer_instruction_that_made_it() -> None:
    fresh, program = deployed(SLOT)
    logs = [
        "Program A invoke [1]",
        "Program A success",
        "Program B invoke [1]",
        f"Program {program} invoke [2]",
        f"Program {program} success",
        "Program B success",
    ]
    refused = fresh.refuse_call(logs)
    assert refused is not None
    err, shown = refused
    assert err == {"InstructionError": [1, "UnsupportedProgramId"]}
    assert shown == [
        *logs[:4],
        "Program is not deployed",
        f"Program {program} failed: Unsupported program id",
        "Program B failed: Unsupported program id",
    ]


def test_naming_a_program_without_calling_it_is_allowed() -> None:
    fresh, program = deployed(SLOT)
    assert fresh.refuse_call(["Program A invoke [1]", f"Upgraded program {program}", "Program A success"]) is None
