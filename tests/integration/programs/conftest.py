"""What the programs' tests begin with."""

from collections.abc import Iterator

import pytest
from stack.council import Council
from stack.governed import Governed
from stack.ledger import Ledger
from stack.machines import lending


@pytest.fixture(autouse=True)
def machines() -> Iterator[None]:
    """Each test's chains run on what the chains of the test before ran on, made as good as new."""
    with lending():
        yield


@pytest.fixture
def fresh() -> Governed:
    """A chain with Windlass and the vault program, and nothing under Windlass yet."""
    return Governed()


@pytest.fixture
def governed(fresh: Governed) -> Governed:
    """The vault program, release 1, under a 3-of-5 multisig."""
    fresh.initialize()
    fresh.register()
    return fresh


@pytest.fixture
def council() -> Council:
    """The vault program, release 1, under a 3-of-5 multisig, with all that its members can do."""
    world = Council()
    world.initialize()
    world.register()
    return world


@pytest.fixture
def ledger() -> Ledger:
    """The ledger under a 3-of-5 multisig."""
    world = Ledger()
    world.initialize()
    world.register()
    return world


@pytest.fixture
def migrating(ledger: Ledger) -> Ledger:
    """The ledger, upgraded with a plan, its migration started."""
    ledger.migrating()
    return ledger
