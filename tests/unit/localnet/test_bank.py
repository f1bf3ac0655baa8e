"""The bank alone: no sockets, no clock but its own."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction
from windlass_localnet.bank import Bank
from windlass_localnet.commitment import Commitment, Lags
from windlass_localnet.errors import TransactionRefused
from windlass_localnet.genesis import Genesis


@pytest.fixture
def bank() -> Bank:
    return Bank(Genesis(), slot_ms=400, lags=Lags(confirmed=2, finalized=5))


def give(bank: Bank, to: Pubkey, lamports: int = 10**9) -> VersionedTransaction:
    faucet = bank.faucet
    instruction = transfer(TransferParams(from_pubkey=faucet.pubkey(), to_pubkey=to, lamports=lamports))
    message = Message.new_with_blockhash([instruction], faucet.pubkey(), bank.ledger.newest.blockhash)
    return VersionedTransaction(message, [faucet])


def test_a_chain_starts_with_a_finalized_past(bank: Bank) -> None:
    slots = [bank.slot(c) for c in (Commitment.PROCESSED, Commitment.CONFIRMED, Commitment.FINALIZED)]
    assert slots == [512, 510, 507]


def test_an_account_is_read_as_it_was_at_each_slot(bank: Bank) -> None:
    to = Keypair().pubkey()
    expected = {}
    for round_ in range(1, 6):
        bank.process(give(bank, to))
        expected[bank.open.slot] = round_ * 10**9
        bank.advance()
    for slot, lamports in expected.items():
        state = bank.accounts.at(to, slot)
        assert state is not None
        assert state.lamports == lamports
    assert bank.accounts.at(to, min(expected) - 1) is None


def test_commitments_count_blocks_so_that_a_journey_finalizes_nothing(bank: Bank) -> None:
    landed = bank.process(give(bank, Keypair().pubkey()))
    bank.travel(bank.open.slot + 1_000_000, bank.clock.now() + 400_000)
    assert bank.slot(Commitment.FINALIZED) < landed.slot
    assert bank.slot(Commitment.CONFIRMED) < landed.slot < bank.open.slot
    bank.advance()
    assert bank.slot(Commitment.CONFIRMED) == landed.slot
    for _ in range(3):
        bank.advance()
    assert bank.slot(Commitment.FINALIZED) == landed.slot


def test_memory_of_old_states_is_bounded_by_the_finalized_lag(bank: Bank) -> None:
    for _ in range(50):
        bank.process(give(bank, Keypair().pubkey()))
        bank.advance()
    kept = [slot for slot in range(bank.open.slot + 1) if bank.accounts.changed_in(slot)]
    assert kept == list(range(bank.open.slot - 5, bank.open.slot + 1))


def test_what_cannot_pay_does_not_land(bank: Bank) -> None:
    stranger = Keypair()
    instruction = transfer(TransferParams(from_pubkey=stranger.pubkey(), to_pubkey=Keypair().pubkey(), lamports=1))
    message = Message.new_with_blockhash([instruction], stranger.pubkey(), bank.ledger.newest.blockhash)
    with pytest.raises(TransactionRefused) as refused:
        bank.process(VersionedTransaction(message, [stranger]))
    assert refused.value.err == "AccountNotFound"
    assert bank.open.transactions == []
