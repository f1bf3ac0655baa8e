"""Compares each stream's digest with the account on chain: nothing lost, doubled, forged or out of order."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from time import monotonic

import asyncpg

from windlass_indexer import queries
from windlass_indexer.chain import AccountAt
from windlass_indexer.leadership import OPEN, Fence
from windlass_indexer.retries import persistently
from windlass_indexer.witnesses import Witnesses

_SQL = queries.load("verifier.sql")
_log = logging.getLogger(__name__)

# Of any stream account: discriminator (8 bytes), seq u64 little-endian, digest.
_SEQ = slice(8, 16)
_DIGEST = slice(16, 48)

# Changes are gathered for this long before the accounts are asked for, in one request where it can be.
_GATHER_SECONDS = 0.1
# How often the streams with the oldest news are looked at again, and how many of them.
_ROTATION_SECONDS = 5.0
_ROTATION_STREAMS = 100
# The node and the tables are read at different moments, so being apart is looked at again after a short while;
# a stream that stays behind is repaired, and one that stays apart beyond that is marked.
_RECHECK_SECONDS = 0.3
_REPAIR_AFTER_SECONDS = 3.0
_MARK_AFTER_SECONDS = 15.0


class Verdict(Enum):
    """How a stream in the tables compares with its account on chain."""

    AGREES = "agrees"
    BEHIND = "behind the chain"
    AHEAD = "ahead of the chain"
    DIFFERS = "differs from the chain"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stream against its account at a confirmed slot."""

    stream: str
    program: str
    seq: int
    slot: int
    verdict: Verdict
    detail: str
    agreeing: int = 0  # nodes
    asked: int = 1


def compare(stream: str, program: str, seq: int, digest: bytes, account: AccountAt) -> Comparison:
    """Digests are compared at equal `seq` only: at another, they say nothing of each other."""
    if account.data is None and seq == 0:
        return Comparison(stream, program, seq, account.slot, Verdict.AGREES, "neither here nor on chain", 1)
    if account.data is None or len(account.data) < _DIGEST.stop:
        there = "there is no such account" if account.data is None else "the account is too short for a stream"
        return Comparison(stream, program, seq, account.slot, Verdict.AHEAD, there)
    on_chain = int.from_bytes(account.data[_SEQ], "little")
    detail = f"the tables are at {seq}, the chain at {on_chain}"
    if on_chain > seq:
        verdict = Verdict.BEHIND
    elif on_chain < seq:
        verdict = Verdict.AHEAD
    elif account.data[_DIGEST] == digest:
        verdict, detail = Verdict.AGREES, f"equal at {seq}"
    else:
        verdict, detail = (
            Verdict.DIFFERS,
            f"at {seq} the digest is {digest.hex()}, {account.data[_DIGEST].hex()} on chain",
        )
    return Comparison(stream, program, seq, account.slot, verdict, detail, int(verdict is Verdict.AGREES))


def among(told: Sequence[tuple[str, Comparison]]) -> Comparison:
    """What the comparisons with several nodes (each by its name) come to.

    One that differs outweighs any number that agree; one that is behind the tables neither agrees nor differs.
    """
    if len(told) == 1:
        return told[0][1]
    by_weight = [Verdict.DIFFERS, Verdict.BEHIND, Verdict.AGREES, Verdict.AHEAD]
    node, weightiest = min(told, key=lambda each: by_weight.index(each[1].verdict))
    agreeing = [comparison for _, comparison in told if comparison.verdict is Verdict.AGREES]
    return replace(
        weightiest,
        slot=max(comparison.slot for comparison in agreeing or [weightiest]),
        detail=f"{weightiest.detail}, by {node}; {len(agreeing)} of {len(told)} nodes agree with the tables",
        agreeing=len(agreeing),
        asked=len(told),
    )


