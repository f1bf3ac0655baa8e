"""Which failures are worth another try."""

from __future__ import annotations

import httpx
import pytest
from windlass_commands.errors import RpcRefused
from windlass_commands.retry import retryable

REQUEST = httpx.Request("POST", "http://node")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_node_that_is_busy_is_asked_again(status: int) -> None:
    assert retryable(httpx.HTTPStatusError("", request=REQUEST, response=httpx.Response(status)))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 500])
def test_a_node_that_refuses_is_not(status: int) -> None:
    assert not retryable(httpx.HTTPStatusError("", request=REQUEST, response=httpx.Response(status)))


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError])
def test_a_broken_connection_is_tried_again(error: type[httpx.TransportError]) -> None:
    assert retryable(error("gone"))


def test_an_address_that_is_none_is_not_tried_again() -> None:
    assert not retryable(httpx.UnsupportedProtocol("ftp"))


def test_a_node_that_is_behind_is_asked_again_and_one_that_says_no_is_not() -> None:
    assert retryable(RpcRefused("behind", -32005))
    assert retryable(RpcRefused("not yet", -32016))
    assert not retryable(RpcRefused("preflight", -32002))
    assert not retryable(ValueError("a mistake of ours"))
