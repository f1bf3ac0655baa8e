"""Lamports, tokens and sizes."""

from __future__ import annotations

from windlass_commands.amounts import counted, size, sol, tokens


def test_lamports_are_told_in_sol_with_the_digits_that_matter() -> None:
    assert sol(0) == "0 SOL"
    assert sol(5_000) == "0.000005 SOL"
    assert sol(1_500_000_000) == "1.5 SOL"


def test_token_amounts_are_told_in_whole_tokens() -> None:
    assert tokens(1_500_000, 6) == "1.5"
    assert tokens(48_200_000_000, 6) == "48,200"
    assert tokens(1, 6) == "0.000001"
    assert tokens(7, 0) == "7"


def test_sizes_are_told_in_bytes_or_kilobytes() -> None:
    assert size(999) == "999 bytes"
    assert size(254_272) == "254.3 kB"


def test_numbers_agree_with_their_noun() -> None:
    assert [counted(number, "approval") for number in (0, 1, 3)] == ["0 approvals", "1 approval", "3 approvals"]
