"""The 150 blockhashes, and durable nonces, as Agave's bank counts them."""

from __future__ import annotations

import struct

from solders.account import Account
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import ID, AdvanceNonceAccountParams, TransferParams, advance_nonce_account, transfer
from windlass_localnet.blockhashes import BlockhashQueue, durable_nonce, holds_nonce, nonce_address, with_nonce


def blockhash(number: int) -> Hash:
    return Hash(number.to_bytes(32, "big"))


def test_a_blockhash_is_valid_for_150_blocks_after_its_own() -> None:
    queue = BlockhashQueue()
    queue.register(blockhash(0), 0)
    for height in range(1, 151):
        queue.register(blockhash(height), height)
        assert queue.is_valid(blockhash(0))
    queue.register(blockhash(151), 151)
    assert not queue.is_valid(blockhash(0))
    assert queue.is_valid(blockhash(1))
    assert not queue.is_valid(blockhash(999))


def test_a_blockhash_is_not_valid_at_a_commitment_that_has_not_seen_it() -> None:
    queue = BlockhashQueue()
    for height in range(40):
        queue.register(blockhash(height), height)
    assert queue.is_valid(blockhash(39))
    assert not queue.is_valid(blockhash(39), at_height=8)


def nonce_data(authority: Pubkey, nonce: bytes) -> Account:
    data = struct.pack("<II", 1, 1) + bytes(authority) + nonce + struct.pack("<Q", 5_000)
    return Account(1_447_680, data, ID)


def test_a_nonce_counts_only_in_the_first_instruction_and_with_its_authority() -> None:
    authority, address = Keypair().pubkey(), Keypair().pubkey()
    nonce = durable_nonce(blockhash(1))
    account = nonce_data(authority, nonce)
    advance = advance_nonce_account(AdvanceNonceAccountParams(nonce_pubkey=address, authorized_pubkey=authority))
    give = transfer(TransferParams(from_pubkey=authority, to_pubkey=address, lamports=1))
    first = Message.new_with_blockhash([advance, give], authority, Hash(nonce))
    assert nonce_address(first) == address
    assert holds_nonce(account, first)
    assert nonce_address(Message.new_with_blockhash([give, advance], authority, Hash(nonce))) is None
    assert not holds_nonce(nonce_data(Keypair().pubkey(), nonce), first)
    assert not holds_nonce(None, first)
    advanced = with_nonce(account, durable_nonce(blockhash(2)))
    assert not holds_nonce(advanced, first)
    assert advanced.lamports == account.lamports
    assert advanced.data[:40] == account.data[:40]
