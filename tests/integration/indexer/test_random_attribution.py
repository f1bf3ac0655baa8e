"""Random transactions in the real SVM: what is attributed to a program is what its own accounts have counted.

Every event that a program emits moves its stream account's number and digest, in the same instruction. So after each
transaction the accounts themselves say which events there were: none more, none less, in which order, with which bytes.
"""

import random
import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from integration.indexer.forwarding import Fail, Log, LogData, Step, forward
from integration.indexer.vault_chain import (
    FORWARDER_ID,
    FORWARDER_SO,
    IMPOSTOR_ID,
    MINT,
    User,
    keypair,
    mint_account,
    token_account,
)
from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from stack.governed import Terms
from stack.instructions import build
from windlass_indexer.attribution import EVENT_TAG
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.transaction import Transaction
from windlass_localnet.bank import Bank
from windlass_localnet.commitment import Lags
from windlass_localnet.encode.transaction import transaction_json
from windlass_localnet.genesis import Genesis
from windlass_programs.addresses import (
    TOKEN_PROGRAM,
    VAULT_PROGRAM_ID,
    WINDLASS_PROGRAM_ID,
    event_authority_address,
    multisig_address,
)
from windlass_programs.artifacts import program_elf_path
from windlass_programs.digests import NEW_STREAM_DIGEST, next_stream_digest
from windlass_programs.idl import Idl

TRANSACTIONS = 2_000
# Of instructions: a transaction's own is at 1, and the runtime refuses a sixth. An event is one below its program.
DEEPEST = 5
PER_SLOT = 25
MAX_BYTES = 1_232
ALL_ROLES = 7

PROGRAMS = [
    FollowedProgram(str(VAULT_PROGRAM_ID), Idl.load("collateral_vault_v1")),
    FollowedProgram(str(WINDLASS_PROGRAM_ID), Idl.load("windlass")),
]
DEPOSITED = next(d for d, name in Idl.load("collateral_vault_v1").events.items() if name == "Deposited")


@dataclass
class Drawn:
    """A random transaction: who signs, what it does, and whose streams it may move."""

    chance: random.Random
    user: User
    signers: list[Keypair] = field(default_factory=list)
    streams: set[Pubkey] = field(default_factory=set)

    def instructions(self) -> list[Instruction]:
        """One to three of the transaction's own."""
        return [self._outer() for _ in range(self.chance.choice([1, 1, 2, 3]))]

    def _outer(self) -> Instruction:
        return self._program_call() if self.chance.random() < 0.25 else self._tree(1)

    def _tree(self, height: int) -> Instruction:
        """A program of nobody's at this height, which calls, prints and forges."""
        program = self.chance.choice([FORWARDER_ID, IMPOSTOR_ID])
        return forward(program, *(self._step(height) for _ in range(self.chance.choice([1, 1, 2, 3]))))

    def _step(self, height: int) -> Step:
        chance = self.chance
        # Its event, or the transfer of tokens, is two below.
        deeper = height < DEEPEST - 2
        match chance.choices(["call", "tree", "print", "imitate", "loud", "forge", "fail"], [8, 6, 2, 2, 1, 0.3, 0.3])[
            0
        ]:
            case "tree" if deeper:
                return self._tree(height + 1)
            case "print":
                return chance.choice([LogData(self._forged()), LogData(EVENT_TAG + self._forged())])
            case "imitate":
                return Instruction(IMPOSTOR_ID, EVENT_TAG + self._forged(), [_authority(chance)])
            case "loud":
                return Log("windlass " * 20, times=80)
            case "forge":
                # The vault itself is asked to take an event that it did not emit.
                return Instruction(VAULT_PROGRAM_ID, EVENT_TAG + self._forged(), [_authority(chance)])
            case "fail":
                return Fail()
        return self._program_call()

    def _program_call(self) -> Instruction:
        chance = self.chance
        self.streams.add(self.user.vault)
        match chance.choices(["deposit", "withdraw", "initialize", "multisig"], [6, 3, 0.3, 2])[0]:
            case "deposit":
                return self.user.deposit(chance.randint(1, 1_000))
            case "withdraw":
                return self.user.withdraw(chance.randint(1, 300))
            case "initialize":
                return self.user.initialize()  # it has been: this fails
        create_key = keypair(f"multisig {chance.random()}")
        self.signers.append(create_key)
        multisig = multisig_address(create_key.pubkey())
        self.streams.add(multisig)
        terms = Terms([(self.user.address, ALL_ROLES)], threshold=1, cancel_threshold=1, emergency_threshold=1)
        accounts = {"multisig": multisig, "create_key": create_key.pubkey(), "payer": self.user.address}
        return build(Idl.load("windlass"), "initialize_multisig", accounts, terms.pack())

    def _forged(self) -> bytes:
        """What the vault would emit for a deposit that never was."""
        header = bytes(self.user.vault) + struct.pack("<Qq", self.chance.randint(1, 300), 1_700_000_000)
        return DEPOSITED + header + bytes(self.user.vault) + bytes(self.user.address) + struct.pack("<7Q", *[10**9] * 7)


