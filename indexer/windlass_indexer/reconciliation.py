"""Whether the vaults' tokens are there: each token account on chain against the balance that its vault's events tell.

A vault and its token account are asked for in one request, so that both are of one slot; the balance in the tables is
that slot's where the vault's account has the same number and digest. So a deposit under way is never taken for tokens
that are missing. More tokens than the balance are no harm: anybody may send some.

By this process' own clock, for what is to be found moves no event: a token account that is drained tells nobody.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg
from windlass_programs.addresses import address_text

from windlass_indexer import queries
from windlass_indexer.chain import AccountAt, Chain, ChainTime
from windlass_indexer.leadership import OPEN, Fence
from windlass_indexer.notifications import notify
from windlass_indexer.retries import persistently
from windlass_indexer.verifier import Verdict, compare

_SQL = queries.load("reconciliation.sql")
_ALERTS = queries.load("alerts.sql")
_log = logging.getLogger(__name__)

EVERY_SECONDS = 300.0
# The first one comes when the tables have had time to follow.
_FIRST_SECONDS = 20.0
# As many vaults as one request takes, with a token account each; as many as one reconciliation looks at, and so many
# requests a second at most: 200 in some 40 seconds. A million vaults take 100 reconciliations, 8 hours.
_CHUNK = 50
MOST = 10_000
_REQUEST_SECONDS = 0.2
# A vault that has moved on is read once more, so many times.
_ATTEMPTS = 3
# Found wanting at once: what is beyond is raised the next time, and counted now.
_MOST_ALERTS = 100

# SPL Token, and Token-2022, which begins alike: mint, owner, amount u64 little-endian.
_MINT, _OWNER, _AMOUNT = slice(0, 32), slice(32, 64), slice(64, 72)


@dataclass(frozen=True, slots=True)
class Checked:
    """A vault whose balance and tokens are of one slot. `tokens` None: the account is not there, or not the vault's."""

    row: asyncpg.Record
    slot: int
    tokens: int | None

    @property
    def missing(self) -> int:
        """Base units; negative is a surplus."""
        return int(self.row["total_balance"]) - (self.tokens or 0)

    @property
    def is_backed(self) -> bool:
        """An empty vault without an account is not: the program made it with the vault."""
        return self.tokens is not None and self.missing <= 0


@dataclass(slots=True)
class Reconciled:
    """What one reconciliation found. `upto`: where the next one goes on; None: it came to the end."""

    checked: list[Checked] = field(default_factory=list)
    moving: int = 0
    upto: str | None = None

    @property
    def unbacked(self) -> list[Checked]:
        """Those whose tokens are not all there."""
        return [each for each in self.checked if not each.is_backed]


