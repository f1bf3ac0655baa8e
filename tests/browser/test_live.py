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

import asyncpg
from browser.looking import BROWSER, TOMORROW, looking, seconds
from browser.refusing_proxy import refusing_proxy
from stack.dev import Dev
from stack.governance import Governance
from stack.leftovers import Mark
from stack.read_model import ReadModel
from windlass_commands.demo.cast import DEPOSITS

if TYPE_CHECKING:
    from playwright.async_api import Browser  # type: ignore[import-not-found,unused-ignore]

pytestmark = BROWSER

GRAPHQL = str(Path(sys.executable).with_name("windlass-graphql"))
WINDLASS = str(Path(sys.executable).with_name("windlass"))
HOUR = 3_600
COMMANDS = "https://windlass.example"
RECORD = """
window.seen = [];
window.moved = [];
window.lines = [];
const note = (list, text) => text && list.at(-1) !== text && list.push(text);
new MutationObserver(() => {
  window.first ??= document.querySelector("#open .proposal")?.id;
  note(window.seen, document.getElementById(window.first)?.querySelector(".tally")?.textContent);
  note(window.moved, document.querySelector(".migration .figures")?.textContent);
  for (const { textContent } of document.querySelectorAll("#rollback-list h3")) {
    if (!window.lines.includes(textContent)) window.lines.push(textContent);
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
"""What is said of the approvals of the first proposal that shows up, of the newest migration, and of rollbacks."""


async def proposed(governance: Governance) -> str:
    """The address of an upgrade's proposal, of a multisig and a program of its own."""
    multisig = await to_thread(governance.multisig)
    program = await to_thread(governance.registered, multisig)
    return await to_thread(governance.proposal, multisig, program)


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
    proposal = await proposed(governance)
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
        # The first second of the two days may still show.
        await card.locator(".countdown", has_text="1d 23h 59m").wait_for()
        # Those who do not see are told.
        await page.locator("#announcer", has_text="has its approvals: the timelock runs").wait_for(state="attached")
        assert await held.evaluate("node => node === document.activeElement")
        assert await page.evaluate("window.sameDocument")
        await page.locator(f"#proposal-{proposal} header .badge[data-level=half]").wait_for()


async def test_while_the_server_is_away_the_page_says_so_and_afterwards_shows_what_it_missed(
    stack: tuple[Governance, Dev], browser: Browser
) -> None:
    governance, dev = stack
    proposal = await proposed(governance)
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


async def test_where_no_websocket_gets_through_the_page_is_live_by_server_sent_events(
    stack: tuple[Governance, Dev], browser: Browser
) -> None:
    governance, dev = stack
    proposal = await proposed(governance)
    async with (
        refusing_proxy(dev.dashboard) as proxy,
        looking(browser, proxy.url, may_fail=True) as page,
    ):
        card = page.locator(f"#proposal-{proposal}")
        await page.locator("#connection", has_text="Live").wait_for()
        assert proxy.refused
        await page.evaluate("window.sameDocument = true")
        await to_thread(governance.done, "approve", proposal, by="alice")
        await card.get_by_text("1 of 3 approved").wait_for()
        proxy.cut()
        await to_thread(governance.done, "approve", proposal, by="bob")
        await card.get_by_text("2 of 3 approved").wait_for()
        await page.locator("#connection", has_text="Live").wait_for()
        await to_thread(governance.done, "approve", proposal, by="carol")
        # What has no stream comes with the next overview, and is said all the same.
        await page.locator("#announcer", has_text="has its approvals: the timelock runs").wait_for(state="attached")
        assert await page.evaluate("window.sameDocument")