def _authority(chance: random.Random) -> AccountMeta:
    return AccountMeta(event_authority_address(VAULT_PROGRAM_ID), False, chance.random() < 0.2)


class Svm:
    """The bank with the programs, the users and their tokens."""

    def __init__(self, users: Sequence[User]) -> None:
        genesis = Genesis()
        genesis.add_upgradeable_program(VAULT_PROGRAM_ID, program_elf_path("collateral_vault_v1"), None)
        genesis.add_upgradeable_program(WINDLASS_PROGRAM_ID, program_elf_path("windlass"), None)
        genesis.add_program(FORWARDER_ID, FORWARDER_SO)
        genesis.add_program(IMPOSTOR_ID, FORWARDER_SO)
        genesis.accounts[MINT] = Account(10**7, mint_account(), TOKEN_PROGRAM, False, 0)
        for user in users:
            genesis.add_mint(user.address)
            genesis.accounts[user.tokens] = Account(10**7, token_account(user), TOKEN_PROGRAM, False, 0)
        self.bank = Bank(genesis, slot_ms=400, lags=Lags(confirmed=1, finalized=2))

    def run(
        self, user: User, instructions: Sequence[Instruction], signers: Sequence[Keypair]
    ) -> dict[str, object] | None:
        """The getTransaction result; None where it is too long for a packet."""
        message = Message.new_with_blockhash(instructions, user.address, self.bank.ledger.newest.blockhash)
        keys = {signer.pubkey(): signer for signer in (user.keys, *signers)}
        needed = message.account_keys[: message.header.num_required_signatures]
        transaction = VersionedTransaction(message, [keys[key] for key in needed])
        if len(bytes(transaction)) > MAX_BYTES:
            return None
        landed = self.bank.process(transaction)
        return transaction_json(landed, "json", 1) | {
            "slot": landed.slot,
            "transactionIndex": landed.index,
            "blockTime": 0,
        }

    def stream(self, address: Pubkey) -> tuple[int, bytes]:
        """The account's own number and digest."""
        account = self.bank.accounts.current(address)
        if account is None or len(account.data) < 48:
            return 0, NEW_STREAM_DIGEST
        return int.from_bytes(account.data[8:16], "little"), account.data[16:48]


@pytest.fixture(scope="module")
def users() -> list[User]:
    return [User(f"random {number}") for number in range(8)]


@pytest.fixture(scope="module")
def svm(users: list[User]) -> Svm:
    svm = Svm(users)
    for user in users:
        svm.run(user, [user.initialize()], [])
        svm.run(user, [user.deposit(100_000)], [])
    svm.bank.advance()
    return svm


def attributed(result: object) -> list[Event]:
    transaction = Transaction.parse(result)
    events = [event for program in PROGRAMS for event in program.events(transaction)]
    return sorted(events, key=lambda event: event.path)


def test_two_thousand_random_transactions_have_the_events_that_their_accounts_count(
    svm: Svm, users: list[User]
) -> None:
    chance = random.Random("attribution")
    seen: Counter[str] = Counter()
    number = 0
    while number < TRANSACTIONS:
        drawn = Drawn(chance, chance.choice(users))
        instructions = [*drawn.instructions(), forward(FORWARDER_ID, Log(str(number)))]
        before = {address: svm.stream(address) for address in drawn.streams}
        if (result := svm.run(drawn.user, instructions, drawn.signers)) is None:
            continue
        number += 1
        events = attributed(result)
        # In order of execution, each stream's account is where its events lead.
        for event in events:
            stream = Pubkey.from_string(str(event.stream))
            assert stream in before, f"transaction {number}: an event of a stream that nothing in it touches"
            seq, digest = before[stream]
            assert event.seq == seq + 1, f"transaction {number}"
            before[stream] = seq + 1, next_stream_digest(digest, event.raw)
        assert before == {address: svm.stream(address) for address in drawn.streams}, f"transaction {number}: {events}"
        _count(seen, result, events)
        if number % PER_SLOT == 0:
            svm.bank.advance()
    # What was drawn is what was meant to be drawn.
    assert seen["succeeded"] > TRANSACTIONS / 3
    for what, least in {"failed after events": 50, "truncated": 50, "forged": 200, "two programs": 50}.items():
        assert seen[what] >= least, f"{what}: {seen[what]}"
    assert seen["events"] > TRANSACTIONS
    assert all(seen[f"depth {depth}"] for depth in range(2, DEEPEST + 1))


def _count(seen: Counter[str], result: object, events: list[Event]) -> None:
    assert isinstance(result, dict)
    meta = result["meta"]
    failed = meta["err"] is not None
    inner = [call for group in meta["innerInstructions"] for call in group["instructions"]]
    seen["failed" if failed else "succeeded"] += 1
    seen["failed after events"] += failed and len(inner) > 2
    seen["truncated"] += "Log truncated" in meta["logMessages"]
    seen["forged"] += any(line.startswith("Program data: ") for line in meta["logMessages"])
    seen["two programs"] += len({event.program for event in events}) == 2
    seen["events"] += len(events)
    for event in events:
        seen[f"depth {len(event.path)}"] += 1
