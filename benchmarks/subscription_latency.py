"""From a slot's confirmation on the embedded chain to a GraphQL subscriber's message: `make bench-latency`.

A client that has both sockets open (the node's signatureSubscribe at confirmed, the API's graphql-transport-ws) makes
100 deposits one after the other and notes when each socket told of each. What lies between is the indexer (wake-up,
getTransaction, one PostgreSQL transaction), NOTIFY, and the API reading the vault and sending it.
"""

import asyncio
import math
import statistics
import sys

import click
from solders.instruction import Instruction
from spl.token.instructions import MintToParams, mint_to
from windlass_commands.accounts import Accounts
from windlass_commands.demo import collateral
from windlass_commands.demo.cast import DEPOSITS, Cast
from windlass_commands.demo.confirmations import Confirmations
from windlass_commands.demo.narrator import Narrator
from windlass_commands.demo.read_model import ReadModel
from windlass_commands.demo.stage import Stage
from windlass_commands.dev.running import run_stack
from windlass_commands.dev.stack import Stack, Urls, Wanted
from windlass_commands.instructions.deposit import deposit
from windlass_commands.output import Output
from windlass_commands.rpc import Rpc
from windlass_programs.addresses import TOKEN_PROGRAM, VAULT_PROGRAM_ID, associated_token_address, vault_address


@click.command()
@click.option("--transactions", default=100, show_default=True)
@click.option("--slot-ms", default=400, show_default=True)
@click.option("--at-most", default=150.0, show_default=True, help="Milliseconds: exit code 1 above this median.")
def main(transactions: int, slot_ms: int, at_most: float) -> None:
    """Measure it, on a stack of its own."""
    cast = Cast()
    times: list[float] = []

    async def measure(urls: Urls) -> None:
        times.extend(await latencies(urls, cast, transactions))

    wanted = Wanted(slot_ms=slot_ms, vault_authority=cast.authority.address, mints=cast.payers())
    asyncio.run(run_stack(Stack(wanted, lambda name, line: None), measure))
    median = statistics.median(times)
    p99 = sorted(times)[math.ceil(len(times) * 0.99) - 1]
    print(f"slot confirmed -> subscriber's message, {len(times)} transactions, {slot_ms} ms slots:")
    print(f"median {median:.1f} ms, p99 {p99:.1f} ms, least {min(times):.1f} ms, most {max(times):.1f} ms")
    sys.exit(median > at_most)


async def latencies(urls: Urls, cast: Cast, transactions: int) -> list[float]:
    """Milliseconds for each deposit, in order. Negative: the API was heard before the node."""
    async with (
        Rpc(urls.rpc) as rpc,
        Confirmations(urls.websocket) as confirmations,
        ReadModel(urls.graphql, urls.graphql_websocket) as read_model,
    ):
        output = Output()
        output.console.quiet = True
        stage = Stage(rpc, confirmations, read_model, Narrator(output), cast, Accounts(rpc), VAULT_PROGRAM_ID)
        await collateral.play(stage)
        user = cast.users[next(iter(DEPOSITS))]
        stream = vault_address(user.address, VAULT_PROGRAM_ID)
        measured: list[float] = []
        for _ in range(transactions):
            landed = await stage.send(funded_deposit(cast), user, cast.treasurer)
            measured.append(await stage.shown("deposit", landed, stream))
        return measured


def funded_deposit(cast: Cast) -> list[Instruction]:
    """A token is minted to the first user, who deposits it."""
    user, mint = cast.users[next(iter(DEPOSITS))], cast.mint.address
    source = associated_token_address(user.address, mint)
    minted = MintToParams(
        program_id=TOKEN_PROGRAM, mint=mint, dest=source, mint_authority=cast.treasurer.address, amount=1
    )
    return [mint_to(minted), deposit(VAULT_PROGRAM_ID, user.address, mint, source, 1)]


if __name__ == "__main__":
    main()
