"""Python's search for cycles of objects, less often."""

import gc


def collect_less_often() -> None:
    """For a process that reads from a node: a transaction is a hundred objects without a cycle among them, and looking
    for one at every 700 objects is a tenth of all the work."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
