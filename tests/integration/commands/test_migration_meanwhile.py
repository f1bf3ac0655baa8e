"""What happens around a run: other runs, accounts that come and go, a node's answer in pieces."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from solders.pubkey import Pubkey
from stack.governance import Governance, governed_localnet
from stack.ledger import Fields
from stack.ledger_commands import migrating, plan
from windlass_commands.layouts import Placed, Side, count, listed
from windlass_commands.moves import FORTH, Wanted, sweep_all, sweep_of
from windlass_commands.output import Output
from windlass_commands.pace import Pace
from windlass_commands.packed_accounts import ListingReader, PackedAccounts
from windlass_commands.rpc import Rpc
from windlass_commands.session import Session, Settings
from windlass_commands.solana_config import SolanaConfig

WINDLASS = str(Path(sys.executable).with_name("windlass"))
ACCOUNTS = 300
SECONDS = 120


@pytest.fixture
def governance(tmp_path: Path) -> Iterator[Governance]:
    with governed_localnet(tmp_path, 1, [Fields(balance=n).old() for n in range(ACCOUNTS)]) as (governance, _):
        yield governance


def test_several_runs_at_once_migrate_each_account_once(governance: Governance) -> None:
    program = governance.registered(multisig := governance.multisig())
    proposal = migrating(governance, multisig, program, plan())
    environment = {**os.environ, "SOLANA_CONFIG_FILE": str(governance.directory / "none")}
    command = [WINDLASS, "migrate", "run", proposal, "--window", "2", "--json", "--url", governance.url]
    runs = [
        subprocess.Popen(
            [*command, "--keypair", governance.file(name)], env=environment, stdout=subprocess.PIPE, text=True
        )
        for name in ("user", "mallory")
    ]
    told = [json.loads(run.communicate(timeout=SECONDS)[0]) for run in runs]
    assert [(each["left"], each["refused"]) for each in told] == [(0, []), (0, [])]
    status = governance.done("migrate", "status", proposal, by=None)
    assert (status["migrated"], status["in_new_layout"]) == (ACCOUNTS, ACCOUNTS)


def test_accounts_that_were_closed_or_created_since_the_listing_are_no_obstacle(governance: Governance) -> None:
    program = governance.registered(multisig := governance.multisig())
    proposal = migrating(governance, multisig, program, plan())
    closed = Pubkey.new_unique()

    async def run() -> tuple[int, int, int]:
        async with Rpc(governance.url) as rpc:
            settings = Settings(keypair=governance.file("user"))
            session = Session(rpc, settings, Output(as_json=True), SolanaConfig())
            migration = await session.accounts.migration(Pubkey.from_string(proposal))
            found = await listed(rpc, migration.tracker.program, migration.tracker.plan, Side.OLD)
            assert count(found) == ACCOUNTS
            # As a listing of earlier would have it: one that is gone, and of the others only the first forty.
            former = PackedAccounts()
            for address in [closed, *list(found[0].accounts)[:40]]:
                former.add(bytes(address), 1)
            earlier = [Placed(found[0].layout, former)]
            sweep = sweep_of(session, migration, FORTH, earlier, window=4)
            left = await sweep_all(session, migration, FORTH, Wanted((), None, 4), sweep, earlier)
            assert sweep.refused == []
            return sweep.done, sweep.gone, left

    assert asyncio.run(run()) == (ACCOUNTS, 1, 0)


@pytest.mark.parametrize("size", [1, 7, 1_000_000])
def test_a_listing_is_read_whatever_pieces_it_comes_in_and_in_whichever_order_a_node_writes(size: int) -> None:
    addresses = [Pubkey.new_unique() for _ in range(20)]
    account = '{{"data":["","base64"],"executable":false,"lamports":{},"owner":"{}","space":64}}'
    items = [
        f'{{"pubkey":"{address}","account":{account.format(number, address)}}}'
        if number % 2
        else f'{{"account":{account.format(number, address)},"pubkey":"{address}"}}'
        for number, address in enumerate(addresses)
    ]
    body = f'{{"jsonrpc":"2.0","result":[{",".join(items)}],"id":1}}'.encode()
    reader = ListingReader()
    for start in range(0, len(body), size):
        reader.take(body[start : start + size])
    assert list(reader.accounts) == addresses
    assert reader.accounts.lamports() == dict.fromkeys(range(20), 1)


async def test_a_node_is_asked_no_more_often_than_said() -> None:
    pace, begun = Pace(100), time.monotonic()
    await asyncio.gather(*(pace.wait() for _ in range(10)), pace.wait(10))
    await pace.wait()
    assert time.monotonic() - begun > 0.19
