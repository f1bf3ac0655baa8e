"""What becomes of a proposal before it is executed: votes taken back, time over, a pause."""

from __future__ import annotations

from stack.governance import MEMBERS, Governance


def next_of(governance: Governance, proposal: str) -> list[str]:
    return [step["command"] for step in governance.show(proposal)["next"]]


def test_a_revoked_approval_puts_a_proposal_back_and_voids_its_timelock(governance: Governance) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    proposal = governance.approved(multisig, program)
    execute = governance.show(proposal)["next"][0]
    assert execute["command"] == f"windlass execute {proposal}"
    assert execute["from"] == governance.show(proposal)["eta"]
    assert governance.done("revoke", proposal, by="bob")["approvals"] == 2
    shown = governance.show(proposal)
    assert (shown["standing"], shown["eta"]) == ("proposed", None)
    assert governance.refused("revoke", proposal, by="bob").json["error"]["kind"] == "NotApproved"


def test_an_expired_proposal_is_closed_by_anyone_and_not_before(governance: Governance) -> None:
    multisig = governance.multisig("--voting-period", "1h")
    proposal = governance.proposal(multisig, governance.registered(multisig))
    assert "can be decided until" in governance.refused("expire", proposal, by="mallory").message
    governance.travel(3_605)
    assert next_of(governance, proposal) == [f"windlass expire {proposal}"]
    governance.done("expire", proposal, by="mallory")
    assert governance.show(proposal)["standing"] == "expired"


def test_a_pause_stops_approvals_until_its_guard_resumes(governance: Governance) -> None:
    members = [part for name in MEMBERS for part in ("-m", f"{governance.key(name)}:propose,approve,guard")]
    multisig = str(governance.done("init-multisig", *members, "--threshold", "3")["multisig"])
    proposal = governance.proposal(multisig, governance.registered(multisig))
    governance.done("pause", multisig, "--for", "1h", by="erin")
    resume = governance.show(proposal)["next"][0]
    assert (resume["command"], resume["by"]) == (f"windlass resume {multisig}", f"guard {governance.key('erin')}")
    assert f"windlass approve {proposal}" not in next_of(governance, proposal)
    assert governance.key("erin") in governance.refused("approve", proposal).message
    assert governance.refused("resume", multisig, by="bob").json["error"]["kind"] == "PauseNotOver"
    governance.done("resume", multisig, by="erin")
    assert next_of(governance, proposal)[0] == f"windlass approve {proposal}"
    governance.done("approve", proposal)
