"""The whole way of an upgrade by the commands alone, on a real chain."""

from __future__ import annotations

import base64

from solders.pubkey import Pubkey
from stack.governance import Governance
from windlass_programs.addresses import program_data_address
from windlass_programs.artifacts import program_elf
from windlass_programs.digests import code_digest

TWO_DAYS = 172_800


def test_an_upgrade_runs_the_voted_code_after_three_approvals_and_two_days(governance: Governance) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    proposal = governance.approved(multisig, program)
    elf = program_elf("collateral_vault_v2")

    shown = governance.show(proposal)
    assert shown["standing"] == "approved"
    assert shown["code_digest"] == code_digest(elf).hex()
    assert shown["digest"] == shown["digest_recomputed"]

    early = governance.refused("execute", proposal, by="mallory")
    assert early.json["error"]["kind"] == "TimelockNotOver"
    assert "in 1 d 23 h" in early.message or "in 2 d" in early.message

    governance.travel(TWO_DAYS + 5)
    assert governance.show(proposal)["standing"] == "ready to execute"
    executed = governance.done("execute", proposal, by="mallory")
    assert executed["version"] == 1
    assert governance.show(proposal)["standing"] == "executed"

    account = governance.account(str(program_data_address(Pubkey.from_string(program))))
    code = base64.b64decode(account["data"][0])[45:]
    assert code[: len(elf)] == elf
    assert not any(code[len(elf) :])
