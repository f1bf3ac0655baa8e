"""The truth of a simulated chain: what runs in which block, on which fork, and what comes of it.

A script is drawn from a seed before anything runs: blocks, and switches to another fork that takes blocks back. What
the transactions in it do depends on the fork: each is run on the state before it, so one that moved emits its event
with another number, and one that came too early fails.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from integration.indexer.synthetic import START, address, governance_history, signature
from simulation.encoding import Encoder
from simulation.transactions import LOUD, Call, body, forgery
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.digests import NEW_STREAM_DIGEST, next_stream_digest
from windlass_programs.idl import Idl

VAULT = str(VAULT_PROGRAM_ID)
WINDLASS = str(WINDLASS_PROGRAM_ID)
FIRST_SLOT = 100
SLOT_SECONDS = 0.4
DEEPEST_FORK = 32


@dataclass(frozen=True, slots=True)
class Step:
    """What one instruction of a transaction wants: of vault `who` to move `amount`, of multisig `who` its next act,
    or something that is no event of ours."""

    kind: str  # vault, govern, name (the governed program), forge
    who: int
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Intent:
    """A signed transaction, before anybody ran it. `unlucky`: the forks on which it fails whatever the state."""

    signature: str
    steps: tuple[Step, ...]
    version: Any
    forwarded: bool
    loud: bool
    unlucky: frozenset[int]


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream account, with the vault's balances."""

    seq: int = 0
    digest: bytes = NEW_STREAM_DIGEST
    deposited: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Executed:
    """A transaction as the chain has it: `result` is getTransaction's, without slot, time and index."""

    signature: str
    failed: bool
    mentions: frozenset[str]
    result: dict[str, Any]
    events: tuple[tuple[str, str, int, bytes], ...]  # program, stream, seq, bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A slot that was not skipped, with the streams after it."""

    slot: int
    parent: int
    time: int
    transactions: tuple[Executed, ...]
    streams: dict[str, Stream]


@dataclass(frozen=True, slots=True)
class Planned:
    """A block before it is run; `fork` numbers the branch."""

    slot: int
    time: int
    fork: int
    intents: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One step of the script: `taken_back` blocks go, `blocks` come."""

    taken_back: int
    blocks: tuple[Planned, ...]


@dataclass(slots=True)
class Script:
    """All that a seed's chain does; a block is final once `lag` others stand on it."""

    seed: int
    lag: int
    moves: list[Move] = field(default_factory=list)
    vaults: int = 0
    multisigs: int = 0


MINT = address("mint")
_ENCODERS = {VAULT: Encoder(Idl.load("collateral_vault_v2")), WINDLASS: Encoder(Idl.load("windlass"))}


def vault(number: int) -> str:
    """The vault's address."""
    return address(f"vault {number}")


def token_account(number: int) -> str:
    """Of the vault's tokens."""
    return address(f"tokens {number}")


@cache
def story(seed: int, number: int) -> tuple[str, str, tuple[tuple[str, dict[str, Any]], ...]]:
    """What multisig `number` does, act by act: its address, the program that it governs, (event, fields)."""
    name = f"multisig {seed} {number}"
    history = governance_history(name, random.Random(name), proposals=6)
    acts = tuple((str(event.name), event.data) for event in history.events)
    return history.stream, address(f"{name} program"), acts


