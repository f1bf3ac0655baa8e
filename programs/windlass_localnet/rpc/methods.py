"""The method table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from windlass_localnet.chain import Chain
from windlass_localnet.rpc.params import Params

Method = Callable[[Chain, Params], Any]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Register a function as the RPC method `name`; a name is registered once."""

    def register(function: Method) -> Method:
        if name in METHODS:
            raise ValueError(f"{name} is registered twice")
        METHODS[name] = function
        return function

    return register
