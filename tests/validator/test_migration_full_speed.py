"""Twenty thousand vaults migrated on Agave's own validator as fast as it takes them; the read model proves it."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

import pytest
from solders.pubkey import Pubkey
from stack.dev import running_dev
from stack.governance import RENT_A_BYTE, RENT_BASE, Governance, wallets_in
from stack.killed_migration import data_of_all
from stack.ledger_commands import TWO_DAYS, approve, proposing
from stack.migration_at_scale import compare_read_model
from stack.validator import ON_VALIDATOR, running_validator
from stack.vault_population import vaults_after, vaults_before
from windlass_commands.field_maps import plan_json
from windlass_commands.rpc import Account
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf_path
from windlass_programs.vault_release_2 import code_for, migration_plan

ACCOUNTS = int(os.environ.get("ACCOUNTS", "20000"))
SECONDS = 900.0

pytestmark = [*ON_VALIDATOR, pytest.mark.long]


def test_twenty_thousand_vaults_are_migrated_each_once_at_full_speed(tmp_path: Path) -> None:
    addresses = [Pubkey(hashlib.sha256(b"vault %d" % number).digest()) for number in range(ACCOUNTS)]
    held = [
        Account(address, RENT_BASE + RENT_A_BYTE * len(data), VAULT_PROGRAM_ID, data, executable=False)
        for address, data in zip(addresses, vaults_before(ACCOUNTS), strict=True)
    ]
    wallets = wallets_in(tmp_path)
    authority = wallets["authority"].pubkey()
    programs = [
        (WINDLASS_PROGRAM_ID, program_elf_path("windlass"), None),
        (VAULT_PROGRAM_ID, program_elf_path("collateral_vault_v1"), authority),
    ]
    mints = [keypair.pubkey() for keypair in wallets.values()]
    with (
        running_validator(programs, mints=mints, accounts=held) as validator,
        running_dev(validator.rpc_url, validator.ws_url) as dev,
    ):
        governance = Governance(validator.rpc_url, tmp_path, wallets, [])
        multisig, program = governance.multisig(), str(VAULT_PROGRAM_ID)
        governance.done("register", program, "--multisig", multisig, by="authority")
        voted, code = plan_json(migration_plan()), code_for(Pubkey.from_string(multisig))
        command = proposing(governance, multisig, program, voted, "--no-rollback", "--extend", code=code)
        proposal = str(governance.done(*command)["proposal"])
        governance.done("verify-buffer", proposal)
        approve(governance, proposal)
        validator.pass_time(TWO_DAYS)
        governance.done("execute", proposal)
        tracker = governance.done("start-migration", proposal)["migration"]

        begun = time.monotonic()
        ended = governance.done("migrate", "run", proposal, "--window", "64", by="user")
        seconds = time.monotonic() - begun
        assert (ended["migrated"], ended["left"], ended["refused"]) == (ACCOUNTS, 0, [])
        assert ended["transactions"] <= ACCOUNTS / 8
        proven = compare_read_model(governance, dev, tracker, ACCOUNTS, SECONDS)
        found = data_of_all(governance, [str(address) for address in addresses])
        assert all(one == other for one, other in zip(found, vaults_after(ACCOUNTS), strict=True))
        verified = governance.done("migrate", "verify", proposal, by=None)
        assert (verified["as_moved"], verified["events"]) == (ACCOUNTS, ACCOUNTS)
    sys.stdout.write(
        f"{ACCOUNTS:,} vaults in {ended['transactions']:,} transactions and {seconds:.0f} s "
        f"({ACCOUNTS / seconds:,.0f} accounts/s); proven {proven:.1f} s after the last\n"
    )
