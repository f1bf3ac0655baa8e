"""A chain for each module, and clients of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from stack.localnet import Localnet, running_localnet
from stack.rpc import Rpc


@pytest.fixture(scope="module")
def localnet() -> Iterator[Localnet]:
    """A chain with short slots."""
    with running_localnet("--slot-ms", "40") as running:
        yield running


@pytest.fixture
async def rpc(localnet: Localnet) -> AsyncIterator[Rpc]:
    """A client of the chain."""
    client = Rpc(localnet.rpc_url)
    yield client
    await client.http.aclose()
