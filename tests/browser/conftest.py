"""Debian's Chromium, and everything that the dashboard shows as a person would have it: real, nothing mocked."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
from stack.dev import Dev, running_dev
from stack.governance import Governance, governed_localnet

if TYPE_CHECKING:
    from playwright.async_api import Browser  # type: ignore[import-not-found,unused-ignore]

PROGRAMS = 8


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Governance, Dev]]:
    """A chain of its own for each file, and `windlass dev` beside it."""
    with (
        governed_localnet(tmp_path_factory.mktemp("wallets"), PROGRAMS) as (governance, localnet),
        running_dev(localnet.rpc_url, localnet.ws_url) as dev,
    ):
        yield governance, dev


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless one."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Debian's Chromium: apt-get install chromium")
    from playwright.async_api import async_playwright

    # Its sandbox does not start as root.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        await browser.close()
