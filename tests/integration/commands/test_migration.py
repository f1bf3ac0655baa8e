"""Accounts go forth and back by the commands alone: voted with the code, moved in batches, receipts closed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from solders.keypair import Keypair
from stack.governance import Governance, governed_localnet
from stack.ledger import Behaviour, Fields
from stack.ledger_commands import TWO_DAYS, approve, migrating, plan, proposing
from windlass_commands import move_costs
from windlass_commands.keypairs import write_keypair

WEEK = 7 * 86_400
GOOD = 24
FIELDS = [Fields(balance=n) for n in range(GOOD)]
BAD = Fields(behaviour=Behaviour.CHANGE_A_MAPPED_BYTE)


@pytest.fixture(scope="module")
def governance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governance]:
    """Each program has 24 accounts that can be migrated, and one which its next version gets wrong."""
    data = [fields.old() for fields in (*FIELDS, BAD)]
    with governed_localnet(tmp_path_factory.mktemp("wallets"), 3, data) as (governance, _):
        yield governance


def data_of(governance: Governance, address: str) -> bytes:
    return base64.b64decode(governance.account(address)["data"][0])


def commands(shown: Any) -> list[str]:
    return [step["command"].split()[1] for step in shown["next"]]


def test_accounts_go_forth_in_batches_and_back_before_the_old_code_does(
    governance: Governance, monkeypatch: pytest.MonkeyPatch
) -> None:
    multisig = governance.multisig("--rollback-delay", "60s")
    program = governance.registered(multisig)
    *accounts, bad = governance.owned[program]
    proposal = governance.done(*proposing(governance, multisig, program, plan()))["proposal"]
    assert commands(governance.show(proposal)) == ["verify-buffer", "cancel"]
    governance.done("verify-buffer", proposal)
    assert governance.show(proposal)["plan"] == plan()
    approve(governance, proposal)
    governance.done("keep-rollback", proposal, "--buffer", str(governance.directory / f"{proposal}-copy.json"))
    governance.travel(TWO_DAYS + 5)
    assert commands(governance.show(proposal))[0] == "execute"
    assert "`windlass start-migration" in governance.refused("migrate", proposal).message
    governance.done("execute", proposal)
    assert commands(governance.show(proposal)) == ["start-migration", "propose-rollback"]
    tracker = governance.done("start-migration", proposal, by="mallory")["migration"]
    assert "started already" in governance.refused("start-migration", proposal).message

    told = governance.refused("migrate", proposal, "--dry-run", by="mallory").json["error"]
    assert (told["migrated"], told["left"], told["refused"][0]["account"]) == (GOOD, GOOD + 1, bad)
    poor = Keypair()
    write_keypair(governance.directory / "poor.json", poor)
    assert f"fee payer {poor.pubkey()} holds 0 SOL" in governance.refused("migrate", proposal, by="poor").message
    # Sized by bytes alone, 23 accounts fit into a transaction whose calls are too many: it takes fewer then.
    monkeypatch.setattr(move_costs, "MAX_CALLS", 1_000)
    assert governance.refused("migrate", proposal, "--dry-run").json["error"]["migrated"] == GOOD
    monkeypatch.undo()
    assert governance.done("migrate", tracker, *accounts[:3], by="mallory")["migrated"] == 3
    stopped = governance.refused("migrate", proposal, by="mallory").json["error"]
    assert (stopped["kind"], stopped["migrated"], stopped["left"]) == ("MigrationIncomplete", GOOD - 3, 1)
    assert [(each["account"], each["kind"]) for each in stopped["refused"]] == [(bad, "MigrationChangedField")]
    assert [data_of(governance, account) for account in accounts] == [fields.new() for fields in FIELDS]
    assert data_of(governance, bad) == BAD.old()
    again = governance.refused("migrate", proposal, by="mallory").json["error"]
    assert (again["migrated"], again["left"]) == (0, 1)
    shown = governance.show(tracker)
    assert (shown["state"], shown["migrated"], shown["in_old_layout"], shown["in_new_layout"]) == (
        *("migrating", GOOD),
        *(1, GOOD),
    )
    assert commands(shown) == ["migrate", "finalize", "propose-rollback"]

    assert "windlass propose-rollback" in governance.refused("revert", proposal).message
    rollback = governance.done("propose-rollback", "--multisig", multisig, "--program", program)["proposal"]
    approve(governance, rollback)
    governance.travel(65)
    assert commands(governance.show(rollback)) == ["revert", "execute", "revoke", "cancel"]
    assert "windlass revert" in governance.refused("migrate", proposal, bad).message
    assert f"windlass revert {tracker}" in governance.refused("execute", rollback).message
    reverted = governance.done("revert", proposal, by="mallory")
    assert (reverted["reverted"], reverted["left"]) == (GOOD, 0)
    assert [data_of(governance, account) for account in accounts] == [fields.reverted() for fields in FIELDS]
    assert commands(governance.show(rollback))[0] == "execute"
    governance.done("execute", rollback)
    assert governance.show(proposal)["standing"] == "rolled back"


def test_a_migration_is_finalized_after_a_week_and_its_receipts_are_paid_back(governance: Governance) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    *accounts, _ = governance.owned[program]
    proposal = migrating(governance, multisig, program, plan(receipts=True))
    migrated = governance.done("migrate", proposal, *accounts, "--limit", "12", by="user")
    assert (migrated["migrated"], migrated["left"]) == (12, GOOD + 1 - 12)
    assert "can be rolled back until" in governance.refused("finalize", proposal).message
    assert f"windlass finalize {proposal}" in governance.refused("close-receipts", proposal).message
    shown = governance.done("show", program, "--multisig", multisig, by=None)
    assert (shown["version"], shown["migration_open"]) == (1, True)
    governance.travel(WEEK)
    governance.done("finalize", proposal, by="mallory")
    assert "is finalized since" in governance.refused("finalize", proposal).message
    before = governance.account(governance.key("user"))["lamports"]
    assert governance.done("close-receipts", proposal, by="mallory")["closed"] == 12
    assert governance.account(governance.key("user"))["lamports"] - before == 12 * 2_178_480
    assert governance.done("close-receipts", proposal, by="mallory")["found"] == 0
    assert governance.done("migrate", proposal, *accounts, by="mallory")["migrated"] == GOOD - 12
    assert "propose" in commands(governance.done("show", program, "--multisig", multisig, by=None))


def test_a_plan_that_forgets_a_byte_names_it_and_proposes_nothing(governance: Governance) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    forgets = plan(dropped=[{"from": 9, "len": 7}])
    refused = governance.refused(*proposing(governance, multisig, program, forgets, "--no-rollback"))
    assert refused.json["error"]["kind"] == "PlanFieldMap"
    assert "in layout 1, bytes 56..64 are neither mapped nor dropped of the old layout (64 bytes)" in refused.message
    assert governance.show(multisig)["proposal_count"] == 0
