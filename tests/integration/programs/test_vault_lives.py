"""Random lives of vaults: whatever clients of either release send, sums hold and each gets the right answer."""

import pytest
from stack.vault_lives import Life


@pytest.mark.parametrize("seed", range(3))
def test_sums_hold_and_clients_of_both_releases_get_the_right_answer(seed: int) -> None:
    life = Life(seed)
    life.live(500, rounds=2)
    answers = {answer for _, answer in life.told}
    assert {"done", "MigrateFirst", "NewerLayout", "InsufficientBalance", "InsufficientLocked"} <= answers


@pytest.mark.long
def test_sums_hold_through_ten_thousand_operations() -> None:
    life = Life(seed=7)
    life.live(10_000, rounds=12)
    for (asked, answer), times in sorted(life.told.items()):
        print(f"{times:6,} {asked}: {answer}")
    for asked in ("lazily deposit", "lazily lock", "lazily transfer", "migrate", "revert"):
        assert life.told[asked, "done"] >= 10, asked
