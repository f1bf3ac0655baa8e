"""The page holds at every width and in both themes, and is used without a mouse and without seeing it."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser.looking import BROWSER, looking
from stack.dev import Dev
from stack.governance import Governance

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page  # type: ignore[import-not-found,unused-ignore]

pytestmark = BROWSER

SCREENSHOTS = Path(os.environ.get("WINDLASS_SCREENSHOTS", "test-output"))
CONTRAST = Path(__file__).with_name("contrast.js").read_text()
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => (each.open = true))"
TOO_WIDE = """
() => [...document.body.querySelectorAll("*")]
  .filter((node) => node.checkVisibility() && !node.closest("nav, .visually-hidden"))
  .filter((node) => node.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((node) => `${node.localName}.${node.className}: ${node.textContent.slice(0, 40)}`)
"""
NAMELESS = """
() => [...document.querySelectorAll("button, a, summary, progress")]
  .filter((node) => node.checkVisibility() && !(node.getAttribute("aria-label") ?? node.textContent).trim())
  .map((node) => node.outerHTML)
"""
FOCUSED = """
() => {
  const node = document.activeElement;
  const style = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  return {
    name: (node.getAttribute("aria-label") ?? node.textContent).trim(),
    role: node.localName,
    visible: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}
"""


@pytest.fixture(scope="module")
def dashboard(stack: tuple[Governance, Dev]) -> str:
    """The page's address; it shows a proposal with its timelock running, one that is voted on, and two decided ones."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    governance, dev = stack
    multisig = governance.multisig()
    first, second = governance.registered(multisig), governance.registered(multisig)
    governance.done("cancel", governance.proposal(multisig, second, verified=False))
    executed = governance.approved(multisig, second)
    governance.travel(172_800 + 5)
    governance.done("execute", executed, by="mallory")
    governance.approved(multisig, first)
    voted = governance.proposal(multisig, second, by="bob")
    governance.done("approve", voted, by="bob")
    states = "{ proposals { nodes { state verification { isVerified } } } }"
    dev.until(states, lambda it: len(it["proposals"]["nodes"]) == 4 and all_verified(it), 60)
    return dev.dashboard


def all_verified(answer: Any) -> bool:
    return all(each["verification"]["isVerified"] for each in answer["proposals"]["nodes"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 768, 1440])
async def test_the_layout_holds_and_every_text_has_contrast(
    dashboard: str, browser: Browser, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 900}
    async with looking(browser, dashboard, viewport=size, color_scheme=scheme, reduced_motion="reduce") as page:
        await shown(page)
        await page.screenshot(path=SCREENSHOTS / f"dashboard-{width}-{scheme}.png", full_page=True)
        await page.evaluate(OPEN_ALL)
        await page.locator(".opened .voters").first.wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.evaluate(TOO_WIDE) == []
        assert await page.evaluate(CONTRAST) == []
        await page.screenshot(path=SCREENSHOTS / f"dashboard-{width}-{scheme}-opened.png", full_page=True)


async def test_everything_is_reached_and_used_by_the_keyboard(dashboard: str, browser: Browser) -> None:
    async with looking(browser, dashboard, reduced_motion="reduce", color_scheme="light") as page:
        await shown(page)
        reached = []
        await page.keyboard.press("Tab")
        while (focused := await page.evaluate(FOCUSED))["role"] != "body":
            assert focused["name"], focused
            assert focused["visible"], focused
            assert focused["outlined"], focused
            reached.append(focused)
            assert len(reached) < 400
            await page.keyboard.press("Tab")
        assert reached[0]["name"] == "Skip to the content"
        focusable = "a[href], button, summary, [tabindex='0']"
        all_of_them = f"[...document.querySelectorAll({focusable!r})].filter((each) => each.checkVisibility()).length"
        # A region that scrolls is a stop of its own.
        assert len([each for each in reached if each["role"] != "div"]) == await page.evaluate(all_of_them)

        await page.locator(".skip").focus()
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        decided = page.locator("details.decided summary").first
        await decided.focus()
        await page.keyboard.press("Enter")
        await page.locator("details.decided[open] .voters").first.wait_for()
        ground = "getComputedStyle(document.body).backgroundColor"
        light = await page.evaluate(ground)
        await page.locator("#theme").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        assert await page.locator("#theme").inner_text() == "Theme: dark"
        assert await page.evaluate(ground) != light
        await page.reload()
        await shown(page)
        assert await page.evaluate(ground) != light


async def test_what_readers_are_told_has_landmarks_an_order_of_headings_and_names(
    dashboard: str, browser: Browser
) -> None:
    async with looking(browser, dashboard) as page:
        await shown(page)
        await page.evaluate(OPEN_ALL)
        for landmark in ("banner", "navigation", "main", "contentinfo"):
            assert await page.get_by_role(landmark).count() == 1, landmark
        for region in ("Open proposals", "Decided", "Migrations", "Rollbacks", "Alerts", "Councils", "Proof"):
            assert await page.get_by_role("region", name=region, exact=True).count() == 1, region
        levels = await page.locator("h1, h2, h3, h4").evaluate_all(
            "all => all.map((each) => Number(each.localName[1]))"
        )
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), levels
        ids = await page.locator("[id]").evaluate_all("all => all.map((each) => each.id)")
        assert len(ids) == len(set(ids))
        assert await page.evaluate(NAMELESS) == []
        times = await page.locator("main time[datetime]").evaluate_all("all => all.map((each) => each.title)")
        assert times
        assert all(each.endswith(" UTC") for each in times)


async def shown(page: Page) -> None:
    """Once all four proposals are there."""
    await page.locator("article.proposal").nth(1).wait_for()
    await page.locator("details.decided").nth(1).wait_for()
