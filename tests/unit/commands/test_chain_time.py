"""Durations and times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from windlass_commands.chain_time import duration, moment, moment_from, parse_duration
from windlass_commands.errors import UsageProblem


@pytest.mark.parametrize(
    ("text", "seconds"), [("48h", 172_800), ("2d", 172_800), ("1d12h", 129_600), ("90", 90), ("1 d 1 s", 86_401)]
)
def test_durations_are_read_as_people_write_them(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "two days", "-1", "1.5h", "3w", "h"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="A duration such as 48h"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_661, "1 h 1 min"), (172_799, "1 d 23 h"), (172_800, "2 d")],
)
def test_durations_are_told_by_their_two_largest_units(seconds: int, text: str) -> None:
    assert duration(seconds) == text


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_every_time_that_a_chain_can_hold_is_told(seconds: int) -> None:
    assert moment(seconds)


def test_a_moment_is_told_with_its_distance() -> None:
    assert moment_from(1_795_422_060, 1_795_252_860) == "2026-11-23 08:21 UTC, in 1 d 23 h"
    assert moment_from(100, 160).endswith("1 min ago")
