"""How often, how long, and the words for it."""

import math
import statistics
from collections.abc import Callable, Sequence
from time import perf_counter, process_time


def alternate(rounds: int, *works: Callable[[], int]) -> list[list[float]]:
    """Things done a second, for each work in each round; the works take turns, so that a busy moment meets them all.

    A work does its part once and gives how many things it did. By the process' own time: another process on the core
    costs nothing.
    """
    rates: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, rate in zip(works, rates, strict=True):
            started = process_time()
            done = work()
            rate.append(done / (process_time() - started))
    return rates


def elapsed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = perf_counter()
    work()
    return perf_counter() - started


def percentile(values: Sequence[float], of: float) -> float:
    """The smallest value that `of` (0 to 1) of them do not exceed."""
    return sorted(values)[math.ceil(len(values) * of) - 1]


def told(rates: Sequence[float]) -> str:
    """Median and range."""
    return f"median {statistics.median(rates):,.0f}/s (least {min(rates):,.0f}, most {max(rates):,.0f})"