class Verifier:
    """Looks at every stream that changed, and at all others by rotation; beside the ingest, never in its way.

    `repair(program, stream)` is called for a stream that differs from the chain, or stays apart from it.
    """

    def __init__(
        self, witnesses: Witnesses, pool: asyncpg.Pool, repair: Callable[[str, str], None], fence: Fence = OPEN
    ) -> None:
        self._witnesses = witnesses
        self._pool = pool
        self._fence = fence
        self._repair = repair
        self._changed: set[str] = set()
        self._awake = asyncio.Event()
        # Since when a stream has stood at which number without being as it is on chain.
        self._apart_since: dict[str, tuple[float, int]] = {}

    def changed(self, streams: set[str]) -> None:
        """These streams have moved on."""
        self._changed |= streams
        self._awake.set()

    async def run(self) -> None:
        """Verify for ever."""
        next_rotation = 0.0
        while True:
            recheck = self._apart_recently()
            pause = min(next_rotation - monotonic(), _RECHECK_SECONDS if recheck else _ROTATION_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, pause)):
                    await self._awake.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            self._awake.clear()
            changed, self._changed = self._changed | recheck, set()
            if changed:
                await persistently("verifying")(self._verify, "named", sorted(changed))
            if monotonic() >= next_rotation:
                await persistently("verifying")(self._verify, "stalest", _ROTATION_STREAMS)
                next_rotation = monotonic() + _ROTATION_SECONDS

    def _apart_recently(self) -> set[str]:
        since = monotonic() - _MARK_AFTER_SECONDS - _RECHECK_SECONDS * 2
        return {stream for stream, (moment, _) in self._apart_since.items() if moment > since}

    async def check_all(self) -> list[Comparison]:
        """Compare every stream now, and write down what comes of it."""
        return await self._verify("all")

    async def _verify(self, query: str, *parameters: object) -> list[Comparison]:
        streams = await self._pool.fetch(_SQL[query], *parameters)
        comparisons: list[Comparison] = []
        wrong: list[Comparison] = []
        told = await self._witnesses.accounts([row["stream"] for row in streams])
        for number, row in enumerate(streams):
            each = [
                (node, compare(row["stream"], row["program"], row["seq"], row["digest"], accounts[number]))
                for node, accounts in told
            ]
            comparisons.append(comparison := among(each))
            if self._judge(comparison, each[0][1].verdict):
                wrong.append(comparison)
        await self._write_down(comparisons, wrong)
        return comparisons

    def _judge(self, comparison: Comparison, first: Verdict) -> bool:
        """Whether to mark the stream as wrong; asks for its repair on the way, where the node that is followed says so:
        what only another one says is a matter for people."""
        if comparison.verdict is Verdict.AGREES and comparison.agreeing == comparison.asked:
            self._apart_since.pop(comparison.stream, None)
            return False
        since, seq = self._apart_since.get(comparison.stream, (0.0, -1))
        if comparison.seq != seq:  # a busy stream has moved on the chain whenever it is looked at: what counts is here
            since = monotonic()
            self._apart_since[comparison.stream] = since, comparison.seq
        apart = monotonic() - since
        if comparison.verdict is Verdict.AGREES:
            return False  # a node that is behind may still agree: this is looked at again
        if first is Verdict.DIFFERS or (first is not Verdict.AGREES and apart >= _REPAIR_AFTER_SECONDS):
            self._repair(comparison.program, comparison.stream)
        return comparison.verdict is Verdict.DIFFERS or apart >= _MARK_AFTER_SECONDS

    async def _write_down(self, comparisons: Sequence[Comparison], wrong: Sequence[Comparison]) -> None:
        agreed = [comparison for comparison in comparisons if comparison.agreeing and comparison not in wrong]
        if agreed:
            await self._write(
                "agreed",
                [c.stream for c in agreed],
                [c.seq for c in agreed],
                [c.slot for c in agreed],
                [c.agreeing for c in agreed],
            )
        if wrong:
            for comparison in wrong:
                _log.error("stream %s %s: %s", comparison.stream, comparison.verdict.value, comparison.detail)
            await self._write(
                "disagreed",
                [c.stream for c in wrong],
                [c.seq for c in wrong],
                [f"{c.verdict.value}: {c.detail}" for c in wrong],
            )

    async def _write(self, query: str, *columns: Sequence[object]) -> None:
        async with self._fence.transaction(self._pool) as connection:
            await connection.execute(_SQL[query], *columns)
