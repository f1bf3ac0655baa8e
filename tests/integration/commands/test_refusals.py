"""What the program refuses, the commands tell in one sentence with the values that matter, and nothing changes."""

from __future__ import annotations

import pytest
from stack.governance import MEMBERS, Governance
from windlass_commands.loader import MIN_EXTENSION_BYTES
from windlass_programs.artifacts import program_elf_path


@pytest.fixture(scope="module")
def multisig(governance: Governance) -> str:
    return governance.multisig()


@pytest.fixture(scope="module")
def program(governance: Governance, multisig: str) -> str:
    return governance.registered(multisig)


@pytest.fixture(scope="module")
def proposal(governance: Governance, multisig: str, program: str) -> str:
    """One open proposal that the refused commands of this file leave as it is."""
    return governance.proposal(multisig, program)


def members(governance: Governance, *names: str) -> list[str]:
    return [part for name in names for part in ("-m", governance.key(name))]


def test_a_threshold_above_the_members_who_may_approve_is_refused(governance: Governance) -> None:
    who = [*members(governance, "alice", "bob"), "-m", f"{governance.key('carol')}:propose"]
    outcome = governance.refused(
        "init-multisig", *who, "--threshold", "3", "--cancel-threshold", "1", "--emergency-threshold", "3"
    )
    assert outcome.json["error"]["kind"] == "ThresholdOutOfRange"
    assert outcome.message.startswith("2 of the 3 members can approve, so the threshold must be 1 to 2")


def test_a_member_named_twice_is_refused(governance: Governance) -> None:
    outcome = governance.refused("init-multisig", *members(governance, "alice", "bob", "alice"), "--threshold", "2")
    assert outcome.json["error"]["kind"] == "DuplicateMember"
    assert outcome.message.startswith(f"Member {governance.key('alice')} is named twice")


def test_a_timelock_under_two_days_is_refused(governance: Governance) -> None:
    outcome = governance.refused(
        "init-multisig", *members(governance, *MEMBERS), "--threshold", "3", "--timelock", "47h"
    )
    assert outcome.message == (
        "A timelock is at least 48 h (172,800 s) and at most 30 d (2,592,000 s), but 1 d 23 h (169,200 s) was given."
    )


def test_a_program_is_handed_over_by_its_upgrade_authority_only(governance: Governance, multisig: str) -> None:
    outcome = governance.refused("register", str(governance.programs[-1]), "--multisig", multisig, by="mallory")
    assert outcome.json["error"]["kind"] == "UpgradeAuthorityMismatch"
    assert governance.key("authority") in outcome.message
    assert governance.key("mallory") in outcome.message


def test_somebody_who_is_no_member_cannot_approve(governance: Governance, proposal: str) -> None:
    outcome = governance.refused("approve", proposal, by="mallory")
    assert outcome.json["error"]["kind"] == "NotAMember"
    assert outcome.message.startswith(f"{governance.key('mallory')} is not a member of the multisig")
    assert governance.show(proposal)["approvals"] == []


def test_a_member_cannot_approve_twice(governance: Governance, multisig: str, program: str) -> None:
    own = governance.proposal(multisig, program, by="bob")
    governance.done("approve", own, by="bob")
    outcome = governance.refused("approve", own, by="bob")
    assert outcome.json["error"]["kind"] == "AlreadyApproved"
    assert "each member counts once. It has 1 of 3 approvals." in outcome.message
    assert governance.show(own)["approvals"] == [governance.key("bob")]
    governance.done("cancel", own, by="bob")


def test_a_digest_other_than_the_proposals_is_refused(governance: Governance, proposal: str) -> None:
    outcome = governance.refused("approve", proposal, "--digest", "ab" * 32)
    assert outcome.json["error"]["kind"] == "DigestMismatch"
    assert "ab" * 32 in outcome.message
    assert governance.show(proposal)["digest"] in outcome.message
    assert governance.show(proposal)["approvals"] == []


