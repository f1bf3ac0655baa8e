"""Whatever goes wrong on the way, the tables end up saying what the chain says; drawn from seeds.

`SEEDS=FIRST:LAST` names others than those that every run takes (the last one is not included).
"""

import os
import sys
from collections.abc import Iterable, Sequence
from time import monotonic

import pytest
from simulation.conftest import Killed, LieTo, Simulate
from simulation.seeds import ONCE_FAILED, ONCE_FAILED_WITHOUT_FORKS
from simulation.simulation import Outcome

# An indexer that ends in this process in the middle of connecting stands for one whose process is gone.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

FIRST, _, LAST = os.environ.get("SEEDS", "0:12").partition(":")


def report(outcomes: Sequence[Outcome], started: float) -> None:
    """Fails with the seeds that came out wrong, after all have run."""
    wrong = {outcome.seed: outcome.wrong for outcome in outcomes if outcome.wrong}
    sys.stderr.write(
        f"{len(outcomes)} seeds, {sum(outcome.events for outcome in outcomes)} events, "
        f"{sum(outcome.requests for outcome in outcomes)} requests in {monotonic() - started:.0f} s; "
        f"verified {max(outcome.seconds for outcome in outcomes):.0f} s after quiet at the latest; "
        f"{len(wrong)} differ\n"
    )
    assert not wrong, "\n".join(f"seed {seed}: {line}" for seed, lines in wrong.items() for line in lines)


def run_all(simulate: Simulate, seeds: Iterable[int], *, forks: bool = True) -> None:
    """One after the other, in this process and in compressed time."""
    started = monotonic()
    outcomes = []
    for seed in seeds:
        outcomes.append(simulate(seed, forks=forks))
        if len(outcomes) % 50 == 0:
            wrong = [outcome.seed for outcome in outcomes if outcome.wrong]
            sys.stderr.write(f"{len(outcomes)} seeds after {monotonic() - started:.0f} s; wrong: {wrong}\n")
    report(outcomes, started)


def test_every_seed_ends_with_the_tables_of_a_clean_run(simulate: Simulate) -> None:
    run_all(simulate, range(int(FIRST), int(LAST)))


@pytest.mark.long
def test_a_thousand_seeds_end_with_the_tables_of_a_clean_run(simulate: Simulate) -> None:
    run_all(simulate, range(1_000))


@pytest.mark.parametrize("seed", ONCE_FAILED, ids=lambda seed: f"seed-{seed}")
def test_a_seed_that_once_failed_does_not_again(simulate: Simulate, seed: int) -> None:
    run_all(simulate, [seed])


@pytest.mark.parametrize("seed", ONCE_FAILED_WITHOUT_FORKS, ids=lambda seed: f"seed-{seed}")
def test_a_seed_that_once_failed_without_forks_does_not_again(simulate: Simulate, seed: int) -> None:
    run_all(simulate, [seed], forks=False)


def test_a_history_that_is_not_what_the_accounts_come_from_is_marked_and_nothing_else_is(lie_to: LieTo) -> None:
    started = monotonic()
    outcomes = [lie_to(seed) for seed in range(5_000, 5_006)]
    assert sum(outcome.events for outcome in outcomes) > 3, "hardly any of the seeds lies"
    report(outcomes, started)


def test_a_second_node_that_tells_another_history_vouches_for_nothing_and_changes_nothing(lie_beside: LieTo) -> None:
    started = monotonic()
    outcomes = [lie_beside(seed) for seed in range(5_000, 5_003)]
    assert sum(outcome.events for outcome in outcomes) > 1, "hardly any of the seeds lies"
    report(outcomes, started)


def test_processes_that_are_killed_end_with_the_tables_of_a_clean_run(kill: Killed) -> None:
    started = monotonic()
    report(kill(range(2_000, 2_002)), started)


@pytest.mark.long
def test_a_hundred_times_killed_processes_end_with_the_tables_of_a_clean_run(kill: Killed) -> None:
    started = monotonic()
    report(kill(range(3_000, 3_100)), started)