class Run:
    """Runs planned blocks. `altered` changes an intent before it runs (None: leaves it out): a lie, told throughout."""

    def __init__(self, script: Script, altered: dict[str, Intent | None] | None = None) -> None:
        self._seed = script.seed
        self._altered = altered or {}

    def block(self, planned: Planned, parent: Block | None) -> Block:
        """The planned block on top of its parent."""
        streams = dict(parent.streams) if parent else {}
        done = []
        for intent in planned.intents:
            chosen = self._altered.get(intent.signature, intent)
            if chosen is not None:
                done.append(self._execute(chosen, planned, streams))
        return Block(planned.slot, parent.slot if parent else planned.slot - 1, planned.time, tuple(done), streams)

    def _execute(self, intent: Intent, planned: Planned, streams: dict[str, Stream]) -> Executed:
        after = dict(streams)
        calls: list[Call] = []
        events: list[tuple[str, str, int, bytes]] = []
        failed = planned.fork in intent.unlucky
        for number, step in enumerate(intent.steps):
            call = self._call(step, planned.time, after)
            if call is None:
                failed = True
                break
            calls.append(call)
            events += [(call.program, call.stream, after[call.stream].seq, call.event)] if call.event else []
            if failed and number >= len(intent.steps) // 2:
                break
        result, mentions = body(intent.signature, calls, intent.version, intent.forwarded, intent.loud, failed)
        if failed:
            return Executed(intent.signature, True, mentions, result, ())
        streams.update(after)
        return Executed(intent.signature, False, mentions, result, tuple(events))

    def _call(self, step: Step, time: int, streams: dict[str, Stream]) -> Call | None:
        match step.kind:
            case "vault":
                return _move_balance(step, time, streams)
            case "govern":
                return self._govern(step.who, time, streams)
            case "name":
                return Call(LOUD, mentions=(story(self._seed, step.who)[1],))
        # An event that looks like the vault's, where another program can put one.
        stream = streams.get(vault(step.who), Stream())
        header = {"stream": vault(step.who), "seq": stream.seq + 1, "unix_timestamp": time}
        forged = _ENCODERS[VAULT].event("Deposited", _moved(step.who, header, 10**9, stream))
        return forgery(forged, vault(step.who))

    def _govern(self, who: int, time: int, streams: dict[str, Stream]) -> Call | None:
        multisig, _, acts = story(self._seed, who)
        before = streams.get(multisig, Stream())
        if before.seq == len(acts):
            return None
        name, data = acts[before.seq]
        header = {"stream": multisig, "seq": before.seq + 1, "unix_timestamp": time}
        return _emit(WINDLASS, multisig, name, data | {"header": header}, before, streams)


def _move_balance(step: Step, time: int, streams: dict[str, Stream]) -> Call | None:
    address_ = vault(step.who)
    before = streams.get(address_, Stream())
    header = {"stream": address_, "seq": before.seq + 1, "unix_timestamp": time}
    if before.seq == 0:
        if step.amount:
            return None  # there is no such vault (yet, on this fork)
        fields = _owned(step.who) | {"header": header, "mint": MINT, "token_account": token_account(step.who)}
        return _emit(VAULT, address_, "VaultInitialized", fields, before, streams)
    if step.amount == 0 or before.deposited - before.withdrawn + step.amount < 0:
        return None
    after = replace(
        before,
        deposited=before.deposited + max(step.amount, 0),
        withdrawn=before.withdrawn + max(-step.amount, 0),
    )
    name = "Deposited" if step.amount > 0 else "Withdrawn"
    return _emit(VAULT, address_, name, _moved(step.who, header, abs(step.amount), after), after, streams)


def _owned(who: int) -> dict[str, Any]:
    return {"vault": vault(who), "owner": address(f"owner {who}")}


def _moved(who: int, header: dict[str, Any], amount: int, after: Stream) -> dict[str, Any]:
    balance = after.deposited - after.withdrawn
    return _owned(who) | {
        "header": header,
        "amount": amount,
        "total_balance": balance,
        "locked_balance": 0,
        "available_balance": balance,
        "total_deposited": after.deposited,
        "total_withdrawn": after.withdrawn,
    }


def _emit(
    program: str, stream: str, name: str, fields: dict[str, Any], state: Stream, streams: dict[str, Stream]
) -> Call:
    event = _ENCODERS[program].event(name, fields)
    streams[stream] = replace(state, seq=state.seq + 1, digest=next_stream_digest(state.digest, event))
    return Call(program, stream, event)


def draw(seed: int, blocks: int, forks: int, per_block: float) -> Script:
    """The script of a seed, about so many blocks long, with so many switches of fork."""
    return _Drawing(seed, blocks, forks, per_block).script


