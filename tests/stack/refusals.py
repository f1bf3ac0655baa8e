"""A refusal is a named error, and a chain on which nothing changed: `Chain.send` makes sure of the second."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from stack.chain import Refused


@contextmanager
def refused(error: str) -> Iterator[None]:
    """The block must end in a transaction that is refused as `error`."""
    with pytest.raises(Refused) as raised:
        yield
    assert raised.value.error == error, str(raised.value)