async def test_a_page_whose_cursor_is_not_kept_any_more_goes_on_from_what_is(
    stack: tuple[Governance, Dev], browser: Browser
) -> None:
    """It was away for longer than changes are kept."""
    governance, dev = stack
    proposal = await proposed(governance)
    port = free_port()
    async with AsyncExitStack() as servers:
        first = servers.enter_context(served(dev.database, port))
        async with looking(browser, f"http://127.0.0.1:{port}/", may_fail=True) as page:
            await page.locator("#connection", has_text="Live").wait_for()
            first.kill()
            first.wait()
            await to_thread(governance.done, "approve", proposal, by="alice")
            approvals = "query ($a: ID) { proposal(address: $a) { approvalCount } }"
            await to_thread(dev.until, approvals, lambda it: it["proposal"]["approvalCount"] == 1, 60, a=proposal)
            connection = await asyncpg.connect(dev.database)
            await ReadModel(connection).give_up_changes("proposal")
            await connection.close()
            servers.enter_context(served(dev.database, port))
            await page.locator(f"#proposal-{proposal}").get_by_text("1 of 3 approved").wait_for()
            await to_thread(governance.done, "approve", proposal, by="bob")
            await page.locator(f"#proposal-{proposal}").get_by_text("2 of 3 approved").wait_for()
            await page.locator("#connection", has_text="Live").wait_for()


async def test_the_demo_is_watched_from_the_first_deposit_to_the_new_code(browser: Browser) -> None:
    with telling("demo") as (url, lines):
        async with looking(browser, url, script=RECORD) as page:
            told = await to_thread(list, takewhile(lambda line: "proposal" not in line, lines))
            decided = page.locator(f"details#{await page.evaluate('window.first')}")
            await decided.locator(".chip").get_by_text("Executed").wait_for()
            seen = await page.evaluate("window.seen")
            assert seen == sorted(seen), (seen, told)
            assert seen[-1] == "3 of 3 approved"
            await decided.locator("summary").first.click()
            await decided.get_by_text("approved", exact=True).nth(2).wait_for()
            migration = page.locator(".migration")
            await migration.get_by_text(f"{len(DEPOSITS)} accounts in the new layout").wait_for()
            moved = accounts(await page.evaluate("window.moved"))
            assert moved == sorted(moved)
            assert len(moved) > 1, "the bar never moved"
            assert await migration.locator(".bar").evaluate("bar => bar.value") == 1
            assert await migration.locator(".moves li").count() == len(DEPOSITS)
            held = sum(DEPOSITS.values()) - DEPOSITS["maya"]
            await page.locator("#vault-list .amount", has_text=f"{held:,}").wait_for()


async def test_an_upgrade_that_is_undone_is_watched_from_the_copy_that_is_kept_to_the_last_account_that_went_back(
    browser: Browser,
) -> None:
    with telling("rollback-drill", "--stay") as (url, lines):
        async with looking(browser, url, script=RECORD) as page:
            await to_thread(list, takewhile(lambda line: "rollback" not in line, lines))
            undone = page.locator("#rollback-list article", has_text="Upgrade #1 was rolled back")
            await undone.get_by_text("By proposal #2").wait_for()
            assert await page.evaluate("window.lines") == [
                "Version 0 can be brought back",
                "Upgrade #1 was rolled back",
            ]
            migration = page.locator(".migration")
            await migration.get_by_text("0 accounts in the new layout").wait_for()
            count = len(DEPOSITS)
            await migration.get_by_text(f"{count} moved, {count} went back.").wait_for()
            moved = accounts(await page.evaluate("window.moved"))
            assert (max(moved), moved[-1]) == (count, 0)
            assert await migration.locator(".moves li", has_text="went back").count() == count
            assert await page.locator("details.decided .chip", has_text="Rolled back").count() == 1


def accounts(figures: list[str]) -> list[int]:
    """Of "3 accounts in the new layout"."""
    return [int(each.split()[0]) for each in figures]


@contextmanager
def telling(*command: str) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """`windlass demo`, or another story, at a cluster's pace: the dashboard's address, and then whatever it tells.

    The teller waits until it is listened to, so that a page that takes long to open misses nothing.
    """
    mark = Mark()
    with subprocess.Popen(
        [WINDLASS, *command, "--json", "--slot-ms", "400"], env=mark.environment(), stdout=subprocess.PIPE, text=True
    ) as story:
        assert story.stdout is not None
        stdout = story.stdout
        dashboard = json.loads(stdout.readline())["dashboard"]
        story.send_signal(signal.SIGSTOP)

        def told() -> Iterator[dict[str, Any]]:
            story.send_signal(signal.SIGCONT)
            yield from map(json.loads, stdout)

        try:
            yield dashboard, told()
        finally:
            story.send_signal(signal.SIGCONT)
            story.send_signal(signal.SIGINT)
            story.wait(60)
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
