"""`windlass-indexer decode` over transactions that the real SVM ran: exactly the program's own events."""

import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from integration.indexer.forwarding import Fail, Log, LogData, forward
from integration.indexer.vault_chain import FORWARDER_ID, IMPOSTOR_ID, User, VaultChain, vault_localnet
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.localnet import Localnet
from stack.waiting import until
from windlass_indexer.attribution import EVENT_TAG
from windlass_programs.addresses import SYSTEM_PROGRAM, VAULT_PROGRAM_ID, event_authority_address
from windlass_programs.artifacts import idl_path
from windlass_programs.idl import Idl

LOOKUP_TABLE_PROGRAM = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
USERS = [User(f"attribution {number}") for number in range(12)]
DECODE = [str(Path(sys.executable).with_name("windlass-indexer")), "decode", "--idl"]
DEPOSITED = next(d for d, name in Idl.load("collateral_vault_v1").events.items() if name == "Deposited")


@pytest.fixture(scope="module")
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    with vault_localnet(USERS, tmp_path_factory.mktemp("accounts"), "--slot-ms", "50") as localnet:
        yield localnet


@pytest.fixture
async def chain(localnet: Localnet) -> AsyncIterator[VaultChain]:
    async with VaultChain(localnet) as chain:
        yield chain


@pytest.fixture
async def user(chain: VaultChain) -> User:
    """Somebody with a vault that no other test touches."""
    user = USERS.pop()
    await chain.transaction(await chain.send(user, user.initialize()))
    return user


def decode(transaction: dict[str, Any]) -> list[dict[str, Any]]:
    command = [*DECODE, str(idl_path("collateral_vault_v1"))]
    done = subprocess.run(command, input=orjson.dumps(transaction), capture_output=True, check=True)
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def told(events: list[dict[str, Any]]) -> list[tuple[str, list[int], int]]:
    """Name, path and amount of each."""
    return [(event["name"], event["path"], event["data"]["amount"]) for event in events]


def forged_event(user: User) -> bytes:
    """What the vault would emit for a deposit that never was."""
    header = bytes(user.vault) + struct.pack("<Qq", 2, 1_700_000_000)
    return DEPOSITED + header + bytes(user.vault) + bytes(user.address) + struct.pack("<7Q", *[10**9] * 7)


async def test_a_deposit_gives_its_event_with_all_that_is_printed(chain: VaultChain, user: User) -> None:
    signature = await chain.send(user, user.deposit(7))
    transaction = await chain.transaction(signature)
    (event,) = decode(transaction)
    data = event.pop("data")
    assert event == {
        "slot": transaction["slot"],
        "signature": signature,
        "path": [0, 1],  # the vault calls the token program first
        "program": str(VAULT_PROGRAM_ID),
        "name": "Deposited",
    }
    header = data.pop("header")
    assert (header["stream"], header["seq"]) == (str(user.vault), 2)
    assert data == {
        "vault": str(user.vault),
        "owner": str(user.address),
        "amount": 7,
        "total_balance": 7,
        "locked_balance": 0,
        "available_balance": 7,
        "total_deposited": 7,
        "total_withdrawn": 0,
    }


async def test_an_event_three_levels_deep_has_its_path_in_the_tree_of_calls(chain: VaultChain, user: User) -> None:
    inner = forward(FORWARDER_ID, Log("deeper"), user.deposit(5))
    signature = await chain.send(user, forward(FORWARDER_ID, Log("first")), forward(FORWARDER_ID, inner))
    # Outer instruction 1 calls the forwarder, which calls the vault, whose second call is its event.
    assert told(decode(await chain.transaction(signature))) == [("Deposited", [1, 0, 0, 1], 5)]


async def test_two_events_in_one_instruction_are_both_there_in_order(chain: VaultChain, user: User) -> None:
    signature = await chain.send(user, forward(FORWARDER_ID, user.deposit(5), user.withdraw(3)))
    assert told(decode(await chain.transaction(signature))) == [
        ("Deposited", [0, 0, 1], 5),
        ("Withdrawn", [0, 1, 1], 3),
    ]


async def test_a_failed_transaction_has_no_events(chain: VaultChain, user: User) -> None:
    signature = await chain.send(user, forward(FORWARDER_ID, user.deposit(5), Fail()), checked=False)
    transaction = await chain.transaction(signature)
    assert transaction["meta"]["err"] is not None
    assert len(transaction["meta"]["innerInstructions"][0]["instructions"]) == 3  # it did emit before it failed
    assert decode(transaction) == []


