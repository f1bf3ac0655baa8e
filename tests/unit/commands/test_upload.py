"""How a program is cut into transactions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from solders.hash import Hash
from solders.keypair import Keypair
from windlass_commands import loader
from windlass_commands.keypairs import Signer
from windlass_commands.rpc import Rpc
from windlass_commands.transactions import MAX_TRANSACTION_BYTES, message_of, unsigned
from windlass_commands.upload import WRITE_UNITS, Upload

AUTHORITY, PAYER, BUFFER = (Signer.of(Keypair()) for _ in range(3))


def upload(code: bytes, payer: Signer = AUTHORITY, price: int = 0) -> Upload:
    return Upload(Rpc("http://127.0.0.1:1"), BUFFER, AUTHORITY, payer, code, price=price)


def test_a_chunk_fills_its_transaction_to_the_last_byte() -> None:
    for payer, price in ((AUTHORITY, 0), (AUTHORITY, 1_000), (PAYER, 0), (PAYER, 1_000)):
        size = upload(b"", payer, price).chunk_bytes()
        write = loader.write(BUFFER.address, AUTHORITY.address, 0, bytes(size))
        message = message_of([write], payer, Hash.default(), units=WRITE_UNITS, price=price)
        assert len(unsigned(message)) == MAX_TRANSACTION_BYTES


@given(code=st.binary(min_size=1, max_size=5_000), written=st.sets(st.integers(0, 5)))
def test_only_the_chunks_that_differ_are_missing(code: bytes, written: set[int]) -> None:
    one = upload(code)
    size = one.chunk_bytes()
    held = bytearray(len(code))
    for index in written:
        held[index * size : (index + 1) * size] = code[index * size : (index + 1) * size]
    missing = one.missing(bytes(held))
    for start in range(0, len(code), size):
        same = bytes(held[start : start + size]) == code[start : start + size]
        assert (start in missing) != same
    for start in missing:
        held[start : start + size] = code[start : start + size]
    assert bytes(held) == code
