"""The simulation's PostgreSQL and its compressed time, shared by all seeds of a run."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from simulation.compressed_time import CompressedTime, told_by
from simulation.databases import Server
from simulation.simulation import Outcome, Simulation
from stack.postgres import loop_in_a_thread

Simulate = Callable[[int], Outcome]


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[Server, Callable[[Coroutine[Any, Any, Any]], Any]]]:
    """A PostgreSQL that may be crashed, and what runs its supervisor's coroutines in the loop that it lives in."""
    with loop_in_a_thread() as run:
        server = Server()
        try:
            run(server.start())
            yield server, run
        finally:
            run(server.stop())


@pytest.fixture(scope="session")
def simulate(server: tuple[Server, Callable[[Coroutine[Any, Any, Any]], Any]]) -> Iterator[Simulate]:
    """Runs a seed."""
    postgres, run = server
    with asyncio.Runner(loop_factory=CompressedTime) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, CompressedTime)
        simulation = Simulation(postgres, lambda work: asyncio.to_thread(run, work))
        with told_by(loop):
            yield lambda seed: runner.run(simulation.run(seed))