class Reconciliation:
    """Beside the ingest, never in its way. `time()` gives the chain's time as last told."""

    def __init__(self, chain: Chain, pool: asyncpg.Pool, time: Callable[[], ChainTime], fence: Fence = OPEN) -> None:
        self._chain = chain
        self._pool = pool
        self._time = time
        self._fence = fence

    async def run(self) -> None:
        """Reconcile for ever."""
        await asyncio.sleep(_FIRST_SECONDS)
        while True:
            await persistently("reconciling the vaults with their token accounts")(self.reconcile)
            await asyncio.sleep(EVERY_SECONDS)

    async def reconcile(self) -> Reconciled:
        """Look at the next vaults, and at those that were found wanting; write down what comes of it."""
        began = datetime.now(UTC)
        result = Reconciled()
        known = await self._pool.fetch(_SQL["unbacked"], MOST // 10)
        again = {row["vault"] for row in known}
        await self._check(known, result)
        last: str = await self._pool.fetchval(_SQL["upto"]) or ""
        goes_on = bool(last)
        for _ in range(MOST // _CHUNK):
            rows = await self._pool.fetch(_SQL["after"], last, _CHUNK)
            await self._check([row for row in rows if row["vault"] not in again], result)
            if len(rows) < _CHUNK:
                last = ""
                break
            last = rows[-1]["vault"]
        result.upto = last or None
        if result.checked or result.moving or goes_on:
            await self._write(began, result)
        return result

    async def _check(self, rows: Sequence[asyncpg.Record], result: Reconciled) -> None:
        """All of these, each at a slot at which its balance is what the tables say."""
        for start in range(0, len(rows), _CHUNK):
            left = rows[start : start + _CHUNK]
            for attempt in range(_ATTEMPTS):
                if attempt:
                    left = await self._pool.fetch(_SQL["again"], [row["vault"] for row in left])
                accounts = await self._chain.accounts([row[of] for row in left for of in ("vault", "token_account")])
                await asyncio.sleep(_REQUEST_SECONDS)
                moving = []
                for row, vault, tokens in zip(left, accounts[::2], accounts[1::2], strict=True):
                    there = compare(row["vault"], row["program"], row["seq"], row["digest"], vault)
                    if there.verdict is Verdict.AGREES and vault.slot == tokens.slot:
                        result.checked.append(Checked(row, vault.slot, tokens_in(tokens, row)))
                    else:
                        moving.append(row)
                left = moving
                if not left:
                    break
            result.moving += len(left)

    async def _write(self, began: datetime, result: Reconciled) -> None:
        slots = [each.slot for each in result.checked]
        now = datetime.fromtimestamp(self._time().unix_timestamp, UTC)
        async with self._fence.transaction(self._pool) as connection:
            number = await connection.fetchval(
                _SQL["record"],
                began,
                min(slots, default=None),
                max(slots, default=None),
                len(result.checked),
                result.moving,
                len(result.unbacked),
                result.upto,
            )
            await connection.execute(_SQL["record_sums"], number, *_sums(result.checked))
            await self._tell(connection, result, now)

    async def _tell(self, connection: asyncpg.Connection, result: Reconciled, now: datetime) -> None:
        wanting = result.unbacked
        rows = await connection.fetch(
            _SQL["still_unbacked"],
            [each.row["vault"] for each in wanting],
            [each.row["total_balance"] for each in wanting],
            [each.tokens for each in wanting],
            [each.slot for each in wanting],
        )
        known = {row["vault"] for row in rows}
        new = [each for each in wanting if each.row["vault"] not in known][:_MOST_ALERTS]
        await connection.execute(_ALERTS["lock"])
        changed = await connection.fetch(
            _SQL["raise"],
            *([each.row[of] for each in new] for of in ("vault", "mint", "token_account", "total_balance")),
            [each.tokens for each in new],
            [each.row["seq"] for each in new],
            [each.slot for each in new],
            now,
        )
        backed = [each.row["vault"] for each in result.checked if each.is_backed]
        changed += await connection.fetch(_SQL["end"], backed, now)
        await notify(connection, changed)
        for each in new:
            _log.error(
                "vault %s is not backed: it holds %s, its token account %s has %s (slot %d)",
                each.row["vault"],
                each.row["total_balance"],
                each.row["token_account"],
                "nothing of its own" if each.tokens is None else each.tokens,
                each.slot,
            )


def tokens_in(account: AccountAt, row: asyncpg.Record) -> int | None:
    """The amount in the vault's token account; None where there is no such account, of that mint, under that vault."""
    data = account.data
    if data is None or len(data) < _AMOUNT.stop:
        return None
    if (address_text(data[_MINT]), address_text(data[_OWNER])) != (row["mint"], row["vault"]):
        return None
    return int.from_bytes(data[_AMOUNT], "little")


def _sums(checked: Sequence[Checked]) -> tuple[Sequence[object], ...]:
    """By mint: how many, how many not backed, balances, tokens, what is missing, what is beyond."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for each in checked:
        new = [
            1,
            not each.is_backed,
            int(each.row["total_balance"]),
            each.tokens or 0,
            max(each.missing, 0),
            max(-each.missing, 0),
        ]
        row = sums[each.row["mint"]]
        row[:] = [sum(pair) for pair in zip(row, new, strict=True)]
    mints = sorted(sums)
    return (mints, *([sums[mint][place] for mint in mints] for place in range(6)))
