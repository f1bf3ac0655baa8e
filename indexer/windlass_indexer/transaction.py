"""A transaction as getTransaction gives it (encoding "json"): legacy, v0 and v1 alike, read as plain JSON.

Typed parsers lag behind the chain (v1 transactions), so only what attribution needs is taken, and checked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from windlass_indexer.errors import TransactionMalformed

Json = Any

# What the tables hold.
_BIGINT, _INTEGER, _SECONDS = 1 << 63, 1 << 31, 1 << 42
_IS_SIGNATURE = re.compile(r"[1-9A-HJ-NP-Za-km-z]{64,88}").fullmatch


class InnerInstruction(NamedTuple):
    """An instruction that a program called.

    `path` is its place in the tree of calls: (2, 0, 1) is the second call made by the first call of the
    transaction's third instruction, so comparing paths gives the order of execution. `caller` is the program that
    called it. A node too old to tell stack heights leaves the tree unknown: `path` is then (outer instruction,
    index in its flat list) and `caller` is None.
    """

    path: tuple[int, ...]
    caller: str | None
    program: str
    accounts: tuple[str, ...]
    data: str  # base58


# Not frozen, though nobody changes one: that takes nearly three times as long to make.
@dataclass(slots=True)
class Transaction:
    """What the chain did with one transaction."""

    slot: int
    index: int | None  # in its block; None where the node does not tell it
    signature: str
    block_time: int | None  # unix seconds
    succeeded: bool
    _keys: tuple[str, ...]
    _outer: Sequence[Json]
    _inner: Sequence[Json]
    logs: Sequence[str] = ()  # cut off at 10 kB; empty where the node does not keep them

    @classmethod
    def parse(cls, result: Json) -> "Transaction":
        """From the `result` of getTransaction. Raises TransactionMalformed, which says what came instead."""
        if not isinstance(result, dict) or "transaction" not in result:
            raise TransactionMalformed('expected a getTransaction result: an object with "slot" and "transaction"')
        body, meta = result["transaction"], result.get("meta")
        if isinstance(body, (list, str)):
            encoding = body[1] if isinstance(body, list) and len(body) > 1 else "base58"
            raise TransactionMalformed(f'the transaction is encoded as {encoding}: fetch it with encoding "json"')
        if not isinstance(meta, dict):
            raise TransactionMalformed("the result has no `meta`: the node did not keep how the transaction went")
        try:
            return cls._parse(result, body, meta)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise TransactionMalformed(
                f'this is not a getTransaction result with encoding "json": {type(error).__name__} {error}'
            ) from None

    @classmethod
    def _parse(cls, result: Json, body: Json, meta: Json) -> "Transaction":
        message = body["message"]
        static = message["accountKeys"]
        if dict in map(type, static):
            raise TransactionMalformed('the transaction is encoded as jsonParsed: fetch it with encoding "json"')
        succeeded = meta["err"] is None
        inner = meta.get("innerInstructions")
        if inner is None and succeeded:
            raise TransactionMalformed(
                "`meta.innerInstructions` is null: the node does not record inner instructions, ask another one"
            )
        loaded = meta.get("loadedAddresses") or {}
        return cls(
            slot=_number(result["slot"], "slot", _BIGINT),
            index=_number_or_none(result.get("transactionIndex"), "transactionIndex", _INTEGER),
            signature=_signature(body["signatures"][0]),
            block_time=_number_or_none(result.get("blockTime"), "blockTime", _SECONDS),
            succeeded=succeeded,
            # The order in which instructions count their accounts: a lookup table's writable ones come first.
            _keys=(*static, *loaded.get("writable", ()), *loaded.get("readonly", ())),
            _outer=message["instructions"],
            _inner=inner or (),
            logs=meta.get("logMessages") or (),
        )

    def inner_instructions(self, program: str | None = None) -> Iterator[InnerInstruction]:
        """All calls, or those of one program, in order of execution.

        Raises TransactionMalformed where indexes or heights make no sense.
        """
        if program is not None and program not in self._keys:
            return
        try:
            for group in self._inner:
                yield from self._calls_of(group["index"], group["instructions"], program)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise TransactionMalformed(
                f"the inner instructions of {self.signature} make no sense: {type(error).__name__} {error}"
            ) from None

    def _calls_of(self, outer: int, instructions: Sequence[Json], wanted: str | None) -> Iterator[InnerInstruction]:
        keys = self._keys
        if not 0 <= outer < len(self._outer):
            raise TransactionMalformed(f"{self.signature} has no instruction {outer} to make calls")
        heights = [instruction.get("stackHeight") for instruction in instructions]
        flat = None in heights
        # The way down to the latest call: its path, the programs along it, and how many calls each has made.
        path = [outer]
        programs = [keys[self._outer[outer]["programIdIndex"]]]
        calls = [0]
        for position, instruction in enumerate(instructions):
            height = 2 if flat else heights[position]
            if not 2 <= height <= len(path) + 1:
                raise TransactionMalformed(
                    f"in {self.signature} a call at stack height {height} follows one at {len(path)}"
                )
            if height <= len(path):
                del path[height - 1 :], programs[height - 1 :], calls[height - 1 :]
            program = keys[instruction["programIdIndex"]]
            path.append(position if flat else calls[-1])
            if wanted is None or program == wanted:
                accounts = tuple([keys[index] for index in instruction["accounts"]])
                caller = None if flat else programs[-1]
                yield InnerInstruction(tuple(path), caller, program, accounts, instruction["data"])
            calls[-1] += 1
            programs.append(program)
            calls.append(0)


def _number(value: Json, what: str, limit: int) -> int:
    if type(value) is not int or not 0 <= value < limit:
        raise TransactionMalformed(f"`{what}` is no number that a node gives: {value!r:.80}")
    return value


def _number_or_none(value: Json, what: str, limit: int) -> int | None:
    return None if value is None else _number(value, what, limit)


def _signature(value: Json) -> str:
    if not isinstance(value, str) or not _IS_SIGNATURE(value):
        raise TransactionMalformed(f"this is no transaction's signature: {value!r:.120}")
    return value
