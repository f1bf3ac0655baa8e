"""Cursors come back as they were handed out, and nothing else passes for one."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from windlass_graphql.errors import BadArguments, BadCursor, BadPageSize
from windlass_graphql.pages import LARGEST_PAGE, Ordering, Place, decode_cursor, encode_cursor, page

BASE58 = "".join(sorted(set(string.digits + string.ascii_letters) - set("0OIl")))
addresses = st.text(BASE58, min_size=32, max_size=44)
keys = addresses | st.tuples(addresses, addresses).map("/".join)
positions = st.integers(min_value=0, max_value=2**63 - 1)
BY_SLOT = Ordering("created_slot", False)
BY_BALANCE = Ordering("total_balance", False, "balance", "numeric")
lists = st.sampled_from(["proposals", "vaults", "multisigs", "programs", "upgrades", "transactions"])


@given(lists, positions, keys)
def test_a_cursor_is_decoded_to_the_place_it_was_made_of(listing: str, position: int, key: str) -> None:
    place = Place(position, key)
    cursor = encode_cursor(listing, BY_SLOT, place)
    assert decode_cursor(listing, BY_SLOT, cursor) == place
    assert set(cursor) <= set(string.ascii_letters + string.digits + "-_")


@given(lists, lists, positions, keys)
def test_a_cursor_of_another_list_is_refused(listing: str, other: str, position: int, key: str) -> None:
    cursor = encode_cursor(other, BY_SLOT, Place(position, key))
    if listing != other:
        with pytest.raises(BadCursor):
            decode_cursor(listing, BY_SLOT, cursor)


def test_a_cursor_of_another_order_is_refused() -> None:
    place = Place(2**64 - 1, "1" * 32)
    assert decode_cursor("vaults", BY_BALANCE, encode_cursor("vaults", BY_BALANCE, place)) == place
    for made, read in [(BY_BALANCE, BY_SLOT), (BY_SLOT, BY_BALANCE)]:
        with pytest.raises(BadCursor, match="`vaults` handed out in this order"):
            decode_cursor("vaults", read, encode_cursor("vaults", made, Place(1, "1" * 32)))


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor("proposals", BY_SLOT, text)


def test_a_position_that_postgresql_cannot_hold_is_refused() -> None:
    with pytest.raises(BadCursor):
        decode_cursor("proposals", BY_SLOT, encode_cursor("proposals", BY_SLOT, Place(2**63, "1" * 32)))
    with pytest.raises(BadCursor):
        decode_cursor("vaults", BY_BALANCE, encode_cursor("vaults", BY_BALANCE, Place(2**64, "1" * 32)))


@pytest.mark.parametrize("end", ["first", "last"])
@pytest.mark.parametrize("size", [-1, 0, LARGEST_PAGE + 1, 2**31 - 1])
def test_a_page_size_out_of_range_is_refused(end: str, size: int) -> None:
    with pytest.raises(BadPageSize, match=f"{end}: expected 1 to 100, got {size}"):
        page("proposals", {}, {end: size})


def test_a_page_cannot_be_counted_from_both_ends() -> None:
    with pytest.raises(BadArguments, match="expected first or last, got both"):
        page("proposals", {}, {"first": 1, "last": 1})
