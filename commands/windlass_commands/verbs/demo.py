"""windlass demo"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from windlass_commands.demo.cast import Cast
from windlass_commands.demo.narrator import Narrator
from windlass_commands.demo.story import tell
from windlass_commands.dev.agave import AgaveValidator
from windlass_commands.dev.running import run_stack
from windlass_commands.dev.stack import Stack, Urls, Wanted
from windlass_commands.options import examples
from windlass_commands.output import Output
from windlass_commands.session import run
from windlass_commands.verbs.dev import VALIDATOR, print_urls

Command = Callable[..., None]
Tell = Callable[[Urls, Cast, Narrator, AgaveValidator | None], Awaitable[dict[str, Any]]]

# Half of a cluster's 400 ms: the story is for watching, not for waiting.
SLOT_MS = 200
# 8 ticks. A snapshot comes every hundred slots, and the story waits for one before the two days pass.
VALIDATOR_SLOT_MS = 50
INTERRUPTED = 130


def of_a_story(told: str) -> Callable[[Command], Command]:
    """The options of a command that tells a story on a stack of its own; `told`: the verb for the help."""
    options = (
        click.option(
            "--validator",
            type=VALIDATOR,
            help=f"{told} on Agave's solana-test-validator, at this path, which is restarted to let the two days pass.",
        ),
        click.option(
            "--slot-ms",
            type=click.IntRange(20),
            help=f"Slot length. Default: {SLOT_MS}, with --validator {VALIDATOR_SLOT_MS}.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object a step instead of the story."),
    )

    def with_options(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return with_options


@click.command(
    "demo",
    epilog=examples(
        "windlass demo",
        "windlass demo --exit --json",
        "windlass demo --exit --validator $(command -v solana-test-validator)",
    ),
)
@click.option("--exit", "ends", is_flag=True, help="End after the story instead of staying up.")
@of_a_story("Tell it")
def command(ends: bool, validator: Path | None, slot_ms: int | None, as_json: bool) -> None:
    """Watch a governed upgrade of a real program, from the first deposit to the new code, and read it back.

    Brings up what `windlass dev` does, on free ports. Afterwards everything stays up for you to look at; Ctrl-C stops
    it. Exit code 1 if any step does not come out as told.
    """
    output = Output(as_json=as_json)
    about = ("windlass demo", "a governed upgrade of a real Solana program")
    run(output, lambda: play(output, slot_ms, ends, validator, tell, *about))


async def play(
    output: Output, slot_ms: int | None, ends: bool, validator: Path | None, tell: Tell, title: str, subtitle: str
) -> None:
    """Bring the stack up, tell the story, and end or stay. Slots of None are as long as fits the chain."""
    slot_ms = slot_ms or (SLOT_MS if validator is None else VALIDATOR_SLOT_MS)
    cast, narrator = Cast(), Narrator(output)
    narrator.title(title, subtitle)
    started = time.monotonic()
    wanted = Wanted(validator=validator, slot_ms=slot_ms, vault_authority=cast.authority.address, mints=cast.payers())
    told = False

    async def story(urls: Urls) -> None:
        nonlocal told
        summary = await tell(urls, cast, narrator, stack.validator)
        told = True
        output.result(summary)
        if ends:
            return
        narrator.panel(Text("The story is over; everything stays up. Ctrl-C stops it."))
        invite(urls, summary["multisig"], output)
        await asyncio.Event().wait()

    with output.console.status("starting chain, PostgreSQL, indexer and GraphQL") as status:
        stack = Stack(wanted, lambda name, line: None, status.update)

        async def begin(urls: Urls) -> None:
            status.stop()
            narrator.note(f"chain, PostgreSQL, indexer and GraphQL are up after {time.monotonic() - started:.1f} s")
            narrator.note(f"watch it in a browser: {urls.dashboard}", "bold")
            output.result({"dashboard": urls.dashboard})
            narrator.note("+ ms: how long after its commit the read model showed a step over GraphQL")
            await story(urls)

        finished = await run_stack(stack, begin)
    if not finished and not told:
        sys.exit(INTERRUPTED)


def invite(urls: Urls, multisig: str, output: Output) -> None:
    """What to paste where, to look around."""
    print_urls(urls, output)
    query = f'{{ multisig(address: "{multisig}") {{ proposals {{ nodes {{ id state approvalCount }} }} }} }}'
    output.say("")
    output.say("  Ask (or open GraphQL's address in a browser):")
    output.say(f"""    curl -s {urls.graphql} -H 'content-type: application/json' -d '{{"query": {quoted(query)}}}'""")
    output.say("  Follow, in the browser:")
    output.say(
        "    subscription { proposalChanged(includeCurrent: true) { slot proposal { id state approvalCount } } }"
    )
    output.say("  Use the commands against it:")
    output.say(f"    windlass show {multisig} --url {urls.rpc}")


def quoted(text: str) -> str:
    """Text as a JSON string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
