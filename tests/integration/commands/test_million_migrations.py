"""A million accounts migrated by a runner that is killed fifty times; ten and a hundred thousand to compare with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from stack.migration_at_scale import migrate_at_scale

pytestmark = pytest.mark.long
# The largest number of accounts, for a machine or a time that does not suffice for a million.
MOST = int(os.environ.get("MOST_ACCOUNTS", "1000000"))
SECONDS = 7_200
MEGABYTE = 1_000_000


@pytest.mark.parametrize(("accounts", "kills"), [(10_000, 0), (100_000, 0), (MOST, 50)])
def test_any_number_of_accounts_is_migrated_each_once(tmp_path: Path, accounts: int, kills: int) -> None:
    scale = migrate_at_scale(tmp_path, accounts, kills, SECONDS)
    went = scale.went
    assert went.peak < 300 * MEGABYTE
    sys.stdout.write(
        f"{accounts:,} accounts, {kills} kills: {went.seconds:,.0f} s, {accounts / went.seconds:,.0f} accounts/s, "
        f"runner {went.peak / MEGABYTE:.0f} MB, chain {scale.chain_bytes / MEGABYTE:,.0f} MB and "
        f"{scale.chain_seconds:.1f} s of processor time, read model proven "
        f"{scale.proven:.1f} s later, verified in {scale.verified:.0f} s\n"
    )
