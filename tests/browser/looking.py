"""A page of the dashboard, and whatever the browser has to complain of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page  # type: ignore[import-not-found,unused-ignore]

BROWSER = pytest.mark.browser
MILLISECONDS = 60_000
"""Until what is waited for is not coming any more: a loaded machine is slow."""
GIVEN_UP = "WebSocket is closed before the connection is established"
"""Said where the page did not wait any longer for a server that is slow, and tries again."""
TOMORROW = "const now = Date.now; Date.now = () => now() + 86_400_000;"


@asynccontextmanager
async def looking(
    browser: Browser, url: str, *, script: str = "", may_fail: bool = False, **context: Any
) -> AsyncIterator[Page]:
    """The page once it shows what was read. At the end nothing may have been complained of: no error in the console, no
    exception, nothing that its policy forbade, and, unless it `may_fail`, no request that failed.
    """
    complaints: list[str] = []
    opened = await browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
    opened.set_default_timeout(MILLISECONDS)
    if script:
        await opened.add_init_script(script)
    page = await opened.new_page()
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    if not may_fail:
        page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url} {request.failure}"))
        page.on("console", lambda said: complaints.extend(complaint(said)))
    await page.goto(url)
    await page.wait_for_selector("body[data-ready]")
    yield page
    await opened.close()
    assert complaints == [], complaints


def complaint(said: ConsoleMessage) -> list[str]:
    """What a line of the console complains of, if it does."""
    return [said.text] if said.type in ("error", "warning") and GIVEN_UP not in said.text else []


def seconds(countdown: str) -> int:
    """Of a text like 1d 23h 59m 07s."""
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    return sum(int(part[:-1]) * units[part[-1]] for part in countdown.split())
