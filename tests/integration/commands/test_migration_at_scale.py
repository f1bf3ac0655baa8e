"""Thousands of accounts, a runner that is killed again and again, and one account that its program gets wrong."""

from __future__ import annotations

import os
from pathlib import Path

from stack.governance import governed_localnet
from stack.ledger import Behaviour, Fields
from stack.ledger_commands import migrating, plan
from stack.migration_at_scale import migrate_at_scale

# `.ci/run` does it with ten thousand.
ACCOUNTS, KILLS = int(os.environ.get("ACCOUNTS", "2000")), 5
SECONDS = 300
MEGABYTE = 1_000_000


def test_each_account_is_migrated_once_however_often_the_runner_is_killed(tmp_path: Path) -> None:
    scale = migrate_at_scale(tmp_path, ACCOUNTS, KILLS, SECONDS)
    assert scale.went.peak < 200 * MEGABYTE


def test_an_account_that_the_program_corrupts_is_named_and_holds_nothing_else_up(tmp_path: Path) -> None:
    bad = ACCOUNTS * 7 // 10 + 3
    data = [
        Fields(balance=number, behaviour=Behaviour.CHANGE_A_MAPPED_BYTE if number == bad else Behaviour.GOOD).old()
        for number in range(ACCOUNTS)
    ]
    with governed_localnet(tmp_path, 1, data, ("--slot-ms", "100")) as (governance, _):
        multisig = governance.multisig()
        program = governance.registered(multisig)
        proposal = migrating(governance, multisig, program, plan())
        (named,) = [address for number, address in enumerate(governance.owned[program]) if number == bad]
        ended = governance.refused("migrate", "run", proposal, "--window", "64", by="user").json["error"]
        assert (ended["migrated"], ended["left"]) == (ACCOUNTS - 1, 1)
        assert [(each["account"], each["kind"]) for each in ended["refused"]] == [(named, "MigrationChangedField")]
        assert ended["transactions"] <= ACCOUNTS / 8
        tracker = governance.done("migrate", "status", proposal, by=None)
        assert (tracker["migrated"], tracker["in_old_layout"]) == (ACCOUNTS - 1, 1)
        assert governance.data_of([named]) == [data[bad]]
        told = governance.refused("migrate", "verify", proposal, by=None).json["error"]
        assert (told["as_moved"], told["left"]) == (ACCOUNTS - 1, 1)
