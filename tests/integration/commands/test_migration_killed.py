"""A migration of many accounts that is killed in the middle: the chain is the only state."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stack.governance import Governance, governed_localnet
from stack.ledger import Fields
from stack.ledger_commands import migrating, plan
from windlass_programs.windlass import MigrationTracker

WINDLASS = str(Path(sys.executable).with_name("windlass"))
ACCOUNTS = 300
DEADLINE_SECONDS = 180


@pytest.fixture
def governance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governance]:
    data = [Fields(balance=n).old() for n in range(ACCOUNTS)]
    with governed_localnet(tmp_path_factory.mktemp("wallets"), 1, data) as (governance, _):
        yield governance


def migrated(governance: Governance, tracker: str) -> int:
    """By the tracker's own count; asked for without the command line, which would be slower than a migration."""
    return MigrationTracker.decode(base64.b64decode(governance.account(tracker)["data"][0])).migrated


def test_what_was_migrated_stays_and_the_same_command_does_the_rest(governance: Governance) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    proposal = migrating(governance, multisig, program, plan())
    tracker = governance.done("show", program, "--multisig", multisig, by=None)["migration"]

    command = [WINDLASS, "migrate", proposal, "--window", "1", "--url", governance.url, "-k", governance.file("user")]
    environment = {**os.environ, "SOLANA_CONFIG_FILE": str(governance.directory / "none")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as killed:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while migrated(governance, tracker) == 0:
            assert killed.poll() is None
            assert time.monotonic() < deadline
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL

    rest = governance.done("migrate", proposal, by="mallory")
    assert 0 < rest["found"] < ACCOUNTS
    assert rest["left"] == 0
    shown = governance.show(tracker)
    assert (shown["migrated"], shown["in_old_layout"], shown["in_new_layout"]) == (ACCOUNTS, 0, ACCOUNTS)
    options = {"encoding": "base64", "commitment": "confirmed"}
    found = governance.rpc("getMultipleAccounts", governance.owned[program][:100], options)["value"]
    assert [base64.b64decode(each["data"][0]) for each in found] == [Fields(balance=n).new() for n in range(100)]
