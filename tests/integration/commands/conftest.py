"""A chain with Windlass and several governed programs on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stack.governance import Governance, governed_localnet

# A program is handed over once; each test that governs one takes the next.
PROGRAMS = 24


@pytest.fixture(scope="module")
def governance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governance]:
    """A fresh chain for each test file, since time only moves forward."""
    with governed_localnet(tmp_path_factory.mktemp("wallets"), PROGRAMS) as (governance, _):
        yield governance
