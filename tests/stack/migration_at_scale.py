"""Any number of vaults migrated by runners that are killed, and everything compared afterwards."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from solders.pubkey import Pubkey
from stack.dev import Dev, running_dev
from stack.governance import Governance, governed_localnet
from stack.killed_migration import Killed, Runner, data_of_all, peak_memory, processor_seconds, read_model_of
from stack.ledger_commands import migrating
from stack.vault_population import vaults_after, vaults_before
from windlass_commands.field_maps import plan_json
from windlass_programs.addresses import VAULT_PROGRAM_ID
from windlass_programs.vault_release_2 import code_for, migration_plan
from windlass_programs.windlass import MigrationTracker

SLOT_MS = 200
# `windlass migrate verify` reads each transaction again.
VERIFIED = 10_000
# So many, those of 20 minutes, or, as a million migrations' transactions take gigabytes, of 5.
BLOCKS_KEPT, BLOCKS_KEPT_OF_MANY = 6_000, 1_500
QUERY = "query ($tracker: ID!) { migration(address: $tracker) { migrated verification { seq isVerified } } }"


@dataclass(frozen=True)
class Scale:
    """How it went; `proven` are the seconds from the last migration until the read model was proven, `chain_seconds`
    the processor time that the chain took for the migration.
    """

    went: Killed
    proven: float
    verified: float
    chain_bytes: int
    chain_seconds: float


def migrate_at_scale(directory: Path, accounts: int, kills: int, seconds: float, seed: int = 7) -> Scale:
    """Migrate so many vaults, the runner killed so often; fails where any of them is not migrated exactly once, or
    chain, tracker and read model do not agree.
    """
    kept = BLOCKS_KEPT if accounts <= VERIFIED else BLOCKS_KEPT_OF_MANY
    flags = ("--slot-ms", str(SLOT_MS), "--limit-ledger-size", str(kept))
    with (
        governed_localnet(directory, 0, (), flags, vaults_before(accounts)) as (governance, localnet),
        running_dev(localnet.rpc_url, localnet.ws_url) as dev,
    ):
        multisig, program = governance.multisig(), str(VAULT_PROGRAM_ID)
        governance.done("register", program, "--multisig", multisig, by=governance.authority)
        code = code_for(Pubkey.from_string(multisig))
        proposal = migrating(governance, multisig, program, plan_json(migration_plan()), code)
        tracker = governance.done("show", program, "--multisig", multisig, by=None)["migration"]
        expected = governance.done("migrate", "plan", proposal, by="user")
        assert (expected["accounts"], expected["measured"]) == (accounts, True)
        assert expected["accounts_a_transaction"] >= 8

        before = processor_seconds(localnet.process.pid)
        with Runner(governance, proposal, tracker) as runner:
            went = runner.until_done(accounts, kills, seed, seconds)
        chain_seconds = processor_seconds(localnet.process.pid) - before
        assert went.kills == kills
        found = data_of_all(governance, governance.owned[program])
        assert all(one == other for one, other in zip(found, vaults_after(accounts), strict=True))
        proven = compare_read_model(governance, dev, tracker, accounts, seconds)
        begun = time.monotonic()
        if accounts <= VERIFIED:
            verified = governance.done("migrate", "verify", proposal, by=None)
            assert (verified["as_moved"], verified["events"]) == (accounts, accounts)
        status = governance.done("migrate", "status", proposal, by=None)
        assert (status["migrated"], status["in_old_layout"], status["in_new_layout"]) == (accounts, 0, accounts)
        return Scale(went, proven, time.monotonic() - begun, peak_memory(localnet.process.pid), chain_seconds)


def compare_read_model(governance: Governance, dev: Dev, tracker: str, accounts: int, seconds: float) -> float:
    """Wait until the read model is proven to the newest event, and compare it with the chain; the seconds it took."""
    begun = time.monotonic()
    proven = {"migrated": accounts, "verification": {"seq": accounts, "isVerified": True}}
    dev.until(QUERY, lambda answer: answer["migration"] == proven, seconds, tracker=tracker)
    took = time.monotonic() - begun
    (data,) = governance.data_of([tracker])
    on_chain = MigrationTracker.decode(data)
    assert (on_chain.migrated, on_chain.reverted) == (accounts, 0)
    read = asyncio.run(read_model_of(dev.database, tracker))
    assert read == (accounts, accounts, accounts, on_chain.stream.seq, on_chain.stream.digest)
    return took
