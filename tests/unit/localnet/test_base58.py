"""Base58 of any length, against solders' own for keys and signatures."""

from __future__ import annotations

import random

import pytest
from solders.keypair import Keypair
from solders.signature import Signature
from windlass_localnet.encode import base58


def test_keys_and_signatures_read_as_solders_writes_them() -> None:
    rng = random.Random(7)
    for _ in range(50):
        key = Keypair.from_seed(rng.randbytes(32)).pubkey()
        signature = Signature(rng.randbytes(64))
        assert base58.encode(bytes(key)) == str(key)
        assert base58.encode(bytes(signature)) == str(signature)
        assert base58.decode(str(signature)) == bytes(signature)


def test_data_of_any_length_comes_back_with_its_leading_zeros() -> None:
    rng = random.Random(8)
    for length in (*range(60), 300, 1232):
        for zeros in (0, 1, 3):
            data = bytes(zeros) + rng.randbytes(length)
            assert base58.decode(base58.encode(data)) == data


def test_a_character_outside_the_alphabet_is_named() -> None:
    with pytest.raises(ValueError, match="'0' at byte 2"):
        base58.decode("ab0")
