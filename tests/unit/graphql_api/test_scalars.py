"""Scalars say exactly what they hold, and take nothing else."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from windlass_graphql.addresses import address
from windlass_graphql.errors import BadAddress
from windlass_graphql.scalars import SCALARS, U64, Hash, Int53


def _parse(kind: Any, value: object) -> object:
    parse = SCALARS[kind].parse_value
    assert parse is not None
    return parse(value)


def _serialize(kind: Any, value: object) -> object:
    serialize = SCALARS[kind].serialize
    assert serialize is not None
    return serialize(value)


@given(st.integers(0, 2**64 - 1))
def test_64_bits_travel_as_digits(number: int) -> None:
    assert _serialize(U64, number) == str(number)
    assert _parse(U64, str(number)) == number


@given(st.integers(0, 2**53 - 1))
def test_53_bits_travel_as_numbers(number: int) -> None:
    assert _parse(Int53, _serialize(Int53, number)) == number


@given(st.binary(min_size=32, max_size=32))
def test_hashes_travel_as_hexadecimal_digits(value: bytes) -> None:
    assert _serialize(Hash, value) == value.hex()
    assert _parse(Hash, value.hex()) == value


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))
def test_moments_travel_in_utc(moment: datetime) -> None:
    moment = moment.replace(tzinfo=timezone(timedelta(hours=2)))
    text = _serialize(datetime, moment)
    assert str(text).endswith("Z")
    assert _parse(datetime, text) == moment


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (U64, "18446744073709551616"),
        (U64, "-1"),
        (U64, 1),
        (U64, "1e3"),
        (U64, "٣"),
        (Int53, 2**53),
        (Int53, -1),
        (Int53, True),
        (Int53, "1"),
        (Int53, 1.0),
        (Hash, "ab"),
        (Hash, "zz" * 32),
        (datetime, "2026-01-01T00:00:00"),
        (datetime, "yesterday"),
        (datetime, "9999-12-31T23:59:59-23:59"),
        (datetime, "0001-01-01T00:00:00+00:01"),
        (datetime, 5),
    ],
)
def test_what_a_scalar_cannot_hold_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(GraphQLError):
        _parse(kind, value)


def test_a_number_beyond_53_bits_is_never_sent_rounded() -> None:
    with pytest.raises(GraphQLError):
        _serialize(Int53, 2**53)


def test_whole_seconds_have_no_fraction() -> None:
    assert _serialize(datetime, datetime(2026, 1, 31, 12, tzinfo=UTC)) == "2026-01-31T12:00:00Z"


@given(st.binary(min_size=32, max_size=32))
def test_every_address_is_taken(key: bytes) -> None:
    text = str(Pubkey(key))
    assert address("address", text) == text  # type: ignore[arg-type]


@given(st.text() | st.text("123456789ABCDEFabc", min_size=30, max_size=46))
def test_what_solana_takes_for_no_address_is_refused(text: str) -> None:
    try:
        Pubkey.from_string(text)
    except ValueError:
        with pytest.raises(BadAddress):
            address("address", text)  # type: ignore[arg-type]
    else:
        assert address("address", text) == text  # type: ignore[arg-type]
