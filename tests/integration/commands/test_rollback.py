"""Votes taken back, pauses, proposals that end, a way back to the old code: by the commands alone, on a real chain."""

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


def test_a_revoked_approval_puts_a_proposal_back_and_voids_its_timelock(governance: Governance) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    proposal = governance.approved(multisig, program)
    assert governance.done("revoke", proposal, by="bob")["approvals"] == 2
    shown = governance.show(proposal)
    assert (shown["standing"], shown["eta"]) == ("proposed", None)
    assert governance.refused("revoke", proposal, by="bob").json["error"]["kind"] == "NotApproved"


def test_an_expired_proposal_is_closed_by_anyone_and_not_before(governance: Governance) -> None:
    multisig = governance.multisig("--voting-period", "1h")
    proposal = governance.proposal(multisig, governance.registered(multisig))
    assert "can be decided until" in governance.refused("expire", proposal, by="mallory").message
    governance.travel(3_605)
    governance.done("expire", proposal, by="mallory")
    assert governance.show(proposal)["standing"] == "expired"


def test_a_pause_stops_approvals_until_its_guard_resumes(governance: Governance) -> None:
    members = [part for name in MEMBERS for part in ("-m", f"{governance.key(name)}:propose,approve,guard")]
    multisig = str(governance.done("init-multisig", *members, "--threshold", "3")["multisig"])
    proposal = governance.proposal(multisig, governance.registered(multisig))
    governance.done("pause", multisig, "--for", "1h", by="erin")
    assert governance.key("erin") in governance.refused("approve", proposal).message
    assert governance.refused("resume", multisig, by="bob").json["error"]["kind"] == "PauseNotOver"
    governance.done("resume", multisig, by="erin")
    governance.done("approve", proposal)


def test_a_transfer_is_executed_with_the_new_authoritys_signature_only(governance: Governance) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    to = governance.key("user")
    proposal = governance.done("propose-transfer", "--multisig", multisig, "--program", program, "--to", to)["proposal"]
    for name in MEMBERS[:3]:
        governance.done("approve", proposal, by=name)
    governance.travel(TWO_DAYS + 5)
    assert "--new-authority" in governance.refused("execute", proposal, by="mallory").message
    governance.done("execute", proposal, "--new-authority", governance.file("user"), by="mallory")
    account = governance.account(str(program_data_address(Pubkey.from_string(program))))
    assert base64.b64decode(account["data"][0])[13:45] == bytes(governance.wallets["user"].pubkey())


def test_a_voted_config_is_executed_by_the_same_verb_and_outdates_open_proposals(governance: Governance) -> None:
    multisig = governance.multisig()
    upgrade = governance.proposal(multisig, governance.registered(multisig))
    config = governance.done("propose-config", multisig, "--timelock", "3d", by="bob")["proposal"]
    for name in MEMBERS[:3]:
        governance.done("approve", config, by=name)
    governance.travel(TWO_DAYS + 5)
    assert governance.done("execute", config, by="mallory")["config_seq"] == 1
    assert governance.show(multisig)["timelock"] == 3 * 86_400
    assert governance.show(upgrade)["standing"] == "stale"
    refused = governance.refused("propose-config", multisig, "--timelock", "1h")
    assert "at least 48 h" in refused.message