class _Drawing:
    def __init__(self, seed: int, blocks: int, forks: int, per_block: float) -> None:
        self._chance = chance = random.Random(f"ledger {seed}")
        depths = [min(DEEPEST_FORK, int(chance.paretovariate(0.7))) for _ in range(forks)]
        self.script = Script(seed, lag=max([4, *depths]) + chance.randint(1, 3))
        self.script.vaults = chance.randint(2, 6)
        self.script.multisigs = chance.randint(0, 2)
        self._made = 0
        self._fork = 0
        self._per_block = per_block
        self._chain: list[Planned] = []
        self._clock = START
        self._highest = FIRST_SLOT - 1
        self._final = 0
        switches = sorted(chance.randint(2, blocks) for _ in range(forks))
        self._extend([self._births()])
        while len(self.script.moves) < blocks or switches:
            if switches and len(self.script.moves) >= switches[0]:
                switches.pop(0)
                # What is final stays: a fork that lost may have been longer than the one that won.
                self._switch(max(1, min(depths.pop(), len(self._chain) - 1 - self._final)))
            else:
                self._extend([self._intents()])

    def _extend(self, contents: Sequence[Sequence[Intent]]) -> None:
        slots = []
        for _ in contents:
            self._highest += 1 if self._chance.random() < 0.8 else self._chance.randint(2, 5)
            slots.append(self._highest)
        self._move(0, slots, contents)

    def _switch(self, depth: int) -> None:
        """The last `depth` blocks were on a fork that loses; most of their transactions get onto the one that wins."""
        gone = self._chain[-depth:]
        base = self._chain[-depth - 1]
        self._fork += 1
        count = min(max(1, depth + self._chance.randint(-2, 2)), self.script.lag)
        ahead = range(base.slot + 1, self._highest + count + 3)
        if self._chance.random() < 0.8:  # else a leader made two blocks for one slot
            taken = {block.slot for block in gone}
            ahead_slots = [slot for slot in ahead if slot not in taken]
        else:
            ahead_slots = list(ahead)
        slots = sorted(self._chance.sample(ahead_slots[:-1], min(count, len(ahead_slots)) - 1))
        slots.append(ahead_slots[-1])
        contents: list[list[Intent]] = [[] for _ in slots]
        for block in gone:
            for intent in block.intents:
                if self._chance.random() < 0.8:
                    # Most keep their order, and so their events.
                    place = min(len(slots) - 1, max(0, gone.index(block) + self._chance.choice([0, 0, 0, 1, -1])))
                    contents[place].append(intent)
        contents[-1] += self._intents()
        self._highest = slots[-1]
        self._move(depth, slots, contents)

    def _move(self, taken_back: int, slots: Sequence[int], contents: Sequence[Sequence[Intent]]) -> None:
        del self._chain[len(self._chain) - taken_back :]
        blocks = []
        for slot, intents in zip(slots, contents, strict=True):
            # The cluster's clock is an estimate by stake: it creeps, and it jumps.
            self._clock += self._chance.choice([0, 0, 1, 1]) if self._chance.random() < 0.97 else 86_400
            blocks.append(Planned(slot, self._clock, self._fork, tuple(intents)))
        self._chain += blocks
        self._final = max(self._final, len(self._chain) - 1 - self.script.lag)
        self.script.moves.append(Move(taken_back, tuple(blocks)))

    def _births(self) -> list[Intent]:
        return [self._intent([Step("vault", number)]) for number in range(self.script.vaults - 1)]

    def _intents(self) -> list[Intent]:
        number = min(40, int(self._chance.expovariate(1 / self._per_block)))
        return [
            self._intent([self._step() for _ in range(self._chance.choice([1, 1, 1, 2, 3]))]) for _ in range(number)
        ]

    def _step(self) -> Step:
        chance = self._chance
        kind = chance.choices(["vault", "govern", "name", "forge"], [8, 4, 1, 1])[0]
        if kind in ("govern", "name") and self.script.multisigs:
            return Step(kind, chance.randrange(self.script.multisigs))
        who = chance.randrange(self.script.vaults)
        if kind == "forge":
            return Step(kind, who)
        # Vaults that are born late are what a fork can take away altogether.
        amount = 0 if who == self.script.vaults - 1 and chance.random() < 0.3 else chance.randint(-60, 100) or 1
        return Step("vault", who, amount)

    def _intent(self, steps: Sequence[Step]) -> Intent:
        chance = self._chance
        self._made += 1
        unlucky = frozenset(fork for fork in range(8) if chance.random() < 0.06) if self._made > 6 else frozenset()
        return Intent(
            signature(f"{self.script.seed} {self._made}"),
            tuple(steps),
            chance.choice(["legacy", "legacy", 0, 1]),
            chance.random() < 0.4,
            chance.random() < 0.1,
            unlucky,
        )
