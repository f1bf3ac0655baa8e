"""The end: the story read back over GraphQL and compared with the chain, and the times."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

from rich.table import Table
from solders.pubkey import Pubkey
from windlass_programs.addresses import vault_address

from windlass_commands.amounts import tokens
from windlass_commands.demo.cast import DECIMALS, DEPOSITS, SYMBOL
from windlass_commands.demo.stage import Stage

VERIFIED_SECONDS = 30.0
READ_BACK = """
query ($multisig: ID!, $mint: ID!) {
  multisig(address: $multisig) { verification { ...proof } }
  proposals(multisig: $multisig) {
    nodes {
      address id state approvalCount threshold digest codeDigest createdSignature
      approvals { member signature } execution { version signature } program { version codeDigest }
    }
  }
  vaults(mint: $mint) { nodes { address owner totalBalance verification { ...proof } } }
}
fragment proof on Verification { stream seq verifiedSeq isVerified disagreement }
"""


async def play(stage: Stage, multisig: Pubkey, proposal: Pubkey) -> dict[str, Any]:
    """Read back, compare, show; what --json says at the end. Raises StoryBroken where anything differs."""
    stage.narrator.act("All of it, read back over GraphQL and proven against the chain")
    answer = await _verified(stage, multisig)
    await _compare_proposal(stage, answer, proposal)
    streams = await _compare_streams(stage, multisig, answer)
    await _compare_vaults(stage, answer)
    _show_proposals(stage, answer)
    _show_streams(stage, streams)
    return _times(stage)


async def _verified(stage: Stage, multisig: Pubkey) -> Any:
    """The answer once every stream is verified up to its newest event."""
    deadline = time.monotonic() + VERIFIED_SECONDS
    while True:
        answer = await stage.read_model.ask(READ_BACK, multisig=str(multisig), mint=str(stage.cast.mint.address))
        proofs = _proofs(answer)
        if proofs and all(proof["isVerified"] for proof in proofs):
            return answer
        wrong = [proof for proof in proofs if not proof["isVerified"]]
        stage.require(time.monotonic() < deadline, f"Not every stream was verified: {wrong}.")
        await asyncio.sleep(0.05)


def _proofs(answer: Any) -> list[Any]:
    found = [answer["multisig"]["verification"]] if answer["multisig"] else []
    return found + [vault["verification"] for vault in answer["vaults"]["nodes"]]


async def _compare_proposal(stage: Stage, answer: Any, address: Pubkey) -> None:
    on_chain = await stage.accounts.proposal(address)
    state = await stage.accounts.program_state(on_chain.multisig, on_chain.program)
    (read,) = answer["proposals"]["nodes"]
    expected = {
        "address": str(address),
        "state": "MIGRATING",
        "digest": on_chain.digest.hex(),
        "codeDigest": on_chain.code_digest.hex(),
        "approvalCount": len(on_chain.approvals),
    }
    for name, value in expected.items():
        stage.require(read[name] == value, f"GraphQL's {name} should be {value}, but it is {read[name]}.")
    voters = [vote["member"] for vote in read["approvals"]]
    stage.require(
        voters == [str(vote.member) for vote in on_chain.approvals],
        f"GraphQL's approvals should be the chain's, but they are {voters}.",
    )
    running = read["program"]
    stage.require(
        running == {"version": state.version, "codeDigest": state.code_digest.hex()},
        f"GraphQL's program should be at version {state.version}, but it is {running}.",
    )


async def _compare_streams(stage: Stage, multisig: Pubkey, answer: Any) -> list[tuple[str, int, bytes]]:
    """Each stream's name, newest event and digest on chain; GraphQL must have verified exactly up to there."""
    config = await stage.accounts.multisig(multisig)
    found = [("multisig", multisig, config.stream.seq, config.stream.digest)]
    for name, user in stage.cast.users.items():
        vault = await stage.accounts.vault(user.address, stage.vault_program)
        address = vault_address(user.address, stage.vault_program)
        found.append((f"{name}'s vault", address, vault.stream.seq, vault.stream.digest))
    verified = {proof["stream"]: proof["verifiedSeq"] for proof in _proofs(answer)}
    for name, address, seq, _ in found:
        stage.require(
            verified.get(str(address)) == seq == stage.events[address],
            f"The stream of the {name} ends at event {seq} on chain; GraphQL verified {verified.get(str(address))}.",
        )
    return [(name, seq, digest) for name, _, seq, digest in found]


async def _compare_vaults(stage: Stage, answer: Any) -> None:
    balances = {vault["owner"]: int(vault["totalBalance"]) for vault in answer["vaults"]["nodes"]}
    for user in stage.cast.users.values():
        vault = await stage.accounts.vault(user.address, stage.vault_program)
        stage.require(
            balances.get(str(user.address)) == vault.total_balance,
            f"GraphQL's balance of {user.address} is {balances.get(str(user.address))}, the chain's "
            f"{vault.total_balance}.",
        )


def _show_proposals(stage: Stage, answer: Any) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("     proposal", "state", "approvals", "upgrades", "code digest"):
        table.add_column(column)
    for read in answer["proposals"]["nodes"]:
        table.add_row(
            f"     {read['id']}",
            f"[green]{read['state']}[/]",
            f"{read['approvalCount']} of {read['threshold']}",
            str(read["program"]["version"]),
            f"{read['codeDigest'][:16]}… = chain",
        )
    stage.narrator.table(table)


def _show_streams(stage: Stage, streams: list[tuple[str, int, bytes]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("     event stream", "events", "rolling digest", "holds"):
        table.add_column(column)
    for name, seq, digest in streams:
        user = name.partition("'")[0]
        held = 0 if user == "maya" else DEPOSITS.get(user, 0)
        amount = f"{tokens(held, DECIMALS)} {SYMBOL}" if user in DEPOSITS else ""
        table.add_row(f"     {name}", str(seq), f"{digest.hex()[:16]}… [green]verified[/]", amount)
    stage.narrator.table(table)


def _times(stage: Stage) -> dict[str, Any]:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("     from commit to read model", "steps", "median", "slowest"):
        table.add_column(column, justify="left" if column.startswith(" ") else "right")
    summary: dict[str, Any] = {}
    for name, subscribed in (("by subscription", True), ("by asking every 10 ms", False)):
        times = [m.milliseconds for m in stage.measured if m.subscribed is subscribed]
        if times:
            median, slowest = statistics.median(times), max(times)
            table.add_row(f"     {name}", str(len(times)), f"{median:.0f} ms", f"{slowest:.0f} ms")
            summary[name.replace(" ", "_")] = {
                "steps": len(times),
                "median_ms": round(median, 1),
                "slowest_ms": round(slowest, 1),
            }
    stage.narrator.table(table)
    for line in (
        "Measured in this process: from the arrival of the node's notification that the transaction is",
        "confirmed, to the arrival of the GraphQL message that tells of it (negative: GraphQL was first).",
        "Two steps have no subscription, so the read model is asked every 10 ms.",
    ):
        stage.narrator.note(line)
    return summary