async def test_our_bytes_in_the_logs_of_another_program_are_nothing(chain: VaultChain, user: User) -> None:
    forged = forged_event(user)
    steps = (LogData(forged), LogData(EVENT_TAG + forged), Log(f"Program data: {forged.hex()}"))
    transaction = await chain.transaction(await chain.send(user, forward(FORWARDER_ID, *steps)))
    assert any(line.startswith("Program data: ") for line in transaction["meta"]["logMessages"])
    assert decode(transaction) == []


async def test_an_event_call_without_our_event_authority_fails_and_is_nothing(chain: VaultChain, user: User) -> None:
    forgery = Instruction(VAULT_PROGRAM_ID, EVENT_TAG + forged_event(user), [AccountMeta(user.address, True, False)])
    transaction = await chain.transaction(await chain.send(user, forward(FORWARDER_ID, forgery), checked=False))
    assert transaction["meta"]["err"] is not None
    assert decode(transaction) == []


async def test_our_event_authority_that_did_not_sign_fails_and_is_nothing(chain: VaultChain, user: User) -> None:
    authority = AccountMeta(event_authority_address(VAULT_PROGRAM_ID), False, False)
    forgery = Instruction(VAULT_PROGRAM_ID, EVENT_TAG + forged_event(user), [authority])
    for instruction in (forward(FORWARDER_ID, forgery), forgery):
        transaction = await chain.transaction(await chain.send(user, instruction, checked=False))
        assert transaction["meta"]["err"] is not None
        assert decode(transaction) == []


async def test_another_program_that_takes_our_event_call_is_nothing(chain: VaultChain, user: User) -> None:
    authority = AccountMeta(event_authority_address(VAULT_PROGRAM_ID), False, False)
    imitation = Instruction(IMPOSTOR_ID, EVENT_TAG + forged_event(user), [authority])
    signature = await chain.send(user, forward(IMPOSTOR_ID, imitation), forward(FORWARDER_ID, imitation))
    transaction = await chain.transaction(signature)
    assert transaction["meta"]["err"] is None
    assert decode(transaction) == []


async def test_truncated_logs_take_no_event_away(chain: VaultChain, user: User) -> None:
    loud = forward(FORWARDER_ID, Log("windlass " * 20, times=80), user.deposit(9))
    transaction = await chain.transaction(await chain.send(user, loud))
    assert "Log truncated" in transaction["meta"]["logMessages"]
    assert told(decode(transaction)) == [("Deposited", [0, 0, 1], 9)]


async def test_a_v0_transaction_reads_its_accounts_from_the_lookup_table(chain: VaultChain, user: User) -> None:
    deposit = user.deposit(4)
    addresses = [meta.pubkey for meta in deposit.accounts if not meta.is_signer]
    table = await lookup_table(chain, user, addresses)
    transaction = await chain.transaction(await chain.send_v0(user, [table], deposit))
    assert transaction["version"] == 0
    loaded = transaction["meta"]["loadedAddresses"]
    assert str(user.vault) in loaded["writable"]
    assert str(event_authority_address(VAULT_PROGRAM_ID)) in loaded["readonly"]
    assert told(decode(transaction)) == [("Deposited", [0, 1], 4)]


async def lookup_table(chain: VaultChain, user: User, addresses: list[Pubkey]) -> AddressLookupTableAccount:
    """A table of these addresses that can be used already (a slot after it was made)."""
    slot = await chain.rpc.call("getSlot", {"commitment": "finalized"})
    address, bump = Pubkey.find_program_address([bytes(user.address), struct.pack("<Q", slot)], LOOKUP_TABLE_PROGRAM)
    metas = [
        AccountMeta(address, False, True),
        AccountMeta(user.address, True, False),
        AccountMeta(user.address, True, True),
        AccountMeta(SYSTEM_PROGRAM, False, False),
    ]
    create = Instruction(LOOKUP_TABLE_PROGRAM, struct.pack("<IQB", 0, slot, bump), metas)
    listed = b"".join(map(bytes, addresses))
    extend = Instruction(LOOKUP_TABLE_PROGRAM, struct.pack("<IQ", 2, len(addresses)) + listed, metas)
    made = await chain.transaction(await chain.send(user, create, extend))

    async def next_slot() -> bool:
        slot: int = await chain.rpc.call("getSlot", {"commitment": "processed"})
        return slot > int(made["slot"]) + 1

    await until(next_slot, "the lookup table is a slot old")
    return AddressLookupTableAccount(address, addresses)
