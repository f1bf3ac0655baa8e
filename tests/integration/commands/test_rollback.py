"""A way back to the old code, by the commands alone, on a real chain."""

from __future__ import annotations

import base64

from solders.pubkey import Pubkey
from stack.governance import MEMBERS, Governance
from windlass_programs.addresses import program_data_address
from windlass_programs.artifacts import program_elf

TWO_DAYS = 172_800


def with_a_way_back(governance: Governance, multisig: str, program: str) -> str:
    """An approved upgrade that can be rolled back once a copy is kept."""
    buffer = governance.buffer()
    found = governance.done("propose", "--multisig", multisig, "--program", program, "--buffer", buffer, "--extend")
    governance.done("verify-buffer", found["proposal"])
    for name in MEMBERS[:3]:
        governance.done("approve", found["proposal"], by=name)
    return str(found["proposal"])


def running(governance: Governance, program: str) -> bytes:
    account = governance.account(str(program_data_address(Pubkey.from_string(program))))
    return base64.b64decode(account["data"][0])[45:]


def keep(governance: Governance, proposal: str) -> str:
    copy = str(governance.directory / f"{proposal}-copy.json")
    return str(governance.done("keep-rollback", proposal, "--buffer", copy, by="mallory")["buffer"])


def test_bad_code_goes_back_to_the_kept_copy_within_minutes(governance: Governance) -> None:
    multisig = governance.multisig("--rollback-delay", "60s")
    program = governance.registered(multisig)
    proposal = with_a_way_back(governance, multisig, program)
    governance.travel(TWO_DAYS + 5)
    missing = governance.refused("execute", proposal)
    assert f"windlass keep-rollback {proposal}" in missing.message

    copy = keep(governance, proposal)
    assert governance.show(proposal)["kept_copy"] == copy
    assert "already" in governance.refused("keep-rollback", proposal).message
    governance.done("execute", proposal)
    rollback = governance.done("propose-rollback", "--multisig", multisig, "--program", program)["proposal"]
    for name in MEMBERS[:3]:
        governance.done("approve", rollback, by=name)
    assert governance.refused("execute", rollback).json["error"]["kind"] == "TimelockNotOver"
    governance.travel(65)
    assert governance.done("execute", rollback, by="mallory")["version"] == 2
    elf = program_elf("collateral_vault_v1")
    assert running(governance, program)[: len(elf)] == elf
    assert governance.show(proposal)["standing"] == "rolled back"
    assert governance.account(copy) is None


def test_a_kept_copy_is_retired_once_its_upgrade_was_cancelled(governance: Governance) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    proposal = with_a_way_back(governance, multisig, program)
    copy = keep(governance, proposal)
    governance.refused("retire-rollback", proposal)
    for name in MEMBERS[:3]:
        governance.done("cancel", proposal, by=name)
    governance.done("retire-rollback", proposal)
    assert governance.account(copy) is None
    buffer = governance.done("reclaim", proposal)["buffer"]
    assert governance.account(buffer) is None
