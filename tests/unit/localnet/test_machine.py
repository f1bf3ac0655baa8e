"""A bank whose LiteSVM is replaced by a new one as soon as a transaction has named an account: nobody notices."""

from __future__ import annotations

import struct

import pytest
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.system_program import ID, TransferParams, transfer
from solders.transaction import VersionedTransaction
from stack.relay import RELAY_ELF
from windlass_localnet.bank import Bank
from windlass_localnet.commitment import Lags
from windlass_localnet.genesis import LOADER_V3, Genesis
from windlass_localnet.ledger import LandedTransaction

LOOKUP_TABLES = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
CLOSE = struct.pack("<I", 5)
SOL = 10**9
LAGS = Lags(confirmed=1, finalized=3)


@pytest.fixture
def bank() -> Bank:
    return Bank(Genesis(), 400, LAGS, most_passing=0)


def run(bank: Bank, *instructions: Instruction) -> LandedTransaction:
    message = Message.new_with_blockhash(instructions, bank.faucet.pubkey(), bank.ledger.newest.blockhash)
    landed = bank.process(VersionedTransaction(message, [bank.faucet]))
    assert landed.execution.err is None, landed.execution.logs
    return landed


def give(bank: Bank, to: Pubkey, lamports: int = SOL) -> Instruction:
    return transfer(TransferParams(from_pubkey=bank.faucet.pubkey(), to_pubkey=to, lamports=lamports))


def test_litesvm_knows_few_addresses_however_many_there_are(bank: Bank) -> None:
    everyone = [Keypair().pubkey() for _ in range(24)]
    first = bank.svm
    for round_ in range(2):
        for start in range(0, len(everyone), 6):
            run(bank, *(give(bank, each) for each in everyone[start : start + 6]))
            bank.advance()
            assert bank.accounts.passing == 0
        for each in everyone:
            account = bank.accounts.current(each)
            assert account is not None
            assert account.lamports == (round_ + 1) * SOL
            assert bank.svm.get_account(each) is None
    assert bank.svm is not first
    assert set(everyone) <= {address for address, _ in bank.accounts.owned_by(ID, bank.open.slot)}


def test_a_blockhash_for_nonces_never_comes_again(bank: Bank) -> None:
    seen = set()
    for _ in range(8):
        run(bank, give(bank, Keypair().pubkey()))
        bank.advance()
        seen.add(bank.svm.latest_blockhash())
    assert len(seen) == 8


def test_a_lookup_table_that_waits_outside_is_found(bank: Bank) -> None:
    payer, to, slot = bank.faucet.pubkey(), Keypair().pubkey(), bank.ledger.newest.slot
    table, bump = Pubkey.find_program_address([bytes(payer), struct.pack("<Q", slot)], LOOKUP_TABLES)
    signer, system = AccountMeta(payer, True, True), AccountMeta(ID, False, False)
    accounts = [AccountMeta(table, False, True), signer, signer, system]
    create = Instruction(LOOKUP_TABLES, struct.pack("<IQB", 0, slot, bump), accounts)
    extend = Instruction(LOOKUP_TABLES, struct.pack("<IQ", 2, 1) + bytes(to), accounts)
    run(bank, create, extend)
    bank.advance()
    assert bank.svm.get_account(table) is None

    lookup = AddressLookupTableAccount(key=table, addresses=[to])
    message = MessageV0.try_compile(payer, [give(bank, to)], [lookup], bank.ledger.newest.blockhash)
    landed = bank.process(VersionedTransaction(message, [bank.faucet]))
    assert landed.execution.err is None
    assert landed.post_balances[-1] == SOL


def test_an_address_that_was_emptied_stays_free(bank: Bank) -> None:
    owner = Keypair()
    run(bank, give(bank, owner.pubkey()))
    bank.advance()
    back = transfer(TransferParams(from_pubkey=owner.pubkey(), to_pubkey=bank.faucet.pubkey(), lamports=SOL))
    message = Message.new_with_blockhash([back], bank.faucet.pubkey(), bank.ledger.newest.blockhash)
    assert bank.process(VersionedTransaction(message, [bank.faucet, owner])).execution.err is None
    bank.advance()
    assert bank.accounts.current(owner.pubkey()) is None


def program_and_code(*, program_first: bool) -> tuple[Pubkey, Pubkey]:
    """Addresses of a program and its code in this order, in which LiteSVM writes them: the code first is a panic."""
    while True:
        program = Keypair().pubkey()
        code, _ = Pubkey.find_program_address([bytes(program)], LOADER_V3)
        if (bytes(program) < bytes(code)) is program_first:
            return program, code


@pytest.mark.parametrize("program_first", [True, False])
def test_a_program_that_was_closed_does_not_stop_the_chain(program_first: bool) -> None:
    genesis, (program, code) = Genesis(), program_and_code(program_first=program_first)
    genesis.add_upgradeable_program(program, RELAY_ELF, genesis.faucet.pubkey())
    bank = Bank(genesis, 400, LAGS, most_passing=0)
    payer, first = bank.faucet.pubkey(), bank.svm
    accounts = [AccountMeta(code, False, True), AccountMeta(payer, False, True), AccountMeta(payer, True, False)]
    held = bank.accounts.current(code)
    before = bank.accounts.current(payer)
    assert held is not None
    assert before is not None
    run(bank, Instruction(LOADER_V3, CLOSE, [*accounts, AccountMeta(program, False, True)]))
    refunded = bank.accounts.current(payer)
    assert refunded is not None
    assert refunded.lamports == before.lamports + held.lamports - 5_000
    bank.advance()
    to = Keypair().pubkey()
    run(bank, give(bank, to))
    bank.advance()
    assert bank.accounts.current(code) is None
    assert bank.accounts.current(program) is not None
    assert bank.accounts.current(to) is not None
    assert bank.svm is first, "a LiteSVM without the program's code took the program: the old one need not go on"