def test_a_proposal_without_enough_approvals_cannot_be_executed(governance: Governance, proposal: str) -> None:
    outcome = governance.refused("execute", proposal)
    assert outcome.json["error"]["kind"] == "InvalidState"
    assert "has 0 of 3 approvals; it must be approved first" in outcome.message


def test_an_unverified_buffer_cannot_be_approved(governance: Governance, multisig: str, program: str) -> None:
    own = governance.proposal(multisig, program, by="bob", verified=False)
    outcome = governance.refused("approve", own, by="bob")
    assert outcome.json["error"]["kind"] == "BufferNotVerified"
    assert f"run `windlass verify-buffer {own}` first" in outcome.message
    governance.done("cancel", own, by="bob")


def test_a_buffer_of_somebody_else_cannot_be_proposed(governance: Governance, multisig: str, program: str) -> None:
    buffer = governance.buffer(by="carol")
    outcome = governance.refused(
        *("propose", "--multisig", multisig, "--program", program, "--buffer", buffer, "--no-rollback"), by="bob"
    )
    assert outcome.message.startswith(f"The buffer {buffer} belongs to {governance.key('carol')}")


def test_code_that_does_not_fit_tells_to_extend_the_program(governance: Governance, multisig: str) -> None:
    program, buffer = governance.registered(multisig), governance.buffer(by="dave")
    propose = ("propose", "--multisig", multisig, "--program", program, "--buffer", buffer, "--no-rollback")
    outcome = governance.refused(*propose, by="dave")
    assert f"`windlass extend {program} --for-buffer {buffer}`" in outcome.message
    extended = governance.done("extend", program, "--for-buffer", buffer, by="mallory")
    missing = (
        program_elf_path("collateral_vault_v2").stat().st_size - program_elf_path("collateral_vault_v1").stat().st_size
    )
    assert extended["additional_bytes"] == max(missing, MIN_EXTENSION_BYTES)
    again = governance.done("extend", program, "--for-buffer", buffer, by="mallory")
    assert again["additional_bytes"] == 0
    governance.done("cancel", governance.done(*propose, by="dave")["proposal"], by="dave")


def test_three_cancel_votes_end_a_proposal(governance: Governance, multisig: str) -> None:
    proposal = governance.approved(multisig, governance.registered(multisig))
    for name in MEMBERS[2:]:
        governance.done("cancel", proposal, by=name)
    assert governance.show(proposal)["standing"] == "cancelled"
    outcome = governance.refused("execute", proposal)
    assert outcome.json["error"]["kind"] == "InvalidState"
    assert "is cancelled since" in outcome.message


def test_a_proposal_is_executed_once(governance: Governance, multisig: str) -> None:
    proposal = governance.approved(multisig, governance.registered(multisig))
    governance.travel(172_801)
    governance.done("execute", proposal)
    outcome = governance.refused("execute", proposal)
    assert "is executed since" in outcome.message
    assert outcome.message.endswith("nothing more can be done with it.")


def test_an_approved_proposal_expires_after_its_grace_period(governance: Governance, multisig: str) -> None:
    proposal = governance.approved(multisig, governance.registered(multisig))
    governance.travel(172_800 + 14 * 86_400 + 1)
    assert governance.show(proposal)["standing"] == "expired"
    outcome = governance.refused("execute", proposal)
    assert outcome.json["error"]["kind"] == "GraceOver"
    assert "it has expired. Propose it again." in outcome.message


def test_voting_closes_after_the_voting_period(governance: Governance) -> None:
    multisig = governance.multisig()
    late = governance.proposal(multisig, governance.registered(multisig))
    governance.travel(7 * 86_400 + 1)
    outcome = governance.refused("approve", late)
    assert outcome.json["error"]["kind"] == "VotingClosed"
    assert "0 of 3 approvals" in outcome.message
