"""The simulation's PostgreSQL and its compressed time, shared by all seeds of a run."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Protocol

import pytest
from simulation.compressed_time import CompressedTime, told_by
from simulation.databases import Server
from simulation.processes import Killing
from simulation.simulation import Outcome, Simulation
from stack.background_loop import loop_in_a_thread

Killed = Callable[[Sequence[int]], list[Outcome]]
LieTo = Callable[[int], Outcome]
Elsewhere = Callable[[Coroutine[Any, Any, Any]], Any]


class Simulate(Protocol):
    """Runs a seed, on a chain that forks or on one that does not."""

    def __call__(self, seed: int, *, forks: bool = True) -> Outcome: ...


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[Server, Elsewhere]]:
    """A PostgreSQL that may be crashed, and what runs its supervisor's coroutines in the loop that it lives in."""
    with loop_in_a_thread() as run:
        server = Server()
        try:
            run(server.start())
            yield server, run
        finally:
            run(server.stop())


@pytest.fixture(scope="session")
def compressed(server: tuple[Server, Elsewhere]) -> Iterator[tuple[asyncio.Runner, Simulation]]:
    """The loop in which time is compressed."""
    postgres, run = server
    with asyncio.Runner(loop_factory=CompressedTime) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, CompressedTime)
        with told_by(loop):
            yield runner, Simulation(postgres, lambda work: asyncio.to_thread(run, work))


@pytest.fixture(scope="session")
def simulate(compressed: tuple[asyncio.Runner, Simulation]) -> Simulate:
    """Runs a seed."""
    runner, simulation = compressed
    return lambda seed, *, forks=True: runner.run(simulation.run(seed, forks=forks))


@pytest.fixture(scope="session")
def lie_to(compressed: tuple[asyncio.Runner, Simulation]) -> LieTo:
    """Runs a seed with a node that lies."""
    runner, simulation = compressed
    return lambda seed: runner.run(simulation.run_lied_to(seed))


@pytest.fixture(scope="session")
def lie_beside(compressed: tuple[asyncio.Runner, Simulation]) -> LieTo:
    """Runs a seed with a second node that lies."""
    runner, simulation = compressed
    return lambda seed: runner.run(simulation.run_lied_to_by_another(seed))


@pytest.fixture(scope="session")
def kill(server: tuple[Server, Elsewhere], compressed: tuple[asyncio.Runner, Simulation]) -> Killed:
    """Runs seeds with processes that are killed."""
    postgres, _ = server
    runner, simulation = compressed

    def run(seeds: Sequence[int]) -> list[Outcome]:
        killing = Killing(postgres)
        settled = asyncio.run(killing.run(seeds))
        for plan, growth, database, outcome in settled:
            runner.run(simulation.compare(plan, growth, database, outcome))
            runner.run(postgres.give_back(database))
        sys.stderr.write(f"{killing.kills} processes were killed\n")
        assert killing.kills >= len(seeds)
        return [outcome for *_, outcome in settled]

    return run
