"""Base58 as everybody else reads it."""

import based58
import pytest
from hypothesis import given
from hypothesis import strategies as st
from windlass_indexer.base58 import decode


@given(st.binary(max_size=300))
def test_what_was_encoded_is_read_back(data: bytes) -> None:
    assert decode(based58.b58encode(data).decode()) == data


def test_leading_zeros_and_nothing_are_kept() -> None:
    assert decode("") == b""
    assert decode("1") == b"\x00"
    assert decode("112") == b"\x00\x00\x01"


@given(st.text(min_size=1))
@pytest.mark.parametrize("wrong", ["0", "O", "I", "l", " ", "_", "-", "+", "\x00", "é", "\n"])
def test_what_is_not_base58_is_refused(wrong: str, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- of several kinds
        decode(text + wrong)
    with pytest.raises(ValueError):  # noqa: PT011
        decode(wrong + "2")
