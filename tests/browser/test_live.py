"""What happens on the chain shows while somebody looks, without a reload."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser.looking import BROWSER, TOMORROW, looking, seconds
from stack.dev import Dev
from stack.governance import Governance
from stack.leftovers import Mark

if TYPE_CHECKING:
    from playwright.async_api import Browser  # type: ignore[import-not-found,unused-ignore]

pytestmark = BROWSER

GRAPHQL = str(Path(sys.executable).with_name("windlass-graphql"))
WINDLASS = str(Path(sys.executable).with_name("windlass"))
HOUR = 3_600
COMMANDS = "https://windlass.example"
RECORD = """
window.seen = [];
new MutationObserver(() => {
  window.first ??= document.querySelector("#open .proposal")?.id;
  const tally = document.getElementById(window.first)?.querySelector(".tally")?.textContent;
  if (tally && window.seen.at(-1) !== tally) window.seen.push(tally);
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
"""What is said of the approvals of the first proposal that shows up."""


async def test_the_countdown_moves_by_the_chains_clock_and_not_the_browsers(
    stack: tuple[Governance, Dev], browser: Browser
) -> None:
    governance, dev = stack
    multisig = await to_thread(governance.multisig)
    program = await to_thread(governance.registered, multisig)
    proposal = await to_thread(governance.approved, multisig, program)
    async with looking(browser, dev.dashboard, script=TOMORROW) as page:
        clock = page.locator(f"#proposal-{proposal} .countdown")
        said = [await clock.inner_text()]
        held = page.get_by_role("link", name="What it changes")
        await held.focus()
        for _ in range(3):
            await page.wait_for_function(
                "([id, last]) => document.getElementById(id).querySelector('.countdown').textContent !== last",
                arg=[f"proposal-{proposal}", said[-1]],
            )
            said.append(await clock.inner_text())
        assert await held.evaluate("node => node === document.activeElement")
        left = [seconds(each) for each in said]
        assert left == sorted(left, reverse=True)
        assert 47 * HOUR < left[-1] < left[0] <= 48 * HOUR
        await to_thread(governance.travel, 10 * HOUR)
        await page.wait_for_function(
            "id => document.getElementById(id).querySelector('.countdown').textContent.startsWith('1d 13h')",
            arg=f"proposal-{proposal}",
        )
        await to_thread(governance.travel, 38 * HOUR)
        await page.wait_for_selector(f"#proposal-{proposal}[data-state=READY]")


async def test_an_approval_appears_without_a_reload_and_leaves_focus_where_it_was(
    stack: tuple[Governance, Dev], browser: Browser
) -> None:
    governance, dev = stack
    multisig = await to_thread(governance.multisig)
    program = await to_thread(governance.registered, multisig)
    proposal = await to_thread(governance.proposal, multisig, program)
    await to_thread(governance.done, "approve", proposal, by="alice")
    async with looking(browser, dev.dashboard) as page:
        card = page.locator(f"#proposal-{proposal}")
        await card.get_by_text("1 of 3 approved").wait_for()
        wallet = await card.get_by_role("link", name="Approve").get_attribute("href")
        assert wallet == f"solana-action:{dev.commands}/proposals/{proposal}/approve"
        await page.evaluate("window.sameDocument = true")
        held = card.get_by_role("button", name="Copy the code digest")
        await held.focus()
        await to_thread(governance.done, "approve", proposal, by="bob")
        await card.get_by_text("2 of 3 approved").wait_for()
        bob = card.locator(f'.voters li[data-vote=approve] [title="{governance.key("bob")}"]')
        await bob.wait_for()
        assert await card.locator(".voters li[data-vote=none]").count() == 3
        await to_thread(governance.done, "approve", proposal, by="carol")
        await page.wait_for_selector(f"#proposal-{proposal}[data-state=APPROVED]")
        assert (await card.locator(".countdown").inner_text()).startswith("1d 23h 59m")
        # Those who do not see are told.
        await page.locator("#announcer", has_text="has its approvals: the timelock runs").wait_for(state="attached")
        assert await held.evaluate("node => node === document.activeElement")
        assert await page.evaluate("window.sameDocument")
        await page.locator(f"#proposal-{proposal} header .badge[data-level=half]").wait_for()


async def test_while_the_server_is_away_the_page_says_so_and_afterwards_shows_what_it_missed(
    stack: tuple[Governance, Dev], browser: Browser
) -> None:
    governance, dev = stack
    multisig = await to_thread(governance.multisig)
    program = await to_thread(governance.registered, multisig)
    proposal = await to_thread(governance.proposal, multisig, program)
    port = free_port()
    async with AsyncExitStack() as servers:
        first = servers.enter_context(served(dev.database, port))
        async with looking(browser, f"http://127.0.0.1:{port}/", may_fail=True) as page:
            await page.locator("#connection", has_text="Live").wait_for()
            await page.evaluate("window.sameDocument = true")
            approve = page.locator(f"#proposal-{proposal}").get_by_role("link", name="Approve")
            assert await approve.get_attribute("href") == f"solana-action:{COMMANDS}/proposals/{proposal}/approve"
            first.kill()
            first.wait()
            banner = page.locator("#banner", has_text="Disconnected: showing data as of")
            await banner.wait_for()
            assert await page.locator(f"#proposal-{proposal}").is_visible()
            await to_thread(governance.done, "approve", proposal, by="alice")
            servers.enter_context(served(dev.database, port))
            await page.locator(f"#proposal-{proposal}").get_by_text("1 of 3 approved").wait_for()
            await banner.wait_for(state="hidden")
            assert await page.evaluate("window.sameDocument")


async def test_the_demo_is_watched_from_the_first_deposit_to_the_new_code(browser: Browser) -> None:
    with telling_the_demo() as (url, lines):
        async with looking(browser, url, script=RECORD) as page:
            told = await to_thread(list, takewhile(lambda line: "proposal" not in line, lines))
            decided = page.locator(f"details#{await page.evaluate('window.first')}")
            await decided.locator(".chip").get_by_text("Executed").wait_for()
            seen = await page.evaluate("window.seen")
            assert seen == sorted(seen), (seen, told)
            assert seen[-1] == "3 of 3 approved"
            await decided.locator("summary").first.click()
            await decided.get_by_text("approved", exact=True).nth(2).wait_for()
            assert await page.locator("#vault-list .amount").inner_text() != ""


@contextmanager
def telling_the_demo() -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """`windlass demo` at a cluster's pace: the dashboard's address, and then whatever it tells."""
    mark = Mark()
    with subprocess.Popen(
        [WINDLASS, "demo", "--json", "--slot-ms", "400"], env=mark.environment(), stdout=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        try:
            yield json.loads(demo.stdout.readline())["dashboard"], map(json.loads, demo.stdout)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)
    assert mark.gone(), mark.processes()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def served(database: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """The read API, which answers; killed at the end if it still runs."""
    with subprocess.Popen(
        [GRAPHQL, "--port", str(port), "--json"],
        env={
            **os.environ,
            "DATABASE_URL": database,
            "WINDLASS_GRAPHQL_DATABASE_URL": "",
            "WINDLASS_COMMANDS_URL": COMMANDS,
        },
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert json.loads(server.stdout.readline())["event"] == "ready"
        yield server
        server.kill()
